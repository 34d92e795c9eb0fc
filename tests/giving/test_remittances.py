"""Money paid over: never more than is owed without saying so, never twice, never unwritten."""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import count

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text

from shop.giving import ledger, months, remittances
from shop.giving.guards import POLICY_PROMISE
from shop.giving.ledger import Standing
from shop.giving.models import LedgerEntry, LedgerTxn, Policy
from shop.giving.months import Sums, by_month, read_sums
from shop.giving.posting import IdempotencyConflict, NotPlain
from shop.giving.remittances import (
    AlreadyUndone,
    BeforeTheAgreement,
    MoreThanOwed,
    NoSuchRemittance,
    NotYet,
)
from shop.giving.sums import Key
from tests.engines import ONE_ENGINE
from tests.giving.conftest import Books

PANDAS = "PANDAS Foundation UK"
DAY = date(2026, 11, 21)
KEYS = count(1)


def pay(books: Books, pence: int, *, key: str = "", **how: object) -> LedgerTxn:
    said = {"bank_reference": "POM NOV 26", "paid_on": DAY, "book": "live", "policy_id": books.policy, **how}
    with books.database.transaction() as session:
        return remittances.record_remittance(
            session, amount_pence=pence, key=key or f"form-{next(KEYS)}", actor="finance@example.com", **said
        )


@ONE_ENGINE
@pytest.mark.parametrize("book", ["live", "test"])
def test_a_payment_was_made_on_a_day_of_an_agreement_that_has_come(
    books: Books, clock_at: Callable[[datetime], None], book: ledger.Book
) -> None:
    """Before the first agreement nothing could be owed; a year that lost a digit would stand for good."""
    clock_at(datetime(2026, 7, 31, 23, 30, tzinfo=UTC))  # 1 August in London
    with books.database.transaction() as session:
        for start in (date(2026, 4, 1), date(2026, 6, 1)):
            policy = session.get_one(Policy, books.policy)
            made = Policy(**{name: getattr(policy, name) for name in POLICY_PROMISE if name != "id"})
            made.charity_name, made.agreement_reference, made.starts_on = "Another", "AG-2", start
            session.add(made)
            session.flush()
    how = {"policy_id": made.id, "book": book, "more_than_owed": True}
    with pytest.raises(BeforeTheAgreement, match="begins on 1 April 2026"):
        pay(books, 500, paid_on=date(2026, 3, 31), **how)
    with pytest.raises(NotYet):
        pay(books, 500, paid_on=date(2026, 8, 2), **how)
    assert books.value("SELECT count(*) FROM ledger_txn") == 0
    for day in (date(2026, 4, 1), date(2026, 8, 1)):
        seq = pay(books, 500, paid_on=day, **how).seq
        with books.database.reading() as session:
            (said,) = [one for one in remittances.remittances(session, book) if one.seq == seq]
        assert said.paid_on == day


def undo(books: Books, seq: int) -> LedgerTxn:
    with books.database.transaction() as session:
        return remittances.undo_remittance(session, seq, reason="typed twice", actor="finance@example.com")


def owed(books: Books, book: ledger.Book = "live") -> dict[str, int]:
    with books.database.reading() as session:
        return remittances.owed(session, book)


def paid(books: Books) -> int:
    with books.database.reading() as session:
        return remittances.paid(session, "live")


def another_charity(books: Books, name: str) -> Books:
    """The same books with another promise, to another charity."""
    with books.database.transaction() as session:
        first = session.get_one(Policy, books.policy)
        facts = {c.name: getattr(first, c.name) for c in Policy.__table__.columns if c.name != "id"}
        other = Policy(**{**facts, "charity_name": name})
        session.add(other)
        session.flush()
    return Books(books.database, other.id)


@ONE_ENGINE
def test_what_is_paid_over_is_no_longer_owed(books: Books) -> None:
    books.bring("PM-1", *[Standing.ACCRUED] * 3)
    pay(books, 1000, receipt="Letter of 23 November")
    assert (owed(books), paid(books)) == ({PANDAS: 500}, 1000)
    totals = books.totals()
    assert (totals.accrued_pence, totals.remitted_pence, totals.net_pence) == (500, 1000, 1500)
    assert books.problems() == []
    with books.database.reading() as session:
        (made,) = remittances.remittances(session, "live")
    assert (made.amount_pence, made.paid_on, made.bank_reference) == (1000, DAY, "POM NOV 26")
    assert (made.receipt, made.charity_name, made.undone) == ("Letter of 23 November", PANDAS, False)


@ONE_ENGINE
def test_no_more_is_paid_than_is_owed_unless_that_is_meant(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    with pytest.raises(MoreThanOwed, match=r"£5\.00") as refused:
        pay(books, 501)
    assert refused.value.owed_pence == 500
    assert paid(books) == 0
    pay(books, 501, more_than_owed=True)
    assert owed(books) == {PANDAS: -1}
    with pytest.raises(MoreThanOwed, match=r"£0\.00"):
        pay(books, 1)


@ONE_ENGINE
def test_what_is_held_in_a_dispute_is_not_owed_yet(books: Books) -> None:
    books.bring("PM-1", Standing.HELD, Standing.ACCRUED)
    assert owed(books) == {PANDAS: 500}
    with pytest.raises(MoreThanOwed):
        pay(books, 1000)


@ONE_ENGINE
def test_a_refund_after_the_payment_is_carried_forward(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    pay(books, 500)
    books.bring("PM-1", Standing.NONE)
    assert owed(books) == {PANDAS: -500}
    books.bring("PM-2", Standing.ACCRUED, Standing.ACCRUED)
    assert owed(books) == {PANDAS: 500}
    assert books.problems() == []


@ONE_ENGINE
def test_test_orders_are_owed_nothing_of_and_pay_for_nothing(books: Books) -> None:
    books.bring("PM-T", Standing.ACCRUED, book="test")
    assert (owed(books), owed(books, "test")) == ({}, {PANDAS: 500})
    with pytest.raises(MoreThanOwed):
        pay(books, 500)


@ONE_ENGINE
def test_the_same_form_sent_twice_is_one_payment(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    first, again = pay(books, 500, key="form"), pay(books, 500, key="form")
    assert first.seq == again.seq
    assert paid(books) == 500
    with pytest.raises(IdempotencyConflict):
        pay(books, 400, key="form", more_than_owed=True)


@ONE_ENGINE
def test_a_wrong_payment_is_undone_once_and_both_stay(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    wrong = pay(books, 500)
    undoing = undo(books, wrong.seq)
    assert (owed(books), paid(books)) == ({PANDAS: 500}, 0)
    with pytest.raises(AlreadyUndone):
        undo(books, wrong.seq)
    for other in (undoing.seq, 1, 99):
        with pytest.raises(NoSuchRemittance):
            undo(books, other)
    pay(books, 500)
    with books.database.reading() as session:
        made = remittances.remittances(session, "live")
    assert [(m.amount_pence, m.undone, m.undoes) for m in made] == [
        (500, False, None), (-500, False, wrong.seq), (500, True, None),
    ]  # fmt: skip
    assert made[1].reason == "typed twice"
    assert books.problems() == []


@ONE_ENGINE
@pytest.mark.parametrize("pence", [0, -500])
def test_a_payment_of_nothing_is_none(books: Books, pence: int) -> None:
    with pytest.raises(ValueError, match="above zero"):
        pay(books, pence)


@ONE_ENGINE
@pytest.mark.parametrize("reference", ["", "=1+1", "a\nb", "@x", " POM"])
def test_a_bank_reference_that_could_be_a_formula_is_refused(books: Books, reference: str) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    with pytest.raises(NotPlain):
        pay(books, 500, bank_reference=reference)


@ONE_ENGINE
def test_each_charity_is_owed_its_own(books: Books) -> None:
    other = another_charity(books, "Another")
    books.bring("PM-1", Standing.ACCRUED)
    other.bring("PM-2", Standing.ACCRUED, Standing.ACCRUED)
    assert owed(books) == {PANDAS: 500, "Another": 1000}
    with pytest.raises(MoreThanOwed):
        pay(books, 1000)
    pay(books, 1000, policy_id=other.policy)
    assert owed(books) == {PANDAS: 500, "Another": 0}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE ledger_txn SET cause = '[]' WHERE seq = 2", "2 does not say what was paid"),
        ("UPDATE ledger_txn SET cause = '{\"undoes\": 2}' WHERE seq = 3", "3 is not what was written"),
        ("UPDATE ledger_txn SET cause = '{\"undoes\": 1}' WHERE seq = 3", "3 does not undo payment 1"),
        ("UPDATE ledger_entry SET account = 'held' WHERE txn_seq = 2 AND line = 1", "2 has other lines"),
        ("UPDATE policy SET amount_pence = 400", "2 rests on policy 1, which has been changed"),
    ],
)
def test_a_payment_somebody_changed_is_found(books: Books, change: str, said: str) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    undo(books, pay(books, 500).seq)
    books.without_guards()
    books.run(change.replace(":", "\\:"))
    assert any(said in problem for problem in books.problems()), books.problems()


def read(books: Books, until: str = "2026-01") -> list[months.Month]:
    with books.database.reading() as session:
        return by_month(read_sums(session, "live"), until)


@ONE_ENGINE
def test_a_month_says_what_was_booked_in_it(books: Books, clock_at: Callable[[datetime], None]) -> None:
    clock_at(datetime(2026, 9, 30, 22, 59, tzinfo=UTC))  # an hour later in London
    books.bring("PM-1", Standing.ACCRUED, Standing.ACCRUED)
    books.bring("PM-T", Standing.ACCRUED, book="test")
    clock_at(datetime(2026, 11, 2, tzinfo=UTC))
    books.bring("PM-1", Standing.NONE, Standing.HELD)
    books.bring("PM-2", Standing.ACCRUED, at=datetime(2026, 9, 1, tzinfo=UTC))
    pay(books, 500, paid_on=date(2026, 11, 2))
    found = read(books, until="2026-12")
    assert [
        (m.name, m.accrued_pence, m.taken_back_pence, m.given_pence, m.paid_pence, m.owed_pence, m.held_pence)
        for m in found
    ] == [
        ("2026-09", 1000, 0, 1000, 0, 1000, 0),
        ("2026-10", 0, 0, 0, 0, 1000, 0),
        ("2026-11", 500, 500, 0, 500, 0, 500),
        ("2026-12", 0, 0, 0, 0, 0, 500),
    ]


@ONE_ENGINE
def test_an_empty_ledger_has_no_month(books: Books) -> None:
    assert read(books) == []
    with books.database.reading() as session:
        assert read_sums(session, "live") == Sums("live")


def added_up(books: Books) -> dict[Key, int]:
    """Every entry of the book, added up one by one."""
    query = (
        select(LedgerTxn, LedgerEntry.account, LedgerEntry.amount_pence)
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(LedgerTxn.book == "live")
    )
    found: dict[Key, int] = defaultdict(int)
    with books.database.reading() as session:
        for txn, account, pence in session.execute(query):
            found[Key(txn.book, txn.period, txn.policy_id or 0, txn.kind, account)] += pence
    return found


def test_the_sums_that_are_kept_are_those_of_the_entries(books: Books) -> None:
    for step in ("PM-1", "PM-2", "PM-3"):
        last = books.bring(step, Standing.ACCRUED, Standing.HELD)[-1]
        books.bring(f"{step}-T", Standing.ACCRUED, book="test")
        with books.database.reading() as session:
            sums = read_sums(session, "live")
        assert sums.pence == added_up(books)
        assert (sums.seq, sums.booked_on) == (last.seq + 1, last.booked_at.date())


@ONE_ENGINE
def test_a_payment_that_is_rolled_back_is_in_no_sum(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    with books.database.reading() as session:
        before = read_sums(session, "live")
        remittances.record_remittance(
            session, book="live", policy_id=books.policy, amount_pence=500, paid_on=DAY,
            bank_reference="PAID", key="x", actor="finance", more_than_owed=True,
        )  # fmt: skip
        assert read_sums(session, "live") != before
    with books.database.reading() as session:
        assert read_sums(session, "live") == before


class Charity(RuleBasedStateMachine):
    """Orders come, go and are disputed while the finance lead pays, overpays and undoes."""

    def __init__(self, books: Books, references: "count[int]") -> None:
        super().__init__()
        self.name = f"Charity {next(references)}"  # one of its own, so that no story hangs on the last
        self.books, self.references = another_charity(books, self.name), references
        self.orders: list[str] = []
        self.made: list[LedgerTxn] = []
        self.paid = 0
        self.start = paid(books)

    @rule(units=st.integers(min_value=1, max_value=3))
    def an_order_is_paid(self, units: int) -> None:
        self.orders.append(f"PM-{next(self.references)}")
        self.books.bring(self.orders[-1], *[Standing.ACCRUED] * units)

    @precondition(lambda self: self.orders)
    @rule(which=st.integers(min_value=0), standing=st.sampled_from(Standing))
    def something_happens_to_one(self, which: int, standing: Standing) -> None:
        self.books.bring(self.orders[which % len(self.orders)], standing)

    @rule(pence=st.integers(min_value=1, max_value=2000), meant=st.booleans())
    def the_charity_is_paid(self, pence: int, *, meant: bool) -> None:
        owing = owed(self.books).get(self.name, 0)
        try:
            self.made.append(pay(self.books, pence, more_than_owed=meant))
        except MoreThanOwed:
            assert pence > owing
            assert not meant
            return
        assert meant or pence <= owing
        self.paid += pence

    @precondition(lambda self: self.made)
    @rule(which=st.integers(min_value=0))
    def a_payment_is_undone(self, which: int) -> None:
        wrong = self.made.pop(which % len(self.made))
        self.paid += sum(pence for _, pence in amounts(self.books, undo(self.books, wrong.seq).seq))

    @invariant()
    def owed_held_and_paid_are_all_that_was_given(self) -> None:
        totals = self.books.totals()
        owing = sum(owed(self.books).values())
        assert owing + totals.held_pence + totals.remitted_pence == totals.net_pence
        assert paid(self.books) - self.start == totals.remitted_pence - self.start == self.paid

    @invariant()
    def the_last_month_says_the_same(self) -> None:
        with self.books.database.reading() as session:
            sums = read_sums(session, "live")
        assert sums.pence == added_up(self.books)
        if found := by_month(sums, "2026-01"):
            totals = self.books.totals()
            last = found[-1]
            assert (last.owed_pence, last.held_pence) == (totals.accrued_pence, totals.held_pence)
            assert sum(month.paid_pence for month in found) == totals.remitted_pence
            assert sum(month.given_pence for month in found) == totals.net_pence

    def teardown(self) -> None:
        assert self.books.problems() == []


def amounts(books: Books, seq: int) -> list[tuple[str, int]]:
    """What a payment moved, as the charity sees it."""
    with books.database.reading() as session:
        rows = session.execute(
            text(
                "SELECT account, -amount_pence FROM ledger_entry"
                " WHERE txn_seq = :seq AND account = 'remitted'"
            ),
            {"seq": seq},
        )
        return [(account, pence) for account, pence in rows]


@pytest.mark.parametrize("charities", [4, pytest.param(150, marks=pytest.mark.faults_long)])
def test_whatever_happens_every_penny_is_owed_held_or_paid(books: Books, charities: int) -> None:
    references = count(1)
    run_state_machine_as_test(
        lambda: Charity(books, references),
        settings=settings(
            max_examples=charities,
            stateful_step_count=15,
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )

import dataclasses
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from shop import triggers
from shop.giving import ledger, ledger_triggers, posting
from shop.giving.canonical import Request
from shop.giving.ledger import Standing, TargetDisagrees, UnitTarget
from shop.giving.models import LedgerEntry
from shop.giving.transitions import Account
from tests.engines import ONE_ENGINE
from tests.giving.conftest import MORNING, Books, alike

NONE, ACCRUED, HELD = Standing.NONE, Standing.ACCRUED, Standing.HELD


def common(books: Books) -> dict[str, Any]:
    return {"amount_pence": 500, "policy_id": books.policy, "standing": ACCRUED, "facts": alike()}


@ONE_ENGINE
def test_each_unit_of_a_paid_order_accrues_once(books: Books) -> None:
    posted = books.bring("PM-1", ACCRUED, ACCRUED)
    assert [(txn.kind, txn.unit, txn.seq, txn.idempotency_key) for txn in posted] == [
        ("accrue", 1, 1, "PM-1:1:1"),
        ("accrue", 2, 2, "PM-1:2:1"),
    ]
    assert books.standings("PM-1") == {1: ACCRUED, 2: ACCRUED}
    assert books.totals().accrued_pence == books.totals().net_pence == 1000
    assert books.problems() == []


@ONE_ENGINE
def test_asking_again_posts_nothing_more(books: Books) -> None:
    books.bring("PM-1", ACCRUED, ACCRUED)
    assert books.bring("PM-1", ACCRUED, ACCRUED, cause="evt_2") == []
    assert books.totals().accrued_pence == 1000


def test_an_order_that_was_never_paid_leaves_no_trace(books: Books) -> None:
    assert books.bring("PM-1", NONE, NONE) == []
    assert books.standings("PM-1") == {}


@ONE_ENGINE
def test_a_refunded_unit_takes_back_its_own_accrual_and_leaves_the_others(books: Books) -> None:
    books.bring("PM-1", ACCRUED, ACCRUED)
    (reversal,) = books.bring("PM-1", ACCRUED, NONE)
    assert (reversal.kind, reversal.unit, reversal.reverses_seq) == ("reverse", 2, 2)
    totals = books.totals()
    assert (totals.accrued_pence, totals.reversed_pence, totals.gross_pence, totals.net_pence) == (
        500,
        500,
        1000,
        500,
    )


@ONE_ENGINE
def test_a_refund_that_fails_afterwards_accrues_again(books: Books) -> None:
    books.bring("PM-1", ACCRUED)
    books.bring("PM-1", NONE)
    (again,) = books.bring("PM-1", ACCRUED)
    (reversal,) = books.bring("PM-1", NONE)
    assert (again.kind, again.seq, again.idempotency_key) == ("accrue", 3, "PM-1:1:3")
    assert reversal.reverses_seq == again.seq
    assert books.totals().net_pence == 0
    assert books.problems() == []


@ONE_ENGINE
def test_an_order_that_was_just_paid_posts_once_too_however_often_it_is_said(books: Books) -> None:
    assert [txn.kind for txn in books.bring("PM-1", ACCRUED, first=True)] == ["accrue"]
    assert books.bring("PM-1", ACCRUED, first=True) == []
    assert books.totals().net_pence == 500
    assert books.problems() == []


@ONE_ENGINE
def test_a_dispute_holds_the_gift_until_it_is_won(books: Books) -> None:
    books.bring("PM-1", ACCRUED)
    books.bring("PM-1", HELD)
    assert (books.totals().accrued_pence, books.totals().held_pence) == (0, 500)
    (won,) = books.bring("PM-1", ACCRUED)
    assert won.kind == "dispute_won"
    assert (books.totals().accrued_pence, books.totals().held_pence) == (500, 0)


@ONE_ENGINE
def test_a_lost_dispute_takes_the_gift_back(books: Books) -> None:
    books.bring("PM-1", ACCRUED)
    books.bring("PM-1", HELD)
    (lost,) = books.bring("PM-1", NONE)
    assert (lost.kind, lost.reverses_seq) == ("dispute_lost", 1)
    totals = books.totals()
    assert (totals.held_pence, totals.reversed_pence, totals.net_pence) == (0, 500, 0)


@ONE_ENGINE
def test_a_dispute_heard_of_before_the_payment_accrues_and_holds(books: Books) -> None:
    assert [txn.kind for txn in books.bring("PM-1", HELD)] == ["accrue", "dispute_opened"]
    assert books.totals().held_pence == 500
    assert books.problems() == []


@ONE_ENGINE
def test_a_gift_per_order_is_unit_nought(books: Books) -> None:
    whole = UnitTarget(
        unit=0, sku="", amount_pence=500, policy_id=books.policy, standing=ACCRUED, facts=alike()
    )
    with books.database.transaction() as session:
        ledger.bring_to(
            session,
            book="live",
            order_reference="PM-1",
            units=[whole],
        )
    assert books.standings("PM-1") == {0: ACCRUED}
    assert books.problems() == []


@ONE_ENGINE
def test_test_payments_never_count_as_real(books: Books) -> None:
    books.bring("PM-1", ACCRUED)
    books.bring("PM-2", ACCRUED, ACCRUED, book="test")
    assert (books.totals("live").net_pence, books.totals("test").net_pence) == (500, 1000)


def test_every_transaction_sums_to_zero(books: Books) -> None:
    for standing in (HELD, NONE, ACCRUED, NONE, HELD, ACCRUED):
        books.bring("PM-1", standing)
    with books.database.reading() as session:
        sums: dict[int, int] = {}
        for seq, pence in session.execute(select(LedgerEntry.txn_seq, LedgerEntry.amount_pence)):
            sums[seq] = sums.get(seq, 0) + pence
    assert len(sums) == 8
    assert set(sums.values()) == {0}


@ONE_ENGINE
@pytest.mark.parametrize(
    "changed",
    [{"amount_pence": 400}, {"sku": "OTHER"}, {"policy_id": 99}],
    ids=["amount", "piece", "policy"],
)
def test_a_target_that_contradicts_the_ledger_is_refused(books: Books, changed: dict[str, int]) -> None:
    books.bring("PM-1", ACCRUED)
    said = {
        "unit": 1,
        "sku": "HEART-SILVER-18",
        "amount_pence": 500,
        "policy_id": books.policy,
        "standing": NONE,
        "facts": alike(),
    }
    with pytest.raises(TargetDisagrees, match="Unit 1 of PM-1"), books.database.transaction() as session:
        ledger.bring_to(
            session,
            book="live",
            order_reference="PM-1",
            units=[UnitTarget(**(said | changed))],
        )
    assert books.standings("PM-1") == {1: ACCRUED}


@ONE_ENGINE
def test_an_order_stays_in_the_book_it_began_in(books: Books) -> None:
    books.bring("PM-1", ACCRUED, book="test")
    for standing in (NONE, ACCRUED):
        with pytest.raises(TargetDisagrees):
            books.bring("PM-1", standing, book="live")


@ONE_ENGINE
def test_a_unit_is_named_once(books: Books) -> None:
    unit = UnitTarget(
        unit=1, sku="A", amount_pence=500, policy_id=books.policy, standing=ACCRUED, facts=alike()
    )
    with pytest.raises(ValueError, match="once"), books.database.transaction() as session:
        ledger.bring_to(
            session,
            book="live",
            order_reference="PM-1",
            units=[unit, unit],
        )


@ONE_ENGINE
@pytest.mark.parametrize("reference", ["=HYPERLINK(1)", "+1", "-1", "@A", "PM\t1", 'PM"1', " PM", "PM\n1"])
def test_a_reference_that_could_be_a_formula_is_refused(books: Books, reference: str) -> None:
    with pytest.raises(posting.NotPlain):
        books.bring(reference, ACCRUED)


@ONE_ENGINE
def test_a_moment_without_its_zone_is_refused(books: Books) -> None:
    with pytest.raises(ValueError, match="zone"):
        books.bring("PM-1", ACCRUED, at=datetime(2026, 1, 1))  # noqa: DTZ001


def request(books: Books, cause: str = "evt_1") -> Request:
    return Request(
        book="live",
        kind="accrue",
        order_reference="PM-1",
        unit=1,
        sku="HEART",
        policy_id=books.policy,
        reverses_seq=None,
        event_at=MORNING,
        cause=cause,
    )


FIVE_POUNDS = [(Account.COST, 500), (Account.ACCRUED, -500)]


@ONE_ENGINE
def test_the_same_key_and_content_give_the_same_transaction_back(books: Books) -> None:
    with books.database.transaction() as session:
        first = posting.post(session, request(books), FIVE_POUNDS, key="pay:1", actor="worker 1")
    with books.database.transaction() as session:
        second = posting.post(session, request(books), FIVE_POUNDS, key="pay:1", actor="worker 2")
    assert (second.seq, second.hash, second.actor) == (first.seq, first.hash, "worker 1")
    assert books.totals().net_pence == 500


@ONE_ENGINE
def test_the_same_key_for_something_else_is_refused(books: Books) -> None:
    with books.database.transaction() as session:
        posting.post(session, request(books), FIVE_POUNDS, key="pay:1", actor="worker")
    with books.database.transaction() as session:
        with pytest.raises(ledger.IdempotencyConflict, match="pay:1") as refused:
            posting.post(session, request(books, cause="evt_2"), FIVE_POUNDS, key="pay:1", actor="worker")
        with pytest.raises(ledger.IdempotencyConflict):
            posting.post(
                session,
                request(books),
                [(Account.COST, 600), (Account.ACCRUED, -600)],
                key="pay:1",
                actor="worker",
            )
    assert refused.value.seq == 1
    assert books.totals().net_pence == 500


@pytest.mark.parametrize(
    "amounts",
    [
        [(Account.COST, 500), (Account.ACCRUED, -499)],
        [(Account.COST, 500)],
        [],
        [(Account.COST, 0), (Account.HELD, 0)],
    ],
    ids=["a penny off", "one line", "no line", "noughts"],
)
def test_a_transaction_that_does_not_balance_is_refused(
    books: Books, amounts: list[tuple[Account, int]]
) -> None:
    with pytest.raises(IntegrityError), books.database.transaction() as session:
        posting.post(session, request(books), amounts, key="pay:1", actor="worker")
    assert books.value("SELECT count(*) FROM ledger_txn") == 0
    assert books.problems() == []


def test_the_first_posting_opens_the_books_by_itself(books: Books) -> None:
    books.without_guards()
    books.run("DELETE FROM ledger_head", "DELETE FROM ledger_account")
    books.bring("PM-1", ACCRUED)
    assert books.totals().net_pence == 500
    assert books.problems() == []


def test_two_who_open_the_books_at_once_open_them_once(books: Books) -> None:
    books.without_guards()
    books.run("DELETE FROM ledger_head", "DELETE FROM ledger_account")
    with books.database.engine.begin() as connection:
        triggers.install(connection, ledger_triggers.TRIGGERS)
    together = threading.Barrier(2)

    def post_first(order: str) -> int:
        together.wait()
        return len(books.bring(order, ACCRUED))

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(post_first, ["PM-1", "PM-2"])) == [1, 1]
    assert books.totals().net_pence == 1000
    assert books.problems() == []


@ONE_ENGINE
def test_a_period_can_be_moved_to_payable_without_naming_any_order(books: Books) -> None:
    books.bring("PM-1", ACCRUED)
    close = Request(
        book="live",
        kind="close",
        order_reference=None,
        unit=None,
        sku=None,
        policy_id=None,
        reverses_seq=None,
        event_at=MORNING,
        cause="2026-11",
    )
    with books.database.transaction() as session:
        moved = [(Account.ACCRUED, 500), (Account.PAYABLE, -500)]
        posting.post(session, close, moved, key="close:2026-11", actor="finance")
    totals = books.totals()
    assert (totals.accrued_pence, totals.payable_pence, totals.net_pence) == (0, 500, 500)
    assert books.standings("PM-1") == {1: ACCRUED}
    assert books.problems() == []


@ONE_ENGINE
def test_nothing_is_left_of_a_posting_whose_order_failed(books: Books) -> None:
    unit = UnitTarget(
        unit=1, sku="A", amount_pence=500, policy_id=books.policy, standing=ACCRUED, facts=alike()
    )
    with pytest.raises(RuntimeError), books.database.transaction() as session:
        ledger.bring_to(session, book="live", order_reference="PM-1", units=[unit])
        raise RuntimeError
    assert books.standings("PM-1") == {}
    assert [txn.seq for txn in books.bring("PM-2", ACCRUED)] == [1]


def test_two_who_post_at_once_keep_one_chain(books: Books) -> None:
    together = threading.Barrier(2)

    def post_ten(who: str) -> None:
        together.wait()
        for number in range(10):
            books.bring(f"PM-{who}-{number}", ACCRUED)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(post_ten, ["A", "B"]))
    assert books.totals().net_pence == 20 * 500
    assert books.problems() == []
    with books.database.reading() as session:
        chain = list(session.execute(select(ledger.LedgerTxn.seq, ledger.LedgerTxn.hash).order_by("seq")))
    assert all(later.seq == earlier.seq + 1 for earlier, later in pairwise(chain))


def test_two_who_hear_of_the_same_payment_at_once_accrue_it_once(books: Books) -> None:
    together = threading.Barrier(2)

    def hear(order: str) -> int:
        together.wait()
        return len(books.bring(order, ACCRUED))

    with ThreadPoolExecutor(2) as pool:
        for number in range(10):
            assert sum(pool.map(hear, [f"PM-{number}"] * 2)) == 1
    assert books.totals().net_pence == 10 * 500
    assert books.problems() == []


@ONE_ENGINE
def test_a_late_event_keeps_its_own_time_but_goes_into_the_open_period(
    books: Books, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2026, 12, 1, 0, 5, tzinfo=UTC))
    (late,) = books.bring("PM-1", ACCRUED, at=datetime(2026, 11, 30, 23, 59, tzinfo=UTC))
    assert (late.period, late.event_at.month) == ("2026-12", 11)


@ONE_ENGINE
def test_the_month_never_goes_back_when_a_clock_does(
    books: Books, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2026, 12, 1, tzinfo=UTC))
    books.bring("PM-1", ACCRUED)
    clock_at(datetime(2026, 11, 30, tzinfo=UTC))
    assert [txn.period for txn in books.bring("PM-2", ACCRUED)] == ["2026-12"]
    assert books.problems() == []


@ONE_ENGINE
def test_only_plain_facts_have_a_written_form(books: Books) -> None:
    asked = dataclasses.replace(request(books), event_at=datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(TypeError, match="no place in a ledger"):
        asked.digest([])

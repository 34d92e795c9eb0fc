"""What was promised on a day and whether it was kept is answered from what was written down."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from shop.finance.evidence_beside import Beside
from shop.finance.evidence_rows import answered
from shop.giving import agreements, shown_statements
from shop.giving.evidence import Answer, Evidence, evidence
from shop.giving.ledger import Standing
from shop.giving.models import Policy
from shop.giving.policies import statement
from tests.engines import ONE_ENGINE
from tests.giving.conftest import Books
from tests.giving.test_remittances import pay, undo

ACCRUED, HELD, NONE = Standing.ACCRUED, Standing.HELD, Standing.NONE
FOURTH = date(2031, 6, 4)
NOTHING_BESIDE = Beside({}, {}, ())

On = Callable[..., None]


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2031, month, day, hour, tzinfo=UTC)


@pytest.fixture
def on(clock_at: Callable[[datetime], None]) -> On:
    """Set the clock to a day of 2031."""
    return lambda month, day, hour=12: clock_at(at(month, day, hour))


@pytest.fixture
def agreed(books: Books, on: On) -> Books:
    """An agreement from 1 April 2031, under which real gifts are given."""
    on(3, 10)
    with books.database.transaction() as session:
        new = agreements.NewAgreement(
            charity_name="PANDAS Foundation UK", charity_description="a perinatal mental-health charity",
            charity_number="1234567", number_looked_up_on=date(2031, 3, 2),
            charity_url="https://pandasfoundation.org.uk/", amount_pence=500, basis="unit",
            agreement_reference="IR-2", agreement_signed_on=date(2031, 3, 3), starts_on=date(2031, 4, 1),
            ends_on=None, pay_within_days=28,
        )  # fmt: skip
        books.policy = agreements.enter(session, new, actor="finance 2").id
    return books


def found(books: Books, day: date = FOURTH) -> Evidence:
    with books.database.reading() as session:
        return evidence(session, "live", day)


def answers(books: Books, today: date, day: date = FOURTH) -> Answer:
    return found(books, day).answer(today)


@ONE_ENGINE
def test_a_day_without_a_promise_or_without_a_sale_says_so(agreed: Books) -> None:
    assert answers(agreed, date(2031, 7, 1), date(2031, 3, 31)) is Answer.NO_PROMISE
    assert answers(agreed, date(2031, 7, 1)) is Answer.NOTHING_SOLD
    assert "£5 of the price" in found(agreed).statement


def test_the_gifts_of_a_day_are_those_of_the_money_received_on_it_by_britains_clocks(
    agreed: Books, on: On
) -> None:
    on(6, 10)
    for number, moment in enumerate((at(6, 3, 22), at(6, 3, 23), at(6, 4, 22), at(6, 4, 23)), 1):
        agreed.bring(f"PM-{number}", ACCRUED, at=moment)
    assert [gift.order_reference for gift in found(agreed).gifts] == ["PM-2", "PM-3"]


@ONE_ENGINE
def test_it_is_known_which_payment_brought_a_days_gifts_and_whether_in_time(agreed: Books, on: On) -> None:
    on(6, 10)
    agreed.bring("PM-1", ACCRUED, ACCRUED, at=at(6, 3))
    agreed.bring("PM-2", ACCRUED, ACCRUED, ACCRUED, at=at(6, 4))
    agreed.bring("PM-3", ACCRUED, at=at(6, 5))
    assert answers(agreed, date(2031, 7, 2)) is Answer.NOT_DUE
    assert answers(agreed, date(2031, 7, 3)) is Answer.OVERDUE
    on(7, 10)
    first = pay(agreed, 1700, paid_on=date(2031, 7, 1))
    assert found(agreed).unpaid_pence == 800
    last = pay(agreed, 1300, paid_on=date(2031, 7, 5))
    seen = found(agreed)
    assert [(made.seq, pence) for made, pence in seen.payments] == [(first.seq, 700), (last.seq, 800)]
    assert [gift.paid_pence for gift in seen.gifts] == [500, 500, 500]
    assert [gift.days_late for gift in seen.gifts] == [0, 3, 3]
    assert seen.answer(date(2031, 7, 10)) is Answer.KEPT_LATE
    assert answers(agreed, date(2031, 7, 10), date(2031, 6, 3)) is Answer.KEPT
    undo(agreed, last.seq)
    assert answers(agreed, date(2031, 7, 10)) is Answer.OVERDUE


@ONE_ENGINE
def test_a_gift_that_is_late_is_not_excused_by_another_of_its_day_that_is_due_later(
    agreed: Books, on: On
) -> None:
    """What a won dispute brings back is received anew, and due anew; the other was due all the while."""
    on(6, 4)
    agreed.bring("PM-1", ACCRUED, ACCRUED, at=at(6, 4))
    agreed.bring("PM-1", HELD, ACCRUED, at=at(6, 20))
    on(7, 20)
    agreed.bring("PM-1", ACCRUED, ACCRUED, at=at(7, 20))
    assert [gift.due_on for gift in found(agreed).gifts] == [date(2031, 8, 17), date(2031, 7, 2)]
    assert answers(agreed, date(2031, 7, 2)) is Answer.NOT_DUE
    assert answers(agreed, date(2031, 7, 3)) is Answer.OVERDUE
    assert answered(found(agreed), NOTHING_BESIDE, date(2031, 7, 21)).more == (
        ": £5.00 of £10.00 is not paid over yet; it was due by 2 July 2031."
    )
    pay(agreed, 500, paid_on=date(2031, 7, 20))
    assert answers(agreed, date(2031, 7, 21)) is Answer.NOT_DUE
    assert answered(found(agreed), NOTHING_BESIDE, date(2031, 7, 21)).more == (
        ": £5.00 of £10.00 is not paid over yet; it is due by 17 August 2031."
    )


def test_what_went_back_to_buyers_is_not_given_and_what_a_bank_holds_waits(agreed: Books, on: On) -> None:
    on(6, 30)
    agreed.bring("PM-1", ACCRUED, ACCRUED, at=at(6, 4))
    agreed.bring("PM-1", NONE, HELD, at=at(6, 20))
    seen = found(agreed)
    assert [(gift.standing, gift.since) for gift in seen.gifts] == [
        (NONE, date(2031, 6, 20)), (HELD, date(2031, 6, 20)),
    ]  # fmt: skip
    assert seen.answer(date(2031, 9, 1)) is Answer.WAITING
    agreed.bring("PM-1", NONE, NONE, at=at(6, 25))
    assert answers(agreed, date(2031, 9, 1)) is Answer.ALL_BACK
    agreed.bring("PM-2", ACCRUED, at=at(6, 5))
    pay(agreed, 500, paid_on=date(2031, 6, 30))
    assert answers(agreed, date(2031, 9, 1)) is Answer.ALL_BACK, "that payment is for the fifth"
    assert answers(agreed, date(2031, 9, 1), date(2031, 6, 5)) is Answer.KEPT


def test_what_the_site_said_is_noted_when_it_becomes_another_and_stands_for_good(
    agreed: Books, on: On, monkeypatch: pytest.MonkeyPatch
) -> None:
    def notes(month: int, day: int, hour: int = 12) -> bool:
        on(month, day, hour)
        return shown_statements.note(agreed.database, "live")

    assert notes(3, 20)
    assert not notes(3, 31, 22)
    assert notes(3, 31, 23)  # 1 April in London
    assert not notes(6, 4)
    with agreed.database.reading() as session:
        said = statement(session.scalars(select(Policy).where(Policy.id == agreed.policy)).one())
    monkeypatch.setattr(
        "shop.giving.policies._WORDINGS", {2: "{amount} of {each} goes to {charity}, {description}; {one}."}
    )
    assert notes(6, 4, 15)
    assert [shown.text for shown in found(agreed, date(2031, 3, 31)).shown] == [""]
    assert [shown.text for shown in found(agreed, date(2031, 4, 1)).shown] == [said]
    first, second = found(agreed).shown
    assert (first.text, first.until, second.since) == (said, at(6, 4, 15), at(6, 4, 15))
    assert second.text.startswith("£5 of every piece goes to PANDAS")
    assert found(agreed, date(2031, 3, 19)).shown == []
    assert not notes(6, 1), "a clock that was set back notes nothing"
    for tampering in ("UPDATE shown_statement SET text = 'another'", "DELETE FROM shown_statement"):
        with pytest.raises(DBAPIError, match="never"):
            agreed.run(tampering)


def test_one_charitys_payments_do_not_pay_anothers_gifts(agreed: Books, on: On) -> None:
    on(6, 10)
    with agreed.database.transaction() as session:
        one = session.scalars(select(Policy).where(Policy.id == agreed.policy)).one()
        agreements.end(session, one.id, on=date(2031, 6, 30), actor="finance 2")
        promise = {
            name: getattr(one, name)
            for name in ("charity_description", "charity_number", "charity_url", "basis", "pay_within_days")
        }
        new = agreements.NewAgreement(
            charity_name="Another Charity", number_looked_up_on=None, amount_pence=700,
            agreement_reference="IR-3", agreement_signed_on=date(2031, 6, 1), starts_on=date(2031, 7, 1),
            ends_on=None, **promise,
        )  # fmt: skip
        other = agreements.enter(session, new, actor="finance 2").id
    agreed.bring("PM-1", ACCRUED, at=at(6, 4))
    on(7, 20)
    pay(agreed, 700, paid_on=date(2031, 7, 20), policy_id=other, more_than_owed=True)
    assert answers(agreed, date(2031, 7, 20)) is Answer.OVERDUE
    assert "Another Charity" in found(agreed, date(2031, 7, 1)).statement
    pay(agreed, 500, paid_on=date(2031, 7, 20))
    assert answers(agreed, date(2031, 7, 20)) is Answer.KEPT_LATE

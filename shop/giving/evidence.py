"""What was promised on a day, and whether it was kept: everything behind the answer, and no name."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.giving import agreements, documents
from shop.giving.agreements import Written
from shop.giving.day_gifts import DayGift, gifts_of
from shop.giving.documents import About, Document
from shop.giving.month_close import Closed, closed_months
from shop.giving.payments_made import Remittance
from shop.giving.policies import policy_in_force, statement
from shop.giving.shown_statements import Shown, shown_on
from shop.giving.sums import Book
from shop.giving.transitions import Standing


class Answer(StrEnum):
    """Whether it was kept."""

    NO_PROMISE = "no promise"
    NOTHING_SOLD = "nothing sold"
    ALL_BACK = "all taken back"
    KEPT = "kept"
    KEPT_LATE = "kept late"
    NOT_DUE = "not due yet"
    WAITING = "waiting"
    OVERDUE = "overdue"


@frozen(kw_only=True)
class Evidence:
    """What is known of one day's promise."""

    day: date
    book: Book
    statement: str
    """What the agreement in force had the site say; empty when there was none."""
    shown: Sequence[Shown]
    """What was noted that the site said; empty for a day before that was noted."""
    agreement: Written | None
    documents: Sequence[Document]
    gifts: Sequence[DayGift]
    payments: Sequence[tuple[Remittance, int]]
    """Those that paid these gifts over, with their pence, the first made first."""
    receipts: Mapping[int, Sequence[Document]]
    """What the charity sent, by payment."""
    months: Mapping[str, Closed | None]
    """In which they were booked, and whether those are closed."""

    @property
    def standing(self) -> Sequence[DayGift]:
        """The gifts that stand."""
        return [gift for gift in self.gifts if gift.standing is Standing.ACCRUED]

    @property
    def held(self) -> Sequence[DayGift]:
        """Those that wait for a bank."""
        return [gift for gift in self.gifts if gift.standing is Standing.HELD]

    @property
    def unpaid(self) -> Sequence[DayGift]:
        """Those that stand and are not paid over whole."""
        return [gift for gift in self.standing if gift.unpaid_pence]

    @property
    def unpaid_pence(self) -> int:
        """What of those that stand is not paid over yet."""
        return sum(gift.unpaid_pence for gift in self.unpaid)

    def overdue(self, today: date) -> Sequence[DayGift]:
        """Those of them whose day has passed: what a won dispute brought back is due later than the rest."""
        return [gift for gift in self.unpaid if gift.due_on < today]

    @property
    def days_late(self) -> int:
        """By how many days the last of it was paid too late."""
        return max((gift.days_late for gift in self.standing), default=0)

    def answer(self, today: date) -> Answer:
        """Whether it was kept."""
        if not self.gifts:
            return Answer.NOTHING_SOLD if self.statement else Answer.NO_PROMISE
        if self.unpaid:
            return Answer.OVERDUE if self.overdue(today) else Answer.NOT_DUE
        if self.standing:
            return Answer.KEPT_LATE if self.days_late else Answer.KEPT
        return Answer.WAITING if self.held else Answer.ALL_BACK


NOON: Final = timedelta(hours=12)


def evidence(session: Session, book: Book, day: date) -> Evidence:
    """Everything behind the answer to "what was promised on that day, and was it kept"."""
    policy = policy_in_force(session, clock.begins(day) + NOON, samples=book == "test")
    gifts = gifts_of(session, book, day)
    payments = _summed(gifts)
    closed = closed_months(session)
    return Evidence(
        day=day,
        book=book,
        statement=statement(policy) if policy else "",
        shown=shown_on(session, book, day),
        agreement=agreements.one(session, policy.id) if policy else None,
        documents=documents.listed(session, About(policy_id=policy.id)) if policy else (),
        gifts=gifts,
        payments=payments,
        receipts=documents.of_payments(session, [made.seq for made, _ in payments]),
        months={month: closed.get(month) for month in sorted({gift.month for gift in gifts})},
    )


def _summed(gifts: Sequence[DayGift]) -> Sequence[tuple[Remittance, int]]:
    pence: dict[int, int] = {}
    made: dict[int, Remittance] = {}
    for payment, part in (paid for gift in gifts for paid in gift.paid):
        made[payment.seq] = payment
        pence[payment.seq] = pence.get(payment.seq, 0) + part
    return [(made[seq], pence[seq]) for seq in sorted(made)]

"""What was asked, answered, corrected and promised between buyer and workshop, for an order's history."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.claims.models import Claim, ClaimStep, SendBack
from shop.frozen import frozen
from shop.fulfilment.models import Correction, DateStep, UnitQuestion
from shop.orders.models import EmailChange, OrderLine
from shop.payments.models import Suspicion
from shop.web.dates import short_day

BUYER = "buyer"
STRIPE = "stripe"


@frozen
class Happened:
    """One thing, with when it was and when we learnt of it."""

    at: datetime
    learnt_at: datetime
    what: str
    who: str
    amount: str = ""


def talked(session: Session, order_id: int) -> Iterator[Happened]:
    """All of it, without a word of what was written: that stands on the order's page."""
    yield from _dates(session, order_id)
    yield from _corrections(session, order_id)
    yield from _addresses(session, order_id)
    yield from _questions(session, order_id)
    yield from _claims(session, order_id)
    yield from _sent_back(session, order_id)
    yield from _suspected(session, order_id)


def _one(at: datetime | None, what: str, who: str | None) -> Iterator[Happened]:
    if at is not None:
        yield Happened(at, at, what, who or BUYER)


def _dates(session: Session, order_id: int) -> Iterator[Happened]:
    for row in session.scalars(select(DateStep).where(DateStep.order_id == order_id)):
        yield from _one(row.at, f"day to post by, {row.kind}: {short_day(row.posted_by)}", row.actor)


def _corrections(session: Session, order_id: int) -> Iterator[Happened]:
    for row in session.scalars(select(Correction).where(Correction.order_id == order_id)):
        place = f"piece {row.line_number}: " if row.line_number else ""
        yield from _one(row.at, f"{place}{row.subject} corrected", row.actor)


def _addresses(session: Session, order_id: int) -> Iterator[Happened]:
    for row in session.scalars(select(EmailChange).where(EmailChange.order_id == order_id)):
        yield from _one(row.asked_at, "another e-mail address asked for", row.actor)
        yield from _one(row.confirmed_at, "the e-mail address confirmed", BUYER)
        yield from _one(row.withdrawn_at, "the e-mail address asked for withdrawn", row.actor)


def _questions(session: Session, order_id: int) -> Iterator[Happened]:
    query = select(OrderLine.number, UnitQuestion).join(OrderLine, OrderLine.id == UnitQuestion.order_line_id)
    for number, row in session.execute(query.where(UnitQuestion.order_id == order_id)):
        yield from _one(row.asked_at, f"piece {number}: question asked", row.actor)
        yield from _one(row.answered_at, f"piece {number}: question answered", BUYER)


def _claims(session: Session, order_id: int) -> Iterator[Happened]:
    query = select(Claim.number, ClaimStep).join(Claim, Claim.id == ClaimStep.claim_id)
    for number, row in session.execute(query.where(Claim.order_id == order_id)):
        outcome = f" ({row.outcome})" if row.outcome else ""
        yield from _one(row.at, f"claim {number}: {row.kind}{outcome}", row.actor)


def _sent_back(session: Session, order_id: int) -> Iterator[Happened]:
    query = select(OrderLine.number, SendBack).join(OrderLine, OrderLine.id == SendBack.order_line_id)
    for number, row in session.execute(query.where(SendBack.order_id == order_id)):
        yield from _one(row.told_at, f"piece {number}: to be sent back", row.told_by)
        yield from _one(row.arrived_at, f"piece {number}: arrived here ({row.arrived_as})", row.arrived_by)
        yield from _one(row.kept_at, f"piece {number}: kept after all", BUYER)


def _suspected(session: Session, order_id: int) -> Iterator[Happened]:
    for row in session.scalars(select(Suspicion).where(Suspicion.order_id == order_id)):
        yield from _one(row.raised_at, f"Stripe raised a {row.kind} ({row.reason})", STRIPE)
        yield from _one(row.closed_at, f"Stripe closed the {row.kind} ({row.closed_as})", STRIPE)

"""What is known of a day beside the ledger of gifts: its orders, and what the charity confirmed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from shop import clock
from shop.confirmations import payment_confirmations
from shop.frozen import frozen
from shop.giving.evidence import Evidence
from shop.giving.models import LedgerTxn
from shop.giving.sums import Book
from shop.orders.models import Order
from shop.payments.kinds import EntryKind
from shop.payments.models import PaymentEntry


@frozen
class Beside:
    """What the ledger does not say of a day."""

    carried: Mapping[str, int]
    """How many of the orders that were placed on it carry which sentence."""
    confirmed: Mapping[int, datetime]
    """When the charity confirmed which of the payments."""
    without: Sequence[tuple[str, str]]
    """Orders with a promise that were paid for on it and brought no gift, with their states."""


def beside(session: Session, found: Evidence) -> Beside:
    """Ask the orders and the charity's confirmations."""
    payments = [made.seq for made, _ in found.payments]
    return Beside(
        _carried(session, found.book, found.day),
        payment_confirmations.first_that_counts(session, payments),
        _without_gift(session, found.book, found.day),
    )


def _carried(session: Session, book: Book, day: date) -> Mapping[str, int]:
    begins, ends = clock.begins(day), clock.begins(day + timedelta(days=1))
    query = (
        select(func.coalesce(Order.donation_statement, ""), func.count())
        .where(Order.book == book, Order.placed_at >= begins, Order.placed_at < ends)
        .group_by(Order.donation_statement)
    )
    return dict(session.execute(query).all())


def _without_gift(session: Session, book: Book, day: date) -> Sequence[tuple[str, str]]:
    begins, ends = clock.begins(day), clock.begins(day + timedelta(days=1))
    query = (
        select(Order.reference, Order.state)
        .join(PaymentEntry, PaymentEntry.order_id == Order.id)
        .where(
            Order.book == book,
            Order.donation_statement.is_not(None),
            PaymentEntry.kind == EntryKind.PAYMENT,
            PaymentEntry.event_at >= begins,
            PaymentEntry.event_at < ends,
            PaymentEntry.booked_at >= begins - timedelta(days=1),
            ~exists().where(LedgerTxn.order_reference == Order.reference),
        )
        .order_by(Order.reference)
    )
    return [(reference, state) for reference, state in session.execute(query)]

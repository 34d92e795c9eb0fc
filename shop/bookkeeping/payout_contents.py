"""What payouts are made of, and where each of them is."""

from collections.abc import Sequence

from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.orm import Session

from shop.bookkeeping.balance_transaction_rows import PAYOUTS
from shop.bookkeeping.models import BalanceTransaction, Payout, PayoutArrival
from shop.frozen import frozen
from shop.orders.models import Order
from shop.payments.services import Services


@frozen
class Content:
    """The rows of one kind in a payout, added up: pence."""

    category: str
    """Stripe's reporting category."""
    count: int
    amount: int
    fee: int
    net: int


@frozen
class Move:
    """One row of Stripe's, and the order it is about."""

    row: BalanceTransaction
    reference: str | None


def find_payout(session: Session, services: Services, payout_id: str) -> Payout | None:
    """The payout of that id, if it is of our book."""
    found = session.get(Payout, payout_id)
    ours = found is not None and (found.mode, found.book) == (services.mode, services.book)
    return found if ours else None


def listed(
    session: Session, services: Services, *, before: str | None, most: int
) -> Sequence[tuple[Payout, PayoutArrival | None]]:
    """Payouts, newest first, from the one after `before` on; and what was seen of them at the bank."""
    query = (
        select(Payout, PayoutArrival)
        .outerjoin(
            PayoutArrival, and_(PayoutArrival.payout_id == Payout.id, PayoutArrival.undone_at.is_(None))
        )
        .where(Payout.mode == services.mode, Payout.book == services.book)
        .order_by(Payout.created.desc(), Payout.id.desc())
        .limit(most)
    )
    if before is not None:
        last = select(Payout.created, Payout.id).where(Payout.id == before).scalar_subquery()
        query = query.where(tuple_(Payout.created, Payout.id) < last)
    return [(payout, arrival) for payout, arrival in session.execute(query)]


def contents(session: Session, payout_id: str) -> Sequence[Content]:
    """What is in a payout by kind, without the payout itself."""
    rows = session.execute(
        select(
            BalanceTransaction.reporting_category,
            func.count(),
            func.sum(BalanceTransaction.amount),
            func.sum(BalanceTransaction.fee),
            func.sum(BalanceTransaction.net),
        )
        .where(BalanceTransaction.payout_id == payout_id)
        .where(BalanceTransaction.reporting_category.not_in(PAYOUTS))
        .group_by(BalanceTransaction.reporting_category)
        .order_by(BalanceTransaction.reporting_category)
    )
    return [Content(category, *map(int, sums)) for category, *sums in rows]


def moves_in(session: Session, payout_id: str, *, most: int) -> Sequence[Move]:
    """The rows in a payout, newest first, without the payout itself."""
    return _moves(
        session,
        BalanceTransaction.payout_id == payout_id,
        BalanceTransaction.reporting_category.not_in(PAYOUTS),
        most=most,
    )


def moves_of(session: Session, order_id: int) -> Sequence[Move]:
    """Stripe's rows about an order, newest first."""
    return _moves(session, BalanceTransaction.order_id == order_id)


def _moves(session: Session, *which: object, most: int | None = None) -> Sequence[Move]:
    rows = session.execute(
        select(BalanceTransaction, Order.reference)
        .outerjoin(Order, Order.id == BalanceTransaction.order_id)
        .where(*which)  # type: ignore[arg-type]
        .order_by(BalanceTransaction.created.desc(), BalanceTransaction.id.desc())
        .limit(most)
    )
    return [Move(row, reference) for row, reference in rows]

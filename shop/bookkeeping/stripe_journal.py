"""What Stripe's own rows are in the books: its fees, what came in and went back, what left for the bank."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.bookkeeping.balance_transaction_rows import PAYOUTS
from shop.bookkeeping.chart_of_accounts import JournalEntry, MoneyAccount, lines_of
from shop.bookkeeping.models import BalanceTransaction
from shop.bookkeeping.month_bounds import Bounds
from shop.giving.booking_days import counts_on
from shop.money import CURRENCY
from shop.orders.models import Order
from shop.payments.services import Services

BATCH: Final = 500
FEES: Final = frozenset({"fee", "network_cost"})
"""Reporting categories of what Stripe charges by itself: docs.stripe.com/reports/reporting-categories."""
CLIMATE: Final = frozenset({"contribution", "climate_order_purchase", "climate_order_refund"})
"""What Stripe takes for its Climate, of every payment where the owner has chosen that."""
TOPUPS: Final = frozenset({"topup", "topup_reversal"})
AGAINST: Final[Mapping[str, MoneyAccount]] = (
    dict.fromkeys(PAYOUTS, MoneyAccount.TRANSIT)
    | dict.fromkeys(FEES | CLIMATE, MoneyAccount.STRIPE_FEES)
    | dict.fromkeys(TOPUPS, MoneyAccount.BANK)
)
"""Where else than between the shop and Stripe a row of a category has its counterpart."""
OF_DISPUTES: Final = frozenset({"dispute", "dispute_reversal"})


def stripe_entries(session: Session, services: Services, bounds: Bounds) -> Iterator[JournalEntry]:
    """What Stripe's rows of these months are. Rows in other currencies are not in the books."""
    return _entries(session, services, BalanceTransaction.period.between(bounds.first, bounds.last))


def stripe_entries_of_order(session: Session, services: Services, order_id: int) -> Iterator[JournalEntry]:
    """What Stripe's rows about one order are."""
    return _entries(session, services, BalanceTransaction.order_id == order_id)


def of_row(row: BalanceTransaction, reference: str | None) -> JournalEntry:
    """One row of Stripe's."""
    category = row.reporting_category
    fees = MoneyAccount.DISPUTE_FEES if category in OF_DISPUTES else MoneyAccount.STRIPE_FEES
    against = AGAINST.get(category, MoneyAccount.CLEARING)
    return JournalEntry(
        key=row.id,
        period=row.period,
        day=counts_on(row.period, row.created),
        happened_on=clock.in_britain(row.created).date(),
        what=f"Stripe: {category.replace('_', ' ')}",
        reference=reference,
        stripe_id=row.source or row.id,
        lines=lines_of((MoneyAccount.STRIPE, row.net), (fees, row.fee), (against, -row.amount)),
    )


def _entries(session: Session, services: Services, which: Any) -> Iterator[JournalEntry]:
    query = (
        select(BalanceTransaction, Order.reference)
        .outerjoin(Order, Order.id == BalanceTransaction.order_id)
        .where(BalanceTransaction.mode == services.mode, BalanceTransaction.book == services.book)
        .where(BalanceTransaction.currency == CURRENCY, which)
        .order_by(BalanceTransaction.created, BalanceTransaction.id)
        .execution_options(yield_per=BATCH)
    )
    return (of_row(row, reference) for row, reference in session.execute(query))

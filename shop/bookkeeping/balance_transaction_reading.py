"""Reading Stripe's rows: nightly, from where the last reading came to, a page at a time.

Each page is asked for outside any transaction and written with where it was in one; so a reading that is
broken off goes on there, and reading anything twice writes it once.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shop import clock
from shop.bookkeeping.balance_transaction_rows import keep_moves, keep_payouts
from shop.bookkeeping.balance_transaction_state import (
    READ_EVERY,
    Progress,
    locked,
    progress_of,
    put_off,
    write_page,
)
from shop.bookkeeping.models import BalanceTransaction, BalanceTransactionReading, Payout, Stage
from shop.failures import failures
from shop.orders.models import Order
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.models import PaymentEntry
from shop.payments.services import Services
from shop.payments.stripe_account import other_account
from shop.payments.stripe_snapshot import MoveSeen

__all__ = [
    "READ_EVERY",
    "Progress",
    "begin",
    "read_again",
    "read_balance_transactions",
    "read_if_due",
    "read_page",
]

OVERLAP: Final = timedelta(days=14)
"""How far each reading reaches back behind the one before: rows can be dated before they are listed, and a
payout that was paid can come back for five working days (docs.stripe.com/payouts)."""
CHANGES_FOR: Final = timedelta(days=30)
"""How far at most, for rows that were pending and payouts that were under way."""
MISSING_SINCE: Final = timedelta(days=60)
"""How long a payment's own row is asked for that Stripe did not list."""
MISSING_AT_ONCE: Final = 10
MOST_MISSING: Final = 200
"""Asked for in one reading: more at once are no rows that come late."""

log = logging.getLogger(__name__)


def read_balance_transactions(
    services: Services, tell: Callable[[Progress], object] = lambda _: None
) -> Progress:
    """Read all that is new at Stripe, telling of each page.

    Raises GatewayDown or GatewayRefused: what was read is kept, and the next reading goes on there.
    """
    found = begin(services)
    while not found.finished:
        found = read_page(services)
        tell(found)
    return found


def read_if_due(services: Services) -> Progress | None:
    """The worker's: read one page if it is time and Stripe answers; else None. Raises nothing of Stripe's."""
    with services.database.looking() as session:
        state = session.get(BalanceTransactionReading, (services.mode, services.book))
    if state is not None and state.due_at > clock.now():
        return None
    idle = state is None or state.stage == Stage.IDLE
    try:
        found = begin(services) if idle else read_page(services)
    except (GatewayDown, GatewayRefused) as error:
        failures.note(log, "reading what moved at Stripe was put off", error, expected=True)
        put_off(services, error)
        return None
    return found


def begin(services: Services) -> Progress:
    """Begin a reading, unless one is under way. Raises GatewayRefused when the key is of another account."""
    if other_account(services):
        raise GatewayRefused("other_account", "", HTTPStatus.NOT_FOUND)
    with services.database.transaction() as session:
        state = locked(session, services)
        if state.stage == Stage.IDLE:
            state.stage, state.after, state.rows = Stage.PAYOUTS, None, 0
            state.started_at, state.step = services.gateway.now(), state.step + 1
        return progress_of(state)


def read_page(services: Services) -> Progress:
    """Read the next page of the reading that is under way. Raises GatewayDown or GatewayRefused."""
    with services.database.reading() as session:
        state = session.get_one(BalanceTransactionReading, (services.mode, services.book))
    return _STAGES[Stage(state.stage)](services, state)


def read_again(session: Session, services: Services) -> None:
    """Let the worker read at once."""
    locked(session, services).due_at = clock.now()


def _payouts(services: Services, seen: BalanceTransactionReading) -> Progress:
    with services.database.reading() as session:
        since = _since(session, seen, Payout.created, Payout.status.in_(["pending", "in_transit"]))
    rows, more = services.gateway.some_payouts(since=since, after=seen.after)
    after = rows[-1].id if more else None
    return write_page(services, seen, lambda session: keep_payouts(session, seen, rows), len(rows), after)


def _balance_transactions(services: Services, seen: BalanceTransactionReading) -> Progress:
    with services.database.reading() as session:
        since = _since(session, seen, BalanceTransaction.created, BalanceTransaction.status == "pending")
    rows, more = services.gateway.some_moves(since=since, after=seen.after)
    after = rows[-1].id if more else None
    return write_page(services, seen, lambda session: keep_moves(session, seen, rows), len(rows), after)


def _members(services: Services, seen: BalanceTransactionReading) -> Progress:
    with services.database.reading() as session:
        payout_id = session.scalar(_next_payout(seen))
    if payout_id is None:
        return write_page(services, seen, lambda _session: None)
    rows, more = _in_payout(services, payout_id, seen.after)

    def keep(session: Session) -> None:
        keep_moves(session, seen, rows, payout_id)
        if not more:
            session.get_one(Payout, payout_id).members_read_at = clock.now()

    return write_page(services, seen, keep, len(rows), rows[-1].id if more else None, goes_on=True)


def _in_payout(services: Services, payout_id: str, after: str | None) -> tuple[Sequence[MoveSeen], bool]:
    """A page of what is in it; nothing where Stripe will not say: reconciliation then names it."""
    try:
        return services.gateway.some_moves(payout=payout_id, after=after)
    except GatewayRefused as refused:
        if refused.may_pass or after is not None:
            raise
        return [], False


def _next_payout(seen: BalanceTransactionReading) -> Select[str]:
    """The first payout of which Stripe says what is in it, and that has not been read."""
    return (
        select(Payout.id)
        .where(Payout.mode == seen.mode, Payout.book == seen.book, Payout.members_read_at.is_(None))
        .where(Payout.automatic, Payout.reconciliation_status == "completed")
        .order_by(Payout.created, Payout.id)
        .limit(1)
    )


def _missing(services: Services, seen: BalanceTransactionReading) -> Progress:
    last, asked = map(int, (seen.after or "0 0").split())
    with services.database.reading() as session:
        found = session.execute(_next_missing(services, last)).all()
    if not found or asked >= MOST_MISSING:
        return write_page(services, seen, lambda _session: None)
    moves = [move for one in found for move in services.gateway.some_moves(source=one.stripe_id)[0]]
    after = f"{found[-1].id} {asked + len(found)}"
    return write_page(
        services, seen, lambda session: keep_moves(session, seen, moves), len(moves), after, goes_on=True
    )


def _next_missing(services: Services, after: int) -> Select[int, str]:
    """The next payment entries after this one of which no row was listed."""
    listed = exists().where(BalanceTransaction.source == PaymentEntry.stripe_id)
    return (
        select(PaymentEntry.id, PaymentEntry.stripe_id)
        .join(Order, Order.id == PaymentEntry.order_id)
        .where(services.own, PaymentEntry.id > after, ~listed)
        .where(PaymentEntry.booked_at > clock.now() - MISSING_SINCE)
        .order_by(PaymentEntry.booked_at, PaymentEntry.id)
        .limit(MISSING_AT_ONCE)
    )


def _since(
    session: Session,
    seen: BalanceTransactionReading,
    created: InstrumentedAttribute[datetime],
    may_change: ColumnElement[bool],
) -> datetime | None:
    """From when on rows are read: new ones, and those that may have changed. None: all there are."""
    if seen.whole_until is None:
        return None
    table = created.class_
    oldest = session.scalar(
        select(func.min(created)).where(table.mode == seen.mode, table.book == seen.book, may_change)
    )
    new = seen.whole_until - OVERLAP
    return max(min(new, oldest or new), seen.whole_until - CHANGES_FOR)


_STAGES: Final[Mapping[Stage, Callable[[Services, BalanceTransactionReading], Progress]]] = {
    Stage.PAYOUTS: _payouts,
    Stage.BALANCE_TRANSACTIONS: _balance_transactions,
    Stage.MEMBERS: _members,
    Stage.MISSING: _missing,
}

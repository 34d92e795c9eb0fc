"""Reconciliation: whether Stripe and our own entries tell the same story, to the penny.

Each check is one of Stripe's own identities, so a difference is always somebody's mistake or money that
nobody has explained yet.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.money import pounds_and_pence
from shop.orders.models import Order
from shop.payments.kinds import OWED_STILL
from shop.payments.models import PaymentEntry, RefundRequest
from shop.payments.services import Services
from shop.payments.stripe_account import OTHER_ACCOUNT, other_account
from shop.payments.stripe_snapshot import MoveSeen
from shop.payments.sweep import look_at_all

PAYOUTS: Final = frozenset({"payout", "payout_reversal"})
"""Reporting categories of money on its way between Stripe and our bank: it is about no order."""
NOT_ABOUT_ORDERS: Final = PAYOUTS | {"fee", "network_cost", "topup", "topup_reversal"}

UNLOOKED: Final = "Orders that could not be looked at: {}. They are compared as they were known before."

BATCH: Final = 1000
"""Rows in memory at a time."""


def reconcile(services: Services) -> list[str]:
    """Look at every order, then give a sentence for each thing that does not add up.

    Raises GatewayDown or GatewayRefused.
    """
    if other_account(services):
        return [OTHER_ACCOUNT]
    missed = look_at_all(services).missed
    with closing(_Sides()) as sides:
        moved = sides.take_theirs(services.gateway.moves())
        with services.database.reading() as session:
            sides.take_ours(_entries(session, services))
            owed = list(_owed(session, services))
        differences = list(sides.differences())
    unlooked = [UNLOOKED.format(missed)] if missed else []
    return [*unlooked, *owed, *differences, *_payouts(services), *_balance(services, moved)]


class _Sides:
    """What Stripe and our entries say of each object, side by side in a file that is gone when it is closed.

    Both are streams of any length; only what differs comes back.
    """

    def __init__(self) -> None:
        self._file = sqlite3.connect("")  # private, on disk, and deleted by SQLite itself
        self._file.execute("CREATE TABLE side (source PRIMARY KEY, there DEFAULT 0, here) WITHOUT ROWID")

    def take_theirs(self, moves: Iterable[MoveSeen]) -> int:
        """Add up Stripe's amounts. Give what moved in all, net."""
        moved = 0
        for move in moves:
            moved += move.net
            if move.reporting_category not in NOT_ABOUT_ORDERS:
                self._file.execute(
                    "INSERT INTO side (source, there) VALUES (?, ?)"
                    " ON CONFLICT DO UPDATE SET there = there + excluded.there",
                    (move.source or move.id, move.amount),
                )
        return moved

    def take_ours(self, entries: Iterable[tuple[str, int]]) -> None:
        """Put ours beside it, each object once."""
        self._file.executemany(
            "INSERT INTO side (source, here) VALUES (?, ?) ON CONFLICT DO UPDATE SET here = excluded.here",
            entries,
        )

    def differences(self) -> Iterator[str]:
        """Per object, the sum of Stripe's amounts equals ours, and every move is matched or named."""
        rows = self._file.execute(
            "SELECT source, there, here FROM side WHERE there <> coalesce(here, 0) ORDER BY source"
        )
        for source, there, here in rows:
            if here is None:
                yield f"{source}: {pounds_and_pence(there)} at Stripe, unexplained here."
            else:
                yield f"{source}: {pounds_and_pence(there)} at Stripe, {pounds_and_pence(here)} here."

    def close(self) -> None:
        """Forget it all."""
        self._file.close()


def _owed(session: Session, services: Services) -> Iterator[str]:
    """Every refund that should have gone back and has not."""
    rows = session.execute(
        select(Order.reference, RefundRequest)
        .join(Order, Order.id == RefundRequest.order_id)
        .where(services.own, RefundRequest.state.in_(OWED_STILL))
        .order_by(RefundRequest.id)
    )
    for reference, request in rows:
        why = f" ({request.refused})" if request.refused else ""
        yield f"{reference}: a refund of {pounds_and_pence(request.amount_pence)} is {request.state}{why}."


def _entries(session: Session, services: Services) -> Iterator[tuple[str, int]]:
    """What our entries say of each object at Stripe, in pence."""
    rows = session.execute(
        select(PaymentEntry.stripe_id, func.sum(PaymentEntry.amount_pence))
        .join(Order, Order.id == PaymentEntry.order_id)
        .where(services.own)
        .group_by(PaymentEntry.stripe_id)
        .execution_options(yield_per=BATCH)
    )
    return ((stripe_id, int(pence)) for stripe_id, pence in rows)


def _payouts(services: Services) -> Iterator[str]:
    """What a payout is made of, less its own row, adds up to its amount."""
    for payout in services.gateway.payouts():
        made_of = sum(
            move.net
            for move in services.gateway.moves(payout=payout.id)
            if move.reporting_category not in PAYOUTS
        )
        if payout.status == "paid" and made_of != payout.amount:
            said = f"{pounds_and_pence(payout.amount)}, but it is made of {pounds_and_pence(made_of)}"
            yield f"{payout.id}: a payout of {said}."


def _balance(services: Services, moved: int) -> Iterator[str]:
    """From an opening balance of nothing, everything that moved is what lies there now."""
    balance = services.gateway.balance()
    lies = balance.available + balance.pending
    if lies != moved:
        yield f"Balance: {pounds_and_pence(lies)} at Stripe, but {pounds_and_pence(moved)} moved."

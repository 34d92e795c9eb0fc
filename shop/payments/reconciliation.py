"""Reconciliation: whether Stripe and our own entries tell the same story, to the penny.

Each check is one of Stripe's own identities, so a difference is always somebody's mistake or money that
nobody has explained yet.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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


def reconcile(services: Services) -> list[str]:
    """Look at every order, then give a sentence for each thing that does not add up.

    Raises GatewayDown or GatewayRefused.
    """
    if other_account(services):
        return [OTHER_ACCOUNT]
    look_at_all(services)
    moves = list(services.gateway.moves())
    with services.database.reading() as session:
        ours, owed = _entries(session, services), list(_owed(session, services))
    return [*owed, *_sources(moves, ours), *_payouts(services), *_balance(services, moves)]


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


def _entries(session: Session, services: Services) -> dict[str, int]:
    """What our entries say of each object at Stripe, in pence."""
    rows = session.execute(
        select(PaymentEntry.stripe_id, func.sum(PaymentEntry.amount_pence))
        .join(Order, Order.id == PaymentEntry.order_id)
        .where(services.own)
        .group_by(PaymentEntry.stripe_id)
    )
    return {stripe_id: int(pence) for stripe_id, pence in rows}


def _sources(moves: Sequence[MoveSeen], ours: Mapping[str, int]) -> Iterator[str]:
    """Per object, the sum of Stripe's amounts equals ours, and every move is matched or named."""
    theirs: dict[str, int] = defaultdict(int)
    for move in moves:
        if move.reporting_category not in NOT_ABOUT_ORDERS:
            theirs[move.source or move.id] += move.amount
    for source in sorted(theirs.keys() | ours.keys()):
        there, here = theirs.get(source, 0), ours.get(source)
        if here is None and there:
            yield f"{source}: {pounds_and_pence(there)} at Stripe, unexplained here."
        elif here is not None and there != here:
            yield f"{source}: {pounds_and_pence(there)} at Stripe, {pounds_and_pence(here)} here."


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


def _balance(services: Services, moves: Sequence[MoveSeen]) -> Iterator[str]:
    """From an opening balance of nothing, everything that moved is what lies there now."""
    balance, moved = services.gateway.balance(), sum(move.net for move in moves)
    lies = balance.available + balance.pending
    if lies != moved:
        yield f"Balance: {pounds_and_pence(lies)} at Stripe, but {pounds_and_pence(moved)} moved."

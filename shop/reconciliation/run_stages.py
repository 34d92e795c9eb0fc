"""What a run does in each stage: one batch, of bounded size, from where it has come to.

A new check is a stage here, or a line in one of them. Each batch asks Stripe outside any transaction.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select, true, union
from sqlalchemy.orm import Session

from shop.bookkeeping.balance_transaction_reading import begin as begin_reading
from shop.bookkeeping.balance_transaction_reading import read_page
from shop.bookkeeping.models import BalanceTransactionReading, Payout
from shop.bookkeeping.models import Stage as ReadingStage
from shop.giving.models import LedgerTxn
from shop.money import pounds_and_pence
from shop.orders.models import Order, OrderEvent
from shop.payments.gateway_errors import GatewayDown
from shop.payments.kinds import OWED_STILL
from shop.payments.models import PaymentEntry, RefundRequest
from shop.payments.services import Services
from shop.payments.sweep import Place, look_at_next
from shop.reconciliation.difference_kinds import DifferenceKind, RunStage
from shop.reconciliation.difference_lists import open_differences
from shop.reconciliation.differences import Found
from shop.reconciliation.gift_checks import check_gifts
from shop.reconciliation.ledger_checks import check_ledger
from shop.reconciliation.payout_checks import check_balance, check_payouts
from shop.reconciliation.runs import Batch, RunWork
from shop.reconciliation.source_checks import check_sources
from shop.reconciliation.source_stages import compare_entries, compare_moves, compare_open

ORDERS_AT_A_TIME: Final = 200
PAYOUTS_AT_A_TIME: Final = 50
REST_EACH_NIGHT: Final = 5_000
"""How many of the orders that nothing happened to are compared again each night."""
LOOKS: Final = 3
"""How often orders are looked at again at once that could not be looked at."""


def read_stripe(services: Services, work: RunWork) -> Batch:
    """The next page of what is new at Stripe. Raises GatewayDown or GatewayRefused."""
    if work.run.after is None:
        begin_reading(services)
        return Batch(after="reading")
    with services.database.reading() as session:
        state = session.get(BalanceTransactionReading, (services.mode, services.book))
        over = state is None or state.stage == ReadingStage.IDLE
    return Batch() if over or read_page(services).finished else Batch(after="reading")


def compare_gifts(services: Services, work: RunWork) -> Batch:
    """The gifts of orders that something happened to, and of those that something was open about."""
    after = int(work.run.after or 0)
    with services.database.reading() as session:
        query = _orders(session, services, work).where(Order.id > after).order_by(Order.id)
        ids = session.scalars(query.limit(ORDERS_AT_A_TIME)).all()
    found = check_gifts(services, ids, work.posted_since) if ids else []
    return Batch(found=found, compared=len(ids), after=str(ids[-1]) if _full(ids, ORDERS_AT_A_TIME) else None)


def compare_rest(services: Services, work: RunWork) -> Batch:
    """Some of all other orders, gifts and entries: so what is changed by hand is found in a while as well.

    A shop with no more orders than that is compared whole each night.
    """
    first, done = map(int, (work.run.after or f"{work.run.rest_to} 0").split())
    ids, sources = _next_orders(services, first)
    found, as_before = check_gifts(services, ids, None), list[str]()
    while sources:
        checked = check_sources(services, sources)
        found, as_before = [*found, *checked.found], [*as_before, *checked.as_before]
        sources = sources[checked.done :]
    over, done = not _full(ids, ORDERS_AT_A_TIME), done + len(ids)
    after = None if over or done >= REST_EACH_NIGHT else f"{ids[-1]} {done}"
    rest_to = 0 if over else ids[-1]
    return Batch(found=found, as_before=as_before, compared=len(ids), after=after, rest_to=rest_to)


def _next_orders(services: Services, after: int) -> tuple[Sequence[int], Sequence[str]]:
    """The next orders, and the objects at Stripe that their entries are about."""
    with services.database.reading() as session:
        query = select(Order.id).where(services.own, Order.id > after).order_by(Order.id)
        ids = session.scalars(query.limit(ORDERS_AT_A_TIME)).all()
        of_these = select(PaymentEntry.stripe_id).where(PaymentEntry.order_id.in_(ids)).distinct()
        return ids, session.scalars(of_these.order_by(PaymentEntry.stripe_id)).all()


def compare_ledger(services: Services, work: RunWork) -> Batch:
    """The ledger as a whole."""
    with services.database.reading() as session:
        return Batch(found=check_ledger(session, services, whole=work.all_of_it))


def look_at_orders(services: Services, work: RunWork) -> Batch:
    """Some orders at Stripe, whatever is known of them. Raises GatewayDown when none could be looked at."""
    after = json.loads(work.run.after) if work.run.after else None
    place = Place(datetime.fromisoformat(after[0]), after[1]) if after else None
    looked, place = look_at_next(services, place)
    if looked.missed and work.run.failures < LOOKS:
        raise GatewayDown("orders could not be looked at")
    reached = json.dumps([place.placed_at.isoformat(), place.order_id]) if place else None
    return Batch(looked=looked.done, missed=looked.missed, after=reached)


def compare_payouts(services: Services, work: RunWork) -> Batch:
    """Payouts that were read since the last run, and those that something was open about."""
    new = true() if work.run.since is None else Payout.read_at >= work.run.since
    query = (
        select(Payout.id)
        .where(Payout.mode == services.mode, Payout.book == services.book)
        .where(Payout.id > (work.run.after or ""))
        .order_by(Payout.id)
        .limit(PAYOUTS_AT_A_TIME)
    )
    with services.database.reading() as session:
        opened = [known.difference.about for known in open_differences(session, services)]
        ids = session.scalars(query.where(new | Payout.id.in_(opened))).all()
    reached = ids[-1] if _full(ids, PAYOUTS_AT_A_TIME) else None
    return Batch(found=check_payouts(services, ids), compared=len(ids), after=reached)


def compare_balance(services: Services, work: RunWork) -> Batch:  # noqa: ARG001
    """What lies at Stripe."""
    return Batch(found=check_balance(services), compared=1)


def list_owed_refunds(services: Services, work: RunWork) -> Batch:  # noqa: ARG001
    """Every refund that should have gone back and has not."""
    query = (
        select(Order.reference, RefundRequest)
        .join(Order, Order.id == RefundRequest.order_id)
        .where(services.own, RefundRequest.state.in_(OWED_STILL))
        .order_by(RefundRequest.id)
    )
    with services.database.reading() as session:
        return Batch(found=[_owed(reference, request) for reference, request in session.execute(query)])


Stage = Callable[[Services, RunWork], Batch]

STAGES: Final[Mapping[RunStage, Stage]] = {
    RunStage.READING: read_stripe,
    RunStage.GIFTS: compare_gifts,
    RunStage.LEDGER: compare_ledger,
    RunStage.REST: compare_rest,
    RunStage.LOOKING: look_at_orders,
    RunStage.OPEN: compare_open,
    RunStage.MOVES: compare_moves,
    RunStage.ENTRIES: compare_entries,
    RunStage.PAYOUTS: compare_payouts,
    RunStage.BALANCE: compare_balance,
    RunStage.REFUNDS: list_owed_refunds,
}


def _orders(session: Session, services: Services, work: RunWork) -> Select[int]:
    query = select(Order.id).where(services.own)
    if work.all_of_it or work.before is None:
        return query
    before = work.before
    opened = [known.difference.order_reference for known in open_differences(session, services)]
    posted = select(LedgerTxn.order_reference).where(LedgerTxn.seq > before.ledger_seq)
    happened = union(
        select(OrderEvent.order_id).where(OrderEvent.id > before.events_to),
        select(PaymentEntry.order_id).where(PaymentEntry.id > before.entries_to),
        select(Order.id).where(Order.reference.in_(posted)),
        select(Order.id).where(Order.reference.in_([found for found in opened if found])),
    )
    return query.where(Order.id.in_(select(happened.subquery())))


def _owed(reference: str, request: RefundRequest) -> Found:
    why = f" ({request.refused})" if request.refused else ""
    pence = pounds_and_pence(request.amount_pence)
    return Found(
        kind=DifferenceKind.REFUND_OWED,
        about=request.key,
        said=f"{reference}: a refund of {pence} is {request.state}{why}.",
        theirs=0,
        ours=-request.amount_pence,
        order=reference,
    )


def _full(rows: Sequence[object], most: int) -> bool:
    return len(rows) == most

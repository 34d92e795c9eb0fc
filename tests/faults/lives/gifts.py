"""What the charity should have: the promise read anew, apart from the shop's own reading of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.giving import ledger
from shop.orders.lifecycle import lines_of
from shop.orders.models import Order
from shop.payments.models import PaymentEntry, RefundRequest
from tests.faults.lives.world import World
from tests.faults.stripe_server.account import Body
from tests.faults.stripe_server.after_sales import GONE

UNIT_GIFT = 500
"""Pence that the sample promise gives for each unit sold."""


def gifts_wrong(world: World) -> Iterator[str]:
    """The charity has the promise for each unit kept, by our own reading of the promise."""
    with world.database.reading() as session:
        for order in session.scalars(select(Order)):
            due = UNIT_GIFT * len(units_kept(world, session, order))
            standings = ledger.standings(session, order.reference).values()
            has = UNIT_GIFT * sum(standing is not ledger.Standing.NONE for standing in standings)
            if due != has:
                yield f"{order.reference} ({order.state}): {has}p given, {due}p due"


def units_kept(world: World, session: Session, order: Order) -> list[int]:
    """The units of an order that its buyer keeps and has paid."""
    entries = session.scalars(select(PaymentEntry).where(PaymentEntry.order_id == order.id)).all()
    bought = next((entry.payment_intent for entry in entries if entry.kind == "payment"), None)
    requests = session.scalars(select(RefundRequest).where(RefundRequest.order_id == order.id)).all()
    if bought is None or any(request.reason == "unfillable" for request in requests):
        return []
    prices = {line.number: line.price_pence for line in lines_of(session, order.id)}
    asked = [request for request in requests if request.payment_intent == bought]
    return kept_units(prices, _went_back(world, order, bought, asked))


@dataclass(frozen=True, order=True)
class Back:
    """A sum that is back with the buyer for good, with the units that it names."""

    at: float
    about: str
    pence: int
    postage: int = 0
    lines: tuple[int, ...] = ()


def _went_back(world: World, order: Order, intent: str, asked: Sequence[RefundRequest]) -> list[Back]:
    """Oldest first: refunds that hold, disputes that are over, and what the owner returned by other means."""
    account = world.server.account
    ours = {request.stripe_id: request for request in asked}
    back = [
        _back(order, one["created"], one["id"], one["amount"], ours.get(one["id"]))
        for one in account.of_intent("refund", intent)
        if one["status"] not in GONE
    ]
    for found in account.of_intent("dispute", intent):
        took = -sum(move["amount"] for move in found["balance_transactions"])
        if _over(found) and took > 0:
            back.append(Back(found["created"], found["id"], took))
    back += [
        _back(order, request.requested_at.timestamp(), request.key, request.amount_pence, request)
        for request in asked
        if request.state == "returned elsewhere"
    ]
    return sorted(back)


def _back(order: Order, at: float, about: str, pence: int, request: RefundRequest | None) -> Back:
    if request is None:
        return Back(at, about, pence)
    postage = order.postage_pence if request.with_postage else 0
    return Back(at, about, pence, postage, tuple(request.lines))


def _over(dispute: Body) -> bool:
    return dispute["status"] in {"won", "lost", "prevented", "warning_closed"}


def _just(kept: dict[int, int], pence: int) -> Sequence[int]:
    chosen = (some for size in range(1, len(kept) + 1) for some in combinations(sorted(kept), size))
    return next((some for some in chosen if sum(kept[number] for number in some) == pence), ())


def kept_units(prices: dict[int, int], back: Sequence[Back]) -> list[int]:
    """Goods before postage: a sum takes what it names, else the fewest that cost it; then the dearest."""
    kept, spare = dict(prices), 0
    if sum(one.pence - one.postage for one in back) >= sum(prices.values()):
        return []
    for one in back:
        named = [number for number in one.lines if number in kept]
        takes = named if one.lines else _just(kept, one.pence)
        if sum(kept[number] for number in takes) > one.pence:
            takes = []
        spare += one.pence - one.postage - sum(kept.pop(number) for number in takes)
    for number in sorted(kept, key=lambda number: (-kept[number], number)):
        if kept[number] <= spare:
            spare -= kept.pop(number)
    return list(kept)

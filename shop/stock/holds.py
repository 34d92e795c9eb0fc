"""Holds: stock set aside for one checkout, for a limited time.

Each change of state is one conditional UPDATE, so of a payment and a release that meet, one wins and the
other learns that it lost. A hold's row is always taken before the stock it holds. Settle one hold in one
transaction: two transactions that each settle several could wait for each other.
"""

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import String, bindparam, cast, func, insert, select, update
from sqlalchemy.orm import Session

from shop.orm import table_of
from shop.sql import database_now, is_sqlite, write
from shop.stock import shares
from shop.stock.counts import Shift, level_of, record, shift, shift_all, shift_each
from shop.stock.models import Hold, HoldLine, HoldState, Reason

PAYMENT_WINDOW: Final = timedelta(minutes=31)
"""How long pieces are set aside for an order that is not paid, and its payment page stays open: a minute more
than Stripe's least, and counted on its own clock."""

_HOLD: Final = table_of(Hold)
_HELD: Final = select(HoldLine.variant_id, HoldLine.quantity).where(HoldLine.hold_id == bindparam("hold"))
_SETTLED: Final = (
    update(_HOLD)
    .where(_HOLD.c.id == bindparam("hold"), _HOLD.c.state == bindparam("before"))
    .returning(
        select(
            func.aggregate_strings(
                cast(HoldLine.variant_id, String) + ":" + cast(HoldLine.quantity, String), " "
            )
        )
        .where(HoldLine.hold_id == _HOLD.c.id)
        .correlate(_HOLD)
        .scalar_subquery()
    )
)
"""Settle a hold, and give what it held: pieces by variant id, as text."""


_KEPT: Final = 8
"""Statements, one for each time that a hold may last."""


class SoldOut(Exception):
    """Some of what was asked for is not there. Nothing was set aside."""

    def __init__(self, short: Mapping[int, int]) -> None:
        self.short = dict(short)
        """What can still be had, in pieces, by the id of each variant that is short."""
        super().__init__("Some of these pieces are no longer available.")


class CountsDisagree(Exception):
    """The counters of these variants do not cover a hold that says it is held: see `check`."""

    def __init__(self, variant_ids: Iterable[int]) -> None:
        self.variant_ids = list(variant_ids)
        super().__init__(f"Stock counters and holds disagree for variants {self.variant_ids}.")


def place_hold(
    session: Session,
    quantities: Mapping[int, int],
    lasts: timedelta,
    *,
    instead_of: int | None = None,
    network: str | None = None,
    site: str | None = None,
) -> int:
    """Set aside `quantities` (pieces by variant id) and give the hold's id.

    It expires `lasts` from now by the database's clock. `instead_of` names the basket's earlier hold: it
    is released in the same step, if it is still held, and what it held counts as available. `network` is a
    keyed digest of who asks, `site` one of the larger network; without them no share is counted.
    Raises SoldOut when a variant is short, shares.ShareTaken when it would be more than the network's share;
    then nothing is set aside and the earlier hold stands.
    Raises ValueError when there is nothing to hold or a quantity is not positive.
    """
    _check(quantities)
    asks = shares.Asker(network, site)
    if network is not None:
        shares.wait_for_turn(session, asks)  # before any stock: nobody then waits in a circle
    # One conditional UPDATE is all or nothing by itself; of several, some may be done before one is refused.
    alone = len(quantities) == 1 and instead_of is None
    with nullcontext() if alone else session.begin_nested():
        before = _end_earlier(session, instead_of)
        changes = {
            variant_id: Shift(reserved=quantities.get(variant_id, 0) - before.get(variant_id, 0))
            for variant_id in quantities.keys() | before.keys()
        }
        levels = shift_each(session, changes)
        if short := [variant_id for variant_id, level in levels.items() if level is None]:
            raise SoldOut(
                {
                    variant_id: level_of(session, variant_id).available + before.get(variant_id, 0)
                    for variant_id in short
                }
            )
        if network is not None:
            try:
                shares.refuse_more(session, asks, quantities, levels)
            except shares.ShareTaken:
                if alone:
                    shift_all(session, {v: Shift(reserved=-n) for v, n in quantities.items()})
                raise
        return _write(session, quantities, lasts, HoldState.HELD, asks)


def note_wanted(session: Session, quantities: Mapping[int, int], lasts: timedelta) -> int:
    """Write down `quantities` (pieces by variant id) without setting them aside, and give the hold's id.

    It is a hold that was released at once: `take_again` sells it when its payment comes, if everything can
    still be had. Raises SoldOut when a variant is short now; ValueError as `place_hold` does.
    """
    _check(quantities)
    left = {variant_id: level_of(session, variant_id).available for variant_id in quantities}
    if short := {
        variant_id: left[variant_id] for variant_id, n in quantities.items() if left[variant_id] < n
    }:
        raise SoldOut(short)
    return _write(session, quantities, lasts, HoldState.RELEASED)


def lock_hold(session: Session, hold_id: int) -> None:
    """Let nobody else settle a hold until the transaction ends: before any stock that is locked with it."""
    session.execute(select(Hold.id).where(Hold.id == hold_id).with_for_update())


def sell(session: Session, hold_id: int, *, order_reference: str, actor: str) -> bool:
    """Turn a hold into a sale: its pieces leave the stock. False, and nothing changed, if it is not held.

    A hold past its time that nobody released yet still sells. Raises CountsDisagree.
    """
    held = _settle(session, hold_id, HoldState.HELD, HoldState.SOLD)
    if held is None:
        return False
    _must(shift_all(session, {v: Shift(on_hand=-n, reserved=-n) for v, n in held.items()}))
    _record_sale(session, held, order_reference, actor)
    return True


def sell_some(session: Session, variant_id: int, quantity: int, *, order_reference: str, actor: str) -> bool:
    """Sell pieces that are free, without a hold. False, and nothing changed, if there are not so many."""
    if not shift(session, variant_id, Shift(on_hand=-quantity)):
        return False
    record(session, {variant_id: -quantity}, Reason.SOLD, actor=actor, order_reference=order_reference)
    return True


def release(session: Session, hold_id: int) -> bool:
    """Give a hold's pieces back to everyone. False, and nothing changed, if it is not held.

    Raises CountsDisagree.
    """
    held = _settle(session, hold_id, HoldState.HELD, HoldState.RELEASED)
    if held is None:
        return False
    _must(shift_all(session, {v: Shift(reserved=-n) for v, n in held.items()}))
    return True


def take_again(session: Session, hold_id: int, *, order_reference: str, actor: str) -> bool:
    """Sell a hold that was released before its payment came, if everything it held can still be had.

    False, and nothing changed, if something is gone or the hold is not a released one.
    """
    savepoint = session.begin_nested()
    wanted = _settle(session, hold_id, HoldState.RELEASED, HoldState.SOLD)
    if wanted is not None and not shift_all(session, {v: Shift(on_hand=-n) for v, n in wanted.items()}):
        _record_sale(session, wanted, order_reference, actor)
        savepoint.commit()
        return True
    savepoint.rollback()
    return False


def held_by(session: Session, hold_id: int) -> dict[int, int]:
    """What a hold still sets aside, in pieces by variant id; nothing once it was sold or released."""
    held = session.scalar(select(Hold.id).where(Hold.id == hold_id, Hold.state == HoldState.HELD))
    return {} if held is None else _lines(session, hold_id)


def _settle(session: Session, hold_id: int, before: HoldState, after: HoldState) -> dict[int, int] | None:
    """Settle a hold that stands so: what it held, in pieces by variant id; None when it does not."""
    asked = {"hold": hold_id, "before": before, "state": after, "network": None, "site": None}
    row = session.connection().execute(_settled(is_sqlite(session)), asked).one_or_none()
    if row is None:
        return None
    pairs = (line.split(":") for line in (row[0] or "").split())
    return {int(variant): int(quantity) for variant, quantity in pairs}


@cache
def _settled(on_sqlite: bool) -> Any:  # noqa: FBT001
    return _SETTLED.values(settled_at=database_now(on_sqlite))


@lru_cache(maxsize=_KEPT)
def _placed(on_sqlite: bool, lasts: timedelta, *, settled: bool) -> Any:  # noqa: FBT001
    now, ends = database_now(on_sqlite), database_now(on_sqlite, after=lasts)
    times = {"created_at": now, "expires_at": ends, "settled_at": now if settled else None}
    return insert(_HOLD).values(times).returning(_HOLD.c.id)


def _end_earlier(session: Session, hold_id: int | None) -> dict[int, int]:
    """Mark the basket's earlier hold as released and give what it held; its counters are still to do."""
    return {} if hold_id is None else _settle(session, hold_id, HoldState.HELD, HoldState.RELEASED) or {}


def _check(quantities: Mapping[int, int]) -> None:
    if not quantities or any(quantity <= 0 for quantity in quantities.values()):
        raise ValueError("a hold sets at least one piece of each variant aside")


def _write(
    session: Session,
    quantities: Mapping[int, int],
    lasts: timedelta,
    state: HoldState,
    asks: shares.Asker = shares.NOBODY,
) -> int:
    placed = _placed(is_sqlite(session), lasts, settled=state is not HoldState.HELD)
    row = {"state": state, "network": asks.network, "site": asks.site}
    hold_id: int = session.connection().execute(placed, row).scalar_one()
    lines = [{"hold_id": hold_id, "variant_id": v, "quantity": n} for v, n in sorted(quantities.items())]
    write(session, HoldLine, lines)
    return hold_id


def _lines(session: Session, hold_id: int) -> dict[int, int]:
    rows = session.connection().execute(_HELD, {"hold": hold_id})
    return {row.variant_id: row.quantity for row in rows}


def _must(refused: list[int]) -> None:
    if refused:
        raise CountsDisagree(refused)


def _record_sale(session: Session, sold: Mapping[int, int], order_reference: str, actor: str) -> None:
    out = {variant_id: -quantity for variant_id, quantity in sold.items()}
    record(session, out, Reason.SOLD, actor=actor, order_reference=order_reference)

"""What is on hand: reading it, changing it, and proving that the numbers agree.

Every change of a counter goes through `shift`, one conditional UPDATE that cannot oversell. Whoever
shifts several variants in one transaction does it in the order of their ids, so that no two baskets can
wait for each other (`shift_all` sorts).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Final, Literal

from sqlalchemy import ColumnElement, Insert, Integer, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.orm import table_of
from shop.sql import database_now, dialect_insert, is_sqlite
from shop.stock.models import Hold, HoldLine, HoldState, Reason, StockLevel, StockMovement

ByHand = Literal["opening", "received", "counted", "damaged"]
"""The reasons a person may give. Sales and returns come from orders alone."""


class WouldGoNegative(Exception):
    """Fewer would be on hand than are set aside for people who are paying now."""

    def __init__(self, variant_id: int, quantity: int, level: "Level") -> None:
        self.variant_id = variant_id
        self.quantity = quantity
        self.level = level
        super().__init__(
            f"There are {level.on_hand} on hand and {level.reserved} of them are set aside, "
            f"so the count cannot change by {quantity}."
        )


@frozen
class Level:
    """One variant's numbers, in pieces."""

    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        """How many a buyer can still have."""
        return self.on_hand - self.reserved


@frozen
class Shift:
    """By how much a variant's two counters change, signed."""

    on_hand: int = 0
    reserved: int = 0


@frozen
class Discrepancy:
    """A counter that does not agree with the rows it counts."""

    variant_id: int
    counter: Literal["on_hand", "reserved"]
    counted: int
    from_rows: int

    def __str__(self) -> str:
        return f"variant {self.variant_id}: {self.counter} says {self.counted}, its rows say {self.from_rows}"


def levels(session: Session) -> dict[int, Level]:
    """Every variant's numbers by variant id. A variant nobody has counted yet is absent."""
    rows = session.execute(select(StockLevel.variant_id, StockLevel.on_hand, StockLevel.reserved))
    return {variant_id: Level(on_hand, reserved) for variant_id, on_hand, reserved in rows}


def lock(session: Session, variant_ids: Iterable[int]) -> None:
    """Let nobody else change these variants' numbers until the transaction ends."""
    for variant_id in sorted(variant_ids):
        _open(session, variant_id)
        session.execute(
            select(StockLevel.variant_id).where(StockLevel.variant_id == variant_id).with_for_update()
        )


def some_left() -> ColumnElement[bool]:
    """Whether a buyer can still have one, for a query over StockLevel (see Level.available)."""
    return StockLevel.on_hand > StockLevel.reserved


def adjust(
    session: Session, variant_id: int, quantity: int, *, reason: ByHand, note: str = "", actor: str
) -> None:
    """Change what is on hand by `quantity` pieces (signed), and say why.

    The first call for a variant opens its count at zero. Raises WouldGoNegative when that would leave
    fewer than are set aside, ValueError when the quantity is zero.
    """
    if quantity == 0:
        raise ValueError("an adjustment of nothing is not a movement")
    _open(session, variant_id)
    if not shift(session, variant_id, Shift(on_hand=quantity)):
        raise WouldGoNegative(variant_id, quantity, level_of(session, variant_id))
    record(session, {variant_id: quantity}, Reason(reason), note=note, actor=actor)


def movements(session: Session, variant_id: int, most: int = 200) -> Sequence[StockMovement]:
    """A variant's movements, newest first."""
    newest = (
        select(StockMovement).where(StockMovement.variant_id == variant_id).order_by(StockMovement.id.desc())
    )
    return session.scalars(newest.limit(most)).all()


def return_units(session: Session, quantities: Mapping[int, int], order_reference: str, actor: str) -> None:
    """Put returned pieces back on hand: `quantities` is pieces by variant id.

    Raises ValueError when a quantity is not positive.
    """
    if any(quantity <= 0 for quantity in quantities.values()):
        raise ValueError("a return puts at least one piece back")
    for variant_id in sorted(quantities):
        _open(session, variant_id)
    shift_all(session, {variant: Shift(on_hand=quantity) for variant, quantity in quantities.items()})
    record(session, quantities, Reason.RETURNED, actor=actor, order_reference=order_reference)


_MOVED: Final = (
    select(func.coalesce(func.sum(StockMovement.quantity), 0))
    .where(StockMovement.variant_id == StockLevel.variant_id)
    .scalar_subquery()
)
_HELD: Final = (
    select(func.coalesce(func.sum(HoldLine.quantity), 0))
    .join(Hold, Hold.id == HoldLine.hold_id)
    .where(HoldLine.variant_id == StockLevel.variant_id, Hold.state == HoldState.HELD)
    .scalar_subquery()
)
_COUNTED_TWICE: Final = select(
    StockLevel.variant_id, StockLevel.on_hand, _MOVED, StockLevel.reserved, _HELD
).order_by(StockLevel.variant_id)


def check(session: Session) -> list[Discrepancy]:
    """Every counter that disagrees with its rows; empty means the stock is sound.

    One statement, so that all of it is seen at one moment while others sell.
    """
    found = []
    for variant_id, on_hand, from_movements, reserved, from_holds in session.execute(_COUNTED_TWICE):
        if on_hand != from_movements:
            found.append(Discrepancy(variant_id, "on_hand", on_hand, int(from_movements)))
        if reserved != from_holds:
            found.append(Discrepancy(variant_id, "reserved", reserved, int(from_holds)))
    return found


def level_of(session: Session, variant_id: int) -> Level:
    """One variant's numbers; none at all when nobody has counted it yet."""
    row = session.execute(
        select(StockLevel.on_hand, StockLevel.reserved).where(StockLevel.variant_id == variant_id)
    ).one_or_none()
    return Level(row.on_hand, row.reserved) if row else Level(0, 0)


_SHIFTED: Final = {
    "on_hand": StockLevel.on_hand + bindparam("on_hand_by", type_=Integer),
    "reserved": StockLevel.reserved + bindparam("reserved_by", type_=Integer),
}
_SHIFT: Final = (
    update(StockLevel)
    .where(
        StockLevel.variant_id == bindparam("variant"),
        _SHIFTED["reserved"] >= 0,
        _SHIFTED["on_hand"] >= _SHIFTED["reserved"],
    )
    .values(_SHIFTED)
    .returning(StockLevel.on_hand, StockLevel.reserved)
)


def shift(session: Session, variant_id: int, by: Shift) -> Level | None:
    """Change a variant's counters if both stay possible afterwards; None, and nothing changed, if not."""
    asked = {"variant": variant_id, "on_hand_by": by.on_hand, "reserved_by": by.reserved}
    changed = session.connection().execute(_SHIFT, asked).one_or_none()
    return Level(changed.on_hand, changed.reserved) if changed else None


def shift_all(session: Session, changes: Mapping[int, Shift]) -> list[int]:
    """Shift each variant in the order of its id; the ids of those that were refused."""
    shifted = shift_each(session, changes)
    return [variant_id for variant_id, level in shifted.items() if level is None]


def shift_each(session: Session, changes: Mapping[int, Shift]) -> dict[int, Level | None]:
    """The same; each variant's numbers afterwards, None of those that were refused."""
    return {variant_id: shift(session, variant_id, changes[variant_id]) for variant_id in sorted(changes)}


def record(
    session: Session,
    quantities: Mapping[int, int],
    reason: Reason,
    *,
    actor: str,
    note: str = "",
    order_reference: str | None = None,
) -> None:
    """Write a movement for each variant id and signed quantity."""
    session.connection().execute(
        _recorded(is_sqlite(session)),
        [
            {
                "variant_id": variant_id,
                "quantity": quantities[variant_id],
                "reason": reason,
                "note": note,
                "actor": actor,
                "order_reference": order_reference,
            }
            for variant_id in sorted(quantities)
        ],
    )


@cache
def _recorded(on_sqlite: bool) -> Insert:  # noqa: FBT001
    return insert(table_of(StockMovement)).values(at=database_now(on_sqlite))


def _open(session: Session, variant_id: int) -> None:
    start = dialect_insert(session, StockLevel)
    session.execute(start.values(variant_id=variant_id, on_hand=0, reserved=0).on_conflict_do_nothing())

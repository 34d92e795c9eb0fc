"""Of how few pieces the owner is told: once each time that a variant comes down to so few."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, false, func, or_, select, update
from sqlalchemy.orm import Session

from shop.stock.counts import Level, lock
from shop.stock.models import StockLevel


def _few() -> ColumnElement[bool]:
    return func.coalesce(StockLevel.on_hand <= StockLevel.low_at, false())


def threshold_of(session: Session, variant_id: int) -> int | None:
    """Of how few of this variant the owner is told; None when of none."""
    return session.scalar(select(StockLevel.low_at).where(StockLevel.variant_id == variant_id))


def set_threshold(session: Session, variant_id: int, low_at: int | None) -> None:
    """Tell the owner when `low_at` or fewer are on hand; None: never."""
    lock(session, [variant_id])
    changed = update(StockLevel).where(StockLevel.variant_id == variant_id)
    session.execute(changed.values(low_at=low_at, low_told=False))


def any_crossed(session: Session) -> bool:
    """Whether a variant came down to so few, or has more again, since that was last noted."""
    crossed = select(StockLevel.variant_id).where(StockLevel.low_told != _few()).limit(1)
    return session.scalars(crossed).first() is not None


def note_crossings(session: Session) -> Mapping[int, int]:
    """The variants that have come down to so few since this was last asked, with how many are left."""
    again = update(StockLevel).where(StockLevel.low_told, ~_few()).values(low_told=False)
    session.execute(again.execution_options(synchronize_session=False))
    low = update(StockLevel).where(~StockLevel.low_told, _few()).values(low_told=True)
    rows = session.execute(
        low.returning(StockLevel.variant_id, StockLevel.on_hand).execution_options(synchronize_session=False)
    )
    return dict(rows.all())


def low(session: Session) -> Sequence[tuple[int, Level]]:
    """The variants that nobody can buy any more, or of which few are left, with their numbers."""
    free = StockLevel.on_hand - StockLevel.reserved
    rows = session.execute(
        select(StockLevel.variant_id, StockLevel.on_hand, StockLevel.reserved)
        .where(or_(free <= 0, _few()))
        .order_by(free, StockLevel.variant_id)
    )
    return [(variant_id, Level(on_hand, reserved)) for variant_id, on_hand, reserved in rows]

"""What is printed for: units of paid orders, opened, none of them refunded, on hold or in dispute."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.fulfilment import parcel_corrections
from shop.fulfilment.models import Unit
from shop.fulfilment.promised import standings
from shop.fulfilment.stages import POSTED_ONCE, Stage
from shop.fulfilment.units import WORKED_ON
from shop.orders.models import Order, OrderLine
from shop.orders.view import LineView, OrderView, views


@frozen
class Chosen:
    """Units of one order that are printed for, and all of its units, by number."""

    order: OrderView
    lines: Sequence[LineView]
    units: Mapping[int, Unit]
    posted_by: date | None
    """The day promised, as it stands; None when none was, or nothing is left to be posted."""
    wishes_before: Mapping[str, str] = field(default_factory=dict)
    """The days asked for until the buyer said others; none while the first ones stand."""

    @property
    def reference(self) -> str:
        """The order's."""
        return self.order.row.reference


def chosen(session: Session, vault: Vault, line_ids: Collection[int]) -> list[Chosen]:
    """These units by their order, the order paid for first first; those that get no paper are left out."""
    orders = session.scalars(
        select(Order)
        .where(Order.id.in_(select(OrderLine.order_id).where(OrderLine.id.in_(line_ids))))
        .order_by(Order.placed_at, Order.id)
    ).all()
    if not orders:
        return []
    units = _units_of_each(session, [order.id for order in orders])
    printed = [order for order in orders if any(gets_paper(order, unit) for unit in units[order.id].values())]
    days = standings(session, {order: units[order.id].values() for order in printed})
    before = parcel_corrections.wishes_before(session, vault, *units)
    return [
        Chosen(
            opened,
            lines,
            units[opened.row.id],
            day.posted_by if day else None,
            before.get(opened.row.id, {}),
        )
        for opened, day in zip(views(session, vault, printed), days.values(), strict=True)
        if opened.contact is not None  # its words were not erased
        and (lines := _printed(opened, units[opened.row.id], line_ids))
    ]


def gets_paper(order: Order, unit: Unit | None) -> bool:
    """Whether anything is printed for a unit: it is paid for, and nothing speaks against it now."""
    return (
        order.state in WORKED_ON and unit is not None and unit.held is None and unit.stage != Stage.REFUNDED
    )


def _units_of_each(session: Session, order_ids: Collection[int]) -> Mapping[int, Mapping[int, Unit]]:
    rows = session.execute(
        select(Unit, OrderLine.number)
        .join(OrderLine, OrderLine.id == Unit.order_line_id)
        .where(Unit.order_id.in_(order_ids))
        .order_by(Unit.order_line_id)
    )
    found: dict[int, dict[int, Unit]] = {each: {} for each in order_ids}
    for unit, number in rows:
        found[unit.order_id][number] = unit
    return found


def _printed(order: OrderView, units: Mapping[int, Unit], line_ids: Collection[int]) -> Sequence[LineView]:
    lines = [
        line
        for line in order.lines
        if line.row.id in line_ids and gets_paper(order.row, units.get(line.row.number))
    ]
    return _still_here(lines, units) or lines


def _still_here(lines: Sequence[LineView], units: Mapping[int, Unit]) -> list[LineView]:
    """What is in the next parcel: a piece that was posted before is printed for again only by itself."""
    return [line for line in lines if units[line.row.number].stage not in POSTED_ONCE]

"""What is printed for: units of paid orders, opened, none of them refunded, on hold or in dispute."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.dedications.vault import Vault
from shop.fulfilment.models import Unit
from shop.fulfilment.promised import standing
from shop.fulfilment.stages import POSTED_ONCE, Stage
from shop.fulfilment.units import WORKED_ON, units_of
from shop.orders.models import Order, OrderLine
from shop.orders.view import LineView, OrderView, view


@dataclass(frozen=True)
class Chosen:
    """Units of one order that are printed for, and all of its units, by number."""

    order: OrderView
    lines: Sequence[LineView]
    units: Mapping[int, Unit]
    posted_by: date | None
    """The day promised, as it stands; None when none was, or nothing is left to be posted."""

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
    found = (_of_order(session, vault, order, line_ids) for order in orders)
    return [one for one in found if one is not None and one.lines]


def gets_paper(order: Order, unit: Unit | None) -> bool:
    """Whether anything is printed for a unit: it is paid for, and nothing speaks against it now."""
    return (
        order.state in WORKED_ON and unit is not None and unit.held is None and unit.stage != Stage.REFUNDED
    )


def _of_order(session: Session, vault: Vault, order: Order, line_ids: Collection[int]) -> Chosen | None:
    units = units_of(session, order.id)
    if not any(gets_paper(order, unit) for unit in units.values()):
        return None
    opened = view(session, vault, order)
    if opened.contact is None:  # its words were erased
        return None
    lines = [
        line
        for line in opened.lines
        if line.row.id in line_ids and gets_paper(order, units.get(line.row.number))
    ]
    day = standing(session, order)
    return Chosen(opened, _still_here(lines, units) or lines, units, day.posted_by if day else None)


def _still_here(lines: Sequence[LineView], units: Mapping[int, Unit]) -> list[LineView]:
    """What is in the next parcel: a piece that was posted before is printed for again only by itself."""
    return [line for line in lines if units[line.row.number].stage not in POSTED_ONCE]

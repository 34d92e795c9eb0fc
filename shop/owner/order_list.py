"""A page of the owner's orders: its rows, and where the next page is."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.fulfilment.order_lists import OrderFilter, listed
from shop.money import pounds_and_pence
from shop.orders.models import Order, OrderLine
from shop.owner.order_filter_form import address
from shop.owner.order_page import state_shown
from shop.web.cells import Cells, Link
from shop.web.dates import minute

MOST_ROWS = 100


@frozen
class OrderList:
    """A page of orders; `newest` and `earlier` are addresses, None where there is nothing to go to."""

    rows: Sequence[Cells]
    newest: str | None
    earlier: str | None


def order_list(session: Session, wanted: OrderFilter, *, before: str) -> OrderList:
    """The orders that are wanted, newest first, from the one of this reference on back."""
    orders = listed(session, wanted, before=before, most=MOST_ROWS + 1)
    shown = orders[:MOST_ROWS]
    return OrderList(
        rows_of(session, shown),
        newest=address(wanted) if before else None,
        earlier=address(wanted, before=shown[-1].reference) if len(orders) > MOST_ROWS else None,
    )


def rows_of(session: Session, orders: Sequence[Order]) -> list[Cells]:
    """These orders as rows of a table."""
    pieces = _pieces(session, orders)
    return [_cells(order, pieces.get(order.id, ())) for order in orders]


def _cells(order: Order, pieces: Sequence[str]) -> Cells:
    return [
        Link(order.reference, f"/owner/orders/{order.reference}"),
        minute(order.placed_at),
        ", ".join(pieces),
        pounds_and_pence(order.total_pence),
        state_shown(order.state, " · test" if order.book == "test" else ""),
    ]


def _pieces(session: Session, orders: Sequence[Order]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    lines = select(OrderLine).where(OrderLine.order_id.in_([order.id for order in orders]))
    for line in session.scalars(lines.order_by(OrderLine.order_id, OrderLine.number)):
        found.setdefault(line.order_id, []).append(line.piece_name)
    return found

"""A page of the owner's orders: its rows, and where the next page is."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.money import pounds_and_pence
from shop.orders.lists import listed
from shop.orders.models import Order, OrderLine
from shop.owner.order_page import state_shown
from shop.web.cells import Cells, Link
from shop.web.dates import minute

MOST_ROWS = 100


@dataclass(frozen=True)
class OrderList:
    """A page of orders; `newest` and `earlier` are addresses, None where there is nothing to go to."""

    rows: Sequence[Cells]
    newest: str | None
    earlier: str | None


def order_list(session: Session, *, unpaid: bool, before: str) -> OrderList:
    """The orders, newest first, from the one of this reference on back."""
    orders = listed(session, unpaid=unpaid, before=before, most=MOST_ROWS + 1)
    shown = orders[:MOST_ROWS]
    pieces = _pieces(session, shown)
    return OrderList(
        [_cells(order, pieces.get(order.id, ())) for order in shown],
        newest=_address(unpaid=unpaid) if before else None,
        earlier=_address(unpaid=unpaid, before=shown[-1].reference) if len(orders) > MOST_ROWS else None,
    )


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
    for line in session.scalars(lines):
        found.setdefault(line.order_id, []).append(line.piece_name)
    return found


def _address(*, unpaid: bool, before: str = "") -> str:
    asked = {**({"all": "1"} if unpaid else {}), **({"before": before} if before else {})}
    return f"/owner/orders?{urlencode(asked)}" if asked else "/owner/orders"

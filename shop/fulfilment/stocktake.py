"""A stocktake: how many of each variant lie in the drawer, held against how many the shop thinks lie there.

Whoever counts sees pieces and not what becomes of them. In the drawer lie those that are free, those set
aside for somebody who is paying, and those sold whose making has not begun. So a sale changes nothing in the
drawer, and what was counted while somebody bought stays right. What is being made, packed or
posted has left it.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final, Self

from sqlalchemy import ScalarSelect, Select, Subquery, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from shop import stock
from shop.frozen import frozen
from shop.fulfilment import returns
from shop.fulfilment.models import Unit, UnitStep
from shop.fulfilment.stages import WORDS_OPEN
from shop.fulfilment.undoing import NO_SLIP
from shop.giving.ledger import Book
from shop.orders.models import Order, OrderLine
from shop.stock.models import OUTSIDE, Reason, StockLevel, StockMovement

NOT_BEGUN: Final = WORDS_OPEN
"""Stages of a sold unit whose piece still lies in the drawer."""

MOST: Final = 10_000
"""Pieces of one variant: more is a slip of the finger."""


@frozen
class Drawer:
    """What the shop thinks lies in the drawer of one variant, in pieces."""

    level: stock.Level
    sold: int = 0
    """Sold, and their making has not begun."""
    back: int = 0
    """The same, but their price went back, and nobody has said yet what becomes of them."""

    @property
    def lies(self) -> int:
        """All that somebody would count."""
        return self.level.on_hand + self.sold + self.back


@frozen
class Moment:
    """When a sheet was opened, as the last rows that there were then."""

    movement: int
    step: int

    def __str__(self) -> str:
        return f"{self.movement}.{self.step}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The moment that a sheet says it was opened at; None when it says none."""
        parts = text.split(".")
        if len(parts) != 2 or not all(p.isascii() and p.isdigit() and len(p) < 10 for p in parts):  # noqa: PLR2004
            return None
        return cls(int(parts[0]), int(parts[1]))


@frozen
class Count:
    """How many were counted, and how many the shop thought there were when the sheet was opened."""

    pieces: int
    thought: int | None


@frozen
class Counted:
    """What came of a count."""

    drawer: Drawer
    """As the shop had it before."""
    change: int = 0
    """By how much the number on hand was changed."""
    missing: int = 0
    """Pieces that are sold or set aside and were not there: no count can write those off."""
    ask_again: bool = False
    """The drawer was opened since the sheet was: nobody can say whether that was before the count."""


def drawers(session: Session, book: Book) -> dict[int, Drawer]:
    """What lies in each variant's drawer, by variant id.

    One statement, so that all is seen at one moment: a sale only moves a piece from one number to another.
    """
    sold, back = _pieces(_sold(book)), _pieces(returns.in_drawer(book))
    rows = session.execute(
        select(
            StockLevel.variant_id,
            StockLevel.on_hand,
            StockLevel.reserved,
            func.coalesce(sold.c.pieces, 0),
            func.coalesce(back.c.pieces, 0),
        )
        .outerjoin(sold, sold.c.variant_id == StockLevel.variant_id)
        .outerjoin(back, back.c.variant_id == StockLevel.variant_id)
    )
    return {
        variant: Drawer(stock.Level(on_hand, reserved), sold, back)
        for variant, on_hand, reserved, sold, back in rows
    }


def moment(session: Session) -> Moment:
    """Now, for a sheet that is opened."""
    return Moment(*session.execute(select(_last(StockMovement.id), _last(UnitStep.id))).one())


def write_down(
    session: Session,
    book: Book,
    counts: Mapping[int, Count],
    *,
    opened: Moment | None,
    actor: str,
    note: str = "",
) -> dict[int, Counted]:
    """Bring what is on hand to what was counted, by variant id; the differences are movements.

    A count that agrees with the shop changes nothing, however often it is sent. One of a drawer that
    something was put into or taken out of since the sheet was `opened` is asked for again: `opened` and
    Count.thought are what the sheet said. Fewer than are sold or set aside cannot be written: then all
    that is free is written off, so that nobody buys it, and what is missing beyond that is said.
    """
    stock.lock(session, counts)
    now, touched = drawers(session, book), _touched(session, opened)
    found = {}
    for variant in sorted(counts):
        count, drawer = counts[variant], now[variant]
        difference = count.pieces - drawer.lies
        if not difference:
            found[variant] = Counted(drawer)
        elif touched is None or variant in touched or count.thought != drawer.lies:
            found[variant] = Counted(drawer, ask_again=True)
        else:
            change = max(difference, -drawer.level.available)
            if change:
                stock.adjust(session, variant, change, reason="counted", note=note, actor=actor)
            found[variant] = Counted(drawer, change, missing=change - difference)
    return found


def _last(number: InstrumentedAttribute[int]) -> ScalarSelect[int]:
    return select(func.coalesce(func.max(number), 0)).scalar_subquery()


def _sold(book: Book) -> Select[Any]:
    """The variants of sold units whose making has not begun, each as often as there are units."""
    return (
        select(OrderLine.variant_id)
        .join(Unit, Unit.order_line_id == OrderLine.id)
        .join(Order, Order.id == Unit.order_id)
        .where(Unit.stage.in_(NOT_BEGUN), Order.book == book)
    )


def _pieces(variants: Select[Any]) -> Subquery:
    """How many there are of each variant."""
    each = variants.subquery()
    return select(each.c.variant_id, func.count().label("pieces")).group_by(each.c.variant_id).subquery()


def _touched(session: Session, opened: Moment | None) -> Collection[int] | None:
    """The variants whose drawers were opened since, other than by a sale here, which leaves its piece there.

    None when nobody knows since when.
    """
    if opened is None:
        return None
    moved = select(StockMovement.variant_id).where(
        StockMovement.id > opened.movement,
        (StockMovement.reason != Reason.SOLD) | StockMovement.order_reference.startswith(OUTSIDE),
    )
    begun = (
        select(OrderLine.variant_id)
        .join(UnitStep, UnitStep.order_line_id == OrderLine.id)
        .where(
            UnitStep.id > opened.step,
            UnitStep.action.not_in(NO_SLIP),  # money moves no piece
            UnitStep.came_from != UnitStep.came_to,
            or_(UnitStep.came_from.in_(NOT_BEGUN), UnitStep.came_to.in_(NOT_BEGUN)),
            ~(UnitStep.came_from.in_(NOT_BEGUN) & UnitStep.came_to.in_(NOT_BEGUN)),
        )
    )
    return {*session.scalars(moved), *session.scalars(begun)}

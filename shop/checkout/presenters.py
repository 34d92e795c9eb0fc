"""What the checkout's pages and the order's page show of a unit: the same drawing, the same words."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from typing import Final, Generic, TypeVar

from shop import clock
from shop.catalogue import page_cache
from shop.catalogue.engraved_pictures import EngravedUnit, engraved_unit
from shop.catalogue.views import Catalogue, PictureView, PieceView, VariantView
from shop.frozen import frozen
from shop.fulfilment.corrections import Window
from shop.fulfilment.models import Unit
from shop.fulfilment.stages import TO_MAKE
from shop.money import pounds_and_pence
from shop.orders.states import State
from shop.orders.view import LineView, OrderView, words_of
from shop.orders.wall import WallState
from shop.planning.schedule import Schedule
from shop.pricing import QuotedLine
from shop.web.dates import minute, weekday

L = TypeVar("L", QuotedLine, LineView)


GIVEN: Final = "{} From this order: {}."
"""Under an order: what was said of the donation when it was placed, and what the ledger holds for it."""

ON_THE_WALL: Final[Mapping[WallState, str]] = {
    WallState.WAITING: (
        "You chose to share these words on the remembrance wall. They are not there yet: we read them first."
    ),
    WallState.LEFT_OUT: "These words are on your card, and not on the remembrance wall.",
    WallState.WITHDRAWN: (
        "You took these words off the remembrance wall. They will not be shown there again."
    ),
}


@frozen
class ShownLine(Generic[L]):
    """A unit ready for a template: of a basket or of an order. `name` is empty for what is no longer sold."""

    line: L
    name: str
    detail: str
    price_pence: int
    metal: str
    """Its slug."""
    words: Sequence[tuple[str, str]] = field(repr=False)
    """(where, the exact words)."""
    engraved: EngravedUnit = field(repr=False)
    """Its pictures with the words in the metal, and the plain proof."""
    picture: PictureView | None
    """The piece in its metal, for what has no words."""
    by_hand: bool
    """Whether its words are drawn by hand."""
    engravable: bool = False
    """Whether words can be cut into the piece as it is sold today."""
    href: str = ""
    """The piece's own page."""


def statement() -> str | None:
    """The donation statement of the policy in force; None means that the site claims nothing."""
    return page_cache.shown().statement


def given_said(order: OrderView) -> str | None:
    """What an order gives, in a sentence; None when it gives nothing."""
    if not order.row.donation_statement or not order.given_pence:
        return None
    return GIVEN.format(order.row.donation_statement, pounds_and_pence(order.given_pence))


def wall_said(line: LineView) -> str:
    """How words that were offered to the wall stand, unless they are shown on it."""
    return ON_THE_WALL.get(line.on_wall, "") if line.on_wall else ""


@frozen
class WindowSaid:
    """How it stands with changing a unit's words: the sentence, and whether they can be changed."""

    said: str
    is_open: bool


def windows_said(
    lines: Sequence[LineView], windows: Mapping[int, Window], schedule: Schedule
) -> dict[int, WindowSaid]:
    """How it stands with changing the words of each unit, by its number."""
    drawn = {line.row.number for line in lines if not line.may_be_cut}
    soon = next_at_bench(schedule)
    return {
        number: _window_said(window, "" if number in drawn else f" {soon}")
        for number, window in windows.items()
    }


def next_at_bench(schedule: Schedule) -> str:
    """When engraving may begin at the earliest: the next day of work. Nothing is held back until then."""
    today = clock.today()
    first = next(schedule.workdays(today))
    if first == today:
        return "That may be as soon as today. Once we have begun, your order’s page says so."
    return f"We are next at the bench on {weekday(first)}, and may begin then."


def _window_said(window: Window, soon: str) -> WindowSaid:
    if window.is_open:
        return WindowSaid(f"You can change the words until we begin to engrave.{soon}", is_open=True)
    since = f" The words are fixed since {minute(window.closed_at)}." if window.closed_at else ""
    return WindowSaid(f"{window.why_closed}{since}", is_open=False)


def is_to_come(state: State, units: Collection[Unit]) -> bool:
    """Whether something of an order is still to be posted, or it is still being paid for."""
    if not units:
        return state in {State.AWAITING, State.PROCESSING, State.REVIEW}
    return any(unit.stage in TO_MAKE and not unit.is_gone for unit in units)


def lines_shown(lines: Sequence[QuotedLine]) -> list[ShownLine[QuotedLine]]:
    """Basket lines with words and proofs."""
    return [_basket_line(line) for line in lines]


def _basket_line(line: QuotedLine) -> ShownLine[QuotedLine]:
    piece, variant, engraving = line.piece, line.variant, line.item.engraving
    sides = piece.sides if piece else ()
    return ShownLine(
        line,
        name=piece.name if piece else "",
        detail=_detail(variant.metal_name, variant.chain_inches) if variant else "",
        price_pence=line.price_pence,
        metal=variant.metal_slug if variant else "",
        words=words_of(sides, engraving),
        engraved=engraved_unit(
            piece, variant.metal_slug if variant else "", sides, engraving, id_=f"unit-{line.id}"
        ),
        picture=picture_of(piece, variant),
        by_hand=engraving is not None and engraving.by_hand,
        href=f"/pieces/{piece.slug}" if piece else "",
    )


def ordered_shown(catalogue: Catalogue, lines: Sequence[LineView]) -> list[ShownLine[LineView]]:
    """An order's units with words and proofs."""
    return [_ordered_line(catalogue, line) for line in lines]


def _ordered_line(catalogue: Catalogue, line: LineView) -> ShownLine[LineView]:
    row, piece = line.row, catalogue.by_slug.get(line.row.piece_slug)
    _, variant = catalogue.by_sku(row.sku) or (None, None)
    return ShownLine(
        line,
        name=row.piece_name,
        detail=_detail(row.metal_name, row.chain_inches),
        price_pence=row.price_pence,
        metal=row.metal_slug,
        words=line.words,
        engraved=engraved_unit(
            piece,
            row.metal_slug,
            line.sides,
            line.engraving,
            id_=f"unit-{row.number}",
            by_hand=line.hand.sides,
        ),
        picture=picture_of(piece, variant),
        by_hand=line.by_hand,
        engravable=piece is not None and piece.engravable,
    )


def _detail(metal_name: str, chain_inches: int) -> str:
    return f"{metal_name}, {chain_inches} inch chain"


def picture_of(piece: PieceView | None, variant: VariantView | None) -> PictureView | None:
    """The piece's picture in the variant's metal."""
    if piece is None or variant is None:
        return None
    return piece.picture("stage", variant.metal_slug)

"""What the checkout's pages and the order's page show of a unit: the same drawing, the same words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from markupsafe import Markup

from shop.catalogue import page_cache
from shop.catalogue.views import Catalogue, PictureView, PieceView, VariantView
from shop.engraving import FACES, Area, Engraving, proof
from shop.engraving.by_hand import shown_by_hand
from shop.orders.view import LineView, words_of
from shop.pricing import QuotedLine

L = TypeVar("L", QuotedLine, LineView)


@dataclass(frozen=True)
class ShownLine(Generic[L]):
    """A unit ready for a template: of a basket or of an order."""

    line: L
    words: Sequence[tuple[str, str]] = field(repr=False)
    """(where, the exact words)."""
    proof: Markup = field(repr=False)
    """The words as they will be cut, drawn to scale."""
    picture: PictureView | None
    """The piece in its metal, for what has no words."""


def statement() -> str | None:
    """The donation statement of the policy in force; None means that the site claims nothing."""
    return page_cache.shown().statement


def lines_shown(lines: Sequence[QuotedLine]) -> list[ShownLine[QuotedLine]]:
    """Basket lines with words and proofs."""
    return [
        ShownLine(
            line,
            words_of(line.piece.sides if line.piece else (), line.item.engraving),
            drawn(line.piece.sides if line.piece else (), line.item.engraving),
            picture_of(line.piece, line.variant),
        )
        for line in lines
    ]


def ordered_shown(catalogue: Catalogue, lines: Sequence[LineView]) -> list[ShownLine[LineView]]:
    """An order's units with words and proofs."""
    shown = []
    for line in lines:
        piece = catalogue.by_slug.get(line.row.piece_slug)
        _, variant = catalogue.by_sku(line.row.sku) or (None, None)
        shown.append(
            ShownLine(
                line,
                line.words,
                _by_hand(line) if line.by_hand else drawn(line.sides, line.engraving),
                picture_of(piece, variant),
            )
        )
    return shown


def _by_hand(line: LineView) -> Markup:
    """The latest drawing of words that are drawn by hand; empty while there is none."""
    sides = [side for side in line.sides if side.key in line.hand.sides]
    # Made by our own writer from outlines and numbers.
    return Markup("".join(shown_by_hand(side, line.hand.sides[side.key]) for side in sides))  # noqa: S704


def drawn(sides: Sequence[Area], engraving: Engraving | None) -> Markup:
    """The drawing of every engraved side; empty when there is nothing engraved."""
    if engraving is None or engraving.face not in FACES:
        return Markup()
    engraved = {line.side for line in engraving.lines}
    # Made by our own writer from outlines and numbers; no typed text is in it unescaped.
    return Markup("".join(proof(side, engraving) for side in sides if side.key in engraved))  # noqa: S704


def picture_of(piece: PieceView | None, variant: VariantView | None) -> PictureView | None:
    """The piece's picture in the variant's metal."""
    if piece is None or variant is None:
        return None
    return piece.picture("stage", variant.metal_slug)

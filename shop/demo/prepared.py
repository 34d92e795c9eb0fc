"""Words for the pieces that take any: drawn, cut and proved once, however many orders have them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from shop.catalogue.views import Catalogue, PieceView
from shop.engraving import check
from shop.frozen import frozen
from shop.orders.approved_engraving import Approved

TEXTS: Final = ("Wren", "14 May", "A and J", "For ever")
"""What is engraved: words long enough to be seen and short enough for every side."""
FACE: Final = "cormorant-sc"


@frozen
class Prepared:
    """Words for a piece, and the digests of their drawing and their outlines."""

    sealed: Mapping[str, Any]
    proof: str
    cut: str


def prepared(catalogue: Catalogue) -> dict[str, list[Prepared]]:
    """A few words for each piece that takes any, drawn, cut and proved."""
    return {piece.slug: list(_prepared(piece)) for piece in catalogue.pieces if piece.engravable}


def _prepared(piece: PieceView) -> Iterator[Prepared]:
    side = piece.sides[0]
    for words in TEXTS:
        engraving = check(piece.sides, FACE, {(side.key, 1): words}, piece.tool)
        if engraving is None:
            continue
        approved = Approved.now(engraving, piece.sides)
        yield Prepared(approved.sealed(), approved.proof(), approved.cut().digest)

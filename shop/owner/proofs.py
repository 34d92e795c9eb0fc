"""The words drawn large, for the bench."""

from collections.abc import Sequence

from markupsafe import Markup

from shop.catalogue.snapshot import Catalogue
from shop.engraving import FACES, Area, proof
from shop.orders.view import LineView, words_of

Proof = tuple[Area, Markup]
"""(the side, its drawing)."""
Words = tuple[str, str]
"""(where, the exact words)."""


def large_proofs(catalogue: Catalogue, lines: Sequence[LineView]) -> dict[int, list[Proof]]:
    """For each unit's number, each engraved side with its drawing."""
    return {line.row.number: _sides(catalogue, line) for line in lines}


def large_words(catalogue: Catalogue, lines: Sequence[LineView]) -> dict[int, list[Words]]:
    """For each unit's number, where on the piece each line is cut, and its words."""
    return {
        line.row.number: words_of(catalogue.by_slug.get(line.row.piece_slug), line.engraving)
        for line in lines
    }


def _sides(catalogue: Catalogue, line: LineView) -> list[Proof]:
    piece, engraving = catalogue.by_slug.get(line.row.piece_slug), line.engraving
    if piece is None or engraving is None or engraving.face not in FACES:
        return []
    engraved = {cut.side for cut in engraving.lines}
    # Made by our own writer from outlines and numbers; no typed text is in it.
    return [(side, Markup(proof(side, engraving))) for side in piece.sides if side.key in engraved]  # noqa: S704

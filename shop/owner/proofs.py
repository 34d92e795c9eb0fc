"""The words drawn large, for the bench."""

from collections.abc import Sequence

from markupsafe import Markup

from shop.engraving import FACES, Area, proof
from shop.orders.view import LineView

Proof = tuple[Area, Markup]
"""(the side, its drawing)."""


def large_proofs(lines: Sequence[LineView]) -> dict[int, list[Proof]]:
    """For each unit's number, each engraved side with its drawing."""
    return {line.row.number: _sides(line) for line in lines}


def _sides(line: LineView) -> list[Proof]:
    engraving = line.engraving
    if engraving is None or engraving.face not in FACES:
        return []
    # Made by our own writer from outlines and numbers; no typed text is in it.
    return [(side, Markup(proof(side, engraving))) for side in line.sides]  # noqa: S704

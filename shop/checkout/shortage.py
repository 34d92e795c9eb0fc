"""What is said when more of one variant are asked for than can be had: which it is, how many there are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.orm import Session

from shop.catalogue.views import PieceView, VariantView
from shop.pricing import QuotedLine
from shop.stock import SoldOut, levels

TAKEN_MEANWHILE: Final = (
    "Somebody else was a moment faster. Nothing was charged, and your basket is as it was. "
)


def short_said(piece: PieceView, variant: VariantView, wanted: int, left: int) -> str:
    """`wanted` of a variant, in pieces, where `left` can be had: a sentence that says what to do."""
    named = f"{piece.name} in {variant.metal_name}, {variant.chain_inches} inch chain"
    if left <= 0:
        return f"{named}, is sold out for now. It may come free within half an hour."
    asked = (
        f"You have {wanted} of the {named}, in your basket" if wanted > 1 else f"You asked for the {named}"
    )
    return (
        f"{asked}, and {left} can be had. To go on, please take {wanted - left} out: the rest stays as it is."
    )


def shortages(session: Session, lines: Sequence[QuotedLine], own: Mapping[int, int]) -> dict[int, str]:
    """Of each variant of which too many are asked for: by the first line that is too much, the sentence.

    `own`, in pieces by variant id, is set aside for the basket's own order. One alone is known to be there or
    not without asking, so a basket of single pieces asks nothing.
    """
    wanted = Counter(line.item.variant_id for line in lines)
    several = {variant_id: number for variant_id, number in wanted.items() if number > 1}
    there = levels(session) if several else {}
    found = {}
    for variant_id, number in several.items():
        those = [line for line in lines if line.item.variant_id == variant_id]
        piece, variant = those[0].piece, those[0].variant
        if piece and variant and variant.available and variant_id in there:
            left = there[variant_id].available + own.get(variant_id, 0)
            if 0 < left < number:
                found[those[left].id] = short_said(piece, variant, number, left)
    return found


def sold_meanwhile(basket: Sequence[QuotedLine], refused: SoldOut) -> str:
    """What is said when somebody else ordered what was still there a moment ago."""
    said = []
    for variant_id, left in sorted(refused.short.items()):
        those = [line for line in basket if line.item.variant_id == variant_id]
        if those and those[0].piece and those[0].variant:
            said.append(short_said(those[0].piece, those[0].variant, len(those), left))
    return TAKEN_MEANWHILE + " ".join(said)

"""The sides of a unit that are cut, and what was approved for each, letter by letter."""

from collections.abc import Sequence

from shop.engraving import Area
from shop.inspection.approved import ApprovedSide, approved_cut, approved_words
from shop.orders.cutting import cut_as_approved
from shop.orders.view import LineView


def cut_areas(line: LineView) -> Sequence[Area]:
    """The sides with words, artwork or a drawing on them."""
    engraving = line.engraving
    if engraving is None:
        return ()
    if line.by_hand or line.hand.approved:
        return [side for side in line.sides if side.key in line.hand.sides]
    return [side for side in line.sides if engraving.words_on(side.key) or engraving.artwork_on(side.key)]


def approved_side(line: LineView, key: str) -> ApprovedSide | None:
    """What was approved for a side, held against that first; None where nothing is cut.

    Raises NotAsApproved or NotApprovedYet.
    """
    cut = cut_as_approved(line).get(key)
    engraving = line.engraving
    if cut is None or engraving is None:
        return None
    if line.by_hand or line.hand.approved or engraving.artwork_on(key):
        return approved_cut(cut)
    return approved_words(cut.area, engraving.faces_on(key), engraving.words_on(key))

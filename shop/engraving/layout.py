"""Where the words of one side stand: the largest capitals that fit the metal, one size for straight lines.

Words across an area are centred by their ink and grow from its middle (straight.py); words round a ring
follow its band (ring.py); a disc's last line may run along its rim (rim.py).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from shop.engraving.areas import Area, engravable, is_ring
from shop.engraving.faces import Face
from shop.engraving.letters import drawable
from shop.engraving.placing import SideLayout, Upright
from shop.engraving.rim import lay_with_rim, room_with_rim_mm
from shop.engraving.ring import lay_round, room_round_mm
from shop.engraving.shaping import shape
from shop.engraving.straight import lay_across, room_across_mm

_KEPT: Final = 256
"""Layouts remembered in this process: the check, the drawing and the room left of one request share one."""


def lay_out(area: Area, face: Face, words: Mapping[int, str]) -> SideLayout:
    """Lay out the words of one side, by line number; lines with nothing to cut are left out.

    What does not fit at the face's least height is laid out at that height all the same, so that a proof
    can show it, and is named in `problems`.
    """
    return _laid_out(area, face, tuple(sorted(words.items())))


@lru_cache(maxsize=_KEPT)
def _laid_out(area: Area, face: Face, words: tuple[tuple[int, str], ...]) -> SideLayout:
    shaped = {number: shape(face, text) for number, text in words}
    inked = {number: line for number, line in shaped.items() if line.inked}
    if not inked:
        return SideLayout(face.cap_min_mm, (), {})
    if is_ring(area):
        return lay_round(area, face, inked)
    return lay_with_rim(area, face, inked) if area.rim else lay_across(engravable(area), face, inked)


def room_left_mm(area: Area, face: Face, words: Mapping[int, str], number: int) -> float:
    """How much longer line `number` may grow at the face's least height, in mm; negative when it is too long.

    For a line that is still empty: the room for one of capitals, with the other lines as they are. Takes the
    words as typed; a line that cannot be cut takes no room.
    """
    shaped = {line: shape(face, drawable(face, text)) for line, text in words.items()}
    inked = {line: set_line for line, set_line in shaped.items() if set_line.inked}
    lines = {**inked, number: inked.get(number, Upright())}
    if is_ring(area):
        return room_round_mm(area, face, lines, number)
    if area.rim:
        return room_with_rim_mm(area, face, lines, number)
    return room_across_mm(engravable(area), face, lines, number)

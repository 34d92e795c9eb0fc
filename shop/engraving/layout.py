"""Where the words of one side stand: the largest capitals that fit the metal, one size for straight lines.

But for days, which are smaller than a name beside them (smaller_days.py). Lines of several faces have small
letters of one height; see mixed_faces.py.

Words across an area are centred by their ink and grow from its middle (straight.py); words round a ring
follow its band (ring.py); a disc's last line may run along its rim (rim.py).
"""

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Final, Protocol

from shop.engraving.areas import Area, engravable, is_ring
from shop.engraving.characters import drawable
from shop.engraving.line_faces import AnyFace, LineFaces, face_on, thickest_mm
from shop.engraving.mixed_faces import MixedRound, block_of
from shop.engraving.placement import AnyLine, SideLayout, Upright
from shop.engraving.rim import WithRim
from shop.engraving.ring import Round
from shop.engraving.shaped import Shaped
from shop.engraving.shaping import shape
from shop.engraving.smaller_days import AcrossWithDays, days_among
from shop.engraving.straight import Across, Block

_KEPT: Final = 64
"""Sides remembered in this process: the check, the drawing and the room left of one request share one."""


class Side(Protocol):
    """The words of one side, by line number, measured once."""

    @property
    def layout(self) -> SideLayout:
        """Where they stand."""

    def changed(self, number: int, line: AnyLine) -> "Side":
        """The same with another line in the place of one: what stays as it is is not measured anew."""

    @property
    def fits(self) -> bool:
        """Whether they all fit at the face's least height."""

    def room_with_all_mm(self, number: int) -> float | None:
        """The same while all others fit as well; below zero when they do not, None where one has to try."""

    def room_mm(self, number: int) -> float:
        """How much longer one of them may grow at the face's least height, in mm; negative when too long."""


def lay_out(area: Area, face: AnyFace, words: Mapping[int, str]) -> SideLayout:
    """Lay out the words of one side, by line number; lines with nothing to cut are left out.

    What does not fit at the face's least height is laid out at that height all the same, so that a proof
    can show it, and is named in `problems`.
    """
    side = side_of(area, face, tuple(sorted(words.items())))
    return side.layout if side else SideLayout(face_on(face, 1).cap_min_mm, (), {})


def room_left_mm(area: Area, face: AnyFace, words: Mapping[int, str], number: int) -> float:
    """How much longer line `number` may grow at the face's least height, in mm; negative when it is too long.

    For a line that is still empty: the room for one of capitals, with the other lines as they are. Takes the
    words as typed; a line that cannot be cut takes no room.
    """
    return rooms_left_mm(area, face, words, [number])[number]


def rooms_left_mm(
    area: Area, face: AnyFace, words: Mapping[int, str], numbers: Iterable[int]
) -> dict[int, float]:
    """The same of several lines."""
    inked = inked_words(face, words)
    side = side_of(area, face, tuple(sorted(inked.items())))
    found = {}
    for number in numbers:
        with_it = side if side and number in inked else None
        with_it = with_it or measured(area, face, {**_shaped(face, inked), number: Upright()})
        found[number] = with_it.room_mm(number)
    return found


def inked_words(face: AnyFace, words: Mapping[int, str]) -> dict[int, str]:
    """Of words as typed, the lines that can be cut and seen."""
    cuttable = {line: drawable(face_on(face, line), text) for line, text in words.items()}
    return {line: text for line, text in cuttable.items() if text and shape(face_on(face, line), text).inked}


@lru_cache(maxsize=_KEPT)
def side_of(area: Area, face: AnyFace, words: tuple[tuple[int, str], ...]) -> Side | None:
    """The words of one side, measured; None when there is nothing to be seen."""
    inked = {number: line for number, line in _shaped(face, dict(words)).items() if line.inked}
    days = days_among(face, {number: text for number, text in words if number in inked})
    return measured(area, face, inked, days) if inked else None


def _shaped(face: AnyFace, words: Mapping[int, str]) -> dict[int, Shaped]:
    return {number: shape(face_on(face, number), text) for number, text in words.items()}


def measured(area: Area, face: AnyFace, lines: Mapping[int, AnyLine], days: Collection[int] = ()) -> Side:
    """A side with these lines, at least one of them, to be laid out; straight lines that are days smaller."""
    if is_ring(area):
        return MixedRound(area, face, lines) if isinstance(face, LineFaces) else Round(area, face, lines)
    if area.rim and area.lines in lines:
        return WithRim.of(area, face, lines)
    region = engravable(area, thickest_mm(face, lines) / 2)
    block = block_of(face, lines, region.directions)
    return AcrossWithDays(region, block, days) if days and isinstance(block, Block) else Across(region, block)

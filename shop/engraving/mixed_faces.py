"""Lines of several faces on one side: their small letters are alike high, so that they look of one size.

A face whose least capitals have larger small letters than the others' is not cut smaller for their sake: then
it stays at its least height, and the others may still shrink, each down to its own.
"""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import Final, NamedTuple

from shop.engraving.areas import Area, Region
from shop.engraving.geometry import Directions, highest
from shop.engraving.line_faces import AnyFace, LineFaces, face_on, small_letter
from shop.engraving.placement import AnyLine, PlacedLine, SideLayout
from shop.engraving.problems import TooLong, TooTall
from shop.engraving.ring import Round
from shop.engraving.scaled import Scaled, ScaledBlock
from shop.engraving.shaped import Shaped
from shop.engraving.straight import AnyBlock, Block

_AS_IT_IS: Final = 1.0


def block_of(face: AnyFace, lines: Mapping[int, AnyLine], ways: Directions) -> AnyBlock:
    """These straight lines, measured."""
    kinds = {face_on(face, number) for number in lines}
    if len(kinds) == 1 or not isinstance(face, LineFaces):
        return Block(next(iter(kinds)), lines, ways)
    return MixedBlock(face, lines, ways)


def size_of_small(face: AnyFace, lines: Mapping[int, AnyLine]) -> float:
    """How high small letters stand in the measure by which block_of tells the size of these lines."""
    kinds = {face_on(face, number) for number in lines}
    return small_letter(kinds.pop()) if len(kinds) == 1 else 1.0


class _Most(NamedTuple):
    """How many times as large lines that are measured in mm may become; no smaller than they are."""

    cap_max_mm: float
    cap_min_mm: float = _AS_IT_IS
    leading: float = 0.0


class MixedBlock:
    """Straight lines of several faces; their size is the height of small letters in mm. See Block."""

    def __init__(self, faces: LineFaces, lines: Mapping[int, AnyLine], ways: Directions) -> None:
        self._faces, self._lines, self._ways = faces, dict(sorted(lines.items())), ways
        own = {number: face_on(faces, number) for number in self._lines}
        self._own = {number: (face, small_letter(face)) for number, face in own.items()}
        smallest = [face.cap_min_mm * small for face, small in self._own.values()]
        self.least = min(smallest)
        """At this size, and at any below it, every line is as small as its face can be."""
        self._even = max(smallest)
        self._most = max(self.least, min(face.cap_max_mm * small for face, small in self._own.values()))
        self._tried: dict[float, ScaledBlock] = {}

    def changed(self, number: int, line: AnyLine) -> "MixedBlock":
        """The same with another line in the place of one."""
        return MixedBlock(self._faces, {**self._lines, number: line}, self._ways)

    def best(self, region: Region) -> tuple[float, float]:
        """The largest size that fits, and where the middle of all ink then lies."""
        if self._even <= self._most:
            times, middle = self._at(self._even, self._most / self._even).best(region)
            if times >= _AS_IT_IS:
                return times * self._even, middle
        times, middle = self._at(self.least).best(region)
        if times < _AS_IT_IS:
            return times * self.least, middle
        size = highest(lambda size: self._room(region, size), self.least, min(self._even, self._most))
        return size, self._at(size).best(region)[1]

    def placed(self, size: float, middle: float) -> tuple[PlacedLine, ...]:
        """The words at this size, about this middle."""
        return tuple(
            PlacedLine(number, line, x=x, y=middle + y, cap_mm=self._cap_mm(number, size))
            for (number, line), (x, y) in zip(self._lines.items(), self._at(size).offsets, strict=True)
            if isinstance(line, Shaped)
        )

    def rooms_mm(self, region: Region) -> dict[int, float]:
        """See Block; every line is at its face's least height."""
        return self._at(self.least).rooms_mm(region)

    def room_with_all_mm(self, region: Region, number: int) -> float:
        """See Block; every line is at its face's least height."""
        return self._at(self.least).room_with_all_mm(region, number)

    def outside(self, region: Region) -> list[dict[int, TooTall | TooLong]]:
        """See Block; every line is at its face's least height."""
        return self._at(self.least).outside(region)

    def _room(self, region: Region, size: float) -> float:
        return self._at(size).best(region)[0] - _AS_IT_IS

    def _at(self, size: float, most: float = _AS_IT_IS) -> ScaledBlock:
        tried = self._tried.get(size)
        if tried is None or tried.face.cap_max_mm != most:
            lines = {
                number: Scaled(line, self._cap_mm(number, size), self._own[number][0].leading)
                for number, line in self._lines.items()
            }
            tried = self._tried[size] = ScaledBlock(_Most(most), lines, self._ways)
        return tried

    def _cap_mm(self, number: int, size: float) -> float:
        face, small = self._own[number]
        return max(face.cap_min_mm, size / small)


class MixedRound:
    """Words round a ring in several faces, each in the middle of the band; see Side."""

    def __init__(self, area: Area, faces: LineFaces, lines: Mapping[int, AnyLine]) -> None:
        self._rounds = {
            number: Round(area, face_on(faces, number), {number: line}) for number, line in lines.items()
        }
        self._area, self._faces, self._lines = area, faces, lines

    @cached_property
    def layout(self) -> SideLayout:
        """Where they stand."""
        own = {number: face_on(self._faces, number) for number in self._rounds}
        size = min(line.layout.cap_mm * small_letter(own[number]) for number, line in self._rounds.items())
        laid = [
            line.laid(max(own[number].cap_min_mm, size / small_letter(own[number])), line.layout.problems)
            for number, line in self._rounds.items()
        ]
        problems = {number: problem for side in laid for number, problem in side.problems.items()}
        return SideLayout(laid[0].cap_mm, tuple(line for side in laid for line in side.lines), problems)

    def changed(self, number: int, line: AnyLine) -> "MixedRound":
        """The same with another line in the place of one."""
        return MixedRound(self._area, self._faces, {**self._lines, number: line})

    @property
    def fits(self) -> bool:
        """Whether they fit."""
        return all(line.fits for line in self._rounds.values())

    def room_with_all_mm(self, number: int) -> float | None:
        """How much longer one of them may grow while all fit: it is in no other's way."""
        return self.room_mm(number) if self.fits else -math.inf

    def room_mm(self, number: int) -> float:
        """How much longer one of them may grow."""
        return self._rounds[number].room_mm(number)

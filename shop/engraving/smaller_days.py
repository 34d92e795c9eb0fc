"""A day stands smaller than the name beside it: a side's words are read in the order of their size.

Only as far as it can: no letter is cut smaller than its face's least height, and words that fit when all are
of one size fit in any case.
"""

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Final

from shop.engraving.areas import Region
from shop.engraving.faces import Face
from shop.engraving.geometry import highest
from shop.engraving.line_faces import AnyFace
from shop.engraving.placement import PlacedLine, SideLayout
from shop.engraving.scaled import Scaled, ScaledBlock
from shop.engraving.shaped import Shaped
from shop.engraving.straight import Across, Block

SMALLER: Final = 0.75
"""How high a day's capitals and figures are, in those of a name."""

SINCE: Final = 2
"""The setting (see Face) from which on days are smaller."""

_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_SHORTEST: Final = 3
"""Letters of a month that tell it from the others."""
_ORDINALS: Final = ("st", "nd", "rd", "th")


def is_day(text: str) -> bool:
    """Whether a line is a day, a year or years: figures at both ends, or nothing but figures and months."""
    words = "".join(letter.lower() if letter.isalnum() else " " for letter in text).split()
    if not any(letter.isdecimal() for letter in text):
        return False
    return (words[0][0].isdecimal() and words[-1][-1].isdecimal()) or all(map(_is_of_day, words))


def _is_of_day(word: str) -> bool:
    if word.isdecimal() or (word.endswith(_ORDINALS) and word[:-2].isdecimal()):
        return True
    return len(word) >= _SHORTEST and any(month.startswith(word) for month in _MONTHS)


def days_among(face: AnyFace, words: Mapping[int, str]) -> frozenset[int]:
    """The lines that stand smaller than others of their side; none where all are alike."""
    if not isinstance(face, Face) or face.setting < SINCE:
        return frozenset()
    days = frozenset(line for line, text in words.items() if is_day(text))
    return days if len(days) < len(words) else frozenset()


class AcrossWithDays(Across):
    """Lines straight across, of which these are days; see Side."""

    def __init__(self, region: Region, block: Block, days: Collection[int]) -> None:
        super().__init__(region, block)
        self._area, self._even, self._days = region, block, days

    @cached_property
    def layout(self) -> SideLayout:
        """Where they stand."""
        return self._with_days() if self.fits else super().layout

    def _with_days(self) -> SideLayout:
        least, most = self._even.face.cap_min_mm, self._even.face.cap_max_mm
        freely = least / SMALLER
        size, middle = self._sized(SMALLER).best(self._area)
        if size < freely:
            # The day is as small as it can be; the name as large as that leaves it, down to the same height.
            size = highest(lambda size: self._room(least / size, size), least, min(freely, most))
            middle = self._sized(least / size).best(self._area)[1]
        return self._laid(size, middle, max(SMALLER, least / size))

    def _room(self, share: float, size: float) -> float:
        return self._sized(share).best(self._area)[0] - size

    def _sized(self, share: float) -> ScaledBlock:
        """With days that high, in capitals of the others."""
        even, leading = self._even, self._even.face.leading
        lines = {
            number: Scaled(line, share if number in self._days else 1.0, leading)
            for number, line in even.lines.items()
        }
        return ScaledBlock(even.face, lines, even.ways)

    def _laid(self, size: float, middle: float, share: float) -> SideLayout:
        offsets = self._sized(share).offsets
        placed = [
            PlacedLine(
                number,
                line,
                x=size * x,
                y=middle + size * y,
                cap_mm=size * (share if number in self._days else 1.0),
            )
            for (number, line), (x, y) in zip(self._even.lines.items(), offsets, strict=True)
            if isinstance(line, Shaped)
        ]
        return SideLayout(size, tuple(placed), {})

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
_TINY: Final = 1e-9
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
        self._even, self._days = block, days
        self._tried: dict[float, tuple[ScaledBlock, tuple[float, float]]] = {}

    @cached_property
    def layout(self) -> SideLayout:
        """Where they stand."""
        least, most = self._even.face.cap_min_mm, self._even.face.cap_max_mm
        block = self._sized(SMALLER)
        size, middle = block.best(self._region)
        if size >= least / SMALLER:
            return self._laid(block, size, middle)
        if not self.fits:
            return super().layout
        # The day is as small as it can be; the name as large as that leaves it, down to the same height.
        size = highest(self._room, least, min(least / SMALLER, most), reckoned=self._reckoned(block))
        block, (_, middle) = self._with_least_days(size)
        return self._laid(block, size, middle)

    def _room(self, size: float) -> float:
        return self._with_least_days(size)[1][0] - size

    def _with_least_days(self, size: float) -> tuple[ScaledBlock, tuple[float, float]]:
        """The words with a name of this size and days as small as can be, and where they have most room."""
        tried = self._tried.get(size)
        if tried is None:
            block = self._sized(self._even.face.cap_min_mm / size)
            tried = self._tried[size] = block, block.best(self._region)
        return tried

    def _reckoned(self, smaller: ScaledBlock) -> float:
        """The name's size with such days, if what it needs grew evenly between the two sizes known."""
        import numpy as np  # noqa: PLC0415 - only where words are laid out

        least = self._even.face.cap_min_mm
        most = least / SMALLER
        needed = self._even.reaches_mm(least)
        more = np.maximum(smaller.reaches_mm(most) - needed, _TINY)
        shares = (self._region.spaces - needed[:, None]) / more[:, None]
        share: float = shares.min(axis=(0, 2)).max()
        return least + share * (most - least)

    def _sized(self, share: float) -> ScaledBlock:
        """With days that high, in capitals of the others."""
        even, leading = self._even, self._even.face.leading
        lines = {
            number: Scaled(line, share if number in self._days else 1.0, leading)
            for number, line in even.lines.items()
        }
        return ScaledBlock(even.face, lines, even.ways)

    def _laid(self, block: ScaledBlock, size: float, middle: float) -> SideLayout:
        lines = zip(self._even.lines.items(), block.lines.values(), block.offsets, strict=True)
        placed = [
            PlacedLine(number, line, x=size * x, y=middle + size * y, cap_mm=size * scaled.times)
            for (number, line), scaled, (x, y) in lines
            if isinstance(line, Shaped) and isinstance(scaled, Scaled)
        ]
        return SideLayout(size, tuple(placed), {})

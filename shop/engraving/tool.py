"""What the bench's machine can cut, and what it asks of a face: its smallest letters, and thicker strokes."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from statistics import median
from typing import TYPE_CHECKING, Final

from shop.engraving.faces import Face, opened
from shop.engraving.regions import glyph_region
from shop.engraving.shaping import shape
from shop.engraving.signs import SIGNS
from shop.frozen import frozen

if TYPE_CHECKING:
    from shapely import Geometry


@frozen
class Tool:
    """A machine by its slug, the finest line it cuts and the smallest x-height that stays legible, in mm."""

    machine: str = ""
    finest_line_mm: float = 0.0
    x_height_mm: float = 0.0

    @property
    def key(self) -> str:
        """Tells it apart from every other, in an address."""
        return f"{self.machine}-{self.finest_line_mm:g}-{self.x_height_mm:g}"


ANY_TOOL: Final = Tool()
"""No machine was named: letters are cut as small and as thin as their face allows by itself."""


@frozen
class Machine:
    """A kind of machine, and what is usual for it when its owner says nothing else."""

    name: str
    note: str
    usual: Tool


MACHINES: Final[Mapping[str, Machine]] = {
    machine.usual.machine: machine
    for machine in (
        Machine("Fibre laser", "its spot is 0.02 to 0.05 mm", Tool("fibre", 0.05, 0.7)),
        Machine("Diode laser", "its spot is 0.05 to 0.10 mm", Tool("diode", 0.08, 0.8)),
        Machine("Diamond drag", "its tip is 0.10 to 0.15 mm", Tool("diamond", 0.15, 1.0)),
    )
}
"""By slug. Of each spot or tip the coarse end is taken."""


@frozen
class Fit:
    """What a tool makes of a face: the least height of its capitals, and what its strokes gain, in mm."""

    tool: Tool
    cap_min_mm: float
    thicken_mm: float

    def applied(self, face: Face) -> Face:
        """The face as it is cut."""
        most = max(face.cap_max_mm, self.cap_min_mm)
        return replace(face, cap_min_mm=self.cap_min_mm, cap_max_mm=most, thicken_mm=self.thicken_mm)


@frozen
class Measured:
    """Small letters of a face, its thinnest strokes and its narrowest eye, in capitals' heights.

    The eye of a letter is the bare metal that it encloses, and as wide as the largest disc in it.
    """

    x_height: float
    hairline: float
    eye: float


_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_SMALL: Final = "acemnorsuvwxz"
"""Those that neither reach up nor hang down: the lowest of them tells the x-height."""
_EYED: Final = "abdegopqABDOPQR04689"
"""Letters that cannot be told from others once their eye is closed."""
_EYE_LEFT: Final = 0.5
"""How wide an eye stays at least, in the tool's finest lines."""
_OTHERS: Final = 40
"""Letters of other scripts that are measured, from the first to the last that the face has."""
LOST: Final = 0.02
"""A letter of which a round tool would miss more of the ink has strokes finer than the tool: the points of
serifs and the ends of swashes are always missed."""
_FINE: Final = 0.001
_THICKEST: Final = 0.3
_ROUND: Final = 4
"""Straight lines to a quarter of the tool's edge."""
_STEP_MM: Final = 1000
"""Sizes are rounded up to whole micrometres, so that they are the same numbers everywhere."""


@lru_cache(maxsize=256)
def fit(face: Face, tool: Tool) -> Fit:
    """The face is never cut smaller or thinner than it declares, and no finer than the tool can."""
    if tool == ANY_TOOL:
        return Fit(tool, face.cap_min_mm, face.thicken_mm)
    measured = measure(face)
    least = max(
        face.cap_min_mm, _up(tool.x_height_mm / measured.x_height), _up(_eyes_open(face, measured, tool))
    )
    thicken = max(face.thicken_mm, _up(tool.finest_line_mm - measured.hairline * least))
    return Fit(tool, least, thicken)


def _eyes_open(face: Face, measured: Measured, tool: Tool) -> float:
    """The least height of capitals at which the thickening of strokes leaves every eye open."""
    left = _EYE_LEFT * tool.finest_line_mm
    return max(
        (left + face.thicken_mm) / measured.eye,
        (left + tool.finest_line_mm) / (measured.eye + measured.hairline),
    )


@lru_cache(maxsize=256)
def fitted(face: Face, tool: Tool) -> Face:
    """The face as this tool cuts it."""
    return fit(face, tool).applied(face)


@lru_cache(maxsize=64)
def measure(face: Face) -> Measured:
    """Measure the face's own outlines: takes a few tenths of a second."""
    letters = [letter for letter in _letters(face) if shape(face, letter).inked]
    heights = {letter: shape(face, letter).top for letter in letters}
    x_height = min((heights[letter] for letter in _SMALL if letter in heights), default=0.0)
    x_height = x_height or median(heights.values())
    eyes = [width for letter in _EYED if face.has(letter) for width in _eyes(face, letter)]
    return Measured(x_height, _hairline(face, [*letters, *SIGNS]), min(eyes, default=x_height))


def _up(length_mm: float) -> float:
    return math.ceil(length_mm * _STEP_MM - _FINE) / _STEP_MM


def _letters(face: Face) -> list[str]:
    own = [letter for letter in _LETTERS if face.has(letter)]
    others = [chr(code) for code in sorted(opened(face).characters) if chr(code).isalpha() and code > 0x24F]  # noqa: PLR2004 - beyond Latin
    return own + others[:: 1 + len(others) // _OTHERS]


def _hairline(face: Face, letters: list[str]) -> float:
    """The width of the thinnest strokes that any of the letters has."""
    finest = _THICKEST
    for letter in letters:
        for ink in _inks(face, letter):
            if lost_share(ink, finest) > LOST:
                finest = _thinnest(ink, finest)
    return math.floor(finest / _FINE) * _FINE


def _eyes(face: Face, letter: str) -> "Iterator[float]":
    """How wide the letter's largest eye is; nothing when it has none."""
    import shapely  # noqa: PLC0415

    for ink in _inks(face, letter):
        holes = [hole for part in shapely.get_parts(ink) for hole in shapely.get_rings(part)[1:]]
        if holes:
            discs = shapely.maximum_inscribed_circle(shapely.polygons(holes), tolerance=_FINE)
            yield 2 * float(shapely.length(discs).max())


def _inks(face: Face, letter: str) -> "Iterator[Geometry]":
    import shapely  # noqa: PLC0415 - only once a machine is named

    font = opened(face)
    scale = 1 / font.cap_height
    for cluster in shape(face, letter).inked:
        for glyph in cluster.inked:
            ink = glyph_region(font.outline(glyph.number).path, scale)
            yield shapely.transform(ink, lambda points: points * scale)


def _thinnest(ink: "Geometry", finest: float) -> float:
    low, high = 0.0, finest
    while high - low > _FINE:
        middle = (low + high) / 2
        low, high = (middle, high) if lost_share(ink, middle) <= LOST else (low, middle)
    return low


def lost_share(ink: "Geometry", width: float) -> float:
    """The share of the ink that a round tool so wide cannot reach without leaving it."""
    import shapely  # noqa: PLC0415

    reached = shapely.buffer(shapely.buffer(ink, -width / 2, quad_segs=_ROUND), width / 2, quad_segs=_ROUND)
    return 1 - float(shapely.area(reached) / shapely.area(ink))

"""The engravable areas of a piece: their outline, and the part of it that words may fill.

Coordinates are mm from the middle of the area, y upwards.
"""

import math
from collections.abc import Sequence
from functools import cache, cached_property, lru_cache
from typing import Final, NamedTuple

from shop.engraving.geometry import Directions, Numbers, Point, convex_hull, cubic, directions
from shop.engraving.limits import MARGIN_MM
from shop.frozen import frozen

_RING_BAND: Final = 1 / 6
_DISC_SIDES: Final = 48
_DRAWN_SIDES: Final = 144
_HEART_CLEFT: Final = 0.27
_HEART: Final = (
    ((0.0, _HEART_CLEFT), (0.06, 0.42), (0.16, 0.5), (0.27, 0.5)),
    ((0.27, 0.5), (0.41, 0.5), (0.5, 0.4), (0.5, 0.24)),
    ((0.5, 0.24), (0.5, -0.06), (0.22, -0.32), (0.0, -0.5)),
)
"""The right half of a heart, one wide and one high, from the cleft over the lobe to the tip."""
_HEART_MIDDLES: Final = (0.02, 0.06, -0.02, 0.1, -0.06)
"""Where words may sit in a heart: a wide line higher, several lines lower; the first when all do as well."""

_ABOVE_ARC_MIDDLES: Final = (0.8, 0.55, 0.3, 0.05)
"""Where straight lines may sit above an arc: near the middle of what it leaves, or where they are larger."""

_STEP: Final = 2 * math.pi / _DISC_SIDES
_FLAT: Final = math.cos(_STEP / 2)
"""From the middle of a regular polygon to its edges, as a share of the way to its corners."""

ROUND: Final = directions(
    tuple((math.cos(step * _STEP), math.sin(step * _STEP)) for step in range(_DISC_SIDES))
)


@frozen
class Area:
    """One engravable side of a piece.

    `shape` is 'disc', 'heart', 'bar' or 'ring'. A ring's width is its outer diameter; its height is the
    width of its band, or the diameter again, when the band is a sixth of it. Lines are numbered from 1.
    With `rim` the last line of a disc runs along the inside of its lower edge, the others straight above it.
    Raises ValueError for a rim on anything but a round disc of two lines or more.
    """

    key: str
    label: str
    shape: str
    width_mm: float
    height_mm: float
    lines: int
    rim: bool = False

    def __post_init__(self) -> None:
        round_disc = self.shape == "disc" and self.width_mm == self.height_mm
        if self.rim and (not round_disc or self.lines < 2):  # noqa: PLR2004 - one straight, one round
            raise ValueError("Only a round disc with two lines or more has a line along its rim.")

    def __hash__(self) -> int:
        return self._hash  # asked for dozens of times a drawing

    @cached_property
    def _hash(self) -> int:
        """No field of it: sides are sealed with an order, field by field."""
        return hash((self.key, self.shape, self.width_mm, self.lines))

    @property
    def line_numbers(self) -> range:
        """1 to `lines`."""
        return range(1, self.lines + 1)


class Region(NamedTuple):
    """A convex part of an area, mirrored left and right, and the heights its words may be centred on.

    `spaces` has a row a middle: how far ink about that middle may reach in each direction of the half.
    """

    directions: Directions
    middles: Sequence[float]
    spaces: Numbers


@frozen
class Band:
    """The part of a ring between two radii."""

    inner: float
    outer: float


def is_ring(area: Area) -> bool:
    """Whether words run round the area rather than across it."""
    return area.shape == "ring"


@lru_cache(maxsize=256)
def band(area: Area) -> Band:
    """The whole metal of a ring, from its inner to its outer edge."""
    outer = area.width_mm / 2
    wide = area.height_mm if area.height_mm < outer else area.width_mm * _RING_BAND
    return Band(outer - wide, outer)


@lru_cache(maxsize=256)
def engravable_band(area: Area) -> Band:
    """What is left of a ring inside its margins."""
    whole, margin = band(area), MARGIN_MM["ring"]
    return Band(whole.inner + margin, whole.outer - margin)


@lru_cache(maxsize=256)
def engravable(area: Area, spare: float) -> Region:
    """What is left of a disc, heart or bar inside margin and `spare` mm; of a heart only below the cleft."""
    import numpy as np  # noqa: PLC0415 - only where words are laid out

    margin = MARGIN_MM[area.shape]
    if area.shape == "disc" and area.width_mm == area.height_mm:
        # The 48-sided polygon inside the circle, so that every round disc has the same directions.
        return Region(ROUND, (0.0,), _all_round(engravable_radius(area), spare)[None])
    edges = _edges(convex_hull(_corners(area, _DISC_SIDES)))
    middles: tuple[float, ...] = (0.0,)
    if area.shape == "heart":
        edges.append(((0.0, 1.0), _HEART_CLEFT * area.height_mm))
        middles = tuple(middle * area.height_mm for middle in _HEART_MIDDLES)
    edges.sort(key=lambda edge: math.atan2(edge[0][1], edge[0][0]))
    ways = directions(tuple(vector for vector, _ in edges))
    bounds = np.array([edges[at][1] - margin for at in ways.half.at])
    return Region(ways, middles, bounds - spare - _lifts(ways, middles))


@lru_cache(maxsize=256)
def _all_round(radius: float, spare: float) -> Numbers:
    import numpy as np  # noqa: PLC0415

    return np.full(ROUND.half.count, radius * _FLAT - spare)


def _lifts(ways: Directions, middles: Sequence[float]) -> Numbers:
    """How much of the space in each direction is taken by standing about each middle."""
    import numpy as np  # noqa: PLC0415

    found: Numbers = np.array(middles)[:, None] * ways.half.y
    return found


def engravable_radius(area: Area) -> float:
    """How far from the middle of a round disc words may reach."""
    return area.width_mm / 2 - MARGIN_MM["disc"]


def above_arc(area: Area, half_turn: float, reach: float, spare: float) -> Region:
    """What is left of a disc above words on its rim that keep outside `reach` mm of the middle.

    They take up the directions up to `half_turn` radians to both sides of straight down, at most half a
    circle. In each of these directions nothing may lie further out; so the part is convex, and small where
    the arc is short.
    """
    radius = engravable_radius(area)
    bounds = _all_round(radius, spare).copy()
    bounds[: math.ceil(half_turn / _STEP) + 1] = reach * _FLAT - spare  # the half begins straight down
    left = (radius - reach) / 2
    first, second, third, last = _ABOVE_ARC_MIDDLES
    middles = first * left, second * left, third * left, last * left
    return Region(ROUND, middles, bounds - _above_arc_lifts() * left)


@cache
def _above_arc_lifts() -> Numbers:
    return _lifts(ROUND, _ABOVE_ARC_MIDDLES)


@lru_cache(maxsize=256)
def outline(area: Area) -> tuple[tuple[Point, ...], ...]:
    """The edge of the metal as closed polygons fine enough to draw; a ring has two."""
    if not is_ring(area):
        return (tuple(_corners(area, _DRAWN_SIDES)),)
    whole = band(area)
    return tuple(tuple(_ellipse(radius, radius, _DRAWN_SIDES)) for radius in (whole.outer, whole.inner))


def _corners(area: Area, sides: int) -> list[Point]:
    across, up = area.width_mm / 2, area.height_mm / 2
    if area.shape == "disc":
        return _ellipse(across, up, sides)
    if area.shape == "bar":
        return [(-across, -up), (across, -up), (across, up), (-across, up)]
    right = [_HEART[0][0]] + [point for curve in _HEART for point in cubic(*curve, steps=16)]
    left = [(-x, y) for x, y in reversed(right[1:-1])]
    return [(x * area.width_mm, y * area.height_mm) for x, y in right + left]


def _ellipse(across: float, up: float, sides: int) -> list[Point]:
    # Half a step on, so that a flat edge lies at the top, the bottom and both flanks.
    turns = [2 * math.pi * (step + 0.5) / sides for step in range(sides)]
    return [(across * math.cos(turn), up * math.sin(turn)) for turn in turns]


def _edges(polygon: list[Point]) -> list[tuple[Point, float]]:
    """For each edge the direction it bounds, and how far."""
    found = []
    for (x1, y1), (x2, y2) in zip(polygon, polygon[1:] + polygon[:1], strict=True):
        length = math.hypot(x2 - x1, y2 - y1)
        x, y = (y2 - y1) / length, (x1 - x2) / length
        found.append(((x, y), x * x1 + y * y1))
    return found

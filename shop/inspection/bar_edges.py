"""A bar on its photograph: its two long sides first, then the two ends that lie as far apart as they must.

Any line across a bar, of light or of letters, is much like an end. But the long sides say how large a mm is,
and so how long the bar is; and at both sides of its eye an end is one straight line.
"""

import itertools
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from shop.inspection.sampling import Matrix, Planes, Points, sampled, through

_STEP_MM: Final = 0.05
_ALONG_MM: Final = 0.25
_INNER: Final = 0.8
"""Of its length: where the long sides are looked for, for what was taken for its outline may end anywhere."""
_SLOPES: Final = np.linspace(-0.09, 0.09, 37)
_OFF_SIDE: Final = 0.3
"""Of its width: how far a long side may lie from where it was expected."""
_NO_WEDGE: Final = 0.02
"""So little, as a slope, the long sides run together in the distance."""
_EYE: Final = 0.2
"""Of its width, about the middle: an eye may be fixed there."""
_CORNER: Final = 0.42
_BEYOND: Final = 0.3
"""Of its length: how far an end may lie from where it was expected."""
_FORESHORTENED: Final = 0.03
"""Of its length: what a tilt of a dozen degrees takes away, and what the width is not known better than."""
_MOST_OFF: Final = 0.07
_GRAINS: Final = 3.0
"""So many times what changes in the grain of metal and ground is a line, however faint."""
_GAP: Final = 2
"""Steps on each side over which a change is seen."""


def squared(planes: Planes, roughly: Matrix, long_mm: float, wide_mm: float) -> list[Matrix]:
    """Where the bar may lie by its sides and ends, near a rough place."""
    framed = _sides(planes, _without_lean(roughly), long_mm, wide_mm)
    return [_ends(planes, at, long_mm, wide_mm) for at in framed]


def _without_lean(at: Matrix) -> Matrix:
    """As much moved and as large, with its ends square to its sides."""
    middle, ahead = through(at, np.array([[0.0, 0.0], [1.0, 0.0]]))
    scale, turn = math.sqrt(abs(float(np.linalg.det(at[:2, :2])))), math.atan2(*(ahead - middle)[::-1])
    return _similar(middle, turn, scale)


def _similar(middle: Points, turn: float, scale: float) -> Matrix:
    c, s = math.cos(turn) * scale, math.sin(turn) * scale
    return np.array([[c, -s, middle[0]], [s, c, middle[1]], [0.0, 0.0, 1.0]])


def _sides(planes: Planes, at: Matrix, long_mm: float, wide_mm: float) -> list[Matrix]:
    """Drawn to its long sides: moved across, turned, and as large as they lie apart.

    By the lines that are strongest, and by those that run on, however faint: no letter outweighs these.
    """
    reach = long_mm / 2 * _INNER
    along = np.arange(-reach, reach, _ALONG_MM)
    most = wide_mm * (0.5 + _OFF_SIDE) + reach * _SLOPES[-1]
    down = np.arange(-most - 0.3, most + 0.3, _STEP_MM)
    change = _changes(planes, at, along, down)
    found = []
    for even in (float(np.median(change.max(axis=1))), _GRAINS * float(np.median(change))):
        limited = np.minimum(change, even)
        lines = [_lines(limited, along, down, side * wide_mm / 2, wide_mm * _OFF_SIDE) for side in (-1, 1)]
        pairs = [
            (one[0] + two[0], one, two)
            for one, two in itertools.product(*lines)
            if abs(one[2] - two[2]) < _NO_WEDGE
        ]
        if pairs:
            _, (_, top, rise), (_, bottom, fall) = max(pairs)
            found.append(_framed(at, top, bottom, (rise + fall) / 2, wide_mm))
    return found


def _framed(at: Matrix, top: float, bottom: float, slope: float, wide_mm: float) -> Matrix:
    larger = (bottom - top) / wide_mm / math.hypot(1, slope)
    scale = math.sqrt(abs(float(np.linalg.det(at[:2, :2])))) * larger
    turn = math.atan2(at[1, 0], at[0, 0]) + math.atan(slope)
    return _similar(through(at, np.array([[0.0, (top + bottom) / 2]]))[0], turn, scale)


def _changes(planes: Planes, at: Matrix, along: Points, down: Points) -> NDArray[np.float64]:
    """How much colours change downwards, by place along and down; what runs along counts, grain does not."""
    x, y = np.meshgrid(along, down, indexing="ij")
    places = through(at, np.column_stack([x.ravel(), y.ravel()]))
    colours = sampled(planes, places).reshape(len(planes), len(along), len(down))
    change = colours[:, :, 2 * _GAP :] - colours[:, :, : -2 * _GAP]
    change = (change[:, :-2] + change[:, 1:-1] + change[:, 2:]) / 3
    found: NDArray[np.float64] = np.linalg.norm(change, axis=0)
    return np.pad(found, ((1, 1), (_GAP, _GAP)), mode="edge")


def _lines(
    change: NDArray[np.float64], along: Points, down: Points, expected: float, reach: float
) -> list[tuple[float, float, float]]:
    """The lines along which colours change most: how much, where in the middle, and at what slope."""
    starts = expected + np.arange(-reach, reach + _STEP_MM / 2, _STEP_MM)
    rows = np.arange(len(along))
    found = []
    for slope in _SLOPES:
        places = starts[:, None] + slope * along
        at = np.clip(np.rint((places - down[0]) / _STEP_MM).astype(int), 0, len(down) - 1)
        strength = change[rows, at].mean(axis=1)
        best = int(strength.argmax())
        found.append((float(strength[best]), float(starts[best]), float(slope)))
    return sorted(found)[-5:]


def _ends(planes: Planes, at: Matrix, long_mm: float, wide_mm: float) -> Matrix:
    """Drawn to its ends: moved along, and as long as they lie apart."""
    reach = long_mm * (0.5 + _BEYOND)
    along = np.arange(-reach, reach, _STEP_MM)
    beside = np.linspace(_EYE, _CORNER, 7) * wide_mm
    halves = [np.sqrt(_changes_along(planes, at, along, half)) for half in (-beside, beside)]
    strength = (halves[0] + halves[1]) / 2
    steps = round(long_mm / _STEP_MM)
    spare = round(steps * _MOST_OFF)
    best = (0.0, 0, steps)
    for length in range(steps - spare, steps + spare + 1):
        off = (length / steps - 1) / _FORESHORTENED
        both = (strength[:-length] + strength[length:]) * math.exp(-off * off / 8)
        first = int(both.argmax())
        best = max(best, (float(both[first]), first, length))
    _, first, length = best
    middle = float(along[first]) + length * _STEP_MM / 2
    found: Matrix = at @ np.array([[length / steps, 0.0, middle], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    return found


def _changes_along(planes: Planes, at: Matrix, along: Points, beside: Points) -> NDArray[np.float64]:
    """How much colours change on the way along, together over these places beside one another."""
    x, y = np.meshgrid(along, beside, indexing="ij")
    places = through(at, np.column_stack([x.ravel(), y.ravel()]))
    colours = sampled(planes, places).reshape(len(planes), len(along), len(beside)).mean(axis=2)
    change = colours[:, 2 * _GAP :] - colours[:, : -2 * _GAP]
    found: NDArray[np.float64] = np.linalg.norm(change, axis=0)
    found = np.pad(found, _GAP, mode="edge")
    near: NDArray[np.float64] = np.max([found, np.roll(found, 1), np.roll(found, -1)], axis=0)
    return near

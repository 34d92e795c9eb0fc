"""The piece's own edge laid on the photograph: how large a millimetre is there, and which way it lies."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from shop.frozen import frozen
from shop.inspection.bar_edges import squared
from shop.inspection.sampling import Matrix, Planes, Points, sampled, through

_POINTS: Final = 200
_CORNERS, _OFF_CORNER = 8, 0.08
"""So few corners are polished round: near them nothing is known."""
_TILTED: Final = 0.82
"""The shorter way by the longer: of a piece tilted by 35 degrees, at which nobody photographs one."""
_STIFF: Final = 7
"""Rounds in which it is only moved, turned and made larger or smaller."""
_FAINTEST: Final = 6.0
"""Change of colour, of 255, that is an edge."""
_CLOSEST: Final = 0.78
"""Of the edge: where a bail or a hinge is fixed, the outline of what is seen is another."""
_ROUNDS: Final = (1.5, 0.9, 0.5, 0.3, 0.25)
"""How far from where the edge was expected it is looked for, in mm, round by round."""
_STEP_MM: Final = 0.025
_NEAR_MM: Final = 0.07


@frozen
class Laid:
    """`at` is from mm (about the side's middle, y down) to pixels.

    `share` of the edge was seen there, and of the quarter that was seen worst, `least`.
    """

    at: Matrix
    share: float
    least: float
    width_mm: float
    """How far the edge's own blur reaches."""

    @property
    def sure(self) -> float:
        """How far it is to be believed, among several."""
        return self.share + self.least

    @property
    def px_per_mm(self) -> float:
        """How large a millimetre is."""
        return math.sqrt(abs(float(np.linalg.det(self.at[:2, :2]))))


def lay_edge(planes: Planes, outline: Points, edge: Points, shape: str) -> Laid | None:
    """The edge of such a shape on what may be its outline; None where it does not lie on it."""
    points = _spread(edge)
    roughly = _roughly(outline, points, shapely.Polygon(edge), shape)
    if roughly is None or shape != "bar":
        return None if roughly is None else _refined(planes, roughly, points, shape, _ROUNDS)
    squares = squared(planes, roughly, *np.ptp(edge, axis=0).tolist())
    laid = [_refined(planes, square, points, shape, _ROUNDS[2:]) for square in squares]
    return max(filter(None, laid), key=lambda each: each.sure, default=None)


def _spread(edge: Points) -> Points:
    """Places all along the edge: as many on each side of what has corners, for its ends say where it lies."""
    if len(edge) > _CORNERS:
        ring = shapely.LinearRing(edge)
        where = np.linspace(0, ring.length, _POINTS, endpoint=False)
        return shapely.get_coordinates(shapely.line_interpolate_point(ring, where))
    share = np.linspace(_OFF_CORNER, 1 - _OFF_CORNER, _POINTS // len(edge))[:, None]
    following = np.roll(edge, -1, axis=0)
    return np.vstack([one + share * (two - one) for one, two in zip(edge, following, strict=True)])


def _roughly(outline: Points, points: Points, metal: shapely.Polygon, shape: str) -> Matrix | None:
    seen = shapely.Polygon(outline)
    middle = np.array(seen.centroid.coords[0])
    scale = math.sqrt(seen.area / metal.area)
    centred = points - np.array(metal.centroid.coords[0])
    starts = []
    for turn in _turns(outline - middle, shape):
        c, s = math.cos(turn) * scale, math.sin(turn) * scale
        start = centred @ np.array([[c, s], [-s, c]]) + middle
        starts.append((_off(outline, start), start))
    start = min(starts, key=lambda each: each[0])[1]
    at, off = _closest(outline, points, start)
    if off > 0.06 * math.sqrt(metal.area) * scale:
        return None
    ways = np.linalg.svd(at[:2, :2], compute_uv=False)
    return at if ways[1] / ways[0] > _TILTED and np.linalg.det(at[:2, :2]) > 0 else None


def _apart(outline: Points, placed: Points) -> NDArray[np.float64]:
    """The square of how far each is from each."""
    found: NDArray[np.float64] = (
        (placed**2).sum(axis=1)[:, None] - 2 * placed @ outline.T + (outline**2).sum(axis=1)
    )
    return found


def _off(outline: Points, placed: Points) -> float:
    return float(np.sqrt(np.maximum(_apart(outline, placed[::4]).min(axis=1), 0)).mean())


def _turns(outline: Points, shape: str) -> list[float]:
    if shape == "disc":
        return [0.0]
    if shape == "bar":
        _, _, ways = np.linalg.svd(outline, full_matrices=False)
        return [math.atan2(ways[0, 1], ways[0, 0])]
    return [step * math.pi / 8 for step in range(16)]


def _closest(outline: Points, points: Points, start: Points) -> tuple[Matrix, float]:
    """Each place of the edge drawn to the nearest of the outline, again and again."""
    points, placed, at = points[::2], start[::2], np.eye(3)
    off = np.zeros(1)
    for round_ in range(18):
        nearest = outline[_apart(outline, placed).argmin(axis=1)]
        off = np.linalg.norm(placed - nearest, axis=1)
        kept = off <= np.quantile(off, _CLOSEST)
        at = (_similar if round_ < _STIFF else _affine)(points[kept], nearest[kept])
        placed = through(at, points)
    return at, float(off[off <= np.quantile(off, _CLOSEST)].mean())


def _similar(here: Points, there: Points) -> Matrix:
    z, w = here @ np.array([1, 1j]), there @ np.array([1, 1j])
    zm, wm = z.mean(), w.mean()
    turn = (np.conj(z - zm) * (w - wm)).sum() / (abs(z - zm) ** 2).sum()
    shift = wm - turn * zm
    return np.array(
        [[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag], [0.0, 0.0, 1.0]]
    )


def _affine(here: Points, there: Points) -> Matrix:
    found = np.linalg.lstsq(np.column_stack([here, np.ones(len(here))]), there, rcond=None)[0]
    return np.vstack([found.T, [0.0, 0.0, 1.0]])


def _refined(planes: Planes, at: Matrix, points: Points, shape: str, rounds: Sequence[float]) -> Laid | None:
    """Drawn to where colours change most across the edge; shadows change slowly."""
    ahead, behind = np.roll(points, -1, axis=0) - points, points - np.roll(points, 1, axis=0)
    nearer = np.where(
        (np.linalg.norm(ahead, axis=1) < np.linalg.norm(behind, axis=1))[:, None], ahead, behind
    )
    along = nearer / np.linalg.norm(nearer, axis=1)[:, None]
    out = np.column_stack([along[:, 1], -along[:, 0]])
    out *= np.sign((out * points).sum(axis=1).sum())
    found, strength, width = np.zeros(len(points)), np.zeros(len(points)), np.zeros(len(points))
    for reach in rounds:
        bend = shape != "disc" and reach < _ROUNDS[1]
        found, strength, width = _across(planes, at, points, out, reach)
        sure = strength > 0.35 * np.median(strength)
        at = at @ _drawn(points, out, found, sure, bend=bend)
    found, strength, width = _across(planes, at, points, out, _ROUNDS[-1])
    seen = (np.abs(found) < _NEAR_MM) & (strength > max(_FAINTEST, 0.2 * float(np.median(strength))))
    ways = np.linalg.svd(at[:2, :2], compute_uv=False)
    if not seen.any() or ways[1] / ways[0] < _TILTED:
        return None
    least = min(float(quarter.mean()) for quarter in np.array_split(seen, 4))
    return Laid(at, float(seen.mean()), least, float(np.median(width[seen])))


def _across(
    planes: Planes, at: Matrix, points: Points, out: Points, reach: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Where colours change most on the way out, by how much, and over how many mm."""
    steps = np.arange(-reach - 0.1, reach + 0.1 + _STEP_MM / 2, _STEP_MM)
    places = points[:, None] + steps[None, :, None] * out[:, None]
    colours = sampled(planes, through(at, places.reshape(-1, 2))).reshape(len(planes), len(points), -1)
    gap = 3
    change = np.linalg.norm(_run_on(colours[:, :, 2 * gap :] - colours[:, :, : -2 * gap]), axis=0)
    middle = steps[gap:-gap]
    change = change * (1 - 0.3 * np.abs(middle) / reach)  # of two as strong, the nearer
    top = change.argmax(axis=1)
    strength = change[np.arange(len(points)), top]
    return middle[top], strength, (change > 0.5 * strength[:, None]).sum(axis=1) * _STEP_MM


def _run_on(change: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each place with its two neighbours: an edge runs on, and the grain of cloth or metal does not."""
    return (np.roll(change, 1, axis=1) + change + np.roll(change, -1, axis=1)) / 3


def _drawn(
    points: Points, out: Points, off: NDArray[np.float64], sure: NDArray[np.bool_], *, bend: bool
) -> Matrix:
    """The small map of mm to mm that takes the edge to where it was seen, outliers let go."""
    (x, y), (nx, ny) = points.T, out.T
    reach = float(np.abs(points).max())
    lean = -(nx * x + ny * y)
    columns = np.column_stack([nx, ny, nx * x, nx * y, ny * x, ny * y, lean * x, lean * y])
    loose = 0.05 / reach if bend else 1e-4 / reach
    prior = 1 / np.array([1, 1, *[0.2] * 4, loose, loose]) ** 2 * 0.01
    weights = sure.astype(float)
    found = np.zeros(8)
    for _ in range(6):
        found = np.linalg.solve(
            columns.T @ (weights[:, None] * columns) + np.diag(prior), columns.T @ (weights * off)
        )
        left = np.abs(off - columns @ found)
        scale = max(0.02, float(np.median(left[sure])) if sure.any() else 0.02)
        weights = sure / (1 + (left / (1.5 * scale)) ** 2) ** 2
    tx, ty, a, b, c, d, g, h = found
    return np.array([[1 + a, b, tx], [c, 1 + d, ty], [g, h, 1.0]])

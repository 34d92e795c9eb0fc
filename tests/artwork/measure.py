"""How far traced outlines are from the true ink, both ways, in mm on the metal."""

from dataclasses import dataclass

import numpy as np
import shapely

STEP_MM = 0.02
"""So far apart are the points of an outline that are measured."""


@dataclass(frozen=True)
class Measured:
    """Shares of the outline's length, 0 to 1, and of areas."""

    ours: dict[float, float]
    """How much of our outline lies within so many mm of the true one."""
    theirs: dict[float, float]
    """How much of the true outline lies within so many mm of ours."""
    overlap: float

    def worst(self, within_mm: float) -> float:
        return min(self.ours[within_mm], self.theirs[within_mm])


def on_the_metal(ink: shapely.Geometry, wide_mm: float) -> shapely.Geometry:
    """The region about the middle of what it covers, so wide: as a tracing is cut. Nothing is fitted."""
    left, top, right, bottom = ink.bounds
    scale, middle = wide_mm / (right - left), np.array([(left + right) / 2, (top + bottom) / 2])
    return shapely.transform(ink, lambda points: (points - middle) * scale)


def aligned(ink: shapely.Geometry, to: shapely.Geometry, rounds: int = 12) -> shapely.Geometry:
    """Moved, turned and scaled (a similarity, the same for all of it) as it lies nearest to another
    region."""
    for _ in range(rounds):
        points = _along(ink, 0.1)
        near = _nearest(points, to)
        ours, theirs = points - points.mean(axis=0), near - near.mean(axis=0)
        one, other = ours @ (1, 1j), theirs @ (1, 1j)
        turn = np.vdot(one, other) / np.vdot(one, one)
        middle, there = points.mean(axis=0), near.mean(axis=0)
        at = np.array([[turn.real, turn.imag], [-turn.imag, turn.real]])
        ink = shapely.transform(ink, lambda p, m=middle, a=at, t=there: (p - m) @ a + t)
    return ink


def measured(ours: shapely.Geometry, theirs: shapely.Geometry) -> Measured:
    """Both in mm on the metal."""
    ways = [_away(one, other) for one, other in ((ours, theirs), (theirs, ours))]
    shares = [{within: float((away <= within).mean()) for within in (0.05, 0.1)} for away in ways]
    ours, theirs = shapely.make_valid(ours), shapely.make_valid(theirs)
    overlap = ours.intersection(theirs).area / ours.union(theirs).area
    return Measured(shares[0], shares[1], overlap)


def _along(region: shapely.Geometry, step: float) -> np.ndarray:
    lines = shapely.get_parts(shapely.boundary(region))
    places = [shapely.line_interpolate_point(line, np.arange(step / 2, line.length, step)) for line in lines]
    return shapely.get_coordinates(np.concatenate(places))


def _edges(region: shapely.Geometry) -> np.ndarray:
    """Every straight piece of the boundary by itself: a tree of them is searched quickly."""
    found = []
    for line in shapely.get_parts(shapely.boundary(region)):
        corners = shapely.get_coordinates(line)
        found.append(np.stack([corners[:-1], corners[1:]], axis=1))
    return shapely.linestrings(np.concatenate(found))


def _away(one: shapely.Geometry, other: shapely.Geometry) -> np.ndarray:
    points, edges = shapely.points(_along(one, STEP_MM)), _edges(other)
    return shapely.distance(points, edges[shapely.STRtree(edges).nearest(points)])


def _nearest(points: np.ndarray, region: shapely.Geometry) -> np.ndarray:
    edges, places = _edges(region), shapely.points(points)
    edges = edges[shapely.STRtree(edges).nearest(places)]
    return shapely.get_coordinates(
        shapely.line_interpolate_point(edges, shapely.line_locate_point(edges, places))
    )

"""What is cut held against what was approved, letter by letter: ink that is missing, ink that is too much."""

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from shop.artwork.outlining import blots
from shop.frozen import frozen
from shop.inspection.rectified import CLIPPED, Grid
from shop.inspection.sampling import Plane, blurred

TOLERANCE_MM: Final = 0.075
"""How far an edge may be from where it was approved, once its letter lies where it is cut."""
_SHIFT_PX: Final = 4
_SOFT_MM: Final = 0.02
_SOME, _EVEN, _FULL = 0.3, 0.5, 0.55
"""So dark, as a share of how dark the words are: something is cut there; a whole stroke is."""
MISSING_MM2: Final = 0.016
EXTRA_MM2: Final = 0.018
BESIDE_MM2: Final = 0.035
"""Far from any letter: smaller than this dust is, and no accent lies there."""
_LOST_SHARE: Final = 0.45
"""Of a small part, such as a dot."""
_LEAST_LOST_MM2: Final = 0.006
_CLOSE_MM, _NEAR_MM = 0.045, 0.3
_THIN_MM: Final = 0.03
"""Half the width of a scratch: what is thinner is none of the cutter's."""
_THICK_SHARE: Final = 0.1
_BRIGHT_SHARE: Final = 0.3


@frozen
class Found:
    """One letter: the largest piece of ink missing and the largest too much near it, in square mm.

    `part` is the number of the part that is missing or in part so; `at` is where the larger difference is,
    in mm about the side's middle, y downwards. `seen` is False where light drowned it.
    """

    missing_mm2: float
    extra_mm2: float
    part: int
    at: tuple[float, float]
    seen: bool = True

    @property
    def differs(self) -> bool:
        """Whether either is more than light and the width of a stroke explain."""
        return self.missing_mm2 > 0 or self.extra_mm2 > 0

    def written(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            "missing_mm2": round(self.missing_mm2, 4),
            "extra_mm2": round(self.extra_mm2, 4),
            "part": self.part,
            "at": [round(value, 3) for value in self.at],
            "seen": self.seen,
        }


def compared(
    cut: Plane, seen: Plane, grid: Grid, letters: list[list[BaseGeometry]]
) -> tuple[list[Found], float]:
    """Each letter, then what is cut where nothing was approved (far from any), as one more; and `_spread`."""
    sharp = blurred(np.clip(cut, 0, 1.2), _SOFT_MM * grid.px_mm)
    some, full = _regions(sharp, grid, _SOME), _regions(sharp, grid, _FULL)
    placed = [_placed(sharp, grid, parts) for parts in letters]
    near = shapely.union_all(some).buffer(TOLERANCE_MM)
    approved = shapely.union_all([part for parts in placed for part in parts])
    too_much = _too_much(full, approved)
    owners = _owners(too_much, placed)
    found = [
        _letter(parts, near, [each for each, owner in owners if owner == at], seen, grid)
        for at, parts in enumerate(placed)
    ]
    beside = [each for each, owner in owners if owner < 0 and each.area > BESIDE_MM2]
    largest = max(beside, key=lambda each: each.area, default=None)
    if largest is not None:
        found.append(Found(0.0, largest.area, 0, _middle(largest)))
    return found, _spread(_regions(sharp, grid, _EVEN), approved)


def _spread(even: list[BaseGeometry], approved: BaseGeometry) -> float:
    """How much of the ink is a little off all over, as a share: another lettering may be so like this one."""
    cut = shapely.union_all(even).intersection(approved.buffer(_NEAR_MM))
    lacks = approved.difference(cut.buffer(_CLOSE_MM)).area
    return float(lacks + cut.difference(approved.buffer(_CLOSE_MM)).area) / float(approved.area)


def _regions(sharp: Plane, grid: Grid, level: float) -> list[BaseGeometry]:
    back = np.array(grid.box[:2])
    polygons = [shapely.make_valid(blot.region) for blot in blots(sharp, level)]
    return [
        shapely.simplify(shapely.transform(each, lambda at: at / grid.px_mm + back), 0.004)
        for each in polygons
        if each.area > 4  # noqa: PLR2004 - pixels
    ]


def _placed(sharp: Plane, grid: Grid, parts: list[BaseGeometry]) -> list[BaseGeometry]:
    """The letter where it is cut: metal is domed, and a lens bends."""
    whole = shapely.union_all(parts)
    spare = 0.2
    left, top, right, bottom = whole.bounds
    x, y = np.floor(grid.px(np.array([left - spare, top - spare]))).astype(int)
    wide, high = np.ceil(np.array([right - left + 2 * spare, bottom - top + 2 * spare]) * grid.px_mm).astype(
        int
    )
    x0, y0 = x / grid.px_mm + grid.box[0], y / grid.px_mm + grid.box[1]
    window = Grid((x0, y0, x0 + wide / grid.px_mm, y0 + high / grid.px_mm), grid.px_mm)
    wanted = blurred(window.filled([whole]), 1.5)
    shift = _shift(np.pad(sharp, 64)[y + 64 - _SHIFT_PX :, x + 64 - _SHIFT_PX :], wanted)
    move = np.array(shift) / grid.px_mm
    return [shapely.transform(part, lambda at: at + move) for part in parts]


def _shift(there: Plane, wanted: Plane) -> tuple[int, int]:
    """How far to the right and down the picture is most like what is wanted: roughly, then to the pixel."""
    high, wide = wanted.shape

    def off(down: int, across: int) -> float:
        seen = there[_SHIFT_PX + down :, _SHIFT_PX + across :][:high, :wide]
        return float(((seen - wanted[: seen.shape[0], : seen.shape[1]]) ** 2).sum()) * (
            1 + 0.004 * (down**2 + across**2)
        )

    best = min((off(down, across), down, across) for down in (-3, 0, 3) for across in (-3, 0, 3))
    for _ in range(2):
        _, at, to = best
        steps = [(at + i, to + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        near = [(i, j) for i, j in steps if abs(i) <= _SHIFT_PX and abs(j) <= _SHIFT_PX]
        best = min((off(i, j), i, j) for i, j in near)
    return best[2], best[1]


def _too_much(full: list[BaseGeometry], approved: BaseGeometry) -> list[BaseGeometry]:
    """Each piece of ink that nothing approved explains, and that is as thick as a stroke."""
    found: list[BaseGeometry] = []
    allowed = approved.buffer(TOLERANCE_MM)
    for region in full:
        parts = shapely.get_parts(region.difference(allowed))
        found += [part for part in parts if _is_stroke(part)]
    return found


def _is_stroke(part: BaseGeometry) -> bool:
    core = float(part.buffer(-_THIN_MM).area)
    return float(part.area) > EXTRA_MM2 and core > _THICK_SHARE * float(part.area)


def _owners(pieces: list[BaseGeometry], placed: list[list[BaseGeometry]]) -> list[tuple[BaseGeometry, int]]:
    """Each with the letter it is nearest to; -1 where none is near."""
    found = []
    for piece in pieces:
        away = [min(float(piece.distance(part)) for part in parts) for parts in placed]
        nearest = int(np.argmin(away)) if away else -1
        found.append((piece, nearest if away and away[nearest] < 1.0 else -1))
    return found


def _letter(
    parts: list[BaseGeometry],
    near: BaseGeometry,
    extra: list[BaseGeometry],
    seen: Plane,
    grid: Grid,
) -> Found:
    missing, part_of, where = 0.0, 0, parts[0]
    for at, part in enumerate(parts):
        gaps = [gap for gap in shapely.get_parts(part.difference(near)) if _counts(gap, part)]
        largest = max(gaps, key=lambda gap: gap.area, default=None)
        if largest is not None and largest.area > missing:
            missing, part_of, where = largest.area, at, largest
    more = max(extra, key=lambda each: each.area, default=None)
    if more is not None and more.area > missing:
        where = more
    clear = _clear(parts, seen, grid)
    return Found(
        missing if clear else 0.0, more.area if more is not None else 0.0, part_of, _middle(where), clear
    )


def _counts(gap: BaseGeometry, part: BaseGeometry) -> bool:
    size = float(gap.area)
    return size > MISSING_MM2 or (size > _LEAST_LOST_MM2 and size > _LOST_SHARE * float(part.area))


def _clear(parts: list[BaseGeometry], seen: Plane, grid: Grid) -> bool:
    """Whether light did not drown it."""
    left, top, right, bottom = shapely.total_bounds(np.array(parts))
    corners = grid.px(np.array([[left, top], [right, bottom]])).astype(int)
    (x0, y0), (x1, y1) = corners.clip(0)
    window: NDArray[np.float32] = seen[y0 : y1 + 1, x0 : x1 + 1]
    return window.size > 0 and float((window >= CLIPPED).mean()) < _BRIGHT_SHARE


def _middle(region: BaseGeometry) -> tuple[float, float]:
    point = region.representative_point()
    return float(point.x), float(point.y)

"""Where a finished piece differs, large: what was approved there, and the photograph laid under it.

The photograph is placed by the map that is true at that place; across a few mm no eye sees the difference.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from shop.frozen import frozen
from shop.inspection.approved import ApprovedSide
from shop.inspection.inspection import Finding, Inspection

MOST: Final = 6
"""Of one side: where more differs, everything does."""
_REACH_MM: Final = 1.6
IMAGE: Final = 1000
"""How wide and high the picture is said to be, before it is laid down."""


@frozen
class CloseUp:
    """One difference. `box` is x, y, width and height in mm; `path` what was approved near it."""

    said: str
    box: str
    path: str
    photograph: str
    """The six numbers that lay a picture of IMAGE by IMAGE where it belongs."""


def close_ups(side: ApprovedSide, seen: Inspection) -> list[dict[str, Any]]:
    """The largest differences, as plain values that JSON can hold."""
    if not seen.to_photograph:
        return []
    worst = sorted(seen.differences, key=lambda one: -max(one.missing_mm2, one.extra_mm2))[:MOST]
    return [asdict(_close_up(side, seen, one)) for one in worst]


def _close_up(side: ApprovedSide, seen: Inspection, one: Finding) -> CloseUp:
    x, y = one.at
    left, top = x - _REACH_MM, y - _REACH_MM
    return CloseUp(
        one.said,
        f"{left:.3f} {top:.3f} {2 * _REACH_MM:g} {2 * _REACH_MM:g}",
        _outlines(side, (left, top, x + _REACH_MM, y + _REACH_MM)),
        _laid(seen.to_photograph, x, y),
    )


def _outlines(side: ApprovedSide, box: tuple[float, float, float, float]) -> str:
    """The parts that reach into the box."""
    left, top, right, bottom = box
    rings: list[list[list[float]]] = []
    for letter in side.letters:
        for part, outline in zip(letter.parts, letter.written()["parts"], strict=True):
            x0, y0, x1, y1 = part.bounds
            if x0 < right and x1 > left and y0 < bottom and y1 > top:
                rings += outline
    return "".join(f"M{'L'.join(f'{x:g},{y:g}' for x, y in ring)}Z" for ring in rings)


def _laid(at: Sequence[Sequence[float]], x: float, y: float) -> str:
    """The inverse of the map's slope at that place, for SVG's matrix()."""
    u, v, w = (row[0] * x + row[1] * y + row[2] for row in at)
    u, v = u / w, v / w
    a, c = ((at[0][each] - u * at[2][each]) / w for each in (0, 1))
    b, d = ((at[1][each] - v * at[2][each]) / w for each in (0, 1))
    size = a * d - b * c
    back = d / size, -b / size, -c / size, a / size
    shift = x - back[0] * u - back[2] * v, y - back[1] * u - back[3] * v
    return " ".join(f"{value:.6g}" for value in (*(each / IMAGE for each in back), *shift))

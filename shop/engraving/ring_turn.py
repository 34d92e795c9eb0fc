"""How far a ring is turned in its picture, so that its words lie where they are seen.

A ring runs freely through what it hangs from, so where its words stand is the picture's to choose: as the
picture has the ring, unless something lies over the words there, such as the bail or another ring.
"""

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from shop.engraving.areas import Area, band, is_ring
from shop.engraving.calibration import Placement
from shop.engraving.placement import SideLayout

Array = Any
"""A numpy array; numpy is imported when words are laid out."""

_STEPS: Final = 360
"""Directions looked at: one a degree, clockwise from the ring's top."""
_SPARE: Final = 3
"""So many of them are left free beside what covers the ring."""
_ACROSS: Final = (0.2, 0.5, 0.8)
"""Where across the band it is looked whether the metal is in sight."""
_ABOVE: Final = 30
"""What covers the ring within so many degrees of straight up is what it hangs from."""
_HANGS: Final = 100
"""So much worse than under another ring, which moves, words lie under what theirs hangs from."""


def turn_of(area: Area, place: Placement, side: SideLayout) -> int:
    """Degrees clockwise by which the words are turned on the picture; 0 where nothing lies over them.

    Words too long to be seen whole begin and end beside the bail. Of equal turns the smallest is taken.
    """
    if not is_ring(area) or not place.clip:
        return 0
    return _least_covered(area, place, tuple(_ends(side)))


def _ends(side: SideLayout) -> Iterator[int]:
    """Where each line begins and ends, in degrees clockwise from the top."""
    for line in side.lines:
        assert line.pitch is not None
        half = line.cap_mm * (line.shaped.right - line.shaped.left) / 2 / line.pitch
        yield math.floor(math.degrees(line.turn - half))
        yield math.ceil(math.degrees(line.turn + half))


@lru_cache(maxsize=256)
def _least_covered(area: Area, place: Placement, ends: tuple[int, ...]) -> int:
    import numpy as np  # noqa: PLC0415

    taken = np.zeros(_STEPS, bool)
    for first, last in zip(ends[::2], ends[1::2], strict=True):
        taken[np.arange(first, last + 1) % _STEPS] = True
    turns = np.array(sorted(range(-_STEPS // 2 + 1, _STEPS // 2 + 1), key=abs))
    places = (np.flatnonzero(taken)[None, :] + turns[:, None]) % _STEPS
    return int(turns[np.argmin(_covered(area, place)[places].sum(axis=1))])


@lru_cache(maxsize=64)
def _covered(area: Area, place: Placement) -> Array:
    """In which directions something lies over the ring, or all but does, and how bad that is."""
    import numpy as np  # noqa: PLC0415

    whole = band(area)
    around = [math.radians(step) for step in range(_STEPS)]
    seen = np.ones(_STEPS, bool)
    for share in _ACROSS:
        radius = whole.inner + share * (whole.outer - whole.inner)
        spots = [place.at(radius * math.sin(turn), -radius * math.cos(turn)) for turn in around]
        seen &= _inside(place.clip, np.array(spots))
    covered = np.any([np.roll(~seen, step) for step in range(-_SPARE, _SPARE + 1)], axis=0)
    return np.where(_holds(covered, _up(place)), _HANGS, 1) * covered


def _up(place: Placement) -> int:
    """Which direction of the ring is straight up on the picture."""
    _, b, _, d, _, _ = place.matrix
    return round(math.degrees(math.atan2(-b, d))) % _STEPS


def _holds(covered: Array, up: int) -> Array:
    """The directions that are covered without a gap to one that is all but straight up."""
    import numpy as np  # noqa: PLC0415

    held = covered & np.isin(np.arange(_STEPS), np.arange(up - _ABOVE, up + _ABOVE + 1) % _STEPS)
    while (grown := covered & (held | np.roll(held, 1) | np.roll(held, -1))).sum() > held.sum():
        held = grown
    return held


def _inside(path: str, spots: Array) -> Array:
    """Whether points lie within a path of straight lines, by the rule that SVG calls evenodd."""
    import numpy as np  # noqa: PLC0415

    x, y = spots.T
    inside = np.zeros(len(x), bool)
    for ring in re.findall(r"M([^MZ]+)Z", path):
        a = np.array([[float(value) for value in corner.split()] for corner in ring.split("L")])
        b = np.roll(a, -1, axis=0)
        crosses = (a[:, 1] > y[:, None]) != (b[:, 1] > y[:, None])
        with np.errstate(divide="ignore", invalid="ignore"):
            at = a[:, 0] + (y[:, None] - a[:, 1]) * (b[:, 0] - a[:, 0]) / (b[:, 1] - a[:, 1])
        inside ^= (crosses & (x[:, None] < at)).sum(axis=1) % 2 == 1
    return inside

"""Path data (SVG) of many whole numbers at once: one by one they took half the time of drawing bent letters.

A number is written as eight bytes: its sign and thousands in four, its last three digits in three, and what
follows it. Of bytes that are zero nothing is left at the end.
"""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any, Final

_BASE: Final = 1000
_FOUR_BYTES: Final = "<u4"
_LAST_BYTE: Final = 24
"""The bits before it."""


def written(numbers: Any, after: Sequence[Any]) -> list[str]:
    """The path data of some outlines: all their numbers (int32, each below a million), one after the other.

    `after` has for each outline what `following` made.
    """
    import numpy as np  # noqa: PLC0415 - only where words are laid out

    begins, ends = _halves()
    sizes = np.abs(numbers)
    thousands = sizes // _BASE
    both = np.empty((len(numbers), 2), _FOUR_BYTES)
    both[:, 0] = begins.take(thousands ^ (numbers >> 31))  # n, or below zero -1 - n
    both[:, 1] = ends.take(np.minimum(sizes, sizes - _BASE * thousands + _BASE)) + np.concatenate(after)
    found, first = [], 0
    for last in accumulate(map(len, after)):
        text = both[first:last].tobytes().translate(None, b"\0").decode()
        found.append(f"M{text.replace('Z', 'ZM').removesuffix('M')}")
        first = last
    return found


def following(after: str) -> Any:
    """For each number of an outline a character: a blank, C before a curve, at a contour's end Z or M.

    Z closes the contour.
    """
    import numpy as np  # noqa: PLC0415

    return np.array([ord(each) << _LAST_BYTE for each in after], _FOUR_BYTES)


@cache
def _halves() -> tuple[Any, Any]:
    """How numbers begin, by their thousands; and how they end, by what is left of them.

    From the end stand beginnings below zero; a thousand further on, endings of what has thousands.
    """
    import numpy as np  # noqa: PLC0415

    begins = [str(n or "") for n in range(_BASE)] + [f"-{n or ''}" for n in reversed(range(_BASE))]
    ends = [str(n) for n in range(_BASE)] + [f"{n:03}" for n in range(_BASE)]
    as_bytes = [np.array(each, "S4").view(_FOUR_BYTES) for each in (begins, ends)]
    return as_bytes[0], as_bytes[1]

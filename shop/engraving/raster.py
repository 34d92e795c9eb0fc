"""Where there is ink, sampled point by point.

Nothing is united and nothing laid round a letter: a point has ink when rings wind round it, or when a line's
stroke reaches it.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from shop.engraving.shapes import Array, Box, Shape

_PIECE_PX: Final = 3.0
"""Strokes are laid down in pieces no longer than this."""


def sampled(shapes: Sequence[Shape], box: Box, *, once: bool = False) -> Array:
    """A row for each row of points: True where there is ink. `once`: only where a ring winds just once."""
    import numpy as np  # noqa: PLC0415

    left, top, right, bottom = box
    found = np.zeros((bottom - top, right - left), bool)
    for shape in shapes:
        (x0, y0, x1, y1) = shape.box
        window = found[y0 - top : y1 - top, x0 - left : x1 - left]
        if shape.rings:
            winding = _winding(shape.rings, (x0, y0), window.shape)
            window |= winding == 1 if once else winding != 0
        if shape.radius:
            for line in shape.lines:
                _stroke(window, line - (x0, y0), shape.radius)
    return found


def away(points: Array, shapes: Sequence[Shape]) -> Array:
    """How far points that have no ink of these shapes lie from it, in pixels."""
    import numpy as np  # noqa: PLC0415

    found = np.full(len(points), np.inf)
    for shape in shapes:
        closed = [np.vstack([ring, ring[:1]]) for ring in shape.rings]
        for line in (*closed, *shape.lines):
            found = np.minimum(found, _distance(points, line) - shape.radius)
    return found


def around(shapes: Iterable[Shape]) -> Box:
    """A box that holds them all."""
    boxes = [shape.box for shape in shapes] or [(0, 0, 1, 1)]
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def _winding(rings: Sequence[Array], origin: tuple[int, int], size: tuple[int, int]) -> Array:
    """How often the rings run round each point of a window."""
    import numpy as np  # noqa: PLC0415

    rows, columns = size
    a = np.vstack(rings) - origin
    b = np.vstack([np.roll(ring, -1, axis=0) for ring in rings]) - origin
    first, last = np.ceil(a[:, 1] - 0.5).astype(int), np.ceil(b[:, 1] - 0.5).astype(int)
    count = np.abs(last - first)
    edge = np.repeat(np.arange(len(a)), count)  # each edge once for every row of points that it crosses
    row = np.minimum(first, last)[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    slope = (b[edge, 0] - a[edge, 0]) / (b[edge, 1] - a[edge, 1])
    column = np.ceil(a[edge, 0] + (row + 0.5 - a[edge, 1]) * slope - 0.5).astype(int)
    turn = np.where(last > first, 1, -1)[edge]
    steps = np.bincount(row * columns + column, weights=turn, minlength=rows * columns)
    return np.cumsum(steps.reshape(rows, columns).astype(np.int8), axis=1, dtype=np.int8)


def _stroke(window: Array, line: Array, radius: float) -> None:
    """Ink wherever a point is no further from the line than that."""
    import numpy as np  # noqa: PLC0415

    a, b = _in_pieces(line)
    reach = math.ceil(radius + _PIECE_PX / 2 + 1)
    near = np.arange(-reach, reach + 1)
    middle = np.floor((a + b) / 2).astype(int)
    x, y = middle[:, 0, None] + near, middle[:, 1, None] + near
    along = b - a
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    px, py = (x + 0.5 - a[:, :1])[:, None, :], (y + 0.5 - a[:, 1:])[:, :, None]
    dx, dy = along[:, 0, None, None], along[:, 1, None, None]
    share = np.clip((px * dx + py * dy) / length[:, None, None], 0, 1)
    inked = (px - share * dx) ** 2 + (py - share * dy) ** 2 <= radius**2
    piece, row, column = np.nonzero(inked)
    window[y[piece, row], x[piece, column]] = True


def _distance(points: Array, line: Array) -> Array:
    """From each point to the nearest of the line."""
    import numpy as np  # noqa: PLC0415

    a, along = line[:-1], line[1:] - line[:-1]
    from_a = points[:, None, :] - a
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip((from_a * along).sum(axis=2) / length, 0, 1)
    apart = from_a - share[..., None] * along
    return np.sqrt((apart**2).sum(axis=2).min(axis=1))


def _in_pieces(line: Array) -> tuple[Array, Array]:
    import numpy as np  # noqa: PLC0415

    a, b = line[:-1], line[1:]
    count = np.maximum(1, np.ceil(np.hypot(*(b - a).T) / _PIECE_PX)).astype(int)
    edge = np.repeat(np.arange(len(a)), count)
    step = (np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count))[:, None]
    share = ((b - a) / count[:, None])[edge]
    return a[edge] + step * share, a[edge] + (step + 1) * share

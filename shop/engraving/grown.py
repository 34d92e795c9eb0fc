"""A line with whatever letter may come next at its end, measured without setting it anew each time."""

from collections.abc import Sequence
from functools import cached_property

from shop.engraving.geometry import Box, Directions, Numbers, Point, frontier
from shop.engraving.shaped import RIM_SPACE, Cluster, Shaped, about_middle, round_all


class NextLetters:
    """Letters that may come next, all at one place: the right edge of each at 0."""

    def __init__(self, letters: Sequence[Cluster], gap: float) -> None:
        self.gap = gap
        """How far from the one before any of them stands at most."""
        ended = tuple(letter.moved(-letter.box[2]) for letter in letters)
        self.line = Shaped(ended, ended, round_all([letter.box for letter in ended]))


class Grown:
    """A line with every one of these letters at its end, which is `by` further out: see Shaped for the rest.

    Lines are centred: its own letters stand where they are, and where they would be `by` further out, for
    they end up between.
    """

    def __init__(
        self, line: Shaped, letters: NextLetters, by: float, further: tuple[Shaped, float] | None = None
    ) -> None:
        self._line, self._letters, self._by = line, letters, by
        self._moved, self._moved_by = further or (line, by)
        self._end = self._moved.right + self._moved_by
        added = letters.line.box
        boxes = [line.box, (added[0] + self._end, added[1], self._end, added[3])]
        if by:
            left, bottom, right, top = self._moved.box
            boxes.append((left + self._moved_by, bottom, right + self._moved_by, top))
        self.box: Box = round_all(boxes)
        self.left, self.bottom, self.right, self.top = self.box

    @cached_property
    def apart(self) -> "Grown":
        """Further apart, for a rim; see Shaped.apart."""
        blanks = RIM_SPACE * sum(not cluster.inked for cluster in self._line.clusters)
        return Grown(self._line.apart, self._letters, self._by, (self._line, self._by + blanks))

    @cached_property
    def heads(self) -> list[Point]:
        """See Shaped.heads: they are about the middle of each letter, wherever that stands."""
        return frontier([*self._line.heads, *self._letters.line.heads])

    @cached_property
    def feet(self) -> list[Point]:
        """See Shaped.feet."""
        return frontier([*self._line.feet, *self._letters.line.feet])

    @cached_property
    def outwards(self) -> list[tuple[float, float, float]]:
        """See Shaped.outwards."""
        lines = [(self._line, 0.0), (self._letters.line, self._end)]
        lines += [(self._moved, self._moved_by)] if self._by else []
        middle = (self.left + self.right) / 2
        return sorted(
            [
                (abs((left + right) / 2 + by - middle), (right - left) / 2, top)
                for line, by in lines
                for left, _, right, top in [cluster.box for cluster in line.inked]
            ],
            reverse=True,
        )

    @cached_property
    def largest(self) -> Point:
        """See Shaped.largest."""
        (wide, top), (others_wide, others_top) = self._line.largest, self._letters.line.largest
        return max(wide, others_wide), max(top, others_top)

    def reaches(self, ways: Directions) -> Numbers:
        """See Shaped.reaches."""
        import numpy as np  # noqa: PLC0415 - only where words are laid out

        across = ways.half.both_x
        furthest = np.maximum(self._line.outmost(ways), self._letters.line.outmost(ways) + self._end * across)
        if self._by:
            np.maximum(furthest, self._moved.outmost(ways) + self._moved_by * across, out=furthest)
        return about_middle(furthest, self.box, ways)

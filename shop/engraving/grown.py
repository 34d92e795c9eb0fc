"""A line with whatever letter may come next at its end, measured without setting it anew each time."""

from collections.abc import Sequence
from functools import cached_property

from shop.engraving.geometry import Box, Directions, Numbers, Point
from shop.engraving.shaped import RIM_SPACE, Cluster, Shaped, round_all


class NextLetters:
    """Letters that may come next, all at one place: the right edge of each at 0."""

    def __init__(self, letters: Sequence[Cluster], gap: float, *, joined: bool) -> None:
        self.gap = gap
        """How far from the one before any of them stands at most."""
        ended = tuple(letter.moved(-letter.box[2]) for letter in letters)
        self.line = Shaped(ended, ended, round_all([letter.box for letter in ended]), joined)


class Grown:
    """A line with every one of these letters at its end, which is `by` further out: see Shaped for the rest.

    Lines are centred: its own letters stand where they are, and where they would be `by` further out, for
    they end up between.
    """

    def __init__(
        self, line: Shaped, letters: NextLetters, by: float = 0.0, spread: tuple[Shaped, float] | None = None
    ) -> None:
        self._line, self._letters, self._by, self._spread = line, letters, by, spread
        self._moved, blanks = spread or (line, 0.0)
        self._moved_by = by + blanks
        self._end = self._moved.right + self._moved_by
        left, bottom, right, top = line.box
        added_left, added_bottom, _, added_top = letters.line.box
        self.left, self.right = min(left, self._end + added_left), max(right, self._end)
        self.bottom, self.top = min(bottom, added_bottom), max(top, added_top)
        self.box: Box = self.left, self.bottom, self.right, self.top

    def further(self, by: float) -> "Grown":
        """The same with its end so much further out."""
        return Grown(self._line, self._letters, by, self._spread)

    @cached_property
    def apart(self) -> "Grown":
        """Further apart, for a rim; see Shaped.apart."""
        blanks = RIM_SPACE * sum(not cluster.inked for cluster in self._line.clusters)
        return Grown(self._line.apart, self._letters, self._by, (self._line, blanks))

    @property
    def parts(self) -> tuple[Shaped, ...]:
        """See Shaped.parts: heads and feet are about the middle of each letter, wherever that stands."""
        return self._line, self._letters.line

    @property
    def heads(self) -> list[Point]:
        """See Shaped.heads."""
        return [*self._line.heads, *self._letters.line.heads]

    @cached_property
    def outwards(self) -> list[tuple[float, float, float]]:
        """See Shaped.outwards."""
        middle = (self.left + self.right) / 2
        lines = [(self._line, -middle), (self._letters.line, self._end - middle)]
        lines += [(self._moved, self._moved_by - middle)] if self._by else []
        return sorted([letter for line, by in lines for letter in line.outwards_from(-by)], reverse=True)

    @cached_property
    def largest(self) -> Point:
        """See Shaped.largest."""
        (wide, top), (others_wide, others_top) = self._line.largest, self._letters.line.largest
        return max(wide, others_wide), max(top, others_top)

    def reaches(self, ways: Directions) -> Numbers:
        """See Shaped.reaches."""
        import numpy as np  # noqa: PLC0415 - only where words are laid out

        middle, half = (self.left + self.right) / 2, ways.half
        parts = [(self._line, -middle), (self._letters.line, self._end - middle)]
        parts += [(self._moved, self._moved_by - middle)] if self._by else []
        furthest = np.array([line.outmost(ways) for line, _ in parts])
        furthest += np.array([[by] for _, by in parts]) * half.both_x
        found: Numbers = np.maximum.reduce(furthest.reshape(-1, half.count), axis=0)
        return found

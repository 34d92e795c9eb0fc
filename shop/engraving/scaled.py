"""Lines of different sizes in one block."""

from shop.engraving.geometry import Directions, Numbers
from shop.engraving.straight import LINE_GAP, Block, Measured


class Scaled:
    """A line so many times as large as its capitals' height, or, where that many are mm, in mm."""

    def __init__(self, line: Measured, times: float, leading: float) -> None:
        self._line, self.times, self.leading = line, times, times * leading
        self.left, self.right = times * line.left, times * line.right
        self.bottom, self.top = times * line.bottom, times * line.top

    def reaches(self, ways: Directions) -> Numbers:
        """See Shaped.reaches."""
        return self.times * self._line.reaches(ways)


class ScaledBlock(Block):
    """Lines that are scaled, each with the room above and below that its own size asks for."""

    def _apart(self, upper: Measured, lower: Measured) -> float:
        assert isinstance(upper, Scaled)
        assert isinstance(lower, Scaled)
        bare = LINE_GAP * (upper.times + lower.times) / 2
        return max((upper.leading + lower.leading) / 2, lower.top - upper.bottom + bare)

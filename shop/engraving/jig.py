"""Where a machine finds a piece, and whether its files show the edge of the metal."""

import math
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from shop.engraving.contours import Contour
from shop.engraving.geometry import Point
from shop.frozen import frozen


@frozen
class Jig:
    """How a piece lies under the tool.

    Its middle is `x_mm`, `y_mm` from the machine's origin, y upwards, and it is turned by `degrees`
    anticlockwise. With `guide` a file shows the edge of the metal as well, where no program cuts it.
    """

    x_mm: float = 0.0
    y_mm: float = 0.0
    degrees: float = 0.0
    guide: bool = False

    @property
    def at_origin(self) -> bool:
        """Whether the machine's origin is the middle of the piece."""
        return (self.x_mm, self.y_mm) == (0.0, 0.0)

    def placed(self, contours: Iterable[Contour]) -> tuple[Contour, ...]:
        """Contours about the middle of the piece as the machine finds them."""
        if self.at_origin and not self.degrees:
            return tuple(contours)
        return tuple(contour.moved(self._at) for contour in contours)

    def _at(self, point: Point) -> Point:
        (x, y), (cosine, sine) = point, self._turn
        return cosine * x - sine * y + self.x_mm, sine * x + cosine * y + self.y_mm

    @cached_property
    def _turn(self) -> tuple[float, float]:
        # Whole quarters exactly: a cosine of 90 degrees that is not quite 0 would change every digit.
        quarters, rest = divmod(self.degrees, 90)
        if not rest:
            return _QUARTERS[int(quarters) % 4]
        return math.cos(math.radians(self.degrees)), math.sin(math.radians(self.degrees))


_QUARTERS: Final = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))
AS_DRAWN: Final = Jig()
"""The middle of the piece is the machine's origin, and there is no guide."""

"""What is asked for: which kind of artwork, where on the photograph, and how wide it is cut."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from shop.frozen import frozen

Corner = tuple[float, float]
"""A place on the photograph as it is seen upright: shares of its width and height, from the top left."""

WHOLE: Final[tuple[Corner, ...]] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@frozen
class Kind:
    """A kind of artwork, with what is a speck of it on the metal."""

    key: str
    label: str
    reach: float
    """How wide its widest ink may be, as a share of the sheet."""
    speck_mm2: float
    hole_mm2: float
    """Bare places smaller than this inside the ink are grain of the paper, not the print's own."""


KINDS: Final[Mapping[str, Kind]] = {
    kind.key: kind
    for kind in (
        Kind("handwriting", "Handwriting", 0.06, 0.006, 0.0005),
        Kind("signature", "A signature", 0.05, 0.006, 0.0005),
        Kind("drawing", "A drawing", 0.12, 0.010, 0.0010),
        Kind("print", "A foot or hand print", 0.45, 0.015, 0.0100),
        Kind("fingerprint", "A fingerprint", 0.30, 0.010, 0.0050),
    )
}


@frozen
class Request:
    """How a photograph is to be traced. Raises ValueError for what no sheet can have.

    `corners` are those of the sheet, or of a part of it, from the top left one clockwise. `sheet_mm` is how
    wide and high the sheet is; without it the corners tell the proportions, as well as they can. `crop` is
    the part of the sheet that is looked at: left, top, right and bottom as shares. With `form_lines`
    straight lines across the whole sheet are taken out; with `to_edges` corners that were set roughly are
    drawn to the paper's edge.
    """

    kind: str
    width_mm: float
    corners: tuple[Corner, ...] = WHOLE
    sheet_mm: tuple[float, float] | None = None
    crop: tuple[float, float, float, float] = (0.0, 0.0, 1.0, 1.0)
    specks: bool = True
    form_lines: bool = True
    to_edges: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no kind {self.kind!r}.")
        if not 1 <= self.width_mm <= 200:  # noqa: PLR2004 - mm: no piece is smaller or larger
            raise ValueError("The width is from 1 to 200 mm.")
        if not _runs_round(self.corners):
            raise ValueError(
                "The four corners run clockwise from the top left one, and none lies inside the others."
            )
        left, top, right, bottom = self.crop
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise ValueError("What is cropped lies on the sheet: left, top, right and bottom from 0 to 1.")
        if self.sheet_mm and not all(5 <= side <= 2000 for side in self.sheet_mm):  # noqa: PLR2004
            raise ValueError("A sheet is from 5 to 2000 mm wide and high.")

    def written(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "Request":
        """What `written` gave."""
        found = dict(written)
        for name in ("corners", "sheet_mm", "crop"):
            found[name] = _tuples(found[name])
        return cls(**found)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list | tuple) else value


def _runs_round(corners: Sequence[Corner]) -> bool:
    """Whether a sheet held before a lens can look so."""
    if len(corners) != len(WHOLE) or not all(-0.5 <= place <= 1.5 for corner in corners for place in corner):  # noqa: PLR2004
        return False
    turns = [
        (bx - ax) * (cy - by) - (by - ay) * (cx - bx)
        for (ax, ay), (bx, by), (cx, cy) in (
            (corners[at], corners[(at + 1) % 4], corners[(at + 2) % 4]) for at in range(4)
        )
    ]
    return min(turns) > 1e-4  # noqa: PLR2004 - of the picture's area

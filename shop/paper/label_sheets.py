"""The sheets that address labels are printed on.

Sizes are those that sellers of the sheets publish under these numbers. Labels of one column lie edge to
edge, columns 2.5 mm apart, and the whole in the middle of the sheet. No printout was held against a sheet of
each, so print the first on plain paper and hold it behind a sheet, against the light.
"""

from typing import Final

from shop.frozen import frozen

_GAP_MM: Final = 2.5


@frozen
class LabelSheet:
    """A sheet of equal labels; lengths in mm."""

    slug: str
    name: str
    page: tuple[float, float]
    label: tuple[float, float]
    columns: int
    rows: int
    pad: float
    sizes: tuple[float, ...]
    """Sizes of type to choose from, in points, the largest first."""

    @property
    def places(self) -> int:
        """How many labels there are on a sheet."""
        return self.columns * self.rows

    def place(self, number: int) -> tuple[float, float]:
        """From left and top, where the label with this number (from 0, row by row) begins."""
        row, column = divmod(number, self.columns)
        wide = self.columns * self.label[0] + (self.columns - 1) * _GAP_MM
        left, top = (self.page[0] - wide) / 2, (self.page[1] - self.rows * self.label[1]) / 2
        return left + column * (self.label[0] + _GAP_MM), top + row * self.label[1]


_A4: Final = (210.0, 297.0)
_6X4: Final = (4 * 25.4, 6 * 25.4)
_SMALL: Final = (11.0, 10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0)
_TYPE: Final = (13.0, 12.0, *_SMALL)
_LARGE: Final = (20.0, 18.0, 16.0, 14.5, *_TYPE)

SHEETS: Final = {
    sheet.slug: sheet
    for sheet in (
        LabelSheet("14", "A4, 14 labels of 99.1 by 38.1 mm (as L7163)", _A4, (99.1, 38.1), 2, 7, 4.5, _TYPE),
        LabelSheet("8", "A4, 8 labels of 99.1 by 67.7 mm (as L7165)", _A4, (99.1, 67.7), 2, 4, 6.0, _LARGE),
        LabelSheet("21", "A4, 21 labels of 63.5 by 38.1 mm (as L7160)", _A4, (63.5, 38.1), 3, 7, 3.5, _SMALL),
        LabelSheet("6x4", "One label of 6 by 4 inches to a page", _6X4, _6X4, 1, 1, 9.0, _LARGE),
    )
}  # fmt: skip
"""By slug, the one that is offered first first."""

MOST_PLACES: Final = max(sheet.places for sheet in SHEETS.values())

"""The drawing of what was found in whom: a dot for each person looked at, filled where cells were found.

Drawn from the same rows as the table beside it. Units are user units of the SVG; it scales to its column.
"""

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from markupsafe import Markup, escape

from shop.journal.studies import Row

WIDTH: Final = 320
RADIUS: Final = 3.2
PITCH: Final = 9.4
IN_A_ROW: Final = 33
LETTERS: Final = 54
"""That fit a line of a label."""

TITLE: Final = "Where such cells were found, and in how many people"
DESCRIPTION: Final = (
    "One dot stands for one person who was looked at. A filled dot: such cells, or their DNA, were found. "
    "A ring: they were not. Every row is one group of one study; the table holds the same."
)


def draw(rows: Sequence[Row]) -> Markup:
    """The drawing as inline SVG with a title and a description."""
    shapes, y = [], 0.0
    for part, in_part in groupby(rows, key=lambda row: row.part):
        y += 26
        shapes.append(f'<text class="drawn-part" x="0" y="{y:g}">{escape(part)}</text>')
        for place, in_place in groupby(in_part, key=lambda row: row.place):
            y += 27
            shapes.append(f'<path class="drawn-rule" d="M0 {y - 17:g}H{WIDTH}"/>')
            shapes.append(f'<text class="drawn-place" x="0" y="{y:g}">{escape(place)}</text>')
            for row in in_place:
                cited = row.study.citation.replace(" ", "\N{NO-BREAK SPACE}")
                label = f"{row.group.says} {row.group.who} ({cited})"
                for line in textwrap.wrap(label, LETTERS, break_on_hyphens=False):
                    y += 16
                    shapes.append(f'<text x="0" y="{y:g}">{escape(line)}</text>')
                y += 11
                dots = list(_dots(row, y))
                y += (-(-row.group.of // IN_A_ROW) - 1) * PITCH + 8
                shapes.extend(dots)
        y += 8
    height = round(y + 6)
    return Markup(  # noqa: S704 - our own shapes; every word in them is escaped
        f'<svg class="drawn" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-labelledby="drawn-title drawn-description"><title id="drawn-title">{TITLE}</title>'
        f'<desc id="drawn-description">{DESCRIPTION}</desc>{"".join(shapes)}</svg>'
    )


def _dots(row: Row, y: float) -> Iterator[str]:
    for number in range(row.group.of):
        down, along = divmod(number, IN_A_ROW)
        kind = "drawn-found" if number < row.group.found else "drawn-not"
        yield (
            f'<circle class="{kind}" cx="{RADIUS + 1 + along * PITCH:.1f}" cy="{y + down * PITCH:.1f}" '
            f'r="{RADIUS if kind == "drawn-found" else RADIUS - 0.4:g}"/>'
        )

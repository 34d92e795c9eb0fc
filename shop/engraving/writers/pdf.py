"""PDF of the metal's own size: filled outlines and a hairline guide, and not who made it or when."""

import io
from collections.abc import Iterable
from typing import Any, Final

from shop.engraving.contours import Contour, as_cubic, walked
from shop.engraving.outlines import CutSide
from shop.engraving.writers.layers import HAIRLINE_MM
from shop.engraving.writers.svg import size_mm

_POINTS_PER_MM: Final = 72 / 25.4
_EDGE_MM: Final = 1.0
"""Paper left round the metal."""
_ROUND: Final = 1
_BLACK, _GUIDE_BLUE = (0, 0, 0), (0, 0, 1)


def write(side: CutSide) -> bytes:
    """The side on a page as large as its metal."""
    import pydyf  # noqa: PLC0415 - only here

    across, up = (length + 2 * _EDGE_MM for length in size_mm(side))
    scale, document = _POINTS_PER_MM, pydyf.PDF()
    content = pydyf.Stream()
    content.set_matrix(scale, 0, 0, scale, scale * across / 2, scale * up / 2)
    content.set_line_cap(_ROUND)
    content.set_line_join(_ROUND)
    content.set_color_rgb(*_GUIDE_BLUE, stroke=True)
    _stroke(content, side.guide, HAIRLINE_MM)
    if side.filled:
        _draw(content, side.filled)
        content.fill(even_odd=True)
    content.set_color_rgb(*_BLACK, stroke=True)
    _stroke(content, side.strokes, side.stroke_mm or HAIRLINE_MM)
    document.add_object(content)
    page = {
        "Type": "/Page",
        "Parent": document.pages.reference,
        "MediaBox": pydyf.Array([0, 0, scale * across, scale * up]),
        "Resources": pydyf.Dictionary(),
        "Contents": content.reference,
    }
    document.add_page(pydyf.Dictionary(page))
    file = io.BytesIO()
    document.write(file)
    return file.getvalue()


def _stroke(content: Any, contours: Iterable[Contour], width_mm: float) -> None:
    if drawn := tuple(contours):
        content.set_line_width(width_mm)
        _draw(content, drawn)
        content.stroke()


def _draw(content: Any, contours: Iterable[Contour]) -> None:
    for contour in contours:
        content.move_to(*contour.start)
        for start, step in walked(contour):
            if len(step) == 1:
                content.line_to(*step[0])
            else:
                one, two, end = as_cubic(start, step)
                content.curve_to(*one, *two, *end)
        if contour.closed:
            content.close()

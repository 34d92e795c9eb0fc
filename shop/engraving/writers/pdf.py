"""PDF of the metal's own size: filled outlines, and not who made it or when.

A guide is an optional content group: off by itself, shown on screens by readers that make a difference, and
neither printed nor exported (ISO 32000-1, 8.11.4.4 and 8.11.4.5).
"""

import io
from collections.abc import Iterable
from typing import Any, Final

from shop.engraving.contours import Contour, as_cubic, walked
from shop.engraving.jig import AS_DRAWN, Jig
from shop.engraving.outlines import CutSide
from shop.engraving.writers.placed import GUIDE, HAIRLINE_MM, TOOL_LAYER, Placed, placed

_POINTS_PER_MM: Final = 72 / 25.4
_ROUND: Final = 1
_BLACK: Final = (0, 0, 0)
_GUIDE_COLOUR: Final = tuple(round(part / 255, 4) for part in TOOL_LAYER)
_USES: Final = {"View": "ON", "Print": "OFF", "Export": "OFF"}


def write(side: CutSide, jig: Jig = AS_DRAWN) -> bytes:
    """The side on a page as large as its metal; see Placed.page."""
    import pydyf  # noqa: PLC0415 - only here

    found, document, resources = placed(side, jig), pydyf.PDF(), pydyf.Dictionary()
    left, bottom, right, top = (_POINTS_PER_MM * length for length in found.page)
    content = _content(found, left, bottom)
    document.add_object(content)
    if found.guide:
        resources["Properties"] = pydyf.Dictionary({GUIDE: _optional(document).reference})
    page = {
        "Type": "/Page",
        "Parent": document.pages.reference,
        "MediaBox": pydyf.Array([0, 0, right - left, top - bottom]),
        "Resources": resources,
        "Contents": content.reference,
    }
    document.add_page(pydyf.Dictionary(page))
    file = io.BytesIO()
    document.write(file)
    return file.getvalue()


def _content(found: Placed, left: float, bottom: float) -> Any:
    import pydyf  # noqa: PLC0415

    content = pydyf.Stream()
    content.set_matrix(_POINTS_PER_MM, 0, 0, _POINTS_PER_MM, -left, -bottom)
    content.set_line_cap(_ROUND)
    content.set_line_join(_ROUND)
    _paint(content, found)
    return content


def _paint(content: Any, found: Placed) -> None:
    if found.guide:
        content.begin_marked_content("OC", property_list=f"/{GUIDE}")
        content.set_color_rgb(*_GUIDE_COLOUR, stroke=True)
        _stroke(content, found.guide, HAIRLINE_MM)
        content.end_marked_content()
    if found.filled:
        _draw(content, found.filled)
        content.fill(even_odd=True)
    content.set_color_rgb(*_BLACK, stroke=True)
    _stroke(content, found.strokes, found.stroke_mm or HAIRLINE_MM)


def _optional(document: Any) -> Any:
    """The guide's group, made known to the document."""
    import pydyf  # noqa: PLC0415

    uses = {use: pydyf.Dictionary({f"{use}State": f"/{state}"}) for use, state in _USES.items()}
    group = pydyf.Dictionary({"Type": "/OCG", "Name": pydyf.String(GUIDE), "Usage": pydyf.Dictionary(uses)})
    document.add_object(group)
    groups = pydyf.Array([group.reference])
    events = [
        pydyf.Dictionary({"Event": f"/{use}", "Category": pydyf.Array([f"/{use}"]), "OCGs": groups})
        for use in _USES
    ]
    usual = pydyf.Dictionary({"Order": groups, "OFF": groups, "AS": pydyf.Array(events)})
    document.catalog["OCProperties"] = pydyf.Dictionary({"OCGs": groups, "D": usual})
    return group


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

"""Words that no face can set: drawn by hand at the bench, and cut from that drawing once it is approved.

A drawing is an SVG of outlines alone, as large as the side. It is read strictly: whatever could draw, move or
fetch anything else is refused by its name, and what is kept is the outline, not the file.
"""

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from shop.engraving.areas import Area, is_ring, outline
from shop.engraving.contours import Contour, Step
from shop.engraving.cut_check import AREA_MM2, refuse_difference
from shop.engraving.drawing import bare, outline_marks
from shop.engraving.geometry import Point
from shop.engraving.outlines import CutSide, cut_path
from shop.engraving.regions import glyph_contours, glyph_region
from shop.engraving.tool import ANY_TOOL, LOST, Tool, lost_share

MOST_BYTES: Final = 200_000
_MOST_POINTS: Final = 20_000
_SIZE_MM: Final = 0.3
"""How far the drawing's size may be from the side's: programs round, and some add the edge's line."""
_OVER_MM: Final = 0.05
_PX_PER_MM: Final = 50
_DARK: Final = 128
"""Grey values below are ink."""

_SVG: Final = "{http://www.w3.org/2000/svg}"
_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "svg": frozenset({"width", "height", "viewBox", "version", "id"}),
    "g": frozenset({"id", "fill", "fill-rule"}),
    "path": frozenset({"d", "id", "fill", "fill-rule"}),
    "title": frozenset({"id"}),
    "desc": frozenset({"id"}),
}
_PATH: Final = re.compile(r"[MmLlHhVvCcSsQqTtZz\d\s.,eE+-]+")


class NotADrawing(Exception):
    """The file is not an outline that can be cut; its text says why, for the person who drew it."""


def read_drawing(area: Area, data: bytes, tool: Tool = ANY_TOOL) -> str:
    """The outlines as SVG path data in mm about the middle of the side, y downwards. Raises NotADrawing."""
    root = _parsed(data)
    left, top, wide, high = _box(area, root)
    across, down = left + wide / 2, top + high / 2
    contours = [contour for path in _paths(root) for contour in _contours(path)]
    if not contours:
        raise NotADrawing("There is no outline in the file.")
    if sum(len(contour.steps) for contour in contours) > _MOST_POINTS:
        raise NotADrawing("The outlines have more points than a name can need.")
    moved = [contour.moved(lambda at: (at[0] - across, at[1] - down)) for contour in contours]
    _refuse_outside(area, moved)
    drawing = "".join(map(_data, moved))
    _refuse_other_picture(root, f"{-wide / 2} {-high / 2} {wide} {high}", drawing)
    _refuse_finer(drawing, tool)
    return drawing


def cut_by_hand(area: Area, drawing: str) -> CutSide:
    """What the cutter gets of a drawing that `read_drawing` gave. Raises CannotUnite or NotCuttable."""
    cut = cut_path(area, drawing)
    refuse_difference(area.key, shown_by_hand(area, drawing), cut)
    return cut


def shown_by_hand(area: Area, drawing: str) -> str:
    """The side with its drawing, as a proof shows it."""
    return bare(area, outline_marks(drawing))


def _parsed(data: bytes) -> ET.Element:
    if len(data) > MOST_BYTES:
        raise NotADrawing(f"The file is larger than {MOST_BYTES // 1000} kB.")
    if b"\0" in data:  # in UTF-16 declarations would be spelt otherwise
        raise NotADrawing("The file could not be read as SVG: please save it in UTF-8.")
    if b"<!" in data.replace(b"<!--", b""):
        raise NotADrawing("The file has declarations that an outline does not need.")
    try:
        root = ET.fromstring(data)  # noqa: S314 - no declarations, so no entities to unfold
    except (ET.ParseError, ValueError, LookupError):
        raise NotADrawing("The file could not be read as SVG.") from None
    if root.tag != f"{_SVG}svg":
        raise NotADrawing("The file is not an SVG.")
    for element in root.iter():
        _refuse_unknown(element)
    return root


def _refuse_unknown(element: ET.Element) -> None:
    name = str(element.tag).removeprefix(_SVG)
    if name not in _ALLOWED:
        raise NotADrawing(
            f"The file has a <{name.rpartition('}')[2][:20]}>: please turn everything into paths."
        )
    for attribute in element.attrib:
        if attribute not in _ALLOWED[name]:
            what = attribute.rpartition("}")[2][:20]
            raise NotADrawing(
                f"The file has a {what!r} on a <{name}>: please save it as plain SVG, filled, with nothing "
                "moved or stroked."
            )


def _box(area: Area, root: ET.Element) -> tuple[float, float, float, float]:
    try:
        left, top, wide, high = map(float, re.split(r"[\s,]+", root.get("viewBox", "").strip()))
    except ValueError:
        raise NotADrawing("The SVG has no viewBox of four numbers.") from None
    down = area.width_mm if is_ring(area) else area.height_mm
    if not (abs(wide - area.width_mm) <= _SIZE_MM and abs(high - down) <= _SIZE_MM):  # nor if it is no number
        raise NotADrawing(
            f"The drawing is {wide:g} by {high:g}; the side is {area.width_mm:g} by {down:g} mm. Please draw "
            "it as large as life, a unit to the millimetre."
        )
    return left, top, wide, high


def _paths(root: ET.Element) -> Iterator[str]:
    for path in root.iter(f"{_SVG}path"):
        data = path.get("d", "")
        if not _PATH.fullmatch(data):
            raise NotADrawing("A path has something in it that is no line or curve.")
        yield data


def _contours(path: str) -> tuple[Contour, ...]:
    try:
        found = glyph_contours(path)
    except (ValueError, IndexError, AssertionError, TypeError):
        raise NotADrawing("A path could not be read.") from None
    if any(not contour.closed for contour in found):
        raise NotADrawing("A path is not closed: please give outlines, not single lines.")
    return found


def _refuse_outside(area: Area, contours: list[Contour]) -> None:
    import shapely  # noqa: PLC0415 - only the bench needs it

    edges = [shapely.Polygon(edge) for edge in outline(area)]
    metal = edges[0].difference(edges[1]) if len(edges) > 1 else edges[0]
    within = metal.buffer(_OVER_MM)
    far = area.width_mm + area.height_mm
    for contour in contours:
        for point in (contour.start, *(point for step in contour.steps for point in step)):
            if not all(abs(value) <= far for value in point):  # nor are curves to nowhere flattened
                raise NotADrawing("The drawing leaves the metal.")
        corners = [(x, -y) for x, y in contour.corners()]
        if not within.covers(shapely.LineString([*corners, corners[0]])):
            raise NotADrawing("The drawing leaves the metal.")


def _refuse_other_picture(root: ET.Element, box: str, drawing: str) -> None:
    """What a program shows of the file is what its outlines enclose: no hole is one by a rule or a colour."""
    import numpy as np  # noqa: PLC0415 - only the bench needs it

    for size in ("width", "height"):
        root.attrib.pop(size, None)
    ours = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{drawing}"/></svg>'
    theirs, outlined = _inked(ET.tostring(root, "unicode")), _inked(ours)
    if int(np.count_nonzero(theirs != outlined)) > AREA_MM2 * _PX_PER_MM**2:
        raise NotADrawing(
            "Its outlines enclose something else than the file shows: please unite its paths, with nothing "
            "left empty or covered in another colour, and fill them in black."
        )


def _refuse_finer(drawing: str, tool: Tool) -> None:
    """What encloses nothing cannot be cut, and what the tool cannot reach would stay bare."""
    import shapely  # noqa: PLC0415

    try:
        ink = glyph_region(drawing, 1.0)
    except shapely.errors.GEOSException:
        raise NotADrawing("Its outlines could not be united.") from None
    if shapely.is_empty(ink):
        raise NotADrawing("Its outlines enclose nothing.")
    finest = tool.finest_line_mm
    if finest and lost_share(ink, finest) > LOST:
        raise NotADrawing(
            f"Some of its strokes are finer than {finest:g} mm, the finest line of the machine."
        )


def _inked(drawing: str) -> Any:
    """Where a picture of it is dark."""
    import numpy as np  # noqa: PLC0415
    import resvg_py  # noqa: PLC0415
    from PIL import Image  # noqa: PLC0415

    png = resvg_py.svg_to_bytes(
        svg_string=drawing, zoom=_PX_PER_MM, background="#ffffff", skip_system_fonts=True
    )
    return np.asarray(Image.open(io.BytesIO(png)).convert("L")) < _DARK


def _data(contour: Contour) -> str:
    return f"M{_point(contour.start)}{''.join(map(_step, contour.steps))}Z"


def _step(step: Step) -> str:
    return "LQC"[len(step) - 1] + " ".join(map(_point, step))


def _point(at: Point) -> str:
    return f"{round(at[0], 4):g},{round(at[1], 4):g}"

"""Reads the shop's files back with other people's readers: contours in mm, y upwards, in small steps."""

import io
import re
import subprocess
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import ezdxf
import numpy as np
import shapely
from fontTools.misc.transform import Identity, Transform
from fontTools.pens.basePen import BasePen
from fontTools.svgLib.path import parse_path
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ContentStream

SVG = "{http://www.w3.org/2000/svg}"
STEPS = 8
MM_PER_POINT = 25.4 / 72

Contour = np.ndarray
"""Corners, one a row."""


@dataclass
class Drawn:
    """What a file holds."""

    filled: list[Contour] = field(default_factory=list)
    strokes: list[Contour] = field(default_factory=list)
    guide: list[Contour] = field(default_factory=list)


class Flat(BasePen):
    """Collects contours, the closed apart from the open."""

    def __init__(self):
        super().__init__(None)
        self.closed, self.open = [], []
        self.points = []

    def _moveTo(self, pt):
        self.points = [pt]

    def _lineTo(self, pt):
        self.points.append(pt)

    def _curveToOne(self, one, two, end):
        start = np.array(self._getCurrentPoint())
        t = np.linspace(0, 1, STEPS + 1)[1:, None]
        one, two, last = np.array(one), np.array(two), np.array(end)
        curve = (1 - t) ** 3 * start + 3 * t * (1 - t) ** 2 * one + 3 * t * t * (1 - t) * two + t**3 * last
        self.points += [tuple(point) for point in curve]

    def _closePath(self):
        self.closed.append(np.array(self.points))

    def _endPath(self):
        self.open.append(np.array(self.points))


def read_svg(data: bytes) -> Drawn:
    root = ET.fromstring(data)
    _, _, wide, high = map(float, root.get("viewBox").split())
    sizes = [float(root.get(name).removesuffix("mm")) for name in ("width", "height")]
    assert sizes == [wide, high], "true to size"
    layers = {layer.get("id"): layer for layer in root}
    assert {"ENGRAVE"} <= set(layers) <= {"GUIDE", "ENGRAVE"}
    assert {path.tag for layer in root for path in layer} <= {f"{SVG}path"}
    found = Drawn(guide=_svg_paths(layers.get("GUIDE", ()))[0])
    assert len(layers["ENGRAVE"]) <= 2, "one compound path, and one of strokes"
    for path in layers["ENGRAVE"]:
        closed, opened = _svg_paths([path])
        filled = path.get("fill") != "none"
        assert filled == (path.get("stroke") is None)
        assert not (opened if filled else closed)
        found.filled += closed
        found.strokes += opened
    return found


def _svg_paths(paths):
    pen = Flat()
    for path in paths:
        parse_path(path.get("d"), pen)
    return [points * (1, -1) for points in pen.closed], [points * (1, -1) for points in pen.open]


def read_dxf(data: bytes) -> Drawn:
    document = ezdxf.read(io.StringIO(data.decode()))
    assert document.header["$INSUNITS"] == 4, "millimetres"
    assert not document.audit().has_errors
    found = Drawn()
    for shape in document.modelspace():
        assert shape.dxftype() == "LWPOLYLINE"
        points = np.array(shape.get_points("xy"))
        if shape.dxf.layer == "GUIDE":
            assert shape.closed
            found.guide.append(points)
        else:
            assert shape.dxf.layer == "ENGRAVE"
            (found.filled if shape.closed else found.strokes).append(points)
    return found


def read_pdf(data: bytes) -> Drawn:
    reader = PdfReader(io.BytesIO(data), strict=True)
    (page,) = reader.pages
    assert reader.metadata is None, "nothing about who made it or when"
    middle = page.mediabox.width / 2, page.mediabox.height / 2
    at = Transform(MM_PER_POINT, 0, 0, MM_PER_POINT, 0, 0).translate(-middle[0], -middle[1])
    painted, path, guide, optional = [], [], [], False
    for operands, operator in ContentStream(page.get_contents(), reader).operations:
        if operator in {b"BDC", b"EMC"}:
            assert operands in (["/OC", "/GUIDE"], [])
            optional = operator == b"BDC"
            continue
        values = [float(value) for value in operands]
        if operator == b"cm":
            at = at.transform(values)
        elif operator in {b"m", b"l", b"c", b"h"}:
            path.append((operator, at.transformPoints(zip(values[::2], values[1::2], strict=True))))
        elif operator in {b"f*", b"S"}:
            if optional:
                guide += _pdf_path(path)[0]
            else:
                painted.append((operator, *_pdf_path(path)))
            path = []
        else:
            assert operator in {b"w", b"J", b"j", b"RG"}, "no text, no pictures"
    filled = [contour for operator, closed, _ in painted if operator == b"f*" for contour in closed]
    strokes = [contour for operator, _, opened in painted if operator == b"S" for contour in opened]
    return Drawn(filled, strokes, guide)


def _pdf_path(path):
    pen, begun = Flat(), False
    for operator, points in path:
        if operator == b"m" and begun:
            pen.endPath()
        {b"m": pen.moveTo, b"l": pen.lineTo, b"c": pen.curveTo, b"h": pen.closePath}[operator](*points)
        begun = operator != b"h"
    if begun:
        pen.endPath()
    return pen.closed, pen.open


class Tree:
    """What MeerK40t's reader of LightBurn files hangs into its program: operations, and their shapes."""

    def __init__(self, **facts):
        self.facts, self.children, self.shapes = facts, [], []

    def add(self, **facts):
        self.children.append(Tree(**facts))
        return self.children[-1]

    def add_reference(self, shape):
        self.shapes.append(shape)

    def remove_all_children(self):
        self.children.clear()

    def focus(self):
        """A window would show it now."""


def read_lbrn2(data: bytes) -> Drawn:
    from meerk40t.core.units import UNITS_PER_MM
    from meerk40t.extra.lbrn import LbrnLoader

    program = SimpleNamespace(op_branch=Tree(), elem_branch=Tree(), node_lock=nullcontext())
    LbrnLoader.parse("side.lbrn2", io.BytesIO(data), program)
    found = Drawn()
    for operation in program.op_branch.children:
        kind, name = operation.facts["type"], operation.facts["label"]
        pen = Flat()
        for shape in operation.shapes:
            geometry = shape.facts["geometry"]
            lines = geometry.segments[: geometry.index] / UNITS_PER_MM
            corners = [[(value.real, value.imag) for value in line] for line in lines]
            pen.moveTo(corners[0][0])
            for index, (start, one, _, two, end) in enumerate(corners):
                assert start == pen._getCurrentPoint(), "one line without a break"
                pen.curveTo(one, two, end) if geometry.segment_type(index) == "cubic" else pen.lineTo(end)
            pen.closePath() if corners[-1][-1] == corners[0][0] else pen.endPath()
        closed = [points[:-1] for points in pen.closed]
        if name == "T1":
            assert not pen.open
            found.guide += closed
        else:
            assert name in {"ENGRAVE", "ENGRAVE LINES"}
            assert kind == ("op raster" if closed else "op cut"), "letters are filled, strokes followed"
            found.filled += closed
            found.strokes += pen.open
    return found


FAR_MM = 200
"""hp2xx begins its page at the lowest point it meets: one that is known is put before the file."""


def read_hpgl(data: bytes) -> Drawn:
    far = -FAR_MM * 40
    with TemporaryDirectory() as folder:
        command = ["hp2xx", "-q", "-t", "-m", "nc", "-f", "side.nc", "side.plt"]
        (Path(folder) / "side.plt").write_bytes(b"IN;SP1;PU%d,%d;PD%d,%d;" % (far, far, far, far) + data)
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
        steps = (Path(folder) / "side.nc").read_text().splitlines()
    paths = []
    for step in steps:
        if moved := re.fullmatch(r"(G0[01]) X (\S+) Y (\S+)", step):
            point = float(moved[2]) - FAR_MM, float(moved[3]) - FAR_MM
            if moved[1] == "G00":
                paths.append([])
            else:
                paths[-1].append(point)
    drawn = [np.array(path) for path in paths[1:]]
    closed = [path[:-1] for path in drawn if len(path) > 2 and (path[0] == path[-1]).all()]
    return Drawn(closed, [path for path in drawn if not (path[0] == path[-1]).all()])


READERS: Mapping[str, Callable[[bytes], Drawn]] = {
    "svg": read_svg,
    "dxf": read_dxf,
    "pdf": read_pdf,
    "lbrn2": read_lbrn2,
    "plt": read_hpgl,
}

STEP_MM = {"plt": 0.025}
"""Formats that know no finer step."""


def read_png(data: bytes) -> np.ndarray:
    """Rows of pixels of red, green, blue and alpha, 0 to 255."""
    file = Image.open(io.BytesIO(data))
    assert file.format == "PNG"
    assert set(file.info) <= {"transparency"}, "nothing about who made it or when"
    return np.asarray(file.convert("RGBA")).astype(int)


def bounds(contours: list[Contour]) -> np.ndarray:
    points = np.vstack(contours)
    return np.concatenate([points.min(axis=0), points.max(axis=0)])


def length(contours: list[Contour]) -> float:
    """How long all the edges are, in mm."""
    return sum(float(np.hypot(*(np.roll(c, -1, axis=0) - c).T).sum()) for c in contours)


def signed_area(contours: list[Contour]) -> float:
    return sum(
        float(np.sum(c[:, 0] * np.roll(c[:, 1], -1) - np.roll(c[:, 0], -1) * c[:, 1])) / 2 for c in contours
    )


def apart(one: list[Contour], other: list[Contour]) -> float:
    """The symmetric Hausdorff distance of the edges: how far any point of one lies from the other."""
    return max(_farthest(one, other), _farthest(other, one))


def _farthest(one: list[Contour], other: list[Contour]) -> float:
    assert len(one) == len(other)
    corners = [bounds([contour]) for contour in other]
    worst = 0.0
    for contour in one:
        near = other[int(np.argmin([np.abs(bounds([contour]) - box).max() for box in corners]))]
        points = np.vstack([contour, (contour + np.roll(contour, -1, axis=0)) / 2])
        points = points[:: 1 + len(points) // 600]
        worst = max(worst, float(distance(points, [near]).max()))
    return worst


def distance(points: np.ndarray, contours: list[Contour], limit: float = 0.3) -> np.ndarray:
    """From each point to the nearest edge, in mm; infinite when it is further than the limit for certain."""
    found = np.full(len(points), np.inf)
    for contour in contours:
        (near,) = np.nonzero(_within(points, contour, limit))
        ring = shapely.linearrings(contour)
        shapely.prepare(ring)
        found[near] = np.minimum(found[near], shapely.distance(shapely.points(points[near]), ring))
    return found


def winding(points: np.ndarray, contours: list[Contour]) -> np.ndarray:
    """How often the contours run round each point, anticlockwise less clockwise."""
    found = np.zeros(len(points), int)
    for contour in contours:
        (near,) = np.nonzero(_within(points, contour, 0))
        x, y = points[near, 0, None], points[near, 1, None]
        (ax, ay), (bx, by) = contour.T, np.roll(contour, -1, axis=0).T
        left = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
        found[near] += ((ay <= y) & (by > y) & (left > 0)).sum(axis=1)
        found[near] -= ((ay > y) & (by <= y) & (left < 0)).sum(axis=1)
    return found


def _within(points: np.ndarray, contour: Contour, spare: float) -> np.ndarray:
    box = bounds([contour])
    return ((points >= box[:2] - spare) & (points <= box[2:] + spare)).all(axis=1)


def letters_of(drawing: str) -> list[list[Contour]]:
    """The glyphs of a drawing of the shop, each as its contours, in mm, y upwards."""
    from tests.engraving.outlines import transform

    def walk(element, at):
        at = at.transform(transform(element.get("transform")))
        if element.tag == f"{SVG}path":
            pen = Flat()
            parse_path(element.get("d"), pen)
            yield [np.array(at.transformPoints(points)) * (1, -1) for points in pen.closed]
        for child in element:
            yield from walk(child, at)

    words = ET.fromstring(drawing).find(f"{SVG}g")
    return list(walk(words, Identity))

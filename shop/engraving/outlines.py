"""What is cut: the letters of one side as outlines without overlap, ready for any machine.

Script letters run into one another, and a machine that fills by counting edges would leave the joins bare;
so all letters of a side are united, with the strokes that thicken them, by Skia's path operations.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from fontTools.misc.transform import Identity, Transform
from fontTools.pens.recordingPen import RecordingPen
from fontTools.pens.transformPen import TransformPen

from shop.engraving.areas import Area, outline
from shop.engraving.contours import Contour, Step, polygon, wound
from shop.engraving.engraving import Engraving
from shop.engraving.faces import FACES, Face, opened
from shop.engraving.frames import frames
from shop.engraving.geometry import Point
from shop.engraving.layout import lay_out

_PER_MM: Final = 1000
"""Skia reckons in 24 bits and with tolerances made for whole units, so it is given micrometres."""
_ROUNDNESS: Final = 0.1
"""How far, in micrometres, the rounded joins of strokes may stray from true circles."""
_SPECK_MM2: Final = 1e-6
"""Contours smaller than this (a thousandth of a mm each way) are left over from sums, not from letters."""


class CannotUnite(Exception):
    """Skia gave up on these letters. Its text quotes none of them."""

    def __init__(self) -> None:
        super().__init__("The outlines of these letters could not be united.")


@dataclass(frozen=True)
class CutSide:
    """One engraved side. `contours` never overlap; `stroke_mm` is how wide the open ones are cut."""

    area: Area
    contours: tuple[Contour, ...] = field(repr=False)
    stroke_mm: float = 0.0

    @cached_property
    def filled(self) -> tuple[Contour, ...]:
        """The edges of ink."""
        return tuple(contour for contour in self.contours if contour.closed)

    @cached_property
    def strokes(self) -> tuple[Contour, ...]:
        """The paths that the tool's tip follows; only faces of single lines have any."""
        return tuple(contour for contour in self.contours if not contour.closed)

    @cached_property
    def guide(self) -> tuple[Contour, ...]:
        """The edge of the metal, to lay the piece by; it is not cut."""
        return tuple(polygon(points) for points in outline(self.area))


def cut_sides(areas: Sequence[Area], engraving: Engraving) -> dict[str, CutSide]:
    """By its key, each side that has words. Raises CannotUnite.

    The words were accepted with the face's version, so see first that `engraving.face_is_current`.
    """
    face = FACES[engraving.face]
    found = {}
    for area in areas:
        if words := {line.line: line.text for line in engraving.lines if line.side == area.key}:
            found[area.key] = cut(area, face, words)
    return found


def cut(area: Area, face: Face, words: Mapping[int, str]) -> CutSide:
    """The outlines of the words of one side, by line number. Raises CannotUnite."""
    import pathops  # noqa: PLC0415 - only files for the cutter need it

    letters: list[Any] = []
    strokes: list[Contour] = []
    try:
        for path, at in _glyphs(area, face, words):
            closed, opens = _read(path, at)
            strokes += opens
            if closed.value:
                letters += _inked(closed, face.thicken_mm)
        return CutSide(area, (*_united(letters), *strokes), face.thicken_mm)
    except pathops.PathOpsError:
        raise CannotUnite from None


def _glyphs(area: Area, face: Face, words: Mapping[int, str]) -> Iterator[tuple[str, Transform]]:
    """Every glyph's path data with its map to micrometres."""
    font = opened(face)
    for frame in frames(face, lay_out(area, face, words)):
        for number, at in frame.transforms():
            if path := font.outline(number).path:
                yield path, Identity.scale(_PER_MM).transform(at)


def _read(path: str, at: Transform) -> tuple[RecordingPen, list[Contour]]:
    """A glyph's closed contours, still to be united, and its open ones."""
    from fontTools.svgLib.path import parse_path  # noqa: PLC0415 - brings an XML parser along

    whole, closed, opens, begun = RecordingPen(), RecordingPen(), [], 0
    parse_path(path, TransformPen(whole, at))
    for index, (name, _) in enumerate(whole.value):
        if name == "closePath":
            closed.value += whole.value[begun : index + 1]
        elif name == "endPath":
            opens.append(_contour([points for _, points in whole.value[begun:index]], closed=False))
        if name in {"closePath", "endPath"}:
            begun = index + 1
    return closed, opens


def _inked(recorded: RecordingPen, thicken_mm: float) -> list[Any]:
    """A glyph as Skia's paths: itself, and the stroke that thickens it."""
    import pathops  # noqa: PLC0415

    glyph = pathops.Path()
    recorded.replay(glyph.getPen(glyphSet=None))
    if not thicken_mm:
        return [_plain(glyph)]
    stroke = pathops.Path(glyph)
    stroke.stroke(thicken_mm * _PER_MM, pathops.LineCap.ROUND_CAP, pathops.LineJoin.ROUND_JOIN, 4)
    stroke.convertConicsToQuads(_ROUNDNESS)
    return [_plain(glyph), _plain(stroke)]


def _plain(path: Any) -> Any:
    """The same ink without overlaps, to be filled by even-odd whichever way the font winds."""
    # As Skia leaves it: what the binding adds for windings and starting points loses counters.
    path.simplify(fix_winding=False, keep_starting_points=False)
    return path


def _united(paths: Sequence[Any]) -> list[Contour]:
    if not paths:
        return []
    import pathops  # noqa: PLC0415

    whole = paths[0]
    for path in paths[1:]:  # one by one: Skia's builder, which takes all at once, loses counters as well
        whole = pathops.op(whole, path, pathops.PathOp.UNION, fix_winding=False, keep_starting_points=False)
    contours: list[Contour] = []
    steps: list[tuple[Point, ...]] = []
    for verb, points in whole:
        if verb == pathops.PathVerb.CLOSE:
            contours.append(_contour(steps, closed=True))
            steps = []
        else:
            steps.append(points)
    return wound([contour for contour in contours if abs(contour.signed_area) > _SPECK_MM2])


def _contour(steps: Sequence[tuple[Point, ...]], *, closed: bool) -> Contour:
    (start,), *rest = [tuple((x / _PER_MM, y / _PER_MM) for x, y in step) for step in steps]
    kept: list[Step] = list(rest)
    if closed and kept and kept[-1] == (start,):
        kept.pop()  # a closed contour runs back by itself
    return Contour(start, tuple(kept), closed)

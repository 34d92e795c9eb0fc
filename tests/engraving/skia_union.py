"""The union that lost ink: a glyph and the stroke that thickens it, joined by Skia's path operations.

Kept to see that the gate refuses what it makes of `Henry` and `Merike`.
"""

import pathops
from fontTools.misc.transform import Identity
from fontTools.pens.transformPen import TransformPen
from fontTools.svgLib.path import parse_path

from shop.engraving.contours import Contour
from shop.engraving.frames import frames
from shop.engraving.layout import lay_out
from shop.engraving.outlines import CutSide

PER_MM = 1000
PLAIN = {"fix_winding": False, "keep_starting_points": False}


def cut(area, face, words, paths=()):
    assert not paths, "artwork is united by the shop alone"
    letters = []
    for frame in frames(face, lay_out(area, face, words)):
        for path, at in frame.transforms():
            letters += _inked(path, Identity.scale(PER_MM).transform(at), face.thicken_mm)
    whole = letters[0]
    for letter in letters[1:]:
        whole = pathops.op(whole, letter, pathops.PathOp.UNION, **PLAIN)
    return CutSide(area, tuple(_contours(whole)), face.thicken_mm)


def _inked(path, at, thicken_mm):
    glyph = pathops.Path()
    parse_path(path, TransformPen(glyph.getPen(glyphSet=None), at))
    stroke = pathops.Path(glyph)
    stroke.stroke(thicken_mm * PER_MM, pathops.LineCap.ROUND_CAP, pathops.LineJoin.ROUND_JOIN, 4)
    stroke.convertConicsToQuads(0.1)
    for inked in (glyph, stroke) if thicken_mm else (glyph,):
        inked.simplify(**PLAIN)
        yield inked


def _contours(whole):
    steps = []
    for verb, points in whole:
        if verb != pathops.PathVerb.CLOSE:
            steps.append(tuple((x / PER_MM, y / PER_MM) for x, y in points))
            continue
        (start,), *rest = steps
        contour = Contour(start, tuple(rest))
        if abs(contour.signed_area) > 1e-6:
            yield contour
        steps = []

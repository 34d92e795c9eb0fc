"""LightBurn's project file: letters filled as one group, strokes as lines, curves exact, mm with y upwards.

Its maker publishes no specification; what stands here is what its own projects have in common. How fast and
how strong is left out, for that belongs to the machine. Tool layers (T1 has the number 30) are sent to none.
"""

from collections.abc import Iterable
from typing import Final

from shop.engraving.contours import Contour, as_cubic, walked
from shop.engraving.geometry import Point
from shop.engraving.jig import AS_DRAWN, Jig
from shop.engraving.outlines import CutSide
from shop.engraving.writers.placed import ENGRAVE, placed
from shop.engraving.writers.svg import number

_FILL, _LINE, _T1 = 0, 1, 30
_NONE: Final = ("c0x1", "c1x1")
"""What stands for the two control points of a corner that has none."""


def write(side: CutSide, jig: Jig = AS_DRAWN) -> bytes:
    """The side as XML."""
    found = placed(side, jig)
    layers = (
        (_FILL, "Scan", ENGRAVE, found.filled),
        (_LINE, "Cut", f"{ENGRAVE} LINES", found.strokes),
        (_T1, "Tool", "T1", found.guide),
    )
    content = "".join(_layer(*layer[:3]) for layer in layers if layer[3])
    content += "".join(_group(layer[0], layer[3]) for layer in layers if layer[3])
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<LightBurnProject AppVersion="1.0.06" FormatVersion="1" MaterialHeight="0" MirrorX="False" '
        f'MirrorY="False">\n{content}</LightBurnProject>\n'
    ).encode()


def _layer(index: int, kind: str, name: str) -> str:
    output = 0 if kind == "Tool" else 1
    facts = {"index": index, "name": name, "priority": index, "doOutput": output}
    values = "".join(f'<{fact} Value="{value}"/>' for fact, value in facts.items())
    return f'<CutSetting type="{kind}">{values}</CutSetting>\n'


def _group(index: int, contours: Iterable[Contour]) -> str:
    shapes = "".join(_shape(index, contour) for contour in contours)
    return (
        f'<Shape Type="Group" CutIndex="{index}"><XForm>1 0 0 1 0 0</XForm>\n'
        f"<Children>\n{shapes}</Children></Shape>\n"
    )


def _shape(index: int, contour: Contour) -> str:
    """Corners with the control points of the curves that leave (c0) and reach (c1) them; what joins them."""
    corners, joins = [contour.start], ""
    leaves: dict[int, str] = {}
    reaches: dict[int, str] = {}
    steps = list(walked(contour))
    if contour.closed and steps[-1][1][-1] != contour.start:
        steps.append((steps[-1][1][-1], (contour.start,)))
    for begun, (start, step) in enumerate(steps):
        ended = 0 if contour.closed and begun == len(steps) - 1 else begun + 1
        if len(step) > 1:
            one, two, _ = as_cubic(start, step)
            leaves[begun], reaches[ended] = _control("c0", one), _control("c1", two)
        joins += f"{'B' if len(step) > 1 else 'L'}{begun} {ended}"
        if ended:
            corners.append(step[-1])
    points = "".join(
        f"V{number(x)} {number(y)}{leaves.get(at, _NONE[0])}{reaches.get(at, _NONE[1])}"
        for at, (x, y) in enumerate(corners)
    )
    return (
        f'<Shape Type="Path" CutIndex="{index}"><XForm>1 0 0 1 0 0</XForm>'
        f"<VertList>{points}</VertList><PrimList>{joins}</PrimList></Shape>\n"
    )


def _control(name: str, point: Point) -> str:
    return f"{name}x{number(point[0])}{name}y{number(point[1])}"

"""SVG whose unit is the millimetre: one compound path of short lines, layers as Inkscape knows them."""

from collections.abc import Iterable
from typing import Final

from shop.engraving.contours import Contour
from shop.engraving.geometry import Point
from shop.engraving.jig import AS_DRAWN, Jig
from shop.engraving.outlines import CutSide
from shop.engraving.writers.placed import ENGRAVE, GUIDE, HAIRLINE_MM, TOOL_LAYER, placed

_COMMANDS: Final = ("", "L", "Q", "C")
_GUIDE_COLOUR: Final = "#{:02x}{:02x}{:02x}".format(*TOOL_LAYER)
_HIDDEN: Final = ' display="none"'
"""A program may take a colour near to the one it was given, so the guide is also hidden until it is shown."""


def write(side: CutSide, jig: Jig = AS_DRAWN) -> bytes:
    """The side as SVG 1.1."""
    found = placed(side, jig)
    left, bottom, right, top = found.page
    wide, high = number(right - left), number(top - bottom)
    words = (
        f'<path fill="#000000" fill-rule="evenodd" d="{path_data(found.filled)}"/>' if found.filled else ""
    )
    if found.strokes:
        words += _stroked(found.strokes, found.stroke_mm or HAIRLINE_MM, "#000000")
    guide = _layer(GUIDE, _stroked(found.guide, HAIRLINE_MM, _GUIDE_COLOUR), _HIDDEN) if found.guide else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" '
        'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" '
        f'width="{wide}mm" height="{high}mm" viewBox="{number(left)} {number(-top)} {wide} {high}">\n'
        f"{guide}{_layer(ENGRAVE, words)}</svg>\n"
    ).encode()


def path_data(contours: Iterable[Contour]) -> str:
    """Contours as SVG path data, y downwards."""
    return "".join(
        f"M{_point(contour.start)}"
        + "".join(_COMMANDS[len(step)] + " ".join(map(_point, step)) for step in contour.steps)
        + ("Z" if contour.closed else "")
        for contour in contours
    )


def number(value: float) -> str:
    """A length in mm to the tenth of a micrometre."""
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _point(point: Point) -> str:
    return f"{number(point[0])} {number(-point[1])}"


def _stroked(contours: Iterable[Contour], width_mm: float, colour: str) -> str:
    return (
        f'<path fill="none" stroke="{colour}" stroke-width="{number(width_mm)}" stroke-linecap="round" '
        f'stroke-linejoin="round" d="{path_data(contours)}"/>'
    )


def _layer(name: str, content: str, look: str = "") -> str:
    return f'<g id="{name}" inkscape:groupmode="layer" inkscape:label="{name}"{look}>{content}</g>\n'

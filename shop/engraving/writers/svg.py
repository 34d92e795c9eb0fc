"""SVG whose unit is the millimetre: curves exact, one compound path, layers as Inkscape knows them."""

from collections.abc import Iterable
from typing import Final

from shop.engraving.contours import Contour
from shop.engraving.geometry import Point
from shop.engraving.outlines import CutSide
from shop.engraving.writers.layers import ENGRAVE, GUIDE, HAIRLINE_MM

_COMMANDS: Final = ("", "L", "Q", "C")


def write(side: CutSide) -> bytes:
    """The side as SVG 1.1."""
    across, up = size_mm(side)
    guide = _layer(GUIDE, _stroked(side.guide, HAIRLINE_MM, "#0000ff"))
    words = f'<path fill="#000000" fill-rule="evenodd" d="{path_data(side.filled)}"/>' if side.filled else ""
    if side.strokes:
        words += _stroked(side.strokes, side.stroke_mm or HAIRLINE_MM, "#000000")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<svg xmlns="http://www.w3.org/2000/svg" '
        'xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" '
        f'width="{number(across)}mm" height="{number(up)}mm" '
        f'viewBox="{number(-across / 2)} {number(-up / 2)} {number(across)} {number(up)}">\n'
        f"{guide}{_layer(ENGRAVE, words)}</svg>\n"
    ).encode()


def size_mm(side: CutSide) -> tuple[float, float]:
    """How wide and high the metal is."""
    points = [point for contour in side.guide for point in contour.corners()]
    return 2 * max(abs(x) for x, _ in points), 2 * max(abs(y) for _, y in points)


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


def _layer(name: str, content: str) -> str:
    return f'<g id="{name}" inkscape:groupmode="layer" inkscape:label="{name}">{content}</g>\n'

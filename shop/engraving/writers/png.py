"""PNG: the side as a small picture for e-mails, words dark on pale metal, nothing round it."""

from collections.abc import Iterable, Mapping
from typing import Final

from shop.engraving.contours import Contour
from shop.engraving.jig import AS_DRAWN, Jig
from shop.engraving.outlines import CutSide
from shop.engraving.writers.placed import placed
from shop.engraving.writers.svg import number, path_data

WIDTH_PX: Final = 600

METALS: Final[Mapping[str, str]] = {"silver": "#e9e7e4", "gold": "#edd59c"}
"""Colours by the metal's slug; any other is shown as silver. Words stand out on both by more than 11 to 1."""
_WORDS: Final = "#1f1c19"
_EDGE: Final = "#8d877e"
_UNSEEN_MM: Final = 0.01
"""A quarter of a point of the picture."""
_EDGE_MM: Final = 0.12
"""As wide as its line, and as much is left free round it."""


def write(side: CutSide, jig: Jig = AS_DRAWN) -> bytes:  # noqa: ARG001 - a picture is for people
    """The side in silver, upright wherever the jig holds it."""
    return picture(side, "silver")


def picture(side: CutSide, metal: str, width_px: int | None = None) -> bytes:
    """The side in the metal of that slug, WIDTH_PX wide unless another width is asked for."""
    import resvg_py  # noqa: PLC0415 - only here

    drawing = _drawing(side, METALS.get(metal, METALS["silver"]), width_px or WIDTH_PX)
    return bytes(resvg_py.svg_to_bytes(svg_string=drawing, skip_system_fonts=True))


def _drawing(side: CutSide, metal: str, width_px: int) -> str:
    left, bottom, right, top = placed(side, AS_DRAWN).page
    across, up = right - left + 2 * _EDGE_MM, top - bottom + 2 * _EDGE_MM
    box = " ".join(map(number, (-across / 2, -up / 2, across, up)))
    high = round(width_px * up / across)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_px}" height="{high}" viewBox="{box}">'
        f'<path fill="{metal}" fill-rule="evenodd" stroke="{_EDGE}" stroke-width="{number(_EDGE_MM)}" '
        f'd="{path_data(side.guide)}"/>'
        f'<path fill="{_WORDS}" fill-rule="evenodd" d="{_polygons(side.filled)}"/>'
        f'<path fill="none" stroke="{_WORDS}" stroke-width="{number(side.stroke_mm)}" stroke-linecap="round" '
        f'stroke-linejoin="round" d="{path_data(side.strokes)}"/></svg>'
    )


def _polygons(contours: Iterable[Contour]) -> str:
    """Contours as path data, y downwards; of polygons no corner that no eye could tell from its neighbour."""
    return "".join(
        _polygon(contour) if all(len(step) == 1 for step in contour.steps) else path_data([contour])
        for contour in contours
    )


def _polygon(contour: Contour) -> str:
    last_x, last_y = contour.start
    places = [last_x, -last_y]
    for ((x, y),) in contour.steps:
        if abs(x - last_x) + abs(y - last_y) > _UNSEEN_MM:
            places += (x, -y)
            last_x, last_y = x, y
    # All numbers in one go, to the micrometre: a letter has hundreds of corners.
    return "M" + ("%.3f %.3f " * (len(places) // 2)) % tuple(places) + ("Z" if contour.closed else "")

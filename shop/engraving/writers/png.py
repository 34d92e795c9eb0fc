"""PNG: the side as a small picture for letters, words dark on pale metal, nothing round it."""

from typing import Final

from shop.engraving.outlines import CutSide
from shop.engraving.writers.svg import number, path_data, size_mm

WIDTH_PX: Final = 600

METAL: Final = "#e6e4e0"
"""Silver, as the colour of a page; words stand on it with a contrast of more than 12 to 1."""
_WORDS: Final = "#1f1c19"
_EDGE: Final = "#8d877e"
_EDGE_MM: Final = 0.12
"""As wide as its line, and as much is left free round it."""


def write(side: CutSide, metal: str = METAL) -> bytes:
    """The side, WIDTH_PX wide, on metal of that colour (as in CSS)."""
    import resvg_py  # noqa: PLC0415 - only here

    return bytes(
        resvg_py.svg_to_bytes(svg_string=_picture(side, metal), width=WIDTH_PX, skip_system_fonts=True)
    )


def _picture(side: CutSide, metal: str) -> str:
    across, up = (length + 2 * _EDGE_MM for length in size_mm(side))
    box = " ".join(map(number, (-across / 2, -up / 2, across, up)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{number(across)}" height="{number(up)}" '
        f'viewBox="{box}">'
        f'<path fill="{metal}" fill-rule="evenodd" stroke="{_EDGE}" stroke-width="{number(_EDGE_MM)}" '
        f'd="{path_data(side.guide)}"/>'
        f'<path fill="{_WORDS}" fill-rule="evenodd" d="{path_data(side.filled)}"/>'
        f'<path fill="none" stroke="{_WORDS}" stroke-width="{number(side.stroke_mm)}" stroke-linecap="round" '
        f'stroke-linejoin="round" d="{path_data(side.strokes)}"/></svg>'
    )

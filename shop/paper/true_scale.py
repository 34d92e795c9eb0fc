"""An engraved side as it will lie on the metal, at its true size: the same outlines that are cut."""

from typing import Any

from shop.engraving.outlines import CutSide
from shop.engraving.writers.svg import number, path_data

_EDGE_MM = 0.12
"""As wide as the line round the metal, and as much is left free round it."""


def drawn(side: CutSide) -> dict[str, Any]:
    """The side as SVG with its size in mm, its name, and what somebody who cannot see it is told."""
    corners = [point for contour in side.guide for point in contour.corners()]
    across, up = zip(*corners, strict=True)
    left, top = min(across) - _EDGE_MM, max(up) + _EDGE_MM
    width, height = max(across) + _EDGE_MM - left, top - (min(up) - _EDGE_MM)
    size = f"{width - 2 * _EDGE_MM:.1f} \N{MULTIPLICATION SIGN} {height - 2 * _EDGE_MM:.1f} mm"
    return {
        "svg": (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{number(left)} {number(-top)} {number(width)} '
            f'{number(height)}"><path fill="none" stroke="#85796B" stroke-width="{_EDGE_MM}" '
            f'd="{path_data(side.guide)}"/>'
            f'<path fill="#000" fill-rule="evenodd" d="{path_data(side.filled)}"/>'
            f'<path fill="none" stroke="#000" stroke-width="{number(side.stroke_mm)}" stroke-linecap="round" '
            f'stroke-linejoin="round" d="{path_data(side.strokes)}"/></svg>'
        ),
        "width": width,
        "height": height,
        "label": f"{side.area.label}, {size}",
        "alt": f"{side.area.label} as it will be cut, {size}.",
    }

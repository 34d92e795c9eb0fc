"""How words look that are cut into metal: a V-groove under the light of the picture, as an SVG filter.

Everything follows from how deep the groove is: the words, blurred by half a wall, deeper where a stroke is
wide and shallow under a hairline. The floor darkens with the depth, and lets some of the metal's own light
through; the walls are the slope along the light, which comes from the upper left. So a hairline has narrow,
faint walls, and at any zoom the edge is the letter's own.
"""

from functools import lru_cache
from typing import Final

from shop.engraving.drawing import number
from shop.frozen import frozen


@frozen
class Tone:
    """How a metal looks where it is cut: floor, shaded and lit wall, and the lip that the tool leaves."""

    floor: str
    shade: str
    lit: str
    lip: str


TONES: Final = {
    "silver": Tone(floor="#1d1a18", shade="#000000", lit="#ffffff", lip="#ffffff"),
    "gold": Tone(floor="#3a1d04", shade="#180a00", lit="#ffe2a0", lip="#fff4d8"),
}
"""By the metal's slug; a metal without a tone of its own is cut like silver."""

WALL_MM: Final = 0.07
"""By so much the words are blurred (standard deviation)."""
SLOPE_MM: Final = 0.055
"""How far up and down the light, each way, the depth is compared."""
LIP_MM: Final = 0.045
"""How far the lip lies down the light."""
LIP_SOFT_MM: Final = 0.02
FLOOR: Final = (0.6, 0.33)
"""How much of the metal the floor hides: so much at full depth, and so much anywhere."""
SHADE: Final = 1.7
LIT: Final = 1.0
LIP: Final = 0.5
_GRAIN: Final = 0.14
"""The marks of the tool."""
_TILE_PX: Final = 64
"""Its noise is made once, so wide, and laid like tiles."""


@lru_cache(maxsize=256)
def groove_filter(name: str, tone: Tone, px_per_mm: float, box: str) -> str:
    """What makes grooves of the words that come next, within a box (attributes x, y, width, height)."""

    def px(mm: float) -> str:
        return number(mm * px_per_mm)

    slope, lip = px(SLOPE_MM), px(LIP_MM)
    return (
        f'<filter id="{name}-cut" filterUnits="userSpaceOnUse" {box} color-interpolation-filters="sRGB">'
        f'<feGaussianBlur in="SourceAlpha" stdDeviation="{px(WALL_MM)}" result="depth"/>'
        f'<feOffset in="depth" dx="{slope}" dy="{slope}" result="up"/>'
        f'<feOffset in="depth" dx="-{slope}" dy="-{slope}" result="down"/>'
        + _coloured("depth", tone.floor, *FLOOR, "floor")
        + _slope("down", "up", SHADE, tone.shade, "shade")
        + _slope("up", "down", LIT, tone.lit, "lit")
        + _grain(box)
        + '<feMerge><feMergeNode in="floor"/><feMergeNode in="grain"/><feMergeNode in="shade"/>'
        '<feMergeNode in="lit"/></feMerge><feComposite in2="SourceAlpha" operator="in" result="groove"/>'
        f'<feOffset in="SourceAlpha" dx="{lip}" dy="{lip}"/>'
        f'<feGaussianBlur stdDeviation="{px(LIP_SOFT_MM)}"/>'
        '<feComposite in2="SourceAlpha" operator="out" result="beside"/>'
        + _coloured("beside", tone.lip, LIP, 0, "lip")
        + '<feMerge><feMergeNode in="lip"/><feMergeNode in="groove"/></feMerge></filter>'
        f'<g filter="url(#{name}-cut)" color="{tone.floor}">'
    )


def _slope(one: str, other: str, strong: float, colour: str, result: str) -> str:
    """Where one is deeper than the other."""
    return (
        f'<feComposite in="{one}" in2="{other}" operator="arithmetic" k2="{strong}" k3="-{strong}" '
        f'result="{result}-slope"/>' + _coloured(f"{result}-slope", colour, 1, 0, result)
    )


def _coloured(what: str, colour: str, times: float, plus: float, result: str) -> str:
    """A colour that hides what is behind by `times` the alpha of what there is, and `plus`."""
    rgb = "".join(f"0 0 0 0 {number(value / 255)} " for value in bytes.fromhex(colour[1:]))
    return f'<feColorMatrix in="{what}" values="{rgb}0 0 0 {times} {plus}" result="{result}"/>'


def _grain(box: str) -> str:
    corner = box.partition(" width=")[0]
    return (
        f'<feTurbulence type="fractalNoise" baseFrequency="0.35" numOctaves="2" seed="3" '
        f'stitchTiles="stitch" {corner} width="{_TILE_PX}" height="{_TILE_PX}"/><feTile result="noise"/>'
        f'<feColorMatrix in="noise" values="0 0 0 0 1 0 0 0 0 1 0 0 0 0 1 {number(4 * _GRAIN)} 0 0 0 '
        f'-{number(2 * _GRAIN)}" result="grain"/>'
    )

"""How words look that are cut into metal, as an SVG filter: floor, shaded wall, lit wall and lip."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shop.engraving.drawing import number


@dataclass(frozen=True)
class Tone:
    """How a metal looks where it is cut: the floor of the groove, its shaded and its lit wall, its lip."""

    floor: str
    shade: str
    lit: str
    lip: str


TONES: Final = {
    "silver": Tone(floor="#4b4743", shade="#12100f", lit="#b5b0aa", lip="#ffffff"),
    "gold": Tone(floor="#6b4316", shade="#2a1604", lit="#d9a95c", lip="#fff1cf"),
}
"""By the metal's slug; a metal without a tone of its own is cut like silver."""

GROOVE_MM: Final = 0.07
"""Width of a groove's wall as seen from above."""


@lru_cache(maxsize=256)
def groove_filter(name: str, tone: Tone, groove: float, box: str) -> str:
    """What makes grooves of the words that come next.

    Light comes from the upper left, so that wall lies in shade, the other is lit.
    """
    thin, soft = groove * 0.3, groove * 0.45
    return (
        f'<filter id="{name}-cut" filterUnits="userSpaceOnUse" {box} color-interpolation-filters="sRGB">'
        + _rim("shade", groove, soft, tone.shade, 0.9, inside=True)
        + _rim("lit", -groove, soft, tone.lit, 0.55, inside=True)
        + _rim("lip", groove * 0.6, thin, tone.lip, 0.75, inside=False)
        + '<feMerge><feMergeNode in="lip"/><feMergeNode in="SourceGraphic"/><feMergeNode in="lit"/>'
        f'<feMergeNode in="shade"/></feMerge></filter><g filter="url(#{name}-cut)" color="{tone.floor}">'
    )


def _rim(name: str, step: float, soft: float, colour: str, opacity: float, *, inside: bool) -> str:
    """A rim of light or shade: the words less themselves moved (inside), or the moved less the words."""
    kept, less = ("SourceAlpha", f"{name}-moved") if inside else (f"{name}-moved", "SourceAlpha")
    return (
        f'<feOffset in="SourceAlpha" dx="{number(step)}" dy="{number(step)}"/>'
        f'<feGaussianBlur stdDeviation="{number(soft)}" result="{name}-moved"/>'
        f'<feComposite in="{kept}" in2="{less}" operator="out" result="{name}-rim"/>'
        f'<feFlood flood-color="{colour}" flood-opacity="{opacity}"/>'
        f'<feComposite in2="{name}-rim" operator="in" result="{name}"/>'
    )

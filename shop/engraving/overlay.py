"""The words on the picture of the piece: placed by the picture's own calibration, lit to look cut."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any, Final

from shop.engraving.areas import Area
from shop.engraving.characters import drawable, offered
from shop.engraving.drawing import marks, number
from shop.engraving.engraving import HAND, field_name, words_in
from shop.engraving.faces import FACES, Face
from shop.engraving.remarks import BY_HAND, Remark, asks_for_hand, remarks, remarks_by_hand
from shop.engraving.tool import ANY_TOOL, Tool, fitted

Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Placement:
    """Where a side lies on a picture.

    `matrix` is an SVG matrix from mm about the middle of the side (y down) to pixels of the picture; `clip`
    the SVG path, in pixels, of the part that nothing covers, or "" when the whole side is in sight.
    """

    side: str
    matrix: Matrix
    clip: str = ""

    @classmethod
    def of(cls, side: str, table: Mapping[str, Any]) -> "Placement":
        """Read {"matrix": [a, b, c, d, e, f], "clip": path or null}. Raises KeyError or ValueError."""
        a, b, c, d, e, f = (float(value) for value in table["matrix"])
        return cls(side, (a, b, c, d, e, f), table.get("clip") or "")

    def at(self, x_mm: float, y_mm: float) -> tuple[float, float]:
        """Where a point of the side is on the picture, in pixels."""
        a, b, c, d, e, f = self.matrix
        return a * x_mm + c * y_mm + e, b * x_mm + d * y_mm + f

    @property
    def px_per_mm(self) -> float:
        """How large a millimetre is on the picture."""
        a, b, c, d, _, _ = self.matrix
        return math.sqrt(abs(a * d - b * c))


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

_PALE: Final = 0.45
"""How much of words that are too long is seen."""

_JSON: Final = json.JSONEncoder(ensure_ascii=False)

GROOVE_MM: Final = 0.07
"""Width of a groove's wall as seen from above."""


def over_picture(
    params: Mapping[str, str],
    areas: Sequence[Area],
    placements: Sequence[Placement],
    *,
    size: tuple[int, int],
    metal: str,
    name: str,
    tool: Tool = ANY_TOOL,
) -> str:
    """An SVG of the size of the picture (`size`, px), with the words of a form's fields cut into the metal.

    Never refuses: a line with something that cannot be cut is left out whole, and words that are too long are
    laid over the piece in full, pale and flat, for they are no engraving. Its metadata is JSON: `lines` has,
    by field name, what there is to say of each (a Remark), `faces` those that these words ask for beside the
    general ones: [slug, name, description, sample].
    `name` sets its inner names apart from those of other drawings on a page.
    """
    face = FACES.get(params.get("face", "")) or next(iter(FACES.values()))
    hand = params.get("face") == HAND
    said = remarks_by_hand(areas, params) if hand else remarks(areas, face, params, tool)
    drawn = "" if hand else _drawn(params, areas, placements, face, said, metal=metal, name=name, tool=tool)
    asked = [face for face in offered(words_in(params, areas).values()) if face.only_for]
    faces = [(face.slug, face.name, face.description, face.sample) for face in asked]
    if hand or asks_for_hand(said):
        faces.append(BY_HAND)
    told = escape(_JSON.encode({"lines": said, "faces": faces}), quote=False)
    wide, high = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" aria-hidden="true" '
        f'focusable="false"><metadata>{told}</metadata>{drawn}</svg>'
    )


def _drawn(
    params: Mapping[str, str],
    areas: Sequence[Area],
    placements: Sequence[Placement],
    face: Face,
    said: Mapping[str, Remark],
    *,
    metal: str,
    name: str,
    tool: Tool,
) -> str:
    """The words of every side, cut and lit, and over them, pale, those that are too long."""
    sides = {area.key: area for area in areas}
    shown = [place for place in placements if place.side in sides]
    as_cut, cut, pale = fitted(face, tool), "", ""
    for place in shown:
        area = sides[place.side]
        typed = words_in(params, [area]).items()
        words = {line: drawn for (_, line), text in typed if (drawn := drawable(face, text)).strip()}
        if words and any(said[field_name(area.key, line)].wrong for line in words):
            pale += _placed(area, place, words, as_cut)
        elif words:
            cut += _cut(area, place, words, as_cut, name=f"{name}-{area.key}")
    tone = TONES.get(metal, TONES["silver"])
    if cut:
        groove = GROOVE_MM * max(place.px_per_mm for place in shown)
        box = _box(tuple([(place, sides[place.side].width_mm / 2) for place in shown]))
        cut = f"{_lit(name, tone, groove, box)}{cut}</g>"
    return cut + (f'<g class="too-long" opacity="{_PALE}" color="{tone.floor}">{pale}</g>' if pale else "")


def _cut(area: Area, place: Placement, words: Mapping[int, str], face: Face, *, name: str) -> str:
    """The words of one side at their place on the picture, behind what lies in front of the metal there."""
    drawn = _placed(area, place, words, face)
    if not place.clip:
        return drawn
    return (
        f'<clipPath id="{name}-seen"><path clip-rule="evenodd" d="{place.clip}"/></clipPath>'
        f'<g clip-path="url(#{name}-seen)">{drawn}</g>'
    )


def _placed(area: Area, place: Placement, words: Mapping[int, str], face: Face) -> str:
    return f'<g transform="matrix({_written(place.matrix)})">{marks(area, words, face)}</g>'


@lru_cache(maxsize=256)
def _written(matrix: Matrix) -> str:
    return " ".join(number(value, 5) for value in matrix)


@lru_cache(maxsize=256)
def _lit(name: str, tone: Tone, groove: float, box: str) -> str:
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


@lru_cache(maxsize=256)
def _box(placements: tuple[tuple[Placement, float], ...]) -> str:
    """The part of the picture that the sides take up, as attributes: a filter costs by its size."""
    corners = [
        place.at(x * reach, y * reach)
        for place, reach in placements
        for x, y in ((-1, -1), (-1, 1), (1, -1), (1, 1))
    ]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    right, bottom = max(x for x, _ in corners), max(y for _, y in corners)
    return (
        f'x="{number(left, 0)}" y="{number(top, 0)}" width="{number(right - left, 0)}" '
        f'height="{number(bottom - top, 0)}"'
    )

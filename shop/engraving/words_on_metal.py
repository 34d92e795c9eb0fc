"""Words cut into the metal of a picture: the one drawing that stage, basket, order page and bench show.

Everything lies where the picture's calibration says; e-mails, which cannot have it as SVG, paint the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import lru_cache
from html import escape
from typing import Final

from shop.engraving.areas import Area
from shop.engraving.calibration import Matrix, Placement
from shop.engraving.drawing import marks_laid, number
from shop.engraving.groove_filter import TONES, groove_filter
from shop.engraving.layout import lay_out
from shop.engraving.line_faces import AnyFace
from shop.engraving.ring_turn import turn_of
from shop.frozen import frozen

_PALE: Final = 0.45
"""How much of words that are too long is seen."""


@frozen
class LaidSide:
    """The words of a side at their place: `marks` in mm about its middle, turned clockwise by degrees."""

    area: Area
    place: Placement
    marks: str = field(repr=False)
    turn: int = 0

    @property
    def placed(self) -> str:
        """The words where the picture has the side."""
        turned = f" rotate({self.turn})" if self.turn else ""
        return f'<g transform="matrix({_written(self.place.matrix)}){turned}">{self.marks}</g>'


def laid_side(area: Area, place: Placement, words: Mapping[int, str], face: AnyFace) -> LaidSide:
    """The words of a side, by line number, turned to where they are seen."""
    side = lay_out(area, face, words)
    return LaidSide(area, place, marks_laid(side, face), turn_of(area, place, side))


def over_picture(size: tuple[int, int], drawn: str, told: str = "") -> str:
    """The SVG to lay over a picture of this size in pixels; `told` is what its metadata says."""
    wide, high = size
    metadata = f"<metadata>{escape(told, quote=False)}</metadata>" if told else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" aria-hidden="true" '
        f'focusable="false">{metadata}{drawn}</svg>'
    )


def cut(sides: Sequence[LaidSide], *, metal: str, name: str) -> str:
    """The words of these sides as grooves in a metal; `name` sets inner names apart from other drawings'."""
    if not sides:
        return ""
    tone = TONES.get(metal, TONES["silver"])
    scale = max(side.place.px_per_mm for side in sides)
    box = _box(tuple((side.place, side.area.width_mm / 2) for side in sides))
    drawn = "".join(_behind(side, f"{name}-{side.area.key}") for side in sides)
    return f"{groove_filter(name, tone, scale, box)}{drawn}</g>"


def too_long(sides: Sequence[LaidSide], *, metal: str) -> str:
    """Words that do not fit: whole, pale and flat, for they are no engraving."""
    if not sides:
        return ""
    tone = TONES.get(metal, TONES["silver"])
    drawn = "".join(side.placed for side in sides)
    return f'<g class="too-long" opacity="{_PALE}" color="{tone.floor}">{drawn}</g>'


def _behind(side: LaidSide, name: str) -> str:
    """The words behind what lies in front of the metal there."""
    if not side.place.clip:
        return side.placed
    return (
        f'<clipPath id="{name}-seen"><path clip-rule="evenodd" d="{side.place.clip}"/></clipPath>'
        f'<g clip-path="url(#{name}-seen)">{side.placed}</g>'
    )


@lru_cache(maxsize=256)
def _written(matrix: Matrix) -> str:
    return " ".join(number(value, 5) for value in matrix)


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

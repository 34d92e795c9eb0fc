"""The plain proof: all engraved sides of a unit at one scale, in mm, as outlines and nothing else."""

from collections.abc import Sequence
from dataclasses import field
from html import escape
from typing import Final

from shop.engraving.areas import Area, is_ring
from shop.engraving.drawing import edge_drawn, number
from shop.frozen import frozen

_GAP_MM: Final = 2.0
"""Between two sides, and half of it round them."""
_LOW: Final = 3
"""Sides that are this many times as wide as high stand one below the other."""


@frozen
class ProofSide:
    """One side: its words (SVG in mm about its middle), and by how many degrees it is turned."""

    area: Area
    marks: str = field(repr=False)
    turn: int = 0


def proof_sheet(sides: Sequence[ProofSide], *, id_: str = "", said: str = "") -> str:
    """The sides beside each other, or bars below each other; each one's words bear the id `<id_>-<side>`.

    `said` is what those are told who do not see it; without it they do not hear of it.
    """
    sizes = [_size(side.area) for side in sides]
    stacked = all(wide > _LOW * high for wide, high in sizes)
    drawn, at, across = "", 0.0, max(size[0 if stacked else 1] for size in sizes)
    for side, (wide, high) in zip(sides, sizes, strict=True):
        along = at + (high if stacked else wide) / 2
        x, y = (across / 2, along) if stacked else (along, across / 2)
        drawn += _side(side, x, y, f"{id_}-{side.area.key}" if id_ else "")
        at += high if stacked else wide
    wide, high = (across, at) if stacked else (at, across)
    role = f'role="img" aria-label="{escape(said)}"' if said else 'aria-hidden="true" focusable="false"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {role} viewBox="0 0 {number(wide)} {number(high)}">'
        f"{drawn}</svg>"
    )


def _size(area: Area) -> tuple[float, float]:
    return area.width_mm + _GAP_MM, (area.width_mm if is_ring(area) else area.height_mm) + _GAP_MM


def _side(side: ProofSide, x: float, y: float, id_: str) -> str:
    turned = f" rotate({side.turn})" if side.turn else ""
    named = f' id="{id_}"' if id_ else ""
    return (
        f'<g transform="translate({number(x)} {number(y)})">{edge_drawn(side.area)}'
        f'<g transform="{turned.strip()}"><g{named}>{side.marks}</g></g></g>'
    )

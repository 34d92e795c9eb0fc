"""Artwork from a photograph where it is cut: outlines on a side of a piece, with its words or alone."""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, field
from typing import Any, Final

from shop.engraving.geometry import Point
from shop.frozen import frozen

MOST_BYTES: Final = 200_000
"""Of outlines: as for a drawing by hand."""
_DECIMALS: Final = 4
"""Of a millimetre: the grid on which everything is cut."""
_PAIR: Final = re.compile(r"(-?[\d.]+(?:e-\d+)?),(-?[\d.]+(?:e-\d+)?)")
_OUTLINE: Final = re.compile(r"(?:M-?[\d.e-]+,-?[\d.e-]+(?:L-?[\d.e-]+,-?[\d.e-]+)+Z)+")


@frozen
class ArtworkPlace:
    """Where and how large: mm wide before it is turned, degrees clockwise, mm from the side's middle.

    `thicker_mm` is what the width of every stroke gained, which the buyer saw and chose.
    """

    width_mm: float
    turn: float = 0.0
    across_mm: float = 0.0
    down_mm: float = 0.0
    thicker_mm: float = 0.0


@frozen
class PlacedArtwork:
    """`drawing` is path data of straight lines in mm about the side's middle, y downwards, as it is cut."""

    side: str
    kind: str
    """As people say it: "a signature"."""
    drawing: str = field(repr=False)
    width_mm: float
    height_mm: float
    """What it covers on the piece, turned as it is."""
    place: ArtworkPlace
    upload: str = field(repr=False)
    """Whose photograph it is from."""
    together: bool = False
    """Whether the buyer wants us to look at what is too fine for the tool."""

    @property
    def said(self) -> str:
        """What it is and how large, for a list of what is cut."""
        return f"{self.kind} from a photograph, {self.width_mm:.1f} mm wide and {self.height_mm:.1f} mm high"

    def written(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "PlacedArtwork":
        """What `written` gave. Raises KeyError, TypeError or ValueError."""
        found = dict(written)
        if not _OUTLINE.fullmatch(found["drawing"]) or len(found["drawing"]) > MOST_BYTES:
            raise ValueError("This is no outline.")
        return cls(**{**found, "place": ArtworkPlace(**found["place"])})


def moved(drawing: str, width_mm: float, place: ArtworkPlace) -> tuple[str, float, float]:
    """The outlines of an artwork so wide, about its own middle, laid at a place; and what they then cover."""
    scale, turn = place.width_mm / width_mm, math.radians(place.turn)
    along, aside = scale * math.cos(turn), scale * math.sin(turn)

    def at(found: re.Match[str]) -> Point:
        x, y = float(found[1]), float(found[2])
        return (x * along - y * aside + place.across_mm, x * aside + y * along + place.down_mm)

    points = list(map(at, _PAIR.finditer(drawing)))
    corners = iter([f"{round(x, _DECIMALS):g},{round(y, _DECIMALS):g}" for x, y in points])
    xs, ys = zip(*points, strict=True)
    return _PAIR.sub(lambda _: next(corners), drawing), max(xs) - min(xs), max(ys) - min(ys)

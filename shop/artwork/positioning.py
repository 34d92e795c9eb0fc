"""Artwork on a side of a piece: where and how large it may be, and what is said of it there."""

import math
from dataclasses import field, replace
from typing import TYPE_CHECKING, Final, Protocol

from shop.artwork.artwork import Artwork
from shop.artwork.fineness import Fineness, fineness, thickened, widest_mm
from shop.artwork.request import KINDS, Request
from shop.engraving import Area, ArtworkPlace, PlacedArtwork, Tool
from shop.engraving.areas import is_ring, outline
from shop.engraving.limits import MARGIN_MM
from shop.engraving.outlines import CutSide
from shop.engraving.placed_artwork import moved
from shop.engraving.regions import contours_of, region_of
from shop.frozen import frozen

if TYPE_CHECKING:
    from shapely import Geometry

APART_MM: Final = 0.2
"""Between artwork and the words of its side: nearer, and they look like one."""
FILLS: Final = 0.8
"""Of the side, at first."""
LEAST_MM: Final = 2.0
MOST_THICKER_MM: Final = 0.5
_STEP: Final = 0.1

BEYOND: Final = "This reaches beyond the part that can be engraved. Please make it smaller, or move it."
TOUCHES: Final = (
    "This touches the words on the same side. Please make it smaller, move it, or put the words elsewhere."
)
GONE: Final = "The photograph of this is no longer kept. Please choose it again."


class Uploaded(Protocol):
    """A photograph that was traced, or is yet to be."""

    @property
    def id(self) -> str:
        """Its name, which nobody can guess."""

    @property
    def request(self) -> Request:
        """How it is traced."""

    @property
    def artwork(self) -> Artwork | None:
        """What was traced."""


@frozen
class Remark:
    """What there is to say of placed artwork; what is too fine for the tool, as path data of its side.

    `wrong` stands against cutting it as it is; `fine` alone does not where we look at it together.
    """

    sentence: str
    wrong: bool = False
    fine: str = field(default="", repr=False)


def takes_artwork(area: Area) -> bool:
    """Whether a side has room for artwork; a ring's band has not."""
    return not is_ring(area)


def first_place(area: Area, artwork: Artwork) -> ArtworkPlace:
    """In the middle of the side, and most of what fits."""
    widest = widest_mm(area, artwork.width_mm, artwork.height_mm) * FILLS
    return ArtworkPlace(max(LEAST_MM, math.floor(widest / _STEP) * _STEP))


def placed(area: Area, uploaded: Uploaded, place: ArtworkPlace, *, together: bool = False) -> PlacedArtwork:
    """The artwork of an upload on a side. Raises ValueError with a sentence."""
    artwork = uploaded.artwork
    if artwork is None:
        raise ValueError(GONE)
    if not LEAST_MM <= place.width_mm <= area.width_mm:
        raise ValueError(f"Its width is from {LEAST_MM:g} to {area.width_mm:g} mm.")
    if not 0 <= place.thicker_mm <= MOST_THICKER_MM:
        raise ValueError(f"Its strokes can gain up to {MOST_THICKER_MM:g} mm.")
    drawing, _, _ = moved(artwork.drawing, artwork.width_mm, ArtworkPlace(place.width_mm))
    if place.thicker_mm:
        drawing = thickened(drawing, place.thicker_mm)
    drawing, wide, high = moved(drawing, place.width_mm, place)
    label = KINDS[uploaded.request.kind].label
    return PlacedArtwork(
        area.key, label[0].lower() + label[1:], drawing, wide, high, place, uploaded.id, together
    )


def upright(artwork: PlacedArtwork) -> str:
    """Its outlines about their own middle, not turned, as wide as it is placed."""
    place = artwork.place
    still = replace(place, turn=0.0, across_mm=-place.across_mm, down_mm=-place.down_mm)
    centred, _, _ = moved(artwork.drawing, place.width_mm, still)
    return moved(centred, place.width_mm, ArtworkPlace(place.width_mm, -place.turn))[0]


def remark_on(area: Area, artwork: PlacedArtwork, tool: Tool, words: CutSide | None = None) -> Remark:
    """What speaks against cutting this artwork beside these words, or how large and how fine it is."""
    import shapely  # noqa: PLC0415 - only where there is artwork

    down = region_of(contours_of(artwork.drawing), 1.0)
    ink = shapely.transform(down, lambda points: points * (1, -1))
    if not shapely.covers(_engravable(area), ink):
        return Remark(BEYOND, wrong=True)
    if words is not None and shapely.distance(_inked(words), ink) < APART_MM:
        return Remark(TOUCHES, wrong=True)
    fine = fineness(artwork.drawing, tool)
    size = f"{artwork.width_mm:.1f} mm wide and {artwork.height_mm:.1f} mm high, {_where(artwork.place)}."
    if fine.holds:
        return Remark(f"{size} Its finest line is {fine.line_mm:.2f} mm.")
    sentence = f"{size} {_too_fine(fine, artwork, tool)}"
    return Remark(sentence, not artwork.together, fine.fine_lines + fine.fine_gaps)


def _where(place: ArtworkPlace) -> str:
    """Where it lies, in words."""
    away = []
    if place.across_mm:
        away.append(f"{abs(place.across_mm):g} mm {'right' if place.across_mm > 0 else 'left'} of the middle")
    if place.down_mm:
        away.append(f"{abs(place.down_mm):g} mm {'below' if place.down_mm > 0 else 'above'} the middle")
    return " and ".join(away).replace(" of the middle and", " and") if away else "in the middle"


def _too_fine(fine: Fineness, artwork: PlacedArtwork, tool: Tool) -> str:
    ways = [f"make it {math.ceil(fine.larger * artwork.place.width_mm * 10) / 10:g} mm wide"]
    if fine.thicker_mm is not None:
        ways.append(f"make its lines {artwork.place.thicker_mm + fine.thicker_mm:g} mm thicker")
    what = (
        f"Its finest line is {fine.line_mm:.2f} mm, and our tool cuts none under {tool.finest_line_mm:g} mm"
        if fine.fine_lines
        else f"Its narrowest gap is {fine.gap_mm:.2f} mm, and would close when it is cut"
    )
    return (
        f"{what}: what would be lost is marked. You could {', or '.join(ways)}, put it on a larger side, or "
        "have us look at it together with you."
    )


def _engravable(area: Area) -> "Geometry":
    import shapely  # noqa: PLC0415

    edge, *holes = (shapely.Polygon(ring) for ring in outline(area))
    metal = edge.difference(holes[0]) if holes else edge
    return shapely.buffer(metal, -MARGIN_MM[area.shape])


def _inked(side: CutSide) -> "Geometry":
    import shapely  # noqa: PLC0415

    filled = [shapely.Polygon(contour.corners()) for contour in side.filled]
    strokes = [shapely.LineString(contour.corners()).buffer(side.stroke_mm / 2) for contour in side.strokes]
    return shapely.union_all([*filled, *strokes])

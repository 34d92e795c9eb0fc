"""What the pages of a photograph show: for which side of which piece it is, and what was traced."""

import math
from dataclasses import field
from functools import lru_cache
from typing import Final

from shop.artwork.artwork import Artwork
from shop.artwork.fineness import widest_mm
from shop.artwork.positioning import takes_artwork
from shop.artwork.request import KINDS, WHOLE
from shop.catalogue.views import Catalogue, PieceView
from shop.engraving import Area
from shop.frozen import frozen
from shop.uploads.store import Upload

LEAST_MM: Final = 4.0
_COARSE: Final = 25.0
"""Pixels for each mm of metal, below which an outline shows them."""
_BESIDE: Final = 0.06
TABLE: Final = (
    "If the table shows round the sheet, put the four corners on the sheet’s own: the table is then left out."
)
COARSE: Final = (
    "The photograph shows little of it for that size. Coming nearer with the telephone would make the edges "
    "truer."
)


@frozen
class Place:
    """A side of a piece that artwork may be put on."""

    piece: PieceView
    area: Area

    @property
    def name(self) -> str:
        """As it is said in a sentence: 'Disc, front', or the piece alone where it has one side."""
        return (
            self.piece.name if len(self.piece.sides) == 1 else f"{self.piece.name}, {self.area.label.lower()}"
        )

    @property
    def page(self) -> str:
        """Where photographs for it are chosen."""
        return f"/pieces/{self.piece.slug}/artwork/{self.area.key}"

    @property
    def query(self) -> str:
        """What follows the address of a photograph's own page."""
        return f"?piece={self.piece.slug}&side={self.area.key}"

    def width_mm(self, artwork: Artwork | None = None) -> float:
        """How wide artwork is traced for it: as wide as it can be there."""
        wide, high = (artwork.width_mm, artwork.height_mm) if artwork else (3.0, 2.0)
        return max(LEAST_MM, _widest(self.area, wide, high))


@lru_cache(maxsize=64)
def _widest(area: Area, wide: float, high: float) -> float:
    return math.floor(widest_mm(area, wide, high) * 10) / 10


def place_of(catalogue: Catalogue, slug: str, side: str) -> Place | None:
    """That side, if there is one and artwork fits on it."""
    piece = catalogue.by_slug.get(slug)
    areas = [area for area in piece.sides if area.key == side and takes_artwork(area)] if piece else []
    return Place(piece, areas[0]) if piece and areas else None


@frozen
class ShownUpload:
    """A photograph in the list of one's own, or on its page."""

    id: str
    kind: str
    said: str
    """What was found, or why nothing was."""
    refused: bool
    drawn: bool
    remarks: list[str] = field(default_factory=list)


def shown(upload: Upload, place: Place | None = None) -> ShownUpload:
    """What there is to say of it; with what its size and finest line are on a side."""
    kind, artwork = KINDS[upload.request.kind].label, upload.artwork
    if artwork is None:
        said = upload.refused or "It has not been traced yet."
        remarks = [TABLE] if upload.request.corners == WHOLE else []
        return ShownUpload(upload.id, kind, said, bool(upload.refused), drawn=False, remarks=remarks)
    parts = f"Traced: {artwork.parts} part{'' if artwork.parts == 1 else 's'}"
    if place is None:
        return ShownUpload(upload.id, kind, f"{parts}.", refused=False, drawn=True)
    wide = place.width_mm(artwork)
    grown = wide / artwork.width_mm
    said = f"{parts}, up to {wide:g} mm wide and {artwork.height_mm * grown:.1f} mm high on {place.name}."
    remarks = [_finest(upload.line_mm * grown, wide, place)]
    if artwork.px_per_mm / grown < _COARSE:
        remarks.append(COARSE)
    return ShownUpload(upload.id, kind, said, refused=False, drawn=True, remarks=remarks)


def _finest(line_mm: float, wide: float, place: Place) -> str:
    """How fine it is at that width, and whether the tool holds it."""
    said, least = f"Its finest line is {line_mm:.2f} mm at {wide:g} mm wide", place.piece.tool.finest_line_mm
    if not least:
        return f"{said}."
    if line_mm >= least:
        return f"{said}, and our tool cuts from {least:g} mm."
    return (
        f"{said}, finer than our tool cuts ({least:g} mm). On the piece you can make its lines thicker, "
        "choose a larger piece, or have us look at it together with you."
    )


def outline_svg(artwork: Artwork) -> str:
    """The outline as a picture of its own, black on paper."""
    beside = _BESIDE * max(artwork.width_mm, artwork.height_mm)
    wide, high = artwork.width_mm + 2 * beside, artwork.height_mm + 2 * beside
    box = f"{-wide / 2:g} {-high / 2:g} {wide:g} {high:g}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"'
        f' width="{wide * 40:.0f}" height="{high * 40:.0f}">'
        f'<rect x="{-wide / 2:g}" y="{-high / 2:g}" width="100%" height="100%" fill="#fbf8f3"/>'
        f'<path d="{artwork.drawing}" fill="#2b2723" fill-rule="evenodd"/></svg>'
    )

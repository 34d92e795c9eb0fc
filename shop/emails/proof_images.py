"""Pictures of a unit with its words: drawn when an e-mail is sent, from the sealed words, and kept nowhere.

They are the piece's own pictures, painted from the very outlines that are cut. A side that is on no picture
of its piece is drawn plainly.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from email.message import EmailMessage
from typing import Final

from shop.catalogue.engraved_pictures import alt, stages_of, turn_on
from shop.catalogue.picture_pixels import square_of
from shop.catalogue.views import Catalogue, PictureView
from shop.engraving import Engraving
from shop.engraving.areas import is_ring
from shop.engraving.coverage import Array
from shop.engraving.groove_painting import Ground, PlacedCut, painted
from shop.engraving.outlines import CutSide
from shop.engraving.writers import png
from shop.frozen import frozen
from shop.orders.cutting import NotApprovedYet, NotAsApproved, outlines_as_approved
from shop.orders.models import OrderLine
from shop.orders.view import LineView
from shop.text.direction import isolated

PICTURE_PX: Final = 240
"""How wide a picture of the piece is shown: two stand beside each other, and one fits on any phone."""
WIDEST_PX: Final = 220
BAR_PX: Final = 300
"""How wide the widest plain side of a unit is shown; a bar, being low, needs more."""
_NARROW: Final = 3
_FINE: Final = 2
"""Points of the picture to one of the page: what a good screen can show, and no more."""
_QUALITY: Final = 86


@frozen
class ProofImage:
    """A picture of a unit. `cid` is its Content-ID, without brackets; `alt` quotes the words."""

    number: int
    shows: str
    """The sides on it, with a hyphen between."""
    width: int
    """In pixels on the page: the plain sides of one unit keep their proportion."""
    cid: str
    kind: str
    """Of file: jpeg or png."""
    alt: str = field(repr=False)
    image: bytes = field(repr=False)


def proof_images(
    catalogue: Catalogue, lines: Sequence[LineView], message_id: str, refused: dict[int, NotAsApproved]
) -> dict[int, list[ProofImage]]:
    """By the unit's number, the pictures that show its words.

    Nothing where it would not be what the buyer saw: that is kept in `refused`, by the unit's number, and the
    e-mail has the words, so that it need not wait for their picture.
    """
    return {
        line.row.number: list(_images(catalogue, line, line.engraving, _sides(line, refused), message_id))
        for line in lines
        if line.engraving
    }


def _images(
    catalogue: Catalogue, line: LineView, engraving: Engraving, sides: Mapping[str, CutSide], message_id: str
) -> Iterator[ProofImage]:
    row, plain = line.row, dict(sides)
    for stage in stages_of(catalogue.by_slug.get(row.piece_slug), row.metal_slug, sides):
        ground = _ground(stage)
        cuts = [
            PlacedCut(sides[place.side], place, turn_on(sides[place.side].area, place, engraving))
            for place in stage.placements
            if ground and plain.pop(place.side, None)
        ]
        if ground and cuts:
            areas = [cut.side.area for cut in cuts]
            shows, image = "-".join(area.key for area in areas), _jpeg(painted(ground, cuts, row.metal_slug))
            cid, said = _cid(row, areas[0].key, message_id), alt(stage, areas, engraving)
            yield ProofImage(row.number, shows, PICTURE_PX, cid, "jpeg", said, image)
    for side, width in _with_widths(plain):
        shows, image = side.area.key, png.picture(side, row.metal_slug, _FINE * width)
        cid = _cid(row, shows, message_id)
        yield ProofImage(row.number, shows, width, cid, "png", _alt(side, engraving), image)


def _ground(stage: PictureView) -> Ground | None:
    """The picture's pixels; None when its file cannot be read."""
    try:
        return square_of(stage, _FINE * PICTURE_PX)
    except OSError:
        return None


def _cid(row: OrderLine, first: str, message_id: str) -> str:
    """Named after the first side on it: a long header is folded, and not found by every program."""
    token, _, domain = message_id.strip("<>").partition("@")
    return f"{token}.{row.number}.{first}@{domain}"


def _jpeg(pixels: Array) -> bytes:
    """Every mail program shows one."""
    from PIL import Image  # noqa: PLC0415

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def attach(message: EmailMessage, reference: str, drawn: dict[int, list[ProofImage]]) -> None:
    """Put the pictures beside the message's HTML, under names that hold no word."""
    for part in message.iter_parts():
        if part.get_content_type() == "text/html":
            for picture in (picture for unit in drawn.values() for picture in unit):
                part.add_related(
                    picture.image,
                    maintype="image",
                    subtype=picture.kind,
                    cid=f"<{picture.cid}>",
                    filename=f"{reference}-{picture.number}-{picture.shows}.{picture.kind}",
                    disposition="inline",
                )


def _sides(line: LineView, refused: dict[int, NotAsApproved]) -> Mapping[str, CutSide]:
    try:
        return outlines_as_approved(line)
    except NotApprovedYet:
        return {}
    except NotAsApproved as problem:
        refused[line.row.number] = problem
        return {}


def _with_widths(sides: Mapping[str, CutSide]) -> list[tuple[CutSide, int]]:
    return [(side, _width(side, sides.values())) for side in sides.values()]


def _width(side: CutSide, all_sides: Iterable[CutSide]) -> int:
    widest = max(each.area.width_mm for each in all_sides)
    narrow = side.area.width_mm > _NARROW * side.area.height_mm and not is_ring(side.area)
    return round((BAR_PX if narrow else WIDEST_PX) * side.area.width_mm / widest)


def _alt(side: CutSide, engraving: Engraving) -> str:
    said = [f"“{isolated(text)}”" for text in engraving.words_on(side.area.key).values()]
    said += [artwork.said for artwork in engraving.artwork_on(side.area.key)]
    return f"{side.area.label}, drawn as it will be cut: {', '.join(said)}"

"""Pictures of what will be cut: drawn when an e-mail is sent, from the sealed words, and kept nowhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Final

from shop.engraving import Engraving
from shop.engraving.areas import is_ring
from shop.engraving.outlines import CutSide
from shop.engraving.writers import png
from shop.orders.cutting import NotApprovedYet, NotAsApproved, outlines_as_approved
from shop.orders.models import OrderLine
from shop.orders.view import LineView

WIDEST_PX: Final = 220
BAR_PX: Final = 300
"""How wide the widest side of a unit is shown; a bar, being low, needs more. Both fit on a phone."""
_NARROW: Final = 3
_FINE: Final = 2
"""Points of the picture to one of the page: what a good screen can show, and no more."""


@dataclass(frozen=True)
class ProofImage:
    """One side of one unit. `cid` is its Content-ID, without brackets; `alt` quotes the words."""

    number: int
    side: str
    width: int
    """In pixels on the page: the sides of one unit keep their proportion."""
    cid: str
    alt: str = field(repr=False)
    image: bytes = field(repr=False)


def proof_images(
    lines: Sequence[LineView], message_id: str, refused: dict[int, NotAsApproved]
) -> dict[int, list[ProofImage]]:
    """By the unit's number, each side that has words.

    Nothing where it would not be what the buyer saw: that is kept in `refused`, by the unit's number, and the
    e-mail has the words, so that it need not wait for their picture.
    """
    return {
        line.row.number: [
            _image(line.row, line.engraving, side, width, message_id)
            for side, width in _with_widths(_sides(line, refused))
        ]
        for line in lines
        if line.engraving
    }


def _image(row: OrderLine, engraving: Engraving, side: CutSide, width: int, message_id: str) -> ProofImage:
    key = side.area.key
    token, _, domain = message_id.strip("<>").partition("@")
    return ProofImage(
        row.number,
        key,
        width,
        cid=f"{token}.{row.number}.{key}@{domain}",
        alt=_alt(side, engraving),
        image=png.picture(side, row.metal_slug, _FINE * width),
    )


def attach(message: EmailMessage, reference: str, drawn: dict[int, list[ProofImage]]) -> None:
    """Put the pictures beside the message's HTML, under names that hold no word."""
    for part in message.iter_parts():
        if part.get_content_type() == "text/html":
            for picture in (picture for unit in drawn.values() for picture in unit):
                part.add_related(
                    picture.image,
                    maintype="image",
                    subtype="png",
                    cid=f"<{picture.cid}>",
                    filename=f"{reference}-{picture.number}-{picture.side}.png",
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
    words = ", ".join(f"“{line.text}”" for line in engraving.lines if line.side == side.area.key)
    return f"{side.area.label}, drawn as it will be cut: {words}"

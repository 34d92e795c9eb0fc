"""One unit on the order's page, as somebody at the bench needs it: words, drawings, files, notes."""

from collections.abc import Collection, Sequence
from dataclasses import field
from typing import Final

from markupsafe import Markup

from shop.catalogue import page_cache
from shop.catalogue.engraved_pictures import EngravedPicture, engraved_unit
from shop.engraving import Area, Tool
from shop.engraving.writers import FORMATS
from shop.frozen import frozen
from shop.fulfilment.stages import TO_MAKE
from shop.orders.hand_drawings import Step
from shop.orders.view import LineView
from shop.owner.artwork_look import ArtworkLook, artwork_look
from shop.owner.proofs import drawn_for, drawn_sides
from shop.owner.units import UnitShown
from shop.web.cells import Link

CHANGED: Final = (
    "The drawing is no longer the one that was approved, so there is no file to cut from. "
    "Please have the words looked at again."
)
ERASED: Final = "Its words were erased."
PLAIN: Final = "Not engraved."
BEFORE_OUTLINES: Final = (
    "It was ordered before outlines were kept: its files are held against the drawing alone"
)


@frozen
class DrawnSide:
    """One engraved side with its drawing, and the files to cut it from once it is approved."""

    label: str
    drawing: Markup = field(repr=False)
    files: Sequence[Link]


@frozen
class SideToDraw:
    """One side of words that are drawn by hand: the field its file goes into, and how large it is."""

    key: str
    label: str
    size: str


@frozen
class ByHand:
    """How a drawing by hand stands, in a sentence; `sides` are those a new one may be sent for."""

    said: str
    wish: str = field(repr=False)
    sides: Sequence[SideToDraw]


@frozen
class DedicationCard:
    """The card of a unit: its words are shown by opening it alone, and the order's history says who did."""

    line_id: int
    may_be_opened: bool


@frozen
class BenchTicket:
    """One unit."""

    number: int
    title: str
    detail: str
    sku: str
    words: Sequence[tuple[str, str]] = field(repr=False)
    """Where they stand, and the words; none when nothing is to be cut."""
    lettering: str
    lettered: Sequence[tuple[str, str]] = field(repr=False)
    """(words of a line, its lettering), where lines differ."""
    pictures: Sequence[EngravedPicture] = field(repr=False)
    """The piece with its words, as its buyer sees it."""
    sides: Sequence[DrawnSide]
    by_hand: ByHand | None
    artwork: ArtworkLook | None
    notes: Sequence[str]
    nothing_to_cut: str
    """Why there is nothing to cut from; empty when there is."""
    card: DedicationCard | None
    """None when it has no dedication, or is not to be made."""
    on_wall: str | None
    unit: UnitShown | None
    """Where it stands; None while it is not paid for."""
    place: str
    """The address of the unit, for what is done with it."""

    @property
    def has_left(self) -> bool:
        """Whether it is with its buyer, on the way, or not to be made: its drawing is seldom wanted then."""
        return self.unit is not None and self.unit.stage not in TO_MAKE


def bench_ticket(
    reference: str, line: LineView, tool: Tool, unit: UnitShown | None, kept: Collection[tuple[int, str]]
) -> BenchTicket:
    """A unit of the order, for the machine of today; `kept` are the order's photographs (ids_of)."""
    row, approved = line.row, line.as_approved and line.may_be_cut
    files = approved and unit is not None and unit.worked_on
    return BenchTicket(
        number=row.number,
        title=f"{row.number}. {row.piece_name}",
        detail=f"{row.metal_name}, {row.chain_inches} inch chain",
        sku=row.sku,
        words=line.words,
        lettering=_lettering(line),
        lettered=line.engraving.lettered if line.engraving else (),
        pictures=_pictures(line),
        sides=[
            DrawnSide(side.label, drawing, _files(reference, row.number, side) if approved and files else ())
            for side, drawing in drawn_sides(line)
        ],
        by_hand=_by_hand(line) if line.by_hand or line.has_artwork else None,
        artwork=artwork_look(line, reference, kept) if line.has_artwork else None,
        notes=_notes(line, tool) if approved and not (line.by_hand or line.hand.approved) else (),
        nothing_to_cut=_nothing_to_cut(line, approved=line.as_approved),
        card=_card(line, unit),
        on_wall=line.on_wall,
        unit=unit,
        place=f"/owner/orders/{reference}/lines/{row.number}",
    )


def _pictures(line: LineView) -> Sequence[EngravedPicture]:
    row = line.row
    return engraved_unit(
        page_cache.shown().catalogue.by_slug.get(row.piece_slug),
        row.metal_slug,
        line.sides,
        line.engraving,
        id_=f"unit-{row.number}",
        by_hand=line.hand.sides,
        apart=True,
    ).pictures


def _card(line: LineView, unit: UnitShown | None) -> DedicationCard | None:
    if not line.dedication or unit is None or not unit.worked_on:
        return None
    return DedicationCard(line.row.id, may_be_opened=not unit.held)


def _lettering(line: LineView) -> str:
    if line.engraving is None:
        return ""
    if line.by_hand:
        return "Drawn by hand"
    return line.engraving.lettering


def _files(reference: str, number: int, side: Area) -> list[Link]:
    folder = f"/owner/orders/{reference}/lines/{number}"
    about = f" of {side.label}, piece {number}"
    return [
        Link(form.label, f"{folder}/{side.key}.{form.suffix}", about, tall=True) for form in FORMATS.values()
    ]


def _notes(line: LineView, tool: Tool) -> list[str]:
    before = "" if line.row.cut_digest else f". {BEFORE_OUTLINES}"
    proof = f"This is the drawing that was approved: proof {line.proof_number}{before}"
    return [note for note in (proof, drawn_for(line, tool)) if note]


def _nothing_to_cut(line: LineView, *, approved: bool) -> str:
    if line.engraving is not None:
        return "" if line.by_hand or approved else CHANGED
    return ERASED if line.row.engraved else PLAIN


def _by_hand(line: LineView) -> ByHand:
    hand = line.hand
    match hand.step:
        case Step.APPROVED:
            said = f"Drawing {hand.number} was approved: it is the one to cut from."
            return ByHand(said, wish="", sides=())
        case Step.SENT:
            said = (
                f"Drawing {hand.number} is with the buyer. "
                "There is no file to cut from before it is approved."
            )
        case Step.CHANGE_ASKED:
            said = f"The buyer asks for a change of drawing {hand.number}:"
        case Step.ACCEPTED:
            return ByHand("It is cut as it was bought.", wish="", sides=())
        case _ if line.has_artwork:
            said = "If you would cut it differently, draw it, and send the drawing to the buyer to approve."
        case _:
            said = (
                "No face can set these words. Please draw them, and send the drawing to the buyer. "
                "There is no file to cut from before it is approved."
            )
    return ByHand(said, hand.wish, [SideToDraw(side.key, side.label, _size(side)) for side in line.sides])


def _size(side: Area) -> str:
    """Of the square or box that holds it, in mm; a ring is as high as it is wide."""
    high = side.width_mm if side.shape == "ring" else side.height_mm
    return f"{side.width_mm:g} by {high:g} mm"

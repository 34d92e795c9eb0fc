"""Nothing is sold that cannot be cut: the gate before basket and order, with its sentence and its alert."""

from collections.abc import Mapping
from typing import Final

from shop import web
from shop.alerts import AlertKind, raise_alert
from shop.artwork.form_fields import NO_UPLOADS, OwnArtwork, field_of
from shop.catalogue.views import Catalogue, PieceView
from shop.checkout.basket_contents import BasketContents
from shop.checkout.line_item_form import Refused, piece_of, read_choice
from shop.engraving import Engraving, field_name
from shop.engraving.cut_check import NotCuttable, checked_digest
from shop.pricing import LineItem, QuotedLine

NOT_AS_DRAWN: Final = (
    "We tried these words for the cutter, and they did not come out exactly as they are drawn here, so we "
    "will not promise them. Please choose another lettering, or set them a little differently. We have been "
    "told, and will look into it."
)


def read_cuttable(catalogue: Catalogue, form: Mapping[str, str], own: OwnArtwork = NO_UPLOADS) -> LineItem:
    """The unit that is asked for, once it was cut and held against its drawing. Raises Refused."""
    item, piece = read_choice(catalogue, form, own), piece_of(catalogue, form)
    if piece is not None and item.engraving is not None:
        refuse_uncuttable(piece, item.engraving)
    return item


def refuse_uncuttable(piece: PieceView, engraving: Engraving) -> None:
    """Raise Refused unless the words were cut and came out as they are drawn."""
    where = _not_as_drawn(piece, engraving)
    if where is not None:
        raise Refused(piece, {where: NOT_AS_DRAWN})


def uncuttable(basket: BasketContents) -> dict[str, str]:
    """Basket lines, by their anchors, whose words could not be cut as they are drawn."""
    return {f"line-{line.id}": NOT_AS_DRAWN for line in basket.lines if _is_uncuttable(line)}


def _is_uncuttable(line: QuotedLine) -> bool:
    engraving = line.item.engraving
    if line.piece is None or line.variant is None or engraving is None:
        return False
    return bool(_not_as_drawn(line.piece, engraving, line.proof))


def _not_as_drawn(piece: PieceView, engraving: Engraving, proof: str | None = None) -> str | None:
    """The field of the first line that would not be cut as drawn, or None; the owner is told of it."""
    if engraving.by_hand:
        return None  # drawn later, and approved before it is cut
    try:
        checked_digest(piece.sides, engraving, proof)
    except NotCuttable as found:
        # Which words they are is theirs alone: the owner learns of the face, the piece and the figures.
        about = f"{engraving.lettering or 'Artwork'}, {piece.name}, {found.side}"
        with web.transaction() as session:
            raise_alert(session, AlertKind.CUT_DIFFERS, about, str(found))
        lines = engraving.words_on(found.side)
        return field_name(found.side, min(lines)) if lines else field_of(found.side)
    return None

"""What is said once a line of the basket was changed: that it is saved, and what of it is another now."""

from typing import Final

from shop.catalogue.views import Catalogue
from shop.engraving import Engraving
from shop.pricing import LineItem
from shop.text.listed import listed

NOTHING_CHANGED: Final = "Nothing was changed. Your basket is as it was."
REMOVED: Final = "The piece is no longer in your basket."


def change_said(catalogue: Catalogue, before: LineItem, now: LineItem) -> str:
    """That the change is saved, and of what; none of the words themselves."""
    piece, _ = catalogue.find(now.variant_id) or (None, None)
    of = f" of your {piece.name}" if piece else ""
    return f"Saved. You changed the {listed(_changed(before, now), 'and')}{of}."


def _changed(before: LineItem, now: LineItem) -> list[str]:
    compared = {
        "metal or chain": before.variant_id != now.variant_id,
        "words": _words(before.engraving) != _words(now.engraving),
        "lettering": _face(before.engraving) != _face(now.engraving),
        "dedication": before.dedication != now.dedication,
        "choice about the wall": before.shared_as != now.shared_as,
    }
    return [what for what, differs in compared.items() if differs] or ["drawing"]


def _words(engraving: Engraving | None) -> object:
    return engraving.words if engraving else {}


def _face(engraving: Engraving | None) -> object:
    return (engraving.face, engraving.line_faces) if engraving else ("", {})

"""What can be changed, until when; and, once it was, that it is saved and what of it is another now."""

from collections.abc import Mapping, Sequence
from typing import Final

from shop.catalogue.views import Catalogue
from shop.engraving import Engraving
from shop.fulfilment.corrections import Window
from shop.orders.models import OrderLine
from shop.pricing import LineItem
from shop.text.listed import listed

NOTHING_CHANGED: Final = "Nothing was changed. Your basket is as it was."
REMOVED: Final = "The piece is no longer in your basket."


def change_said(catalogue: Catalogue, before: LineItem, now: LineItem) -> str:
    """That the change is saved, and of what; none of the words themselves."""
    piece, _ = catalogue.find(now.variant_id) or (None, None)
    return saved_said(_changed(before, now), of=piece.name if piece else "")


def saved_said(changed: Sequence[str], *, of: str = "") -> str:
    """That it is saved, and what was changed of which piece; what it is now stands on the page, not here."""
    return f"Saved. You changed the {listed(changed, 'and')}{f' of your {of}' if of else ''}."


def can_change_said(
    lines: Sequence[OrderLine], windows: Mapping[int, Window], *, cards: bool, delivery: bool
) -> str:
    """What of a paid order can be changed on its page, and until when; empty when nothing can."""
    open_ = [line for line in lines if line.number in windows and windows[line.number].is_open]
    words = any(line.engraved for line in open_)
    first = ["the words"] * words + ["the metal or chain", "the days you asked for"] * bool(open_)
    until = {
        "Until we begin to engrave": first if words else [],
        "Until it is packed": ([] if words else first) + ["the dedication"] * cards,
        "Until it is posted": ["the address", "the message"] * delivery,
    }
    said = [f"{when}, you can change {listed(what, 'and')} here." for when, what in until.items() if what]
    return " ".join(said)


def _changed(before: LineItem, now: LineItem) -> list[str]:
    rest = {
        "dedication": before.dedication != now.dedication,
        "choice about the wall": before.shared_as != now.shared_as,
    }
    variant = ["metal or chain"] * (before.variant_id != now.variant_id)
    engraved = engraving_changed(before.engraving, now.engraving)
    return [*variant, *engraved, *(what for what, differs in rest.items() if differs)] or ["drawing"]


def engraving_changed(before: Engraving | None, now: Engraving | None) -> list[str]:
    """What of the engraving is another now."""
    words, face = _words(before) != _words(now), _face(before) != _face(now)
    return ["words"] * words + ["lettering"] * face


def _words(engraving: Engraving | None) -> object:
    return engraving.words if engraving else {}


def _face(engraving: Engraving | None) -> object:
    return (engraving.face, engraving.line_faces) if engraving else ("", {})

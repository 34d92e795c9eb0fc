"""The artwork that a form asks for, on each side of a piece: placed, or refused with a sentence."""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from typing import Final

from shop.artwork.positioning import GONE, Remark, Uploaded, first_place, placed, remark_on, takes_artwork
from shop.engraving import Area, ArtworkPlace, Engraving, PlacedArtwork, Tool
from shop.engraving.outlines import CannotUnite, CutSide, cut_side
from shop.frozen import frozen

PREFIX: Final = "artwork-"
TOGETHER: Final = "together"
TICKED: Final = "1"
NUMBERS: Final[Mapping[str, str]] = {
    "width": "width_mm",
    "turn": "turn",
    "across": "across_mm",
    "down": "down_mm",
    "thicker": "thicker_mm",
}
"""The last word of each field's name, and what of an ArtworkPlace it says."""

NO_NUMBER: Final = "Please give each size and place as a number."
_DECIMALS: Final = 2


@frozen
class OwnArtwork:
    """What a buyer may place: their own uploads, by the id, and what is placed already, as it is."""

    find: Callable[[str], Uploaded | None] = lambda _: None
    placed: Sequence[PlacedArtwork] = ()


NO_UPLOADS: Final = OwnArtwork()


@frozen
class ArtworkRead:
    """What a form's fields come to: the artwork that is placed, remarks by side, and errors by field."""

    placed: Sequence[PlacedArtwork] = ()
    remarks: Mapping[str, Remark] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


NONE: Final = ArtworkRead()


def field_of(side: str, what: str = "") -> str:
    """The form's field for the artwork of a side, or for one of its numbers."""
    return f"{PREFIX}{side}-{what}" if what else f"{PREFIX}{side}"


def asks_for_artwork(form: Mapping[str, str]) -> bool:
    """Whether a form has any."""
    return any(name.startswith(PREFIX) and text for name, text in form.items())


def values_of(artwork: PlacedArtwork) -> dict[str, str]:
    """Placed artwork as a form's values."""
    numbers = {
        field_of(artwork.side, what): f"{getattr(artwork.place, name):g}" for what, name in NUMBERS.items()
    }
    together = {field_of(artwork.side, TOGETHER): TICKED} if artwork.together else {}
    return {field_of(artwork.side): artwork.upload} | numbers | together


def read_artwork(
    areas: Sequence[Area],
    tool: Tool,
    form: Mapping[str, str],
    own: OwnArtwork,
    words: Engraving | None = None,
) -> ArtworkRead:
    """The artwork of a form beside these words."""
    found: dict[str, PlacedArtwork] = {}
    errors: dict[str, str] = {}
    for area in areas:
        if takes_artwork(area) and form.get(field_of(area.key)):
            try:
                found[area.key] = _placed(area, form, own)
            except ValueError as refused:
                errors[field_of(area.key)] = str(refused)
    remarks = {
        area.key: remark_on(area, found[area.key], tool, _words_on(area, words))
        for area in areas
        if area.key in found
    }
    errors |= {field_of(side): remark.sentence for side, remark in remarks.items() if remark.wrong}
    return ArtworkRead(tuple(found.values()), remarks, errors)


def _placed(area: Area, form: Mapping[str, str], own: OwnArtwork) -> PlacedArtwork:
    """Raises ValueError with a sentence."""
    upload, together = form[field_of(area.key)], form.get(field_of(area.key, TOGETHER)) == TICKED
    for before in own.placed:  # its photograph need not be there any more
        same = (before.side, before.upload) == (area.key, upload)
        if same and _place_in(form, area.key, before.place) == before.place:
            return replace(before, together=together)
    uploaded = own.find(upload)
    if uploaded is None or uploaded.artwork is None:
        raise ValueError(GONE)
    place = _place_in(form, area.key, first_place(area, uploaded.artwork))
    return placed(area, uploaded, place, together=together)


def _place_in(form: Mapping[str, str], side: str, first: ArtworkPlace) -> ArtworkPlace:
    """The place that a form's fields give, as far as they do. Raises ValueError with a sentence."""
    given = {name: form[key] for what, name in NUMBERS.items() if (key := field_of(side, what)) in form}
    with suppress(ValueError):
        numbers = {name: round(float(text), _DECIMALS) for name, text in given.items()}
        if all(map(math.isfinite, numbers.values())):
            return replace(first, **numbers)
    raise ValueError(NO_NUMBER)


def _words_on(area: Area, words: Engraving | None) -> CutSide | None:
    if words is None or words.by_hand or not words.words_on(area.key):
        return None
    with suppress(CannotUnite):  # the gate refuses them afterwards, with a sentence of its own
        return cut_side(area, words)
    return None

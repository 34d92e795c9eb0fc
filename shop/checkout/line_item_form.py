"""What the piece page's form says: a variant, its words, a dedication; or why it cannot be."""

from collections.abc import Mapping

from shop.artwork.form_fields import (
    NO_UPLOADS,
    NONE,
    ArtworkRead,
    OwnArtwork,
    asks_for_artwork,
    read_artwork,
)
from shop.artwork.form_fields import values_of as place_values
from shop.catalogue.views import Catalogue, PieceView, VariantView
from shop.catalogue.word_ideas import still_blank
from shop.dedications.words import DedicationRefused, check_dedication, check_wall_name
from shop.engraving import (
    FACE_FIELD,
    Engraving,
    EngravingRefused,
    UnknownLine,
    check,
    faces_in,
    field_name,
    line_face_field,
    with_artwork,
    words_in,
)
from shop.frozen import frozen
from shop.pricing import LineItem

FACE = "face"
DEDICATION = "dedication"
WALL = "wall"
WALL_NAME = "wall-name"
TICKED = "1"
ENGRAVING = "engraving-"
NOT_BESIDE_A_DRAWING = (
    "Words that we draw by hand cannot stand beside artwork from a photograph. Please choose another "
    "lettering, or write to us, and we find a way together."
)
WRITTEN_FOR = {DEDICATION: "Dedication", WALL_NAME: "Name for the wall"}


@frozen
class Refused(Exception):
    """What is wrong with a form: field id -> sentence; "" for the form as a whole.

    `piece` is the one it is about, None when that cannot be told or it is no longer sold.
    """

    piece: PieceView | None
    errors: Mapping[str, str]


def read_choice(catalogue: Catalogue, form: Mapping[str, str], own: OwnArtwork = NO_UPLOADS) -> LineItem:
    """The unit that is asked for, of the buyer's own artwork. Raises Refused with every reason at once."""
    variant = _variant(catalogue, form)
    piece = piece_of(catalogue, form)
    if piece is None:
        raise Refused(None, {"variant": "Please choose the piece again."})
    errors: dict[str, str] = {}
    if variant is None:
        errors["variant"] = "Please choose a metal and a chain length."
    elif not variant.available:
        errors["variant"] = "This metal and length is sold out for now. Please choose another."
    engraving = _engraving(piece, form, own, errors)
    dedication = _dedication(form, errors)
    shared_as = _shared_as(form, dedication, errors)
    if variant is None or errors:
        raise Refused(piece, errors)
    return LineItem(variant.id, engraving, dedication, shared_as)


def read_engraving(
    piece: PieceView, form: Mapping[str, str], own: OwnArtwork = NO_UPLOADS
) -> Engraving | None:
    """What is cut alone; None when it is nothing. Raises Refused with every reason at once."""
    errors: dict[str, str] = {}
    engraving = _engraving(piece, form, own, errors)
    if errors:
        raise Refused(piece, errors)
    return engraving


def engraving_problems(
    piece: PieceView, form: Mapping[str, str], own: OwnArtwork = NO_UPLOADS
) -> dict[str, str]:
    """What is wrong with what is cut alone: field id -> sentence."""
    errors: dict[str, str] = {}
    _engraving(piece, form, own, errors)
    return errors


def artwork_of(piece: PieceView, form: Mapping[str, str], own: OwnArtwork) -> ArtworkRead:
    """The artwork that a form asks for, beside its words as far as those can be cut."""
    if not asks_for_artwork(form):
        return NONE
    return read_artwork(piece.sides, piece.tool, form, own, _words(piece, form, {}))


def piece_of(catalogue: Catalogue, form: Mapping[str, str]) -> PieceView | None:
    """The piece whose page the form is from: it says so itself, or its variant tells."""
    if "piece" in form:
        return catalogue.by_slug.get(form["piece"])
    found = _found(catalogue, form.get("variant", ""))
    return found[0] if found else None


def written(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """Every private word of a form as (field name, text), so that none is lost when its piece is gone."""
    return [
        (name, text)
        for name, text in form.items()
        if text and (name in {DEDICATION, WALL_NAME} or name.startswith(ENGRAVING))
    ]


def words_kept(form: Mapping[str, str]) -> list[tuple[str, str]]:
    """The same for people to read: what it was written for, and the text."""
    return [(WRITTEN_FOR.get(name, "Engraving"), text) for name, text in written(form)]


def values_of(item: LineItem) -> dict[str, str]:
    """A unit as the form's values, for changing it."""
    values = {"variant": str(item.variant_id), "dedication": item.dedication or ""}
    if item.shared_as is not None:
        values |= {WALL: TICKED, WALL_NAME: item.shared_as}
    return values | values_of_words(item.engraving)


def values_of_words(engraving: Engraving | None) -> dict[str, str]:
    """What is cut into a unit as the form's values."""
    if engraving is None:
        return {}
    lines = {field_name(*place): text for place, text in engraving.words.items()}
    lines |= {line_face_field(*place): slug for place, slug in engraving.line_faces.items()}
    values = {FACE: engraving.face, **lines} if lines else {}
    return values | {
        name: text for artwork in engraving.artwork for name, text in place_values(artwork).items()
    }


def _variant(catalogue: Catalogue, form: Mapping[str, str]) -> VariantView | None:
    found = _found(catalogue, form.get("variant", ""))
    return found[1] if found and found[0] is piece_of(catalogue, form) else None


def _found(catalogue: Catalogue, text: str) -> tuple[PieceView, VariantView] | None:
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004
        return None
    return catalogue.find(int(text))


def _engraving(
    piece: PieceView, form: Mapping[str, str], own: OwnArtwork, errors: dict[str, str]
) -> Engraving | None:
    words = _words(piece, form, errors)
    if not asks_for_artwork(form):
        return words
    read = read_artwork(piece.sides, piece.tool, form, own, words)
    errors |= read.errors
    if words is not None and words.by_hand:
        errors[FACE] = NOT_BESIDE_A_DRAWING
    return with_artwork(words, read.placed)


def _words(piece: PieceView, form: Mapping[str, str], errors: dict[str, str]) -> Engraving | None:
    known = {field_name(area.key, line) for area in piece.sides for line in area.line_numbers}
    for name, _ in written(form):
        if name.startswith(ENGRAVING) and name not in known:
            errors[name] = UnknownLine().message  # nothing that was written is left out without a word
    errors |= {name: said for name, text in written(form) if name in known and (said := still_blank(text))}
    try:
        words, line_faces = words_in(form, piece.sides), faces_in(form, piece.sides)
        return check(piece.sides, form.get(FACE, ""), words, piece.tool, line_faces)
    except EngravingRefused as refused:
        for (side, line), problem in refused.problems.items():
            errors[FACE if (side, line) == FACE_FIELD else field_name(side, line)] = problem.message
    return None


def _dedication(form: Mapping[str, str], errors: dict[str, str]) -> str | None:
    try:
        return check_dedication(form.get(DEDICATION, ""))
    except DedicationRefused as refused:
        errors[DEDICATION] = refused.message
    return None


def _shared_as(form: Mapping[str, str], dedication: str | None, errors: dict[str, str]) -> str | None:
    """The name for the wall ("" for none), or None: nothing is shared unless the box itself was ticked."""
    ticked = form.get(WALL) == TICKED
    try:
        name = check_wall_name(form.get(WALL_NAME, ""))
    except DedicationRefused as refused:
        errors[WALL_NAME] = refused.message
        name = form[WALL_NAME]
    if name and not ticked:
        errors[WALL] = (
            "There is a name for the wall, but the box is not ticked. "
            "Please tick it to share the dedication, or leave the name out to keep it private."
        )
    if ticked and dedication is None and DEDICATION not in errors:
        errors[WALL] = "There is no dedication to share yet. Please write one, or leave the box unticked."
    return name if ticked else None

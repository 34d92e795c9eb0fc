"""What the piece page's form says: a variant, its words, a dedication; or why it cannot be."""

from collections.abc import Mapping
from dataclasses import dataclass

from shop.catalogue.snapshot import Catalogue, PieceView, VariantView
from shop.dedications.words import DedicationRefused, check_dedication
from shop.engraving import FACE_FIELD, Engraving, EngravingRefused, check, field_name
from shop.orders.placing import WishedLine

FACE = "face"


@dataclass(frozen=True)
class Refused(Exception):
    """The form as it was sent, and what is wrong: field id -> sentence."""

    piece: PieceView | None
    errors: Mapping[str, str]


def read_choice(catalogue: Catalogue, form: Mapping[str, str]) -> WishedLine:
    """The unit she asks for. Raises Refused with every reason at once."""
    found = _variant(catalogue, form.get("variant", ""))
    if found is None:
        piece = catalogue.by_slug.get(form.get("piece", ""))
        raise Refused(piece, {"variant": "Please choose a metal and a chain length."})
    piece, variant = found
    errors: dict[str, str] = {}
    if not variant.available:
        errors["variant"] = "This metal and length is sold out for now. Please choose another."
    engraving = _engraving(piece, form, errors)
    dedication = _dedication(form, errors)
    if errors:
        raise Refused(piece, errors)
    return WishedLine(variant.id, engraving, dedication)


def every_word(form: Mapping[str, str]) -> dict[tuple[str, int], str]:
    """Every engraving field of a form, also for sides and lines that do not exist: those are refused."""
    words = {}
    for name, text in form.items():
        prefix, _, rest = name.partition("-")
        side, _, line = rest.rpartition("-")
        if prefix == "engraving" and side and line.isascii() and line.isdigit() and len(line) < 4:  # noqa: PLR2004
            words[side, int(line)] = text
    return words


def values_of(wished: WishedLine) -> dict[str, str]:
    """A unit as the form's values, for changing it."""
    values = {"variant": str(wished.variant_id), "dedication": wished.dedication or ""}
    if wished.engraving:
        values[FACE] = wished.engraving.face
        values |= {field_name(line.side, line.line): line.text for line in wished.engraving.lines}
    return values


def _variant(catalogue: Catalogue, text: str) -> tuple[PieceView, VariantView] | None:
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004
        return None
    return catalogue.find(int(text))


def _engraving(piece: PieceView, form: Mapping[str, str], errors: dict[str, str]) -> Engraving | None:
    try:
        return check(piece.sides, form.get(FACE, ""), every_word(form))
    except EngravingRefused as refused:
        for (side, line), problem in refused.problems.items():
            errors[FACE if (side, line) == FACE_FIELD else field_name(side, line)] = problem.message
    return None


def _dedication(form: Mapping[str, str], errors: dict[str, str]) -> str | None:
    try:
        return check_dedication(form.get("dedication", ""))
    except DedicationRefused as refused:
        errors["dedication"] = refused.message
    return None

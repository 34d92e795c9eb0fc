"""The forms of a photograph: which kind it is, and how it is to be traced."""

from collections.abc import Mapping
from typing import Any, Final

from wtforms import BooleanField, RadioField, SelectChoice
from wtforms.validators import ValidationError

from shop import web
from shop.artwork.request import KINDS, Request

PHOTOGRAPH: Final = "photograph"
NONE_CHOSEN: Final = "Please choose a photograph."
ONCE_MORE: Final = "Please choose the photograph once more: a browser does not keep it."
CORNERS: Final = ("Top left", "Top right", "Bottom right", "Bottom left")
CROP: Final = ("Left", "Top", "Right", "Bottom")
NO_SHARE: Final = "This is a number from -50 to 150: hundredths of the photograph."
NO_SIZE: Final = "Please give the paper’s width and height in mm, both or neither."
_FIELDS: Final = {
    f"corner-{number}-{way}": f"{name}, {way}"
    for number, name in enumerate(CORNERS, 1)
    for way in ("across", "down")
}
_CROPPED: Final = {f"crop-{name.lower()}": name for name in CROP}
SHEET: Final = ("sheet-wide", "sheet-high")


class KindForm(web.PublicForm):
    """What is on the photograph."""

    kind = RadioField(
        "What is on it",
        choices=[SelectChoice(kind.key, kind.label) for kind in KINDS.values()],
        validate_choice=False,
    )

    def validate_kind(self, field: RadioField) -> None:
        """One of those that are offered."""
        if field.data not in KINDS:
            raise ValidationError("Please choose what is on it.")

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, by the id of the field."""
        found = {field.id: field.errors[0] for field in self if field.errors}
        if found.pop("csrf_token", None):
            found = {"": web.STALE_BUT_KEPT, **found}
        return found


class RequestForm(KindForm):
    """How a photograph is to be traced."""

    specks = BooleanField("Leave out specks of dust")
    form_lines = BooleanField("Leave out straight lines of a form or of lined paper")


def values_of(request: Request) -> dict[str, str]:
    """A request as the values of the fields that are numbers, in hundredths."""
    places = [place for corner in request.corners for place in corner]
    shares = zip((*_FIELDS, *_CROPPED), (*places, *request.crop), strict=True)
    sizes = zip(SHEET, request.sheet_mm or (None, None), strict=True)
    return {name: f"{100 * share:.4g}" for name, share in shares} | {
        name: f"{size:g}" if size else "" for name, size in sizes
    }


def read_request(
    form: RequestForm, sent: Mapping[str, str], width_mm: float
) -> tuple[Request | None, dict[str, str]]:
    """What was asked for; else what is wrong, by the id of the field."""
    numbers, problems = dict[str, float](), dict[str, str]()
    for name in (*_FIELDS, *_CROPPED):
        share = _number(sent.get(name, ""))
        if share is None:
            problems[name] = NO_SHARE
        else:
            numbers[name] = share / 100
    sizes = [_number(text) if (text := sent.get(name, "").strip()) else 0.0 for name in SHEET]
    if None in sizes or (0.0 in sizes and any(sizes)):
        problems[SHEET[0]] = NO_SIZE
    fine = form.validate()
    if problems or not fine:
        return None, form.problems | problems
    shares = list(numbers.values())
    said: dict[str, Any] = {
        "kind": form.kind.data,
        "width_mm": width_mm,
        "corners": tuple(zip(shares[0:8:2], shares[1:8:2], strict=True)),
        "crop": tuple(shares[8:]),
        "sheet_mm": tuple(sizes) if all(sizes) else None,
        "specks": form.specks.data,
        "form_lines": form.form_lines.data,
    }
    try:
        return Request(**said), {}
    except ValueError as refused:
        return None, {"corner-1-across": str(refused)}


def _number(text: str) -> float | None:
    """A share in hundredths, or mm: what a photograph or a sheet can have."""
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return found if -50 <= found <= 2000 else None  # noqa: PLR2004


def corner_fields(values: Mapping[str, str], problems: Mapping[str, str]) -> list[dict[str, str]]:
    """The fields of the corners, for the template."""
    return [_field(name, label, values, problems) for name, label in _FIELDS.items()]


def crop_fields(values: Mapping[str, str], problems: Mapping[str, str]) -> list[dict[str, str]]:
    """The same of the part that is looked at."""
    return [_field(name, label, values, problems) for name, label in _CROPPED.items()]


def _field(name: str, label: str, values: Mapping[str, str], problems: Mapping[str, str]) -> dict[str, str]:
    return {
        "name": name,
        "label": label,
        "value": values.get(name, ""),
        "error": problems.get(name, ""),
    }

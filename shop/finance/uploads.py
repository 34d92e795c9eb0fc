"""A file that is added to an agreement or a payment: a PDF as it came, or a picture, made anew."""

from typing import Any, Final

from flask import request
from wtforms import StringField
from wtforms.validators import ValidationError

from shop import web
from shop.claims.pictures import MIMETYPE, NotAPicture, read_picture
from shop.giving.remittances import LONGEST

FILE: Final = "document"
MOST_BYTES: Final = 5 * 1024 * 1024
HINT: Final = f"A PDF of {MOST_BYTES // 1024**2} MB at most, or a picture (JPEG, PNG or WebP)."
PDF: Final = "application/pdf"
_BEGINS: Final = b"%PDF-"
_ENDS: Final = b"%%EOF"
_NEAR_ITS_END: Final = 1024
"""Bytes in which a PDF ends (ISO 32000, implementation notes)."""


class NotADocument(Exception):
    """The file cannot be taken. The text says why, for a person."""


class DocumentForm(web.Form):
    """A file and what it is."""

    note = StringField("What it is")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.media_type, self.content = "", b""
        self.file_problem = ""

    def validate_note(self, field: StringField) -> None:
        """A line, or nothing."""
        field.data = (field.data or "").strip()
        web.check_line(field.data, LONGEST)

    def accepted(self) -> bool:
        """Whether file and note can be taken; what is wrong stands in `problems`."""
        fine: bool = self.validate()
        sent = request.files.get(FILE)
        try:
            self.media_type, self.content = read_document(sent.read() if sent else b"")
        except NotADocument as refused:
            self.file_problem = str(refused)
            return False
        if not fine:
            self.file_problem = "Please choose the file once more: a browser does not keep it."
        return fine

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, by the id of the field."""
        found = {field.id: field.errors[0] for field in self if field.errors}
        return ({FILE: self.file_problem} if self.file_problem else {}) | found


class TakeBackForm(web.Form):
    """Why a file is taken back."""

    reason = StringField("Why it is taken back")

    def validate_reason(self, field: StringField) -> None:
        """Some words."""
        field.data = (field.data or "").strip()
        if not field.data:
            raise ValidationError("Please say in a few words why this file is taken back.")
        web.check_line(field.data, LONGEST)


def read_document(sent: bytes) -> tuple[str, bytes]:
    """What kind of file it is, and what of it is kept. Raises NotADocument."""
    if not sent:
        raise NotADocument("Please choose a file.")
    if sent.startswith(_BEGINS):
        if len(sent) > MOST_BYTES:
            raise NotADocument(f"A PDF can have {MOST_BYTES // 1024**2} MB at most. Please make it smaller.")
        if _ENDS not in sent[-_NEAR_ITS_END:]:
            raise NotADocument("This PDF breaks off before its end. Please save it again.")
        return PDF, sent
    try:
        return MIMETYPE, read_picture(sent)
    except NotAPicture:
        raise NotADocument(f"This file could not be read. {HINT}") from None

"""The forms that every form of the shop is made from."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import Field, StringField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from shop.text.typed_text import kept_line, line_problem
from shop.web.form_sentences import Sentences
from shop.web.form_tokens import PublicToken
from shop.web.keyboards import typed_as


class Form(FlaskForm):
    """A form filled from what was sent as form fields, and from nothing else.

    Flask-WTF by itself also takes files and JSON under the same names, which no field here expects.
    """

    class Meta(FlaskForm.Meta):
        """How the fields are filled, and what is said of them."""

        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:  # noqa: ARG002
            """Give the request's form fields unless others, or none, were given."""
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return request.form if request.method == "POST" else None

        def get_translations(self, form: BaseForm) -> Sentences:  # noqa: ARG002
            """Give our own sentences, for every field that has none of its own."""
            return Sentences()


def attributes(**given: object) -> Markup:
    """Attributes of a tag, as WTForms writes them, which makes markup of each several times over."""
    shown = (
        name if value is True else f'{name}="{escape(value)}"'
        for name, value in sorted(given.items())
        if value is not False
    )
    return Markup(" ".join(shown))  # noqa: S704 - escaped above


class Line(StringField):  # type: ignore[misc, unused-ignore]
    """One line of text."""

    class Widget(TextInput):  # type: ignore[misc, unused-ignore]
        """How it is written."""

        html_params = staticmethod(attributes)

    widget = Widget()


def check_line(text: str, most: int) -> None:
    """Raise ValidationError for what no field of one line takes, or one of so many characters."""
    if problem := line_problem(text, most):
        raise ValidationError(problem)


def line_in(field: str) -> str:
    """What is kept of a field of one line that was sent in the form."""
    return kept_line(request.form.get(field))


def number_in(field: str) -> int | None:
    """The whole number that was sent in a field of the form; None for anything else."""
    return _number(request.form.get(field, ""))


def number_asked(name: str) -> int | None:
    """The same of a page's address, as in ?before=17: what no column holds is no number."""
    return _number(request.args.get(name, ""))


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None  # noqa: PLR2004


def described_by(field_id: str, hint: object, error: object, room: object = None) -> str:
    """The ids of what describes a field, for aria-describedby; `room` may be there and empty."""
    parts = (("hint", bool(hint)), ("error", bool(error)), ("room", room is not None))
    return " ".join(f"{field_id}-{part}" for part, there in parts if there)


def wired(field: Field, hint: str | None, others: Mapping[str, object] | None = None) -> dict[str, object]:
    """The attributes of a field that say what describes it and whether it was refused, beside others."""
    attributes = typed_as(others or {})
    if ids := described_by(field.id, hint, field.errors):
        attributes["aria-describedby"] = ids
    if field.errors:
        attributes["aria-invalid"] = "true"
    return attributes


def label_and_note(text: str, stacked: bool) -> tuple[str, str]:  # noqa: FBT001 - called by templates
    """What a choice is called, and what follows a colon: set below it where choices are stacked."""
    label, _, note = text.partition(": ") if stacked else (text, "", "")
    return label, note


class PublicForm(Form):
    """A form on a page that is the same for everyone: its token proves the page, not a session."""

    class Meta(Form.Meta):
        """How the token is made and checked."""

        csrf_class = PublicToken

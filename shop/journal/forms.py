"""The forms beneath a post. What is kept of what is typed is one rule for all fields."""

from typing import Any, Final

from wtforms import StringField, TextAreaField
from wtforms.validators import ValidationError

from shop import web
from shop.text.email_addresses import read_email
from shop.text.typed_text import kept_code, kept_line, unprintable

MOST_NAME: Final = 60
MOST_EMAIL: Final = 254
MOST_WORDS: Final = 2000
MOST_NOTE: Final = 500

UNSEEN: Final = (
    "This holds something that cannot be seen. It may have come along with copied text: typing that part "
    "afresh leaves it out."
)


def kept(text: str | None) -> str:
    """The text as it is kept, by the rule for all fields, with no white space around it."""
    return kept_line(text)


class CommentForm(web.PublicForm):
    """A name, an e-mail if they like, and their words."""

    name = StringField("Name")
    email = StringField("E-mail")
    words = TextAreaField("Your words")

    def validate_name(self, field: StringField) -> None:
        """Any name at all, on one line."""
        _readable(field.data, MOST_NAME, "Please give a name. Any name will do, or only a letter.")
        if "\n" in kept(field.data):
            raise ValidationError("Please write the name on one line.")

    def validate_email(self, field: StringField) -> None:
        """An address, or nothing."""
        if not kept(field.data):
            return
        _readable(field.data, MOST_EMAIL, "")
        if read_email(kept_code(field.data), accents=False) is None:
            raise ValidationError(
                "This does not look like an e-mail address, such as name@example.com. It may be left empty."
            )

    def validate_words(self, field: TextAreaField) -> None:
        """Something, and not too much of it."""
        _readable(field.data, MOST_WORDS, "Please write something first.")


class ReportForm(web.PublicForm):
    """Why somebody should look at a comment again; it may be left empty."""

    note = TextAreaField("What should we know?")

    def validate_note(self, field: TextAreaField) -> None:
        """Not too much of it."""
        if kept(field.data):
            _readable(field.data, MOST_NOTE, "")


def problems_of(form: web.Form) -> dict[str, Any]:
    """Field id to its messages, for the summary; a stale token has no field."""
    problems: dict[str, Any] = {
        form[name].id: errors for name, errors in form.errors.items() if name in form and name != "csrf_token"
    }
    if "csrf_token" in form.errors:
        problems[""] = [web.STALE_BUT_KEPT]
    return problems


def _readable(text: str | None, most: int, asked: str) -> None:
    text = kept(text)
    if not text:
        raise ValidationError(asked)
    if len(text) > most:
        raise ValidationError(f"This can be {most} characters at most; it has {len(text)}.")
    if unprintable(text):
        raise ValidationError(UNSEEN)

"""What is typed into the forms of the finance pages: amounts, and texts of one line."""

from wtforms import StringField
from wtforms.validators import ValidationError

from shop.money import NotAnAmount, read_pounds


def pence(field: StringField, *, if_nothing: str) -> int:
    """The amount in a field, in pence. Raises ValidationError, with `if_nothing` where it is zero."""
    try:
        found = read_pounds(field.data or "")
    except NotAnAmount as error:
        raise ValidationError(str(error)) from None
    if found == 0:
        raise ValidationError(if_nothing)
    return found


def check_line(text: str, longest: int) -> None:
    """Refuse what is longer than so many characters, or cannot be printed. Raises ValidationError."""
    if len(text) > longest:
        raise ValidationError(f"This can be {longest} characters at most; it has {len(text)}.")
    if not text.isprintable():
        raise ValidationError("This has a character that cannot be printed. Please type it again.")

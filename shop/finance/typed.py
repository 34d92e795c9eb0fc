"""Amounts that are typed into the forms of the finance pages."""

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

"""Which of the ledger, and in which format, as the finance pages ask for it."""

from typing import Final

from wtforms import SelectChoice, SelectField
from wtforms.validators import Optional, ValidationError

from shop import exports, web
from shop.container import current_services
from shop.giving import ledger

FORMATS: Final = [SelectChoice(name, found.label) for name, found in exports.FORMATS.items()]


class FileForm(web.Form):
    """In which format."""

    class Meta:
        """A file changes nothing, so it needs no token."""

        csrf = False

    format = SelectField("As a file", choices=FORMATS, validators=[Optional()])


class PaymentFileForm(FileForm):
    """In which format, of those that have anything of a payment."""

    format = SelectField(
        "As a file",
        choices=[
            SelectChoice(name, found.label) for name, found in exports.FORMATS.items() if found.has_payments
        ],
        validators=[Optional()],
    )


class PeriodForm(FileForm):
    """Which days, which book, and in which format where it is saved."""

    start = web.DayField("From", validators=[Optional()], name="from")
    end = web.DayField("To", validators=[Optional()], name="to")
    book = SelectField(
        "Orders",
        choices=[SelectChoice("live", "Real orders"), SelectChoice("test", "Test orders")],
        validators=[Optional()],
    )

    def validate_end(self, field: web.DayField) -> None:
        """A period ends after it begins."""
        if field.data and self.start.data and field.data < self.start.data:
            raise ValidationError("The last day is before the first.")

    @property
    def chosen_book(self) -> ledger.Book:
        """The book that was asked for, or the one in use."""
        chosen: ledger.Book = self.book.data or current_services().book
        return chosen

"""The form that narrows the orders down, and how a choice stands in an address."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from shop import web
from shop.fulfilment.order_lists import OrderFilter
from shop.fulfilment.stages import Stage
from shop.giving.ledger import Book
from shop.orders.states import State
from shop.payment_links.models import Via

EVERY_ORDER: Final = "all"
ON_HOLD: Final = "on hold"
YES_OR_NO: Final = {"yes": True, "no": False}
BOOKS: Final[Mapping[str, Book]] = {"live": "live", "test": "test"}

Value = TypeVar("Value")


class OrderFilterForm(web.Form):
    """Which orders."""

    class Meta:
        """A search changes nothing, so it needs no token."""

        csrf = False

    state = SelectField(
        "State",
        choices=[
            SelectChoice("", "Paid"),
            SelectChoice(EVERY_ORDER, "Every order"),
            *(SelectChoice(state, state.capitalize()) for state in State),
        ],
        validators=[Optional()],
    )
    stage = SelectField(
        "At the bench",
        choices=[
            SelectChoice("", "Anywhere"),
            SelectChoice(ON_HOLD, "On hold"),
            *(SelectChoice(stage, stage.capitalize()) for stage in Stage),
        ],
        validators=[Optional()],
    )
    words = SelectField(
        "Words",
        choices=[
            SelectChoice("", "With or without"),
            SelectChoice("yes", "With"),
            SelectChoice("no", "Without"),
        ],
        validators=[Optional()],
    )
    gift = SelectField(
        "Gift",
        choices=[
            SelectChoice("", "Gift or not"),
            SelectChoice("yes", "A gift"),
            SelectChoice("no", "No gift"),
        ],
        validators=[Optional()],
    )
    via = SelectField(
        "Asked for",
        choices=[
            SelectChoice("", "In any way"),
            *(SelectChoice(via.value, f"By {via}") for via in Via),
        ],
        validators=[Optional()],
    )
    book = SelectField(
        "Payments",
        choices=[
            SelectChoice("", "Real and test"),
            SelectChoice("live", "Real"),
            SelectChoice("test", "Test"),
        ],
        validators=[Optional()],
    )
    start = web.DayField("From", validators=[Optional()], name="from")
    end = web.DayField("To", validators=[Optional()], name="to")

    def validate_end(self, field: web.DayField) -> None:
        """A period ends after it begins."""
        if field.data and self.start.data and field.data < self.start.data:
            raise ValidationError("The last day is before the first.")

    @property
    def wanted(self) -> OrderFilter:
        """What was chosen."""
        state, stage = ((field.data or "").strip() for field in (self.state, self.stage))
        return OrderFilter(
            state=State(state) if state not in {"", EVERY_ORDER} else None,
            unpaid=state == EVERY_ORDER,
            stage=Stage(stage) if stage not in {"", ON_HOLD} else None,
            on_hold=stage == ON_HOLD,
            words=YES_OR_NO.get(self.words.data or ""),
            gift=YES_OR_NO.get(self.gift.data or ""),
            via=Via(via) if (via := (self.via.data or "").strip()) else None,
            book=BOOKS.get(self.book.data or ""),
            first=self.start.data,
            last=self.end.data,
        )


def chosen(wanted: OrderFilter) -> dict[str, str]:
    """A choice as the fields of the form have it; what does not matter is left out."""
    stage = ON_HOLD if wanted.on_hold else wanted.stage
    fields: dict[str, Any] = {
        "state": wanted.state or (EVERY_ORDER if wanted.unpaid else None),
        "stage": stage,
        "words": _said(wanted.words),
        "gift": _said(wanted.gift),
        "via": wanted.via,
        "book": wanted.book,
        "from": wanted.first,
        "to": wanted.last,
    }
    return {name: str(value) for name, value in fields.items() if value is not None}


def _said(wanted: bool | None) -> str | None:  # noqa: FBT001 - a choice, not a switch
    return None if wanted is None else "yes" if wanted else "no"


def address(wanted: OrderFilter, *, page: str = "/owner/orders", **more: str) -> str:
    """The address of a list of these orders."""
    fields = chosen(wanted) | more
    return f"{page}?{urlencode(fields)}" if fields else page

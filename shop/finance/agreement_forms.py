"""The forms of agreements with charities."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from wtforms import BooleanField, IntegerField, RadioField, SelectChoice, StringField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from shop import clock, web
from shop.catalogue import snapshot
from shop.finance.typed import pence
from shop.giving.agreements import CLAUSES, NewAgreement
from shop.giving.policies import SAMPLE_AGREEMENT
from shop.giving.posting import PLAIN
from shop.money import pounds

FURTHEST: Final = 50
"""Years in which an agreement begins and ends."""
LONGEST: Final = 120
"""Characters of a name or a description: they stand beside every mention of the charity."""
NUMBER: Final = re.compile(r"\d{6,8}(-\d{1,2})?|SC\d{6}|NIC\d{6}", re.ASCII)
"""As registers write it: England and Wales, Scotland, Northern Ireland."""
BASES: Final = [SelectChoice("unit", "Every piece"), SelectChoice("order", "Every order")]


class AgreementForm(web.Form):
    """An agreement, as it was signed."""

    charity_name = StringField("Charity")
    charity_description = StringField("What it is")
    charity_number = StringField("Registered number")
    number_looked_up_on = web.DayField("Looked up on", validators=[Optional()])
    charity_url = StringField("Its site")
    amount = StringField("Amount in pounds")
    basis = RadioField("For", choices=BASES, validators=[InputRequired("Please choose one.")])
    agreement_reference = StringField("Reference of the agreement")
    agreement_signed_on = web.DayField(
        "Signed on", validators=[InputRequired("Please enter the day it was signed.")]
    )
    starts_on = web.DayField("Begins on", near="", validators=[InputRequired("Please enter its first day.")])
    ends_on = web.DayField("Last day", near="future", validators=[Optional()])
    pay_within_days = IntegerField(
        "Paid over within days",
        default=28,
        validators=[
            InputRequired("Please enter a number of days."),
            NumberRange(1, 366, "From 1 to 366 days."),
        ],
    )
    clauses = BooleanField("I have the agreement before me, and it says all of this")
    not_alone = BooleanField("That is meant")

    def validate_charity_name(self, field: StringField) -> None:
        """As it is registered."""
        _text(field, "Please enter the charity's name.")

    def validate_charity_description(self, field: StringField) -> None:
        """Follows the name in a sentence."""
        _text(field, "Please say what it is, as in: a perinatal mental-health charity.")

    def validate_charity_number(self, field: StringField) -> None:
        """As a register has it; whoever enters it has looked there."""
        field.data = (field.data or "").strip().upper()
        if field.data and not NUMBER.fullmatch(field.data):
            raise ValidationError("A number looks like 1234567, SC012345 or NIC101234.")

    def validate_number_looked_up_on(self, field: web.DayField) -> None:
        """A day that has come."""
        _has_come(field.data)

    def validate_charity_url(self, field: StringField) -> None:
        """A whole address."""
        field.data = (field.data or "").strip()
        parts = urlsplit(field.data)
        if parts.scheme != "https" or "." not in parts.netloc or len(field.data) > LONGEST:
            raise ValidationError("Please enter a whole address, beginning with https://.")

    def validate_amount(self, field: StringField) -> None:
        """In pounds and pence; nobody gives more of a price than it is."""
        self.pence = pence(field, if_nothing="Please enter what is given.")
        with web.reading() as session:
            prices = [one.price_pence for piece in snapshot.load(session).pieces for one in piece.variants]
        if prices and self.pence > min(prices):
            raise ValidationError(
                f"That is more than the cheapest piece costs, which is {pounds(min(prices))}."
            )

    def validate_agreement_reference(self, field: StringField) -> None:
        """By which both find the paper."""
        field.data = (field.data or "").strip()
        if not PLAIN.fullmatch(field.data) or len(field.data) > LONGEST or field.data == SAMPLE_AGREEMENT:
            raise ValidationError(
                "A reference begins with a letter or digit and holds only letters, digits, spaces, . _ / -."
            )

    def validate_agreement_signed_on(self, field: web.DayField) -> None:
        """A day that has come."""
        _has_come(field.data)

    def validate_starts_on(self, field: web.DayField) -> None:
        """A day that those who sign may live to see."""
        _is_near(field.data)

    def validate_ends_on(self, field: web.DayField) -> None:
        """Not before it begins."""
        _is_near(field.data)
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("The last day is before the first.")

    def validate_clauses(self, field: BooleanField) -> None:
        """Without them it is no agreement."""
        if not field.data:
            raise ValidationError(f"An agreement that lacks one of these {len(CLAUSES)} cannot speak.")

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """A number was looked up in the register on some day, never copied from memory."""
        sound = super().validate(extra_validators)
        if self.charity_number.data and self.number_looked_up_on.data is None and sound:
            self.number_looked_up_on.errors = ["Please enter the day on which you read it in the register."]
            return False
        return bool(sound)

    def read(self) -> NewAgreement:
        """What was entered."""
        return NewAgreement(
            charity_name=self.charity_name.data,
            charity_description=self.charity_description.data,
            charity_number=self.charity_number.data or None,
            number_looked_up_on=self.number_looked_up_on.data if self.charity_number.data else None,
            charity_url=self.charity_url.data,
            amount_pence=self.pence,
            basis=self.basis.data,
            agreement_reference=self.agreement_reference.data,
            agreement_signed_on=self.agreement_signed_on.data,
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            pay_within_days=self.pay_within_days.data,
        )


class EndForm(web.Form):
    """The last day of an agreement."""

    ends_on = web.DayField(
        "Last day", near="future", validators=[InputRequired("Please enter the last day.")]
    )
    not_alone = BooleanField("That is meant")

    def validate_ends_on(self, field: web.DayField) -> None:
        """As when it is written down with the agreement."""
        _is_near(field.data)


def _text(field: StringField, missing: str) -> None:
    field.data = (field.data or "").strip()
    if not field.data:
        raise ValidationError(missing)
    web.check_line(field.data, LONGEST)


def _is_near(day: date | None) -> None:
    """A year with two digits changed would stand for good."""
    if day and day.year > clock.today().year + FURTHEST:
        raise ValidationError("Please look at the year again.")


def _has_come(day: date | None) -> None:
    if day and day > clock.today():
        raise ValidationError("That day has not come yet.")
    if day and day.year < 2000:  # noqa: PLR2004  (before any agreement of the shop)
        raise ValidationError("Please look at the year again.")

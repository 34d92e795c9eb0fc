"""The forms of the checkout. Each refusal is a sentence that says what to do next."""

from datetime import date, timedelta
from typing import Any, Final

from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, TextAreaField
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from shop import clock, web
from shop.catalogue.postage import SERVICES
from shop.container import trader
from shop.dedications.words import DedicationRefused, check_gift_message
from shop.money import pounds_and_pence
from shop.orders.placing import Contact
from shop.text.email_addresses import read_email
from shop.text.postcodes import Postcode, read_postcode
from shop.text.typed_days import read_day
from shop.text.typed_text import kept_code, kept_line
from shop.web.dates import day

NOT_THERE: Final = (
    "We cannot post to {place} yet, only within {within}. You can ask us. What you typed here stays."
)
NO_POSTCODE: Final = (
    "We cannot read this as a British postcode. It should be like SW1A 1AA. We post within {within}."
)

NO_DAY: Final = (
    "We cannot tell which day you mean. Please write it like 15 December or 15/12/2026. You can also leave "
    "it empty."
)

CODES: Final = frozenset({"email", "postcode", "phone"})
"""The fields of which a machine reads every sign."""

FURTHEST_DAY: Final = timedelta(days=365)

MOST: Final = {
    "email": 254,
    "name": 100,
    "line1": 100,
    "line2": 100,
    "town": 60,
    "postcode": 12,
    "phone": 30,
    "buyer_name": 100,
}
"""The longest text each field takes, in characters."""


class Text(web.Line):  # type: ignore[misc, unused-ignore]
    """One line of text, kept by the rule for all fields; what is long, empty or unprintable is refused."""

    def __init__(self, label: str, *, asked: str | None = None, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.asked = asked

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002
        """Raise ValidationError for what no field takes."""
        text = self.clean
        if not text and self.asked:
            raise ValidationError(self.asked)
        web.check_line(text, MOST[self.short_name])

    @property
    def clean(self) -> str:
        """The text as it is kept."""
        return (kept_code if self.short_name in CODES else kept_line)(self.data)


class Day(web.Line):  # type: ignore[misc, unused-ignore]
    """A day to come, as people write one (see read_day); or nothing."""

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002
        """Raise ValidationError for what is no day, or none to come within a year."""
        typed, today = (self.data or "").strip(), clock.today()
        self.day = read_day(typed, today)
        if not typed:
            return
        if self.day is None:
            raise ValidationError(NO_DAY)
        if not today < self.day <= today + FURTHEST_DAY:
            raise ValidationError("Please choose a day to come, within a year.")


def check_email(text: str) -> None:
    """Raise ValidationError unless it is written like an address that can receive mail; no network is asked.

    Accents before the @ are refused: few mail servers would take the letter.
    """
    if read_email(text, accents=False) is None:
        raise ValidationError(
            "This does not look like an e-mail address. It should be like name@example.com."
        )


class FindForm(web.PublicForm):
    """The e-mail somebody ordered with."""

    email = Text("E-mail", asked="Please enter the e-mail address you ordered with.")

    def validate_email(self, field: Text) -> None:
        """See check_email."""
        check_email(field.clean)


class DetailsForm(web.Form):
    """Who the buyer is, where it goes, and how."""

    email = Text("E-mail", asked="Please enter an e-mail address, so that we can send you the order.")
    name = Text("Who is it for?", asked="Please enter the name for the parcel.")
    line1 = Text("Address, first line", asked="Please enter the first line of the address.")
    line2 = Text("Address, second line")
    town = Text("Town or city", asked="Please enter the town or city.")
    postcode = Text("Postcode", asked="Please enter the postcode.")
    phone = Text("Phone")
    postage = RadioField(
        "Postage",
        choices=[
            SelectChoice(s.slug, f"{s.name}, {pounds_and_pence(s.pence)}: {s.promise}")
            for s in SERVICES.values()
        ],
        validate_choice=False,
    )
    needed_by = Day("It has to be there by")
    not_before = Day("Not before")
    not_on = Day("Please not on")
    as_gift = BooleanField("It is a gift for someone else")
    few_emails = BooleanField("Only write to me when it is posted")
    buyer_name = Text("Your name")
    gift_message = TextAreaField("Message for the slip")

    def validate_email(self, field: Text) -> None:
        """See check_email."""
        check_email(field.clean)

    def validate_postcode(self, field: Text) -> None:
        """Whether it is a British postcode that we post to."""
        within = trader().posts_within
        if self.too_far:
            raise ValidationError(NOT_THERE.format(place=self.too_far, within=within))
        if read_postcode(field.clean) is None:
            raise ValidationError(NO_POSTCODE.format(within=within))

    @property
    def too_far(self) -> str:
        """The place that the postcode leads to, if we do not post there."""
        read = read_postcode(self.postcode.clean)
        return read.place if read and read.place not in trader().posts_to else ""

    @property
    def postcode_meant(self) -> str:
        """The postcode as the post office writes it."""
        read = read_postcode(self.postcode.clean)
        return read.text if isinstance(read, Postcode) else self.postcode.clean

    def validate_phone(self, field: Text) -> None:
        """Digits, if anything: it is only for the courier."""
        digits = [letter for letter in field.clean if letter.isdigit()]
        if field.clean and (len(digits) < 7 or any(letter.isalpha() for letter in field.clean)):  # noqa: PLR2004
            raise ValidationError("This does not look like a phone number. You may also leave it empty.")

    def validate_postage(self, field: RadioField) -> None:
        """One of the services we offer."""
        if field.data not in SERVICES:
            raise ValidationError("Please choose how the parcel should go.")

    def validate_gift_message(self, field: TextAreaField) -> None:
        """The same rule as for every private word."""
        try:
            check_gift_message(field.data or "")
        except DedicationRefused as refused:
            raise ValidationError(refused.message) from None

    def details(self) -> dict[str, Any]:
        """What is kept with the basket."""
        return {
            "contact": {
                "email": self.email.clean,
                "name": self.name.clean,
                "line1": self.line1.clean,
                "line2": self.line2.clean,
                "town": self.town.clean,
                "postcode": self.postcode_meant,
                "phone": self.phone.clean,
                "buyer_name": self.buyer_name.clean,
            },
            "postage": self.postage.data,
            "wishes": {
                field.short_name: str(field.day)
                for field in (self.needed_by, self.not_before, self.not_on)
                if field.day
            },
            "few_emails": bool(self.few_emails.data),
            "as_gift": bool(self.as_gift.data),
            "gift_message": check_gift_message(self.gift_message.data or ""),
        }


def contact_of(details: dict[str, Any]) -> Contact:
    """The contact in a basket's details."""
    return Contact(**details["contact"])


def filled_in(details: dict[str, Any] | None) -> dict[str, Any]:
    """Kept details as the form's starting values."""
    if not details:
        return {"postage": min(SERVICES.values(), key=lambda service: service.pence).slug}
    rest = {key: value for key, value in details.items() if key not in {"contact", "wishes"}}
    wishes = {wish: day(date.fromisoformat(said)) for wish, said in details.get("wishes", {}).items()}
    return {**details["contact"], **wishes, **rest}


class PaymentForm(web.Form):
    """The last look before paying."""

    agreed = HiddenField()
    """The fingerprint of everything the page showed: words, prices, address."""

    unreserved = HiddenField()
    """"y" where the page said that the pieces are not set aside while they are paid for."""

    acknowledged = BooleanField(
        "I have checked every letter, and I know that an engraved piece cannot be returned "
        "unless something is wrong with it"
    )


class ActionForm(web.Form):
    """A button and its token."""

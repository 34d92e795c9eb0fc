"""A basket that the owner put together for somebody who telephoned or wrote: what its pages say of that."""

from typing import Final

from shop.accounts.access import signed_in
from shop.accounts.models import Role
from shop.checkout.basket_contents import BasketContents
from shop.checkout.forms import DetailsForm, Text, check_email
from shop.frozen import frozen
from shop.money import pounds_and_pence
from shop.payment_links import payment_links
from shop.payment_links.models import PaymentLink, Via
from shop.web.dates import minute

ASKED: Final = {Via.TELEPHONE: "when you telephoned", Via.LETTER: "in your letter"}
IN_THE_MAKING: Final = (
    "We are changing this order for you just now. Once that is done, the link works again, and we tell you."
)
OVER: Final = (
    "This order was kept for you until {}, and that is over. Nothing was charged. Please write to us, "
    "and we send you the link again."
)
OTHER_SUM: Final = (
    " When we sent you the link it came to {}; it comes to {} now, because a price or something in it has "
    "changed since."
)


@frozen
class Kept:
    """How it stands with an order that was put together for somebody."""

    link_id: int
    said: str
    payable: bool
    """Whether it can be paid for by whoever has the link."""
    sendable: bool
    """Whether the owner is here, and puts it together."""


class KeptDetailsForm(DetailsForm):
    """The same of an order that the owner puts together: whoever telephones may have no e-mail."""

    email = Text("E-mail")

    def validate_email(self, field: Text) -> None:
        """See check_email."""
        if field.clean:
            check_email(field.clean)


def details_form(basket: BasketContents) -> type[DetailsForm]:
    """The form for its details."""
    return KeptDetailsForm if basket.link else DetailsForm


def owner_is_here() -> bool:
    """Whether the owner is signed in."""
    found = signed_in()
    return found is not None and found.account.role == Role.OWNER


def stands(basket: BasketContents) -> Kept | None:
    """How it stands with the basket; None of one that its visitor filled."""
    link = basket.link
    if link is None:
        return None
    if payment_links.is_open(link):
        return Kept(link.id, _put_together(link) + _other_sum(link, basket), payable=True, sendable=False)
    if link.sent_at is None and owner_is_here():
        said = f"You put this together for somebody who asked by {link.via}."
        return Kept(link.id, said, payable=False, sendable=True)
    said = IN_THE_MAKING if link.sent_at is None or link.until is None else OVER.format(minute(link.until))
    return Kept(link.id, said, payable=False, sendable=False)


def _put_together(link: PaymentLink) -> str:
    until = f" It is set aside for you until {minute(link.until)}." if link.until else ""
    return (
        f"We have put this together for you, as you asked {ASKED[Via(link.via)]}.{until} Please look at "
        "every letter; what is not right you can change yourself, or ask us."
    )


def _other_sum(link: PaymentLink, basket: BasketContents) -> str:
    """That it comes to another sum than when the link was sent; with the postage that was chosen then."""
    now = basket.quote.total_pence
    if link.total_pence in {None, now} or basket.details is None:
        return ""
    return OTHER_SUM.format(pounds_and_pence(link.total_pence or 0), pounds_and_pence(now))

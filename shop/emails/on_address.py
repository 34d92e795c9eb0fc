"""What is said when an order goes elsewhere: its e-mails, its parcel, or what lies in the box."""

from collections.abc import Sequence
from typing import Final

from shop.emails.email_blocks import Block, Link, Paragraph, Quote
from shop.emails.email_facts import EmailFacts
from shop.orders.order_summary import asked_said, day_said
from shop.web.dates import day, weekday

LATER_THERE: Final = (
    "There is a holiday at the new address. So it should arrive by {}, and not by {} as we said before. We "
    "still post it by the day we promised."
)
AT_ONCE: Final = "If it was not you, please reply to this e-mail at once."


def asked(facts: EmailFacts) -> Sequence[Block] | None:
    """To the address that stands: another was asked for."""
    if facts.change is None:
        return None
    said = (
        f"Someone, most likely you, asked us to send e-mails about order {facts.reference} to "
        f"{facts.change.email}. That begins once it is confirmed there. Until then they come here."
    )
    not_you = "If it was not you, please undo it on the order’s page, or reply to this e-mail."
    return [Paragraph(said, strong=facts.change.email, theirs=True), Paragraph(not_you)]


def link(facts: EmailFacts) -> Sequence[Block] | None:
    """To the new address: nothing but the order's reference, for it may be a stranger's."""
    if facts.change is None:
        return None
    said = (
        f"Someone, most likely you, asked us to send e-mails about order {facts.reference} to this address. "
        "If it was you, please open this page and press its button:"
    )
    once = (
        f"It works once, until {day(facts.change.row.expires_at)}. If it was not you, there is nothing to "
        "do. No other e-mail comes here."
    )
    page = Link("Confirm this address", f"{facts.site_url}{facts.change.link}")
    return [Paragraph(said, strong=facts.reference), page, Paragraph(once)]


def changed(facts: EmailFacts) -> Sequence[Block] | None:
    """To the former address: the last e-mail that goes there."""
    if facts.change is None:
        return None
    said = (
        f"Our e-mails about order {facts.reference} now go to {facts.change.email}. That was asked for, and "
        "confirmed there. This is the last one to this address."
    )
    return [Paragraph(said, strong=facts.change.email, theirs=True), Paragraph(AT_ONCE)]


def delivery_changed(facts: EmailFacts) -> Sequence[Block]:
    """Name, address or message were put right: what stands now."""
    contact, gift = facts.order.contact or {}, facts.order.gift or {}
    place = [contact[name] for name in ("name", "line1", "line2", "town", "postcode") if contact.get(name)]
    said = f"The delivery details of order {facts.reference} were changed."
    blocks: list[Block] = [Paragraph(said, strong=facts.reference), Quote("Delivery address:", place)]
    if gift.get("message"):
        blocks.append(Quote("On the slip:", gift["message"].split("\n")))
    there, before = facts.order.row.arrives_by, facts.promised_before
    if asked_for := asked_said(facts.order.wishes, there):
        blocks.append(Paragraph(asked_for))
    if promised := day_said(facts.day, facts.order.postage.name).said:
        blocks.append(Paragraph(promised))
    if there and before:
        blocks.append(Paragraph(LATER_THERE.format(weekday(there), weekday(before)), strong=weekday(there)))
    return [*blocks, Paragraph(AT_ONCE)]


def card_changed(facts: EmailFacts) -> Sequence[Block]:
    """A dedication was put right; it stands on the order's page alone."""
    said = (
        f"The dedication on the card for order {facts.reference} was changed. You can read it on your "
        "order’s page. We put it in no e-mail."
    )
    return [Paragraph(said, strong=facts.reference), Paragraph(AT_ONCE)]

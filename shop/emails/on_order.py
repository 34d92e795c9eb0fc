"""What is said when an order was paid for, or its link asked for again."""

from collections.abc import Iterator, Sequence
from typing import Final

from shop.emails.email_blocks import Block, Form, Heading, Link, Paragraph, Pieces, Quote, Row, Rows
from shop.emails.email_facts import EmailFacts
from shop.emails.page_blocks import page_blocks
from shop.money import pounds_and_pence
from shop.orders.order_summary import Sentence
from shop.orders.view import summary_of
from shop.orders.wall import WallState

READ_AGAIN: Final = "Please read the engraving above once more, letter by letter."
CAN_CHANGE: Final = "If anything is not as you want it, {how}. You can until we begin to engrave."
CAN_CHANGE_SOME: Final = (
    "Engraving has begun, and those words are fixed. If anything else is not as you want it, {how}."
)
ON_THE_PAGE: Final = "change it on your order’s page or "
NOT_SENT_BACK: Final = (
    "Once we begin to engrave a piece for you, you cannot send it back, unless something is wrong with it. "
    "If something is wrong, we will put it right."
)
SENT_BACK: Final = (
    "You can send back a piece that is not engraved within 14 days of getting it, for any reason or none."
)
ALL_SENT_BACK: Final = (
    "You can send back what you ordered within 14 days of getting it, for any reason or none."
)
ON_THE_WALL: Final = (
    "You chose to share a dedication on our remembrance wall. A person here reads it first. You can take it "
    "off again for good, at any time, on your order’s page."
)
FOR_ANOTHER: Final = "It is going to someone else, so the slip in the box shows no price."
AGREED: Final = "These are the terms that you agreed to when you ordered. Please keep this e-mail."
TODAY: Final = "These are our terms today. Please keep this e-mail."
CANCELLING: Final = (
    "If you want to cancel, any words will do: reply to this e-mail. You can also use this form."
)


def confirmation(facts: EmailFacts) -> Sequence[Block]:
    """The order is paid for: everything that was agreed."""
    return [*_agreed(facts), *_about_words(facts)]


def law(facts: EmailFacts) -> Sequence[Block]:
    """The terms whole and how to cancel, below everything else."""
    terms = facts.terms
    return [
        Heading("Terms"),
        Paragraph(AGREED if terms and terms.digest == facts.order.terms else TODAY),
        *(page_blocks(terms.html) if terms else ()),
        Heading("If you want to cancel"),
        Paragraph(CANCELLING, tone="soft"),
        Form(),
        Link("Delivery and returns", f"{facts.site_url}/delivery"),
        Link("Terms", f"{facts.site_url}/terms"),
    ]


def order_link(facts: EmailFacts) -> Sequence[Block]:
    """Somebody asked for the link again."""
    return [
        Paragraph(
            f"Someone, most likely you, asked us to send the link to order {facts.reference} again. If it "
            "was not you, there is nothing to do. It was sent to no other address.",
            strong=facts.reference,
        )
    ]


def _agreed(facts: EmailFacts) -> Iterator[Block]:
    order = facts.order
    said = f"Thank you. We have your order: {facts.reference}."
    yield Paragraph(said, strong=facts.reference)
    yield Pieces(facts.lines)
    yield Rows([*_sums(facts)])
    summary = summary_of(order, order.row if facts.to_make else None)
    for sentence in (summary.recipient, summary.day, Sentence(summary.asked)):
        if sentence.said:
            yield Paragraph(sentence.said, strong=sentence.strong, theirs=sentence.theirs)
    contact = order.contact or {}
    lines = [contact[key] for key in ("name", "line1", "line2", "town", "postcode") if contact.get(key)]
    yield Quote("Delivery address:", lines)
    if order.gift and order.gift.get("as_gift"):
        yield Paragraph(FOR_ANOTHER)
    if order.row.donation_statement and order.given_pence:
        given = pounds_and_pence(order.given_pence)
        yield Paragraph(f"{order.row.donation_statement} From this order: {given}.", tone="gift")


def _sums(facts: EmailFacts) -> Iterator[Row]:
    row = facts.order.row
    yield Row(facts.order.postage.name, pounds_and_pence(row.postage_pence))
    as_asked = facts.for_order_pence in {None, row.total_pence}
    yield Row("Total paid" if as_asked else "Total", pounds_and_pence(row.total_pence), strong=True)
    if facts.paid_pence is not None and not as_asked:
        yield Row("Paid", pounds_and_pence(facts.paid_pence), strong=True)
    if row.vat_pence is not None:
        yield Row("VAT within it", pounds_and_pence(row.vat_pence))


def _about_words(facts: EmailFacts) -> Iterator[Block]:
    engraved = [line for line in facts.kept if line.engraving]
    how = f"{ON_THE_PAGE if facts.order_url else ''}reply to this e-mail"
    if facts.open_words and len(facts.open_words) == len(engraved):
        yield Paragraph(f"{READ_AGAIN} {CAN_CHANGE.format(how=how)}")
    elif facts.open_words:
        yield Paragraph(CAN_CHANGE_SOME.format(how=how))
    if engraved:
        yield Paragraph(NOT_SENT_BACK)
    if len(engraved) < len(facts.kept):
        yield Paragraph(SENT_BACK if engraved else ALL_SENT_BACK)
    if facts.order_url and any(line.on_wall is WallState.WAITING for line in facts.order.lines):
        yield Paragraph(ON_THE_WALL)

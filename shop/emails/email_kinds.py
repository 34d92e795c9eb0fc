"""The kinds of e-mails about an order: what each says, and its subject, which gives nothing away."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from shop.claims import send_backs, threads
from shop.emails import on_address, on_making, on_money, on_order, on_return, on_supplement
from shop.emails.email_blocks import Block
from shop.emails.email_facts import PAID_TWICE, EmailFacts
from shop.frozen import frozen
from shop.fulfilment import (
    begun,
    corrections,
    late,
    parcel_corrections,
    parcels,
    questions,
    undelivered,
)
from shop.orders import email_change, hand_drawings, resend_link
from shop.payments import cancelling, supplements, unit_exchange

Says = Callable[[EmailFacts], Sequence[Block] | None]
"""What an e-mail says of these facts; None when it is not so any more, and nothing is to be sent."""

YOURS: Final = "Your order {reference}"
ABOUT: Final = "About your order {reference}"


@frozen
class EmailKind:
    """One kind."""

    subject: str
    says: Says
    drawn: bool = False
    """Whether it shows what will be cut."""
    to_a_stranger: bool = False
    """Whether it may reach somebody else: then it names nobody, and leads to no order's page."""
    spared: bool = False
    """Whether a buyer who wants only to know when it is posted goes without it."""
    law: Says | None = None
    """What the law asks for, below everything else."""


KINDS: Final[Mapping[str, EmailKind]] = {
    "order-confirmation": EmailKind(YOURS, on_order.confirmation, drawn=True, law=on_order.law),
    hand_drawings.EMAIL: EmailKind(ABOUT, on_making.drawing_ready),
    corrections.WORDS_EMAIL: EmailKind(ABOUT, on_making.words_changed, drawn=True),
    unit_exchange.EMAIL: EmailKind(ABOUT, on_making.variant_changed),
    supplements.EMAIL: EmailKind(ABOUT, on_supplement.asked),
    supplements.RETURNED_EMAIL: EmailKind(ABOUT, on_supplement.returned),
    begun.EMAIL: EmailKind(YOURS, on_making.begun, spared=True),
    questions.EMAIL: EmailKind(ABOUT, on_making.question),
    "sold-out": EmailKind(ABOUT, on_money.sold_out),
    PAID_TWICE: EmailKind(ABOUT, on_money.paid_twice),
    "refund": EmailKind(ABOUT, on_money.refund),
    cancelling.EMAIL: EmailKind(ABOUT, on_money.cancelled),
    "refund-returned": EmailKind(ABOUT, on_money.refund_returned),
    "disputed": EmailKind(ABOUT, on_money.disputed),
    threads.EMAIL: EmailKind(ABOUT, on_making.claim_answered),
    late.EMAIL: EmailKind(ABOUT, on_making.late),
    send_backs.EMAIL: EmailKind(ABOUT, on_return.sent_back),
    undelivered.CAME_BACK: EmailKind(ABOUT, on_return.came_back),
    undelivered.LOST: EmailKind(ABOUT, on_return.lost),
    parcels.EMAIL: EmailKind(YOURS, on_making.posted),
    parcel_corrections.DELIVERY_EMAIL: EmailKind(ABOUT, on_address.delivery_changed),
    parcel_corrections.CARD_EMAIL: EmailKind(ABOUT, on_address.card_changed),
    email_change.ASKED: EmailKind(ABOUT, on_address.asked),
    email_change.CONFIRM: EmailKind(ABOUT, on_address.link, to_a_stranger=True),
    email_change.CHANGED: EmailKind(ABOUT, on_address.changed),
    resend_link.KIND: EmailKind(YOURS, on_order.order_link),
}
"""A new kind is a function and a line here, and its cases in `email_cases.py`."""

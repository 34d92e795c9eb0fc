"""E-mails about an order. Written when they are sent, from the sealed order; subjects give nothing away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, raise_alert
from shop.claims import threads
from shop.emails.email_lines import email_lines
from shop.emails.proof_images import ProofImage, attach, proof_images
from shop.fulfilment import corrections, parcels
from shop.mail.addresses import ascii_address
from shop.mail.outbox import Claimed
from shop.orders.cutting import NotAsApproved, tell_owner
from shop.orders.lifecycle import with_link
from shop.orders.models import Order
from shop.orders.view import LineView, view
from shop.payments.services import Services


@dataclass(frozen=True)
class EmailTemplate:
    """What an e-mail of one kind is written from: its templates (text and HTML) and its subject."""

    name: str
    subject: str
    drawn: bool = False
    """Whether it shows what will be cut."""


TEMPLATES: Final[Mapping[str, EmailTemplate]] = {
    "order-confirmation": EmailTemplate("order_confirmation", "Your order {reference}", drawn=True),
    "drawing-ready": EmailTemplate("drawing_ready", "About your order {reference}"),
    corrections.WORDS_EMAIL: EmailTemplate("words_changed", "About your order {reference}", drawn=True),
    "sold-out": EmailTemplate("sold_out", "About your order {reference}"),
    "paid-twice": EmailTemplate("paid_twice", "About your order {reference}"),
    "refund": EmailTemplate("refund", "About your order {reference}"),
    parcels.EMAIL: EmailTemplate("posted", "Your order {reference}"),
    threads.EMAIL: EmailTemplate("claim_answered", "About your order {reference}"),
    "order-link": EmailTemplate("order_link", "Your order {reference}"),
}

Render = Callable[..., str]
"""Renders a template by name with the given context."""


def write(services: Services, render: Render, claimed: Claimed, reply_to: str) -> EmailMessage | None:
    """The e-mail, as text and HTML; None when its private words are erased, or it is not so any more.

    An answer goes to `reply_to`, an address that somebody reads: cancelling by replying is the buyer's right.
    """
    with services.database.looking() as session:
        order, token = with_link(session, claimed.order_id, services.secret_key)
        opened = view(session, services.vault, order)
        parcel = parcels.told_by(session, claimed.dedupe_key) if claimed.kind == parcels.EMAIL else None
    if opened.contact is None or (claimed.kind == parcels.EMAIL and parcel is None):
        return None
    template = TEMPLATES[claimed.kind]
    drawn = _pictures(services, order, opened.lines, claimed.message_id) if template.drawn else {}
    context: dict[str, Any] = {
        "order": opened,
        "lines": email_lines(opened.lines, drawn),
        "engraved": any(line.engraving for line in opened.lines),
        "plain": any(not line.engraving for line in opened.lines),
        "shared": any(line.on_wall for line in opened.lines),
        "order_url": f"{services.site_url}/orders/{token}" if token else None,
        "parcel": parcel,
        "test": order.book == "test",
    }
    message = _addressed(services.site_url, to=opened.contact["email"], reply_to=reply_to)
    message["Subject"] = template.subject.format(reference=order.reference)
    message["Message-ID"] = claimed.message_id
    message.set_content(render(f"emails/{template.name}.txt", **context))
    message.add_alternative(render(f"emails/{template.name}.html", **context), subtype="html")
    attach(message, order.reference, drawn)
    return message


def _addressed(site_url: str, *, to: str, reply_to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = Address("In Remembrance", "orders", urlsplit(site_url).hostname or "localhost")
    message["Reply-To"] = Address(addr_spec=reply_to)
    message["To"] = Address(addr_spec=ascii_address(to))
    message["Date"] = format_datetime(clock.now())
    message["Auto-Submitted"] = "auto-generated"
    return message


def tell_refused(session: Session, claimed: Claimed, answer: str) -> None:
    """Tell the owner that a mail server refuses an e-mail: about which order, what it is, and the answer."""
    reference = session.get_one(Order, claimed.order_id).reference
    raise_alert(session, AlertKind.EMAIL_REFUSED, reference, f"{named(claimed.kind)}: {answer}")


def named(kind: str) -> str:
    """A sort of e-mail as people say it."""
    return kind.replace("-", " ")


def _pictures(
    services: Services, order: Order, lines: Sequence[LineView], message_id: str
) -> dict[int, list[ProofImage]]:
    """The pictures of what will be cut; the owner is told of each that is not what was approved."""
    refused: dict[int, NotAsApproved] = {}
    drawn = proof_images(lines, message_id, refused)
    if refused:
        with services.database.transaction() as session:
            for number, problem in refused.items():
                tell_owner(session, order.reference, number, problem)
    return drawn

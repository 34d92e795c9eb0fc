"""E-mails about an order. Written when they are sent, from the sealed order; subjects give nothing away."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from sqlalchemy.orm import Session

from shop import clock
from shop.alerts import AlertKind, raise_alert
from shop.catalogue import snapshot
from shop.emails.agreed_terms import terms_in_force
from shop.emails.email_blocks import Block, Greeting, Link, Paragraph
from shop.emails.email_facts import EmailFacts, facts_of
from shop.emails.email_kinds import KINDS, EmailKind
from shop.emails.email_lines import email_lines
from shop.emails.plain_text import form_lines, plain
from shop.emails.proof_images import ProofImage, attach, proof_images
from shop.frozen import frozen
from shop.fulfilment.stages import Stage
from shop.mail.addresses import ascii_address
from shop.mail.headers import POLICY
from shop.mail.outbox import Claimed, Drop
from shop.orders.cutting import NotAsApproved, tell_owner
from shop.orders.email_choice import wants_few
from shop.orders.lifecycle import with_link
from shop.orders.models import Order
from shop.orders.terms import Terms, terms_text
from shop.orders.view import LineView
from shop.payments.services import Services
from shop.trader import Trader

TEST: Final = "Test payment: no money has moved, and nothing will be made or posted."

Render = Callable[..., str]
"""Renders a template by name with the given context."""


@frozen
class Written:
    """An e-mail as it is read: everything but its envelope."""

    subject: str
    text: str
    html: str
    pictures: dict[int, list[ProofImage]]


def write(services: Services, render: Render, claimed: Claimed, trader: Trader) -> EmailMessage | Drop:
    """The e-mail, as text and HTML; or why there is none to send.

    An answer goes to the trader's address, which somebody reads: cancelling by replying is the buyer's right.
    """
    with services.database.looking() as session:
        order, token = with_link(session, claimed.order_id, services.secret_key)
        url = f"{services.site_url}/orders/{token}" if token else None
        facts = facts_of(session, services, order, claimed, url)
        if KINDS[claimed.kind].spared and wants_few(session, services.vault, order.id):
            return Drop.NOT_WANTED
    if facts.order.contact is None:
        return Drop.ERASED
    if not facts.to:
        return Drop.NO_ADDRESS
    written = compose(services, render, claimed, facts, trader)
    if written is None:
        return Drop.NOT_SO
    message = addressed(to=facts.to, reply_to=trader.email)
    message["Subject"] = written.subject
    message["Message-ID"] = claimed.message_id
    message.set_content(written.text)
    message.add_alternative(written.html, subtype="html")
    attach(message, order.reference, written.pictures)
    return message


def compose(
    services: Services, render: Render, claimed: Claimed, facts: EmailFacts, trader: Trader
) -> Written | None:
    """What an e-mail says of these facts; None when it is not so any more."""
    kind = KINDS[claimed.kind]
    kept = [line for line in facts.order.lines if facts.stage(line.row) is not Stage.REFUNDED]
    drawn = _pictures(services, facts.order.row, kept, claimed.message_id) if kind.drawn else {}
    refunded = {line.row.number for line in facts.order.lines} - {line.row.number for line in kept}
    facts = replace(facts, lines=email_lines(facts.order.lines, drawn, refunded))
    if kind.law:
        facts = replace(facts, terms=_terms(services, render, facts, trader))
    blocks = _blocks(kind, facts)
    if blocks is None:
        return None
    reference = facts.reference
    html = render(
        "emails/email.html",
        blocks=blocks,
        reference=reference,
        signature=trader.signature,
        form_lines=form_lines(trader),
    )
    text = f"{plain(blocks, trader)}\n\n--\n{trader.signature}\n"
    return Written(kind.subject.format(reference=reference), text, html, drawn)


def _blocks(kind: EmailKind, facts: EmailFacts) -> list[Block] | None:
    """Everything from the greeting to what the law asks for."""
    said = kind.says(facts)
    if said is None:
        return None
    test: Sequence[Block] = [Paragraph(TEST, strong=TEST)] if facts.order.row.book == "test" else []
    link = [Link("Your order, whenever you want to look", facts.order_url)] if facts.order_url else []
    law = (kind.law(facts) if kind.law else None) or ()
    if kind.to_a_stranger:
        return [*test, Greeting(), *said, Paragraph("In Remembrance", tone="sign")]
    return [*test, Greeting(facts.greeted), *said, *link, Paragraph("In Remembrance", tone="sign"), *law]


def _terms(services: Services, render: Render, facts: EmailFacts, trader: Trader) -> Terms:
    now, agreed = terms_in_force(render, trader), facts.order.terms
    if agreed is None or agreed == now.digest:
        return now
    with services.database.looking() as session:
        return terms_text(session, agreed) or now


def addressed(*, to: str, reply_to: str) -> EmailMessage:
    """An e-mail of ours, answered to `reply_to`. Whom it is from is said when it is sent."""
    message = EmailMessage(POLICY)
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
    with services.database.looking() as session:
        catalogue = snapshot.load(session)
    drawn = proof_images(catalogue, lines, message_id, refused)
    if refused:
        with services.database.transaction() as session:
            for number, problem in refused.items():
                tell_owner(session, order.reference, number, problem)
    return drawn

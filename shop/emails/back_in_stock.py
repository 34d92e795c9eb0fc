"""The two e-mails to whoever asked to be told when a sold-out variant can be had again.

The first has a link that takes it back, the second says that it can be had.
"""

import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

from sqlalchemy.orm import Session

from shop.catalogue import snapshot
from shop.catalogue.views import PieceView, VariantView
from shop.db import Database
from shop.dedications.vault import Vault
from shop.emails.email_blocks import Block, Items, Link, Paragraph
from shop.emails.order_emails import Render, Written, addressed
from shop.emails.plain_text import plain
from shop.mail.answers import MOST_TRIES, answer_to
from shop.mail.sending import Transport
from shop.restock import waiting
from shop.restock.waiting import Claimed
from shop.trader import Trader

KIND: Final = "back-in-stock"
"""What they are called beside the kinds of e-mails about orders."""
SUBJECT: Final = "Back in stock, as you asked"
ASKED: Final = "We write to you once, as you asked"


@dataclass(frozen=True)
class Sender:
    """What sending them needs."""

    database: Database
    vault: Vault
    post: Transport
    render: Render
    site_url: str
    trader: Trader


def tell_who_waits(sender: Sender) -> bool:
    """Write to whoever is first. Give whether there was anybody.

    Claimed in one transaction, sent in none, noted or forgotten in another: killed in between, it is sent
    once more with the same Message-ID, never lost. An address that takes no e-mail is forgotten, too.
    """
    with sender.database.looking() as session:
        if not waiting.anybody(session):
            return False
    return _send_receipt(sender) or _tell(sender)


def _send_receipt(sender: Sender) -> bool:
    with sender.database.transaction() as session:
        claimed = waiting.claim_receipt(session, sender.vault)
        found = snapshot.load(session).find(claimed.variant_id) if claimed else None
    if claimed is None or found is None:
        return False
    said = receipt(*found, f"{sender.site_url}/back-in-stock/{claimed.token}")
    _send(sender, claimed, written(sender.render, ASKED, said, sender.trader), waiting.receipt_sent)
    return True


def _tell(sender: Sender) -> bool:
    with sender.database.transaction() as session:
        catalogue = snapshot.load(session)
        waiting.note_free(session, [v.id for p in catalogue.pieces for v in p.variants if v.available])
        claimed = waiting.claim(session, sender.vault)
    found = catalogue.find(claimed.variant_id) if claimed else None
    if claimed is None or found is None:
        return False
    said = back(*found, sender.site_url)
    _send(
        sender, claimed, written(sender.render, SUBJECT, said, sender.trader),
        lambda session, request: waiting.forget(session, sender.vault, request),
    )  # fmt: skip
    return True


def receipt(piece: PieceView, variant: VariantView, link: str) -> Sequence[Block]:
    """That it was asked."""
    return [
        Paragraph("Somebody, most likely you, asked on our site to be told when this can be had again:"),
        Items([_named(piece, variant)]),
        Paragraph(
            "Once it can, we write one e-mail, and your address is erased. If you would rather not have "
            "it, or it was not you who asked, take it back here, and your address is erased at once:"
        ),
        Link("Take it back", link),
    ]


def back(piece: PieceView, variant: VariantView, site_url: str) -> Sequence[Block]:
    """That it can be had again."""
    return [
        Paragraph("You asked to be told when this can be had again:"),
        Link(_named(piece, variant), f"{site_url}/pieces/{piece.slug}"),
        Paragraph("It can. None is set aside by this e-mail."),
        Paragraph(
            "We do not write about it again. Your address was kept for nothing else, and is erased now."
        ),
    ]


def written(render: Render, subject: str, said: Sequence[Block], trader: Trader) -> Written:
    """One of them, as text and HTML."""
    blocks = [Paragraph("Hello,"), *said, Paragraph("In Remembrance", tone="sign")]
    html = render("emails/email.html", blocks=blocks, reference=subject, signature=trader.signature)
    return Written(subject, f"{plain(blocks)}\n\n--\n{trader.signature}\n", html, {})


def _named(piece: PieceView, variant: VariantView) -> str:
    return f"{piece.name}, {variant.metal_name}, {variant.chain_inches} inch chain"


def _send(sender: Sender, claimed: Claimed, said: Written, note: Callable[[Session, int], None]) -> None:
    """Send it, and `note` that it was. An address that never takes it is forgotten."""
    message = addressed(sender.site_url, to=claimed.email, reply_to=sender.trader.email)
    message["Subject"] = said.subject
    message["Message-ID"] = claimed.message_id
    message.set_content(said.text)
    message.add_alternative(said.html, subtype="html")
    gone = _never_taken(sender.post, message, claimed)
    if gone is None:
        return
    with sender.database.transaction() as session:
        if gone:
            waiting.forget(session, sender.vault, claimed.id)
        else:
            note(session, claimed.id)


def _never_taken(post: Transport, message: EmailMessage, claimed: Claimed) -> bool | None:
    """False when it was sent, True when it never will be, None when it is tried again."""
    try:
        post.send(message)
    except (OSError, smtplib.SMTPException) as error:
        answer = answer_to(error)
        return True if answer and (answer.for_good or claimed.tries >= MOST_TRIES) else None
    return False

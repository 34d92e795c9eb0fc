"""The one e-mail to whoever asked to be told when a sold-out variant can be had again."""

import smtplib
from email.message import EmailMessage
from typing import Final

from shop.catalogue import snapshot
from shop.catalogue.views import PieceView, VariantView
from shop.db import Database
from shop.dedications.vault import Vault
from shop.emails.order_emails import addressed
from shop.mail.answers import MOST_TRIES, answer_to
from shop.mail.sending import Transport
from shop.restock import waiting
from shop.restock.waiting import Claimed
from shop.trader import Trader

SUBJECT: Final = "Back in stock, as you asked"


def send_next(database: Database, vault: Vault, post: Transport, site_url: str, trader: Trader) -> bool:
    """Write to whoever asked first for something that is back. Give whether there was anybody.

    Claimed in one transaction, sent in none, forgotten in another: killed in between, it is sent once more
    with the same Message-ID, never lost. An address that takes no e-mail is forgotten, too.
    """
    with database.looking() as session:
        if not waiting.anybody(session):
            return False
    with database.transaction() as session:
        catalogue = snapshot.load(session)
        waiting.note_free(session, [v.id for p in catalogue.pieces for v in p.variants if v.available])
        claimed = waiting.claim(session, vault)
    found = catalogue.find(claimed.variant_id) if claimed else None
    if claimed is None or found is None:
        return False
    if _is_done(post, _message(claimed, said(*found, site_url, trader), site_url, trader), claimed):
        with database.transaction() as session:
            waiting.forget(session, vault, claimed.id)
    return True


def said(piece: PieceView, variant: VariantView, site_url: str, trader: Trader) -> str:
    """What the e-mail says."""
    return f"""Hello,

You asked to be told when this can be had again:

{piece.name}, {variant.metal_name}, {variant.chain_inches} inch chain
{site_url}/pieces/{piece.slug}

It can. None is set aside by this e-mail.

This is the only e-mail about it. Your address was kept for nothing else, and is erased now.

In Remembrance

--
{trader.signature}
"""


def _is_done(post: Transport, message: EmailMessage, claimed: Claimed) -> bool:
    """Whether it was sent, or never will be."""
    try:
        post.send(message)
    except (OSError, smtplib.SMTPException) as error:
        answer = answer_to(error)
        return answer is not None and (answer.for_good or claimed.tries >= MOST_TRIES)
    return True


def _message(claimed: Claimed, text: str, site_url: str, trader: Trader) -> EmailMessage:
    message = addressed(site_url, to=claimed.email, reply_to=trader.email)
    message["Subject"] = SUBJECT
    message["Message-ID"] = claimed.message_id
    message.set_content(text)
    return message

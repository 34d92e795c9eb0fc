"""The e-mail with the link to pay by, to whoever ordered by telephone or letter."""

import smtplib
from email.message import EmailMessage
from typing import Final

from shop.db import Database
from shop.dedications.vault import Vault
from shop.emails.order_emails import addressed
from shop.mail.answers import MOST_TRIES, answer_to
from shop.mail.sending import Transport
from shop.money import pounds_and_pence
from shop.payment_links import link_emails
from shop.payment_links.link_emails import Claimed
from shop.payment_links.models import Via
from shop.trader import Trader
from shop.web.dates import minute

SUBJECT: Final = "The link you asked us for"
ASKED: Final = {Via.TELEPHONE: "You telephoned us", Via.LETTER: "You wrote to us"}


def send_next(database: Database, vault: Vault, post: Transport, site_url: str, trader: Trader) -> bool:
    """Send the link that has waited longest. Give whether there was one.

    Claimed in one transaction, sent in none, noted in another: killed in between, it is sent once more with
    the same Message-ID, never lost. The owner sees on the list of links that a server refused it.
    """
    with database.looking() as session:
        if not link_emails.any_due(session):
            return False
    with database.transaction() as session:
        claimed = link_emails.claim(session, vault)
    if claimed is None:
        return False
    error = _refused(post, _message(claimed, site_url, trader))
    answer = answer_to(error) if error else None
    given_up = answer is not None and (answer.for_good or claimed.tries >= MOST_TRIES)
    if error is None or given_up:
        with database.transaction() as session:
            link_emails.note(session, claimed, refused=given_up)
    return True


def said(claimed: Claimed, site_url: str, trader: Trader) -> str:
    """What the e-mail says: no piece and no word of theirs."""
    return f"""{f"Dear {claimed.name}" if claimed.name else "Hello"},

{ASKED[claimed.via]}, and we have put your order together. Please look it over, letter by letter, and pay for it here:

{site_url}/pay/{claimed.code}

It comes to {pounds_and_pence(claimed.total_pence)}. Everything is set aside for you until {minute(claimed.until)}. Nothing is ordered, and nothing charged, before you have looked and paid there. What is not right you can change on those pages, or tell us.

If you did not ask us for this, please leave it: it ends by itself.

In Remembrance

--
{trader.signature}
"""  # noqa: E501  (a mail program breaks lines as wide as its window)


def _refused(post: Transport, message: EmailMessage) -> Exception | None:
    try:
        post.send(message)
    except (OSError, smtplib.SMTPException) as error:
        return error
    return None


def _message(claimed: Claimed, site_url: str, trader: Trader) -> EmailMessage:
    message = addressed(site_url, to=claimed.email, reply_to=trader.email)
    message["Subject"] = SUBJECT
    message["Message-ID"] = claimed.message_id
    message.set_content(said(claimed, site_url, trader))
    return message

"""E-mails that are about no order: how they are written, and sent."""

import smtplib
from collections.abc import Sequence
from dataclasses import field
from typing import Protocol

from shop.db import Database
from shop.dedications.vault import Vault
from shop.emails.email_blocks import Block, Greeting, Paragraph
from shop.emails.order_emails import Render, Written, addressed
from shop.emails.plain_text import plain
from shop.frozen import frozen
from shop.mail.answers import MOST_TRIES, answer_to
from shop.mail.sending import Transport
from shop.trader import Trader


@frozen
class Sender:
    """What sending them needs."""

    database: Database
    vault: Vault
    post: Transport
    render: Render
    site_url: str
    trader: Trader


@frozen
class Said:
    """What one of them says between its greeting and who signs it."""

    subject: str
    blocks: Sequence[Block] = field(repr=False)
    name: str = field(default="", repr=False)
    """Who is greeted; nobody by name where it is not known."""


class Claimed(Protocol):
    """An e-mail that a worker may send."""

    @property
    def email(self) -> str:
        """Where it goes."""

    @property
    def message_id(self) -> str:
        """The same at each try."""

    @property
    def tries(self) -> int:
        """How often it was tried, this time included."""


def written(render: Render, said: Said, trader: Trader) -> Written:
    """One of them, as text and HTML."""
    blocks = [Greeting(said.name), *said.blocks, Paragraph("In Remembrance", tone="sign")]
    html = render("emails/email.html", blocks=blocks, reference=said.subject, signature=trader.signature)
    return Written(said.subject, f"{plain(blocks)}\n\n--\n{trader.signature}\n", html, {})


def send(sender: Sender, claimed: Claimed, said: Said) -> bool | None:
    """Give False when it was sent, True when its address never takes it, None when it is tried again."""
    made = written(sender.render, said, sender.trader)
    message = addressed(to=claimed.email, reply_to=sender.trader.email)
    message["Subject"] = made.subject
    message["Message-ID"] = claimed.message_id
    message.set_content(made.text)
    message.add_alternative(made.html, subtype="html")
    try:
        sender.post.send(message)
    except (OSError, smtplib.SMTPException) as error:
        answer = answer_to(error)
        return True if answer and (answer.for_good or claimed.tries >= MOST_TRIES) else None
    return False

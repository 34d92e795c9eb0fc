"""The e-mail that invites somebody at the charity into its room."""

from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from shop import clock
from shop.accounts import sign_in_links, tokens
from shop.accounts.charity_people import CHARITY, INVITATION_LASTS
from shop.accounts.models import Account, CharityInvitation
from shop.emails.email_blocks import Block, Link, Paragraph
from shop.emails.other_emails import Said, Sender, send
from shop.frozen import frozen
from shop.mail.outbox import LEASE, Drop
from shop.mail.retries import FURTHEST, next_try
from shop.sql import has_come

SUBJECT: Final = "An invitation from In Remembrance"


@frozen
class Claimed:
    """An invitation that this worker may send."""

    id: int
    email: str
    message_id: str
    tries: int
    charity_name: str
    token: str


def send_next(sender: Sender, secret: str) -> bool:
    """Send the invitation that has waited longest. Give whether there was one.

    Claimed in one transaction, sent in none, noted in another, as all e-mails are.
    """
    with sender.database.looking() as session:
        if session.scalars(_next_due()).first() is None:
            return False
    with sender.database.transaction() as session:
        claimed = _claim(session, secret)
    if claimed is not None:
        refused = send(sender, claimed, said(claimed, sender.site_url))
        with sender.database.transaction() as session:
            _note(session, claimed.id, refused=refused)
    return True


def said(claimed: Claimed, site_url: str) -> Said:
    """What the e-mail says."""
    blocks: list[Block] = [
        Paragraph(
            f"We give a part of what we sell to {claimed.charity_name}. There is a room on our site where "
            "you can see all of it: each gift, what is due, each payment. No name of anybody who bought from "
            "us is in it."
        ),
        Link("Join", f"{site_url}/charity/join/{claimed.token}"),
        Paragraph(
            "You make a passkey there, with your telephone, computer or a security key. There is no "
            f"password. The link works once, for {INVITATION_LASTS.days} days, and is for you alone."
        ),
        Paragraph("If this is not for you, please leave it: it ends by itself.", tone="soft"),
    ]
    return Said(SUBJECT, blocks)


def _claim(session: Session, secret: str) -> Claimed | None:
    """Take the one that has waited longest; drop it, if its link opens nothing any more."""
    row = session.scalars(_next_due().with_for_update(skip_locked=True)).first()
    if row is None:
        return None
    token = tokens.derived(secret, row.seed)
    if sign_in_links.account_of_link(session, token, CHARITY) != row.account_id:
        row.dropped = Drop.NOT_SO
        return None
    row.attempts, row.due_at = row.attempts + 1, clock.now() + LEASE
    email = session.get_one(Account, row.account_id).email
    return Claimed(row.id, email, row.message_id, row.attempts, row.charity_name, token)


def _note(session: Session, invitation_id: int, *, refused: bool | None) -> None:
    row = session.get_one(CharityInvitation, invitation_id)
    if refused is None:
        row.due_at, row.attempts = next_try(row.attempts, answered=False)
    elif refused:
        row.dropped = Drop.REFUSED
    else:
        row.sent_at = clock.now()


def _next_due() -> Select[CharityInvitation]:
    return (
        select(CharityInvitation)
        .where(
            CharityInvitation.sent_at.is_(None),
            CharityInvitation.dropped.is_(None),
            has_come(CharityInvitation.due_at, clock.now(), FURTHEST),
        )
        .order_by(CharityInvitation.due_at, CharityInvitation.id)
        .limit(1)
    )

"""What finance and the charity are e-mailed when a month is closed: its checkpoint, to keep."""

from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from shop.accounts.models import STAFF, Account, Passkey
from shop.emails.email_blocks import Block, Link, Paragraph, Verbatim
from shop.emails.order_emails import Render
from shop.emails.plain_text import plain
from shop.mail import owner_outbox
from shop.mail.owner_outbox import Said
from shop.transparency.giving_log import GivingLog
from shop.transparency.models import LogCheckpoint
from shop.web.dates import month_name

WHY: Final = "You get this because you look after what the shop gives, or are given it."


def keep_log(log: GivingLog, render: Render, site_url: str) -> bool:
    """Keep the log up, and e-mail the checkpoint of each close. Give whether anything was done.

    The e-mail is put in where the checkpoint is made: there is none without the other, and each once.
    """

    def closed(session: Session, checkpoint: LogCheckpoint) -> None:
        if checkpoint.book == "live" and checkpoint.month:
            said = written(render, checkpoint.month, checkpoint.note, site_url)
            owner_outbox.put(session, recipients(session), said, None, for_finance=True)

    return log.keep_up(closed)


def written(render: Render, month: str, note: str, site_url: str) -> Said:
    """The e-mail, as text and HTML."""
    subject = f"What was given in {month_name(month)}: four lines to keep"
    blocks = list(_blocks(month, note, site_url))
    html = render("emails/email.html", blocks=blocks, reference=subject, signature=WHY)
    return Said(subject, f"{plain(blocks)}\n\n--\n{WHY}\n", html)


def _blocks(month: str, note: str, site_url: str) -> Iterator[Block]:
    yield Paragraph("Hello,")
    yield Paragraph(
        f"{month_name(month)} is closed in our ledger of what is given. The lines below are signed with the "
        "shop’s key, and fix every gift until now. Please keep this e-mail: nothing else is to be done."
    )
    yield Verbatim(note.splitlines())
    yield Paragraph(
        "Should anybody ever change what was given before, us included, these lines show it: whoever has "
        "them can hold the shop’s ledger to them, with our program or with another. They name nobody."
    )
    yield Link("What was given, and how it is checked", f"{site_url}/giving")
    yield Paragraph("In Remembrance", tone="sign")


def recipients(session: Session) -> Mapping[int, str]:
    """Who is told: owners, finance, and those of the charity who have joined and may come in."""
    joined = exists().where(Passkey.account_id == Account.id, Passkey.revoked_at.is_(None))
    query = select(Account.id, Account.email).where(
        Account.disabled_at.is_(None), or_(Account.role.in_(STAFF), joined)
    )
    return dict(session.execute(query.order_by(Account.id)).all())

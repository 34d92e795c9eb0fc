"""The e-mails with payment links: which is due, and that it was sent. Functions here never commit."""

import hashlib
from dataclasses import field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.payment_links.models import PaymentLink, Via
from shop.payment_links.payment_links import grouped, is_open, opened
from shop.sql import has_come

LEASE: Final = timedelta(minutes=5)
"""How long one worker may take over one e-mail; then, as when it could not be sent, it is tried again."""


@frozen
class Claimed:
    """An e-mail this worker may send until its lease ends."""

    link_id: int
    times: int
    """Which sending of the link it is: another is told of by another e-mail."""
    via: Via
    email: str = field(repr=False)
    name: str = field(repr=False)
    code: str = field(repr=False)
    total_pence: int
    until: datetime
    message_id: str
    """The same at each try."""
    tries: int


def any_due(session: Session) -> bool:
    """Whether there is an e-mail to claim: to be asked before a write lock is taken for it."""
    return session.scalars(_due()).first() is not None


def claim(session: Session, vault: Vault) -> Claimed | None:
    """Take the e-mail that has waited longest; None when there is none."""
    while (link := session.scalars(_due().with_for_update(skip_locked=True)).one_or_none()) is not None:
        found = opened(vault, [link]).get(link.id)
        if found is not None and found.email and is_open(link) and link.until and link.total_pence:
            link.email_due_at, link.email_tries = clock.now() + LEASE, link.email_tries + 1
            name = hashlib.sha256(f"{link.code_hash} {link.sent_at}".encode()).hexdigest()[:32]
            return Claimed(
                link.id, link.times, Via(link.via), found.email, found.name, grouped(found.code),
                link.total_pence, link.until, f"<{name}@in-remembrance.invalid>", link.email_tries,
            )  # fmt: skip
        link.email_due_at = None  # it was given up, or has run out
        session.flush()
    return None


def note(session: Session, claimed: Claimed, *, refused: bool) -> None:
    """Note that it went out, or that its address takes no e-mail."""
    link = session.scalars(
        select(PaymentLink).where(PaymentLink.id == claimed.link_id).with_for_update()
    ).one()
    if link.times != claimed.times or link.email_due_at is None:
        return  # it was sent again, or given up, meanwhile
    link.email_due_at = None
    if refused:
        link.email_refused_at = clock.now()
    else:
        link.emailed_at = clock.now()


def drop_unsent(session: Session) -> None:
    """Have none of them sent: they waited in a copy that was brought back."""
    waits = update(PaymentLink).where(PaymentLink.email_due_at.is_not(None)).values(email_due_at=None)
    session.execute(waits.execution_options(synchronize_session=False))


def _due() -> Select[PaymentLink]:
    due = has_come(PaymentLink.email_due_at, clock.now(), LEASE)
    return select(PaymentLink).where(due).order_by(PaymentLink.email_due_at, PaymentLink.id).limit(1)

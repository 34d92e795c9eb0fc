"""The link by which a comment is taken back is e-mailed once to its writer, if they gave an address.

The link's token is sealed with the address until the e-mail went out, and is then known to the writer alone.
"""

import hashlib
from dataclasses import field
from datetime import timedelta
from typing import Final

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.vault import Vault
from shop.emails import comment_link
from shop.emails.other_emails import Sender, send
from shop.frozen import frozen
from shop.journal.comments import E_MAIL
from shop.journal.models import Comment
from shop.sql import has_come

LEASE: Final = timedelta(minutes=5)
"""How long one worker may take over one e-mail; then, as when it could not be sent, it is tried again."""


@frozen
class Claimed:
    """An e-mail this worker may send until its lease ends."""

    id: int
    email: str = field(repr=False)
    token: str = field(repr=False)
    message_id: str
    """The same at each try."""
    tries: int


def send_next(sender: Sender) -> bool:
    """Send the link that has waited longest. Give whether there was one.

    Claimed in one transaction, sent in none, noted in another: killed in between, it is sent once more with
    the same Message-ID, never lost.
    """
    with sender.database.looking() as session:
        if session.scalars(_due()).first() is None:
            return False
    with sender.database.transaction() as session:
        claimed = _claim(session, sender.vault)
    if claimed is None:
        return False
    said = comment_link.said(f"{sender.site_url}/comments/{claimed.token}")
    if send(sender, claimed, said) is not None:
        with sender.database.transaction() as session:
            _sent(session, sender.vault, claimed)
    return True


def drop_unsent(session: Session) -> None:
    """Have none of them sent: they waited in a copy that was brought back."""
    waits = update(Comment).where(Comment.link_due_at.is_not(None)).values(link_due_at=None)
    session.execute(waits.execution_options(synchronize_session=False))


def _claim(session: Session, vault: Vault) -> Claimed | None:
    while (row := session.scalars(_due().with_for_update(skip_locked=True)).one_or_none()) is not None:
        key_id, sealed = row.email_key_id or "", row.email_sealed or b""
        said = vault.open_alone([(key_id, sealed)], E_MAIL).get(key_id)
        if said is not None and said["comment"] == row.token_hash and "token" in said:
            row.link_due_at, row.link_tries = clock.now() + LEASE, row.link_tries + 1
            name = hashlib.sha256(f"comment {row.token_hash}".encode()).hexdigest()[:32]
            message_id = f"<{name}@in-remembrance.invalid>"
            return Claimed(row.id, said["email"], said["token"], message_id, row.link_tries)
        row.link_due_at = None  # taken away, or its address erased, before it was sent
        session.flush()
    return None


def _sent(session: Session, vault: Vault, claimed: Claimed) -> None:
    row = session.scalars(select(Comment).where(Comment.id == claimed.id).with_for_update()).one()
    row.link_due_at = None
    if row.email_key_id is not None:
        known = {"comment": row.token_hash, "email": claimed.email}
        row.email_sealed = vault.seal_with_key(row.email_key_id, known, E_MAIL) or row.email_sealed


def _due() -> Select[Comment]:
    due = has_come(Comment.link_due_at, clock.now(), LEASE)
    return select(Comment).where(due).order_by(Comment.link_due_at, Comment.id).limit(1)

"""A link to a basket: made by its buyer, opened by whoever has it until it ends, e-mailed once if wished.

The code in the link and the token of the basket each open the other, sealed, and neither is kept: a copy of
the database opens no basket. An address is sealed under a key of its own, with the code, which goes with it
once the e-mail is sent. Functions here never commit.
"""

import hashlib
import secrets
from dataclasses import field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, delete, select, update
from sqlalchemy.orm import Session

from shop import clock, retention
from shop.basket_links.models import BasketLink
from shop.dedications.sealing import open_with, seal_with
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.sql import has_come

LASTS: Final = retention.lasts(retention.BASKET_LINK)
LEASE: Final = timedelta(minutes=5)
"""How long one worker may take over one e-mail; then, as when it could not be sent, it is tried again."""
CODE_BYTES: Final = 24
SEALED_AS: Final = "basket link e-mail"


@frozen
class Link:
    """A link that can be opened now."""

    id: int
    basket_id: int
    code: str = field(repr=False)
    token: str = field(repr=False)
    """The basket's, as its browser's cookie has it."""
    until: datetime


@frozen
class Claimed:
    """An e-mail this worker may send until its lease ends."""

    id: int
    key_id: str
    email: str = field(repr=False)
    code: str = field(repr=False)
    until: datetime
    message_id: str
    """The same at each try."""
    tries: int


def make(session: Session, vault: Vault, basket_id: int, token: str) -> Link:
    """A new link to a basket; the one before ends. The basket's row must be locked."""
    end(session, vault, basket_id)
    code = secrets.token_urlsafe(CODE_BYTES)
    row = BasketLink(
        basket_id=basket_id,
        code_hash=_hash(code),
        token_sealed=seal_with(code, token),
        code_sealed=seal_with(token, code),
        until=clock.now() + LASTS,
    )
    session.add(row)
    session.flush()
    return Link(row.id, basket_id, code, token, row.until)


def of_basket(session: Session, basket_id: int, token: str) -> Link | None:
    """The link to this basket, as its own browser may see it; None when there is none, or it has ended."""
    row = session.scalars(_open().where(BasketLink.basket_id == basket_id)).one_or_none()
    return (
        None if row is None else Link(row.id, basket_id, open_with(token, row.code_sealed), token, row.until)
    )


def by_code(session: Session, code: str) -> Link | None:
    """The link with this code; None when there is none, or it has ended."""
    row = session.scalars(_open().where(BasketLink.code_hash == _hash(code))).one_or_none()
    if row is None:
        return None
    return Link(row.id, row.basket_id, code, open_with(code, row.token_sealed), row.until)


def end(session: Session, vault: Vault, basket_id: int) -> None:
    """Have nobody open the basket by its link any more; twice is fine."""
    _end(session, vault, select(BasketLink).where(BasketLink.basket_id == basket_id))


def forget_old(session: Session, vault: Vault) -> int:
    """Delete the links that have ended; how many."""
    return _end(session, vault, select(BasketLink).where(BasketLink.until <= clock.now()))


def send(session: Session, vault: Vault, link: Link, email: str) -> None:
    """Have the link e-mailed to this address."""
    row = session.get_one(BasketLink, link.id)
    _forget_address(vault, row)
    [(row.email_key_id, row.email_sealed)] = vault.seal_alone(
        [{"email": email, "code": link.code}], SEALED_AS
    )
    row.email_due_at, row.email_tries = clock.now(), 0


def any_due(session: Session) -> bool:
    """Whether there is an e-mail to claim: to be asked before a write lock is taken for it."""
    return session.scalars(_due()).first() is not None


def claim(session: Session, vault: Vault) -> Claimed | None:
    """Take the e-mail that has waited longest; None when there is none."""
    while (row := session.scalars(_due().with_for_update(skip_locked=True)).one_or_none()) is not None:
        key_id, sealed = row.email_key_id or "", row.email_sealed or b""
        said = vault.open_alone([(key_id, sealed)], SEALED_AS).get(key_id)
        if said is not None and row.until > clock.now():
            row.email_due_at, row.email_tries = clock.now() + LEASE, row.email_tries + 1
            name = _hash(f"basket link {key_id}")[:32]
            message_id = f"<{name}@in-remembrance.invalid>"
            return Claimed(
                row.id, key_id, said["email"], said["code"], row.until, message_id, row.email_tries
            )
        _forget_address(vault, row)
        session.flush()
    return None


def sent(session: Session, vault: Vault, claimed: Claimed) -> None:
    """Forget the address: its e-mail went out, or never can. One that was asked for meanwhile still goes."""
    row = session.scalars(
        select(BasketLink).where(BasketLink.email_key_id == claimed.key_id).with_for_update()
    ).one_or_none()
    if row is not None:
        _forget_address(vault, row)


def drop_unsent(session: Session) -> None:
    """Have none of them sent: they waited in a copy that was brought back."""
    waits = update(BasketLink).where(BasketLink.email_due_at.is_not(None)).values(email_due_at=None)
    session.execute(waits.execution_options(synchronize_session=False))


def _open() -> Select[BasketLink]:
    return select(BasketLink).where(BasketLink.until > clock.now())


def _due() -> Select[BasketLink]:
    due = has_come(BasketLink.email_due_at, clock.now(), LEASE)
    return select(BasketLink).where(due).order_by(BasketLink.email_due_at, BasketLink.id).limit(1)


def _end(session: Session, vault: Vault, which: Select[BasketLink]) -> int:
    rows = session.scalars(which.with_for_update()).all()
    for row in rows:
        _forget_address(vault, row)
    session.execute(delete(BasketLink).where(BasketLink.id.in_([row.id for row in rows])))
    return len(rows)


def _forget_address(vault: Vault, row: BasketLink) -> None:
    if row.email_key_id is not None:
        vault.destroy([row.email_key_id], [f"{SEALED_AS} {row.email_key_id}"])
    row.email_key_id = row.email_sealed = row.email_due_at = None


def _hash(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()

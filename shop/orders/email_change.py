"""Another e-mail address for an order: nothing is sent to it before whoever reads it there has said so.

Asking is told to the address that stands, and so is the change, so that a link in the wrong hands turns no
e-mails away unseen. The new address gets one e-mail, which says no more than the order's reference.
"""

import hashlib
import hmac
import secrets
from dataclasses import field
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.mail import outbox
from shop.mail.addresses import ascii_address
from shop.orders.lifecycle import lock
from shop.orders.models import EmailChange
from shop.orders.states import State

ASKED: Final = "email-change-asked"
CONFIRM: Final = "email-change-link"
CHANGED: Final = "email-changed"
EMAILS: Final = frozenset({ASKED, CONFIRM, CHANGED})

LASTS: Final = timedelta(days=7)
"""How long the link to confirm an address works."""

CONFIRMATION: Final = "order-confirmation"
JUST_ORDERED: Final = timedelta(days=3)
"""So long after ordering the confirmation is sent once more, to the new address: the first may be lost."""

A_DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 3
"""Addresses asked for in a day: nobody is to be pressed with e-mails by way of an order."""


class TooOften(Exception):
    """It was asked for too often today."""


class NoLongerWaits(Exception):
    """The address was confirmed before, given up, replaced by another, or its link has run out."""


class Erased(Exception):
    """Whom the order is for was erased."""


@frozen
class Pending:
    """An address that was asked for and waits to be confirmed."""

    row: EmailChange
    email: str = field(repr=False)


@frozen
class Told:
    """What an e-mail about a change says, and to whom it goes."""

    to: str = field(repr=False)
    email: str = field(repr=False)
    """The new address."""
    link: str = field(repr=False)
    """Of the page that confirms it, below the shop's own address."""
    row: EmailChange


def ask(
    session: Session, vault: Vault, order_id: int, email: str, *, secret_key: str, actor: str, why: str = ""
) -> bool:
    """Ask for another address, in the place of any that waits. Give whether it is another at all.

    Raises TooOften or Erased.
    """
    order = lock(session, order_id)
    standing = _contact(session, vault, order_id)["email"]
    if standing == email:
        withdraw(session, order_id)
        return False
    waits = pending(session, vault, order_id)
    if waits is not None and waits.email == email:
        return True
    now = clock.now()
    lately = (EmailChange.order_id == order_id) & (EmailChange.asked_at > now - A_DAY)
    if (session.scalar(select(func.count()).where(lately)) or 0) >= MOST_A_DAY:
        raise TooOften
    withdraw(session, order_id)
    nonce = secrets.token_urlsafe(16)
    row = EmailChange(
        order_id=order.id, token_hash=_hash(_token(secret_key, order.id, nonce)), nonce=nonce, asked_at=now,
        expires_at=now + LASTS, confirmed_at=None, withdrawn_at=None, actor=actor,
    )  # fmt: skip
    session.add(row)
    session.flush()
    vault.seal(session, order.id, _label(row.id), {"email": email, "before": standing, "why": why})
    for kind in (ASKED, CONFIRM):
        outbox.put(session, kind=kind, order_id=order.id, dedupe_key=f"{kind}-{row.id}")
    return True


def pending(session: Session, vault: Vault, order_id: int) -> Pending | None:
    """The address that waits to be confirmed, if there is one."""
    row = session.scalars(
        select(EmailChange).where(EmailChange.order_id == order_id, *_WAITS).order_by(EmailChange.id.desc())
    ).first()
    sealed = _sealed(session, vault, row) if row and row.expires_at > clock.now() else None
    return Pending(row, sealed["email"]) if row and sealed else None


def waiting_at(session: Session, token: str) -> EmailChange | None:
    """The change that a link confirms; None when it no longer waits, or there never was one."""
    row = session.scalars(select(EmailChange).where(EmailChange.token_hash == _hash(token), *_WAITS)).first()
    return row if row is not None and row.expires_at > clock.now() else None


def confirm(session: Session, vault: Vault, token: str) -> None:
    """From now on e-mails go to the address this link was sent to. Raises NoLongerWaits or Erased."""
    found = waiting_at(session, token)
    if found is None:
        raise NoLongerWaits
    order = lock(session, found.order_id)
    session.refresh(found)
    sealed = _sealed(session, vault, found)
    if found.confirmed_at or found.withdrawn_at or sealed is None:
        raise NoLongerWaits
    contact = _contact(session, vault, found.order_id)
    found.confirmed_at = clock.now()
    vault.seal(session, found.order_id, "contact", contact | {"email": sealed["email"]})
    vault.index_under(session, found.order_id, ascii_address(sealed["email"]))
    outbox.put(session, kind=CHANGED, order_id=order.id, dedupe_key=f"{CHANGED}-{found.id}")
    if order.state == State.PAID and clock.now() - order.placed_at < JUST_ORDERED:
        key = f"{CONFIRMATION}-{found.id}"  # what was ordered is to be in the hands of who ordered it
        outbox.put(session, kind=CONFIRMATION, order_id=order.id, dedupe_key=key)


def withdraw(session: Session, order_id: int) -> None:
    """Give up whatever address waits to be confirmed."""
    session.execute(
        update(EmailChange)
        .where(EmailChange.order_id == order_id, *_WAITS)
        .values(withdrawn_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )


def told_by(session: Session, vault: Vault, kind: str, dedupe_key: str, *, secret_key: str) -> Told | None:
    """What a queued e-mail about a change says; None when it is not so any more, or was erased."""
    number = dedupe_key.removeprefix(f"{kind}-")
    row = session.get(EmailChange, int(number)) if number.isdigit() else None
    sealed = _sealed(session, vault, row) if row else None
    if row is None or sealed is None:
        return None
    if kind != CHANGED and (row.confirmed_at or row.withdrawn_at):
        return None
    link = f"/confirm-email/{_token(secret_key, row.order_id, row.nonce)}"
    return Told(sealed["email"] if kind == CONFIRM else sealed["before"], sealed["email"], link, row)


def kept(session: Session, vault: Vault, order_id: int) -> list[dict[str, Any]]:
    """All that is kept of an order's addresses, oldest first."""
    rows = session.scalars(
        select(EmailChange).where(EmailChange.order_id == order_id).order_by(EmailChange.id)
    )
    return [
        {
            "asked_at": row.asked_at.isoformat(),
            "by": row.actor,
            "confirmed_at": row.confirmed_at.isoformat() if row.confirmed_at else None,
            "given_up_at": row.withdrawn_at.isoformat() if row.withdrawn_at else None,
        }
        | (_sealed(session, vault, row) or {})
        for row in rows
    ]


_WAITS: Final = (EmailChange.confirmed_at.is_(None), EmailChange.withdrawn_at.is_(None))


def _contact(session: Session, vault: Vault, order_id: int) -> dict[str, Any]:
    contact: dict[str, Any] | None = vault.reveal(session, order_id, "contact")
    if contact is None:
        raise Erased
    return contact


def _sealed(session: Session, vault: Vault, row: EmailChange) -> dict[str, Any] | None:
    found: dict[str, Any] | None = vault.reveal(session, row.order_id, _label(row.id))
    return found


def _label(change_id: int) -> str:
    return f"email-change:{change_id}"


def _token(secret_key: str, order_id: int, nonce: str) -> str:
    message = f"email-change:{order_id}:{nonce}".encode()
    return hmac.new(secret_key.encode(), message, hashlib.sha256).hexdigest()[:40]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

"""Passkeys as rows: which stand, what was asked of them, and that each answer counts once."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.accounts.models import Passkey, PasskeyChallenge
from shop.frozen import frozen
from shop.sql import APART, dialect_insert

ANSWER_WITHIN: Final = timedelta(minutes=5)
"""How long a device may take, with somebody looking for it."""


class Purpose(StrEnum):
    """What a passkey is asked for: an answer to one question is none to another."""

    SIGN_IN = "sign in"
    SECOND_FACTOR = "second factor"
    ADD = "add"
    CONFIRM = "confirm"
    JOIN = "join"
    PAYMENT = "payment"
    """That a payment has reached the charity: what is signed is said by the challenge itself."""


class PasskeyRefused(Exception):
    """What came is no answer of a passkey that stands to what was asked; the text is for the log."""


@frozen
class NewKey:
    """A key that a device has just made."""

    credential_id: bytes
    public_key: bytes
    spki: bytes
    sign_count: int


@frozen
class Asked:
    """What a passkey is asked for: of which account, if it is known, and to sign what."""

    purpose: Purpose
    account_id: int | None = None
    subject: str | None = None


def ask(session: Session, challenge: bytes, asked: Asked, browser: str) -> None:
    """Remember what this browser is asked; asked for the very same once more, it is asked once."""
    row = {**asdict(asked), "browser": browser, "made_at": clock.now()}
    made = dialect_insert(session, PasskeyChallenge).values(challenge_hash=_digest(challenge, browser), **row)
    session.execute(made.on_conflict_do_update(index_elements=["challenge_hash"], set_=row))


def take(session: Session, challenge: bytes, asked: Asked, browser: str) -> str | None:
    """What was to be signed, if that was said; it cannot be answered again.

    Raises PasskeyRefused when this browser was not asked for this, or answered, or was asked too long ago.
    """
    row = session.execute(
        delete(PasskeyChallenge)
        .where(
            PasskeyChallenge.challenge_hash == _digest(challenge, browser),
            PasskeyChallenge.purpose == asked.purpose,
            PasskeyChallenge.browser == browser,
            PasskeyChallenge.account_id == asked.account_id,
        )
        .returning(PasskeyChallenge.subject, PasskeyChallenge.made_at)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None or not clock.now() - ANSWER_WITHIN <= row.made_at <= clock.now() + APART:
        raise PasskeyRefused("nothing of the kind was asked, or it was answered, or too long ago")
    subject: str | None = row.subject
    return subject


def forget_challenges(session: Session) -> None:
    """Delete what can be answered no more."""
    now = clock.now()
    over = or_(PasskeyChallenge.made_at < now - ANSWER_WITHIN, PasskeyChallenge.made_at > now + APART)
    session.execute(delete(PasskeyChallenge).where(over).execution_options(synchronize_session=False))


def add(session: Session, account_id: int, made: NewKey, name: str) -> int:
    """Keep a key that a device has made; its number. Raises PasskeyRefused if it is somebody's already."""
    known = select(Passkey.id).where(Passkey.credential_id == made.credential_id)
    if session.scalar(known) is not None:
        raise PasskeyRefused("it is somebody's already")
    row = Passkey(
        account_id=account_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        spki=made.spki,
        sign_count=made.sign_count,
        name=name,
        made_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row.id


def standing(session: Session, account_id: int) -> Sequence[Passkey]:
    """Those of an account, the first made first."""
    query = select(Passkey).where(Passkey.account_id == account_id, Passkey.revoked_at.is_(None))
    return session.scalars(query.order_by(Passkey.id)).all()


def standing_of(session: Session, accounts: Sequence[int]) -> dict[int, list[Passkey]]:
    """Those of several accounts, by account."""
    query = select(Passkey).where(Passkey.account_id.in_(accounts), Passkey.revoked_at.is_(None))
    found: dict[int, list[Passkey]] = {}
    for passkey in session.scalars(query.order_by(Passkey.id)):
        found.setdefault(passkey.account_id, []).append(passkey)
    return found


def by_credential(session: Session, credential_id: bytes) -> Passkey:
    """The one with this credential, if it stands. Raises PasskeyRefused."""
    query = select(Passkey).where(Passkey.credential_id == credential_id, Passkey.revoked_at.is_(None))
    found = session.scalars(query).one_or_none()
    if found is None:
        raise PasskeyRefused("no such passkey stands")
    return found


def use(session: Session, passkey: Passkey, sign_count: int) -> None:
    """Note that it signed. Raises PasskeyRefused if it was revoked, or signed something else, meanwhile."""
    used = session.execute(
        update(Passkey)
        .where(
            Passkey.id == passkey.id,
            Passkey.revoked_at.is_(None),
            Passkey.sign_count == passkey.sign_count,
        )
        .values(sign_count=sign_count, last_used_at=clock.now())
        .returning(Passkey.id)
        .execution_options(synchronize_session=False)
    )
    if used.one_or_none() is None:
        raise PasskeyRefused("it was revoked, or signed something else, meanwhile")


def revoke(session: Session, account_id: int, passkey_id: int | None = None) -> int:
    """End one of an account's own, or all of them; how many ended."""
    these = update(Passkey).where(Passkey.account_id == account_id, Passkey.revoked_at.is_(None))
    if passkey_id is not None:
        these = these.where(Passkey.id == passkey_id)
    ended = these.values(revoked_at=clock.now()).returning(Passkey.id)
    return len(session.execute(ended.execution_options(synchronize_session=False)).all())


def fingerprint(passkey: Passkey) -> str:
    """SHA-256 (hex) of the key as SubjectPublicKeyInfo: `openssl pkey -pubin -outform DER | sha256sum`."""
    return hashlib.sha256(passkey.spki).hexdigest()


def _digest(challenge: bytes, browser: str) -> str:
    """What is asked for a payment is the same in every browser, and remembered for each."""
    return hashlib.sha256(challenge + browser.encode()).hexdigest()

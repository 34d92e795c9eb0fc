"""Staff sessions: one row per signed-in browser, that the server can end at any moment.

Several browsers may be signed in to one account at once.
"""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, exists, not_, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from shop import clock, retention
from shop.accounts import tokens
from shop.accounts.models import Account, OpenedBy, Passkey, StaffSession
from shop.frozen import frozen
from shop.sql import APART

IDLE: Final = timedelta(hours=12)
"""A session ends when nothing was done with it for a working day."""

LONGEST: Final = retention.lasts(retention.STAFF)
"""A session ends after a week whatever was done with it."""

SEEN_EVERY: Final = timedelta(minutes=5)
"""How finely idleness is measured: a page view within it writes nothing."""

SHOWN_IS_FRESH: Final = timedelta(hours=1)
"""How long after a link or a passkey its session may set a new password without the old one."""

MORE_THAN_A_PASSWORD: Final = frozenset({OpenedBy.LINK, OpenedBy.PASSKEY})
"""Whoever has a passkey must show it after a link too, and its session takes the place of the link's."""

SIGN_IN_IS_FRESH: Final = timedelta(hours=1)
"""How long after a sign-in passkeys may be made and ended: a session left open somewhere is not enough."""


@frozen
class SignedIn:
    """An account and the session it is signed in with."""

    account: Account
    session: StaffSession
    has_passkey: bool = False

    @property
    def passkey_due(self) -> bool:
        """Whether a passkey has still to be shown: until then nothing is open."""
        return self.has_passkey and self.session.passkey_at is None

    @property
    def is_fresh(self) -> bool:
        """Whether somebody has signed in just now, and not some day of the week."""
        shown = self.session.passkey_at or self.session.created_at
        return clock.now() - max(shown, self.session.created_at) <= SIGN_IN_IS_FRESH

    @property
    def may_set_password(self) -> bool:
        """Whether a password may be set without the old one: there is none, or more was shown just now."""
        fresh = clock.now() - self.session.created_at <= SHOWN_IS_FRESH
        return self.account.password_hash is None or (
            self.session.opened_by in MORE_THAN_A_PASSWORD and fresh
        )


def open_session(session: Session, account_id: int, by: OpenedBy, instead_of: str | None = None) -> str:
    """Open a session and give its token; the session of the token `instead_of`, if any, ends."""
    if instead_of is not None:
        sign_out(session, instead_of)
    now, token = clock.now(), tokens.fresh()
    session.add(
        StaffSession(
            token_hash=tokens.digest(token),
            account_id=account_id,
            opened_by=by,
            created_at=now,
            last_seen_at=now,
            passkey_at=now if by is OpenedBy.PASSKEY else None,
        )
    )
    session.flush()
    return token


def end_all(session: Session, account_id: int) -> None:
    """End every session of an account."""
    _revoke(session, StaffSession.account_id == account_id)


def sign_out(session: Session, token: str) -> None:
    """End the session of this token; its cookie opens nothing any more."""
    _revoke(session, StaffSession.token_hash == tokens.digest(token))


def end_others(session: Session, account_id: int, token: str) -> None:
    """End every session of an account but the one of this token."""
    _revoke(session, StaffSession.account_id == account_id, StaffSession.token_hash != tokens.digest(token))


def begin_to_ask(session: Session, account_id: int, token: str) -> None:
    """A passkey was made in the session of this token: it was shown there, and every other one ends."""
    end_others(session, account_id, token)
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == tokens.digest(token), StaffSession.revoked_at.is_(None))
        .values(passkey_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def signed_in(session: Session, token: str) -> SignedIn | None:
    """Who is signed in with this token, and since when; None when it opens nothing (any more).

    Whether a passkey is still due is for the caller to look at.
    """
    now = clock.now()
    found = session.execute(
        select(Account, StaffSession, _HAS_PASSKEY)
        .join(StaffSession, StaffSession.account_id == Account.id)
        .where(
            StaffSession.token_hash == tokens.digest(token),
            StaffSession.revoked_at.is_(None),
            StaffSession.last_seen_at > now - IDLE,
            StaffSession.created_at > now - LONGEST,
            StaffSession.created_at <= now + APART,
            Account.disabled_at.is_(None),
        )
    ).one_or_none()
    return SignedIn(*found) if found else None


_HAS_PASSKEY: Final = exists().where(Passkey.account_id == Account.id, Passkey.revoked_at.is_(None))


def account_for(session: Session, token: str) -> Account | None:
    """The account signed in with this token."""
    found = signed_in(session, token)
    return found.account if found else None


def mark_seen(session: Session, token: str) -> None:
    """Start the idle time of this token's session again."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == tokens.digest(token), StaffSession.revoked_at.is_(None))
        .values(last_seen_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def forget_sessions(session: Session) -> None:
    """Delete sessions that can open nothing any more."""
    now = clock.now()
    over = not_(StaffSession.created_at.between(now - LONGEST, now + APART))
    session.execute(
        delete(StaffSession)
        .where(or_(StaffSession.revoked_at.is_not(None), over))
        .execution_options(synchronize_session=False)
    )


def _revoke(session: Session, *which: ColumnElement[bool]) -> None:
    session.execute(
        update(StaffSession)
        .where(*which, StaffSession.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )

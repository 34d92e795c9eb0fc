"""How often somebody may try a password, so that nobody guesses it and nobody is locked out by guessing.

A network has five tries a minute, whomever they are for (what a network is, `shop.network` says). An account
has STRANGERS tries a minute from all networks together: enough that nobody from a handful of addresses uses
them up. A browser that has signed in to the account before has five of its own, which no stranger can use
(the device cookie OWASP describes).

Counted in the database, because every worker and host must count together. Each key has as many slots as
tries; a try takes one whose last use is a minute old, so no minute anywhere holds one more. A refused try
takes none. A slot dated more than a minute ahead was taken before the clock was set back, and is free. Where
e-mails go to whatever address was typed, a mailbox has a few an hour as well, from all networks together.
"""

import hashlib
import hmac
import math
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from shop import retention
from shop.accounts.models import SignInAttempt
from shop.network import counted, network, site
from shop.sql import dialect_insert, moment

TRIES: Final = 5
STRANGERS: Final = 100
"""Tries a minute at one account by browsers it does not know: a few seconds of hashing a minute, and nothing
against the passwords that `passwords` lets through."""

AN_ACCOUNT: Final = 30
"""Times a minute that somebody who is signed in may be asked for their passkey."""

A_MAILBOX: Final = 6
"""E-mails an hour that strangers may cause to go to one mailbox."""

WINDOW: Final = timedelta(minutes=1)
AN_HOUR: Final = timedelta(hours=1)
KEEP: Final = retention.lasts(retention.TRIES)


class TooManyTries(Exception):
    """This e-mail or this address has had its tries for now."""

    def __init__(self, retry_after: int, *, everywhere: bool = False) -> None:
        self.retry_after = retry_after
        """In seconds: 1 to 60, or to an hour for a mailbox."""
        self.everywhere = everywhere
        """Whether one account was tried from so many networks that its tries are used up."""
        super().__init__("There were several tries in a short time. Please wait a minute and try again.")


def allow_try(session: Session, *, email: str, address: str, secret: str, device: str | None = None) -> None:
    """Count one try, to be committed before the password is looked at. Raises TooManyTries.

    `device` stands for a browser that has signed in to this account before (see `devices`). `secret` keys the
    digests that stand for all of them, so that the table names nobody.
    """
    if device is not None:
        _take_slot(session, _key(secret, "device", device), TRIES)
        return
    # The address first, always: two tries then never wait for each other in a circle.
    allow(session, kind="address", address=address, secret=secret)
    try:
        _take_slot(session, _key(secret, "email", email), STRANGERS)
    except TooManyTries as error:
        raise TooManyTries(error.retry_after, everywhere=True) from None


def allow(session: Session, *, kind: str, address: str, secret: str) -> None:
    """Count one try of this kind by whomever the address stands for. Raises TooManyTries."""
    for who in counted(address):
        _take_slot(session, _key(secret, kind, who.name), TRIES * who.times)


def allow_account(session: Session, *, kind: str, account_id: int, secret: str) -> None:
    """Count one try of this kind by somebody who is signed in. Raises TooManyTries."""
    _take_slot(session, _key(secret, f"{kind} of an account", str(account_id)), AN_ACCOUNT)


def allow_mailbox(session: Session, *, kind: str, mailbox: str, secret: str) -> None:
    """Count one e-mail of this kind that somebody causes to go to a mailbox. Raises TooManyTries."""
    _take_slot(session, _key(secret, f"{kind} to a mailbox", mailbox), A_MAILBOX, AN_HOUR)


def forget_tries(session: Session) -> int:
    """Delete what is an hour away, either way, and says nothing any more; how many rows that was."""
    now = moment(session)
    old = (
        select(SignInAttempt.key, SignInAttempt.slot)
        .where(or_(SignInAttempt.at < now - KEEP, SignInAttempt.at > now + KEEP))
        .with_for_update(skip_locked=True)
    )
    gone = session.execute(
        delete(SignInAttempt)
        .where(tuple_(SignInAttempt.key, SignInAttempt.slot).in_(old))
        .returning(SignInAttempt.slot)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def network_digest(address: str, secret: str) -> str:
    """What may be kept of whom an address stands for: 64 hexadecimal digits that only `secret` can make."""
    return _key(secret, "network", network(address))


def site_digest(address: str, secret: str) -> str | None:
    """The same of the larger network that an IPv6 address belongs to; None for any other address."""
    found = site(address)
    return None if found is None else _key(secret, "site", found)


def email_digest(email: str, secret: str) -> str:
    """What may be kept of an e-mail: 64 hexadecimal digits that only `secret` can make."""
    return _key(secret, "email", email)


def _key(secret: str, kind: str, value: str) -> str:
    return hmac.new(secret.encode(), f"sign-in:{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def _take_slot(session: Session, key: str, most: int, window: timedelta = WINDOW) -> None:
    start = dialect_insert(session, SignInAttempt)
    while True:
        now = moment(session)
        if _take_free(session, key, now, window):
            return
        slots = select(func.count(), func.coalesce(func.max(SignInAttempt.slot), -1)).where(
            SignInAttempt.key == key
        )
        taken, last = session.execute(slots).one()
        if taken >= most:
            raise TooManyTries(_wait(session, key, now, window))
        slot = {"key": key, "slot": last + 1, "at": now}
        if session.execute(start.values(slot).on_conflict_do_nothing().returning(SignInAttempt.slot)).first():
            return  # else another try took it at the same moment


def _take_free(session: Session, key: str, now: datetime, window: timedelta) -> bool:
    """Take a slot whose time has passed, if one is left."""
    free = session.scalars(
        select(SignInAttempt.slot)
        .where(
            SignInAttempt.key == key,
            or_(SignInAttempt.at <= now - window, SignInAttempt.at > now + window),
        )
        .order_by(SignInAttempt.slot)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if free is None:
        return False
    session.execute(
        update(SignInAttempt)
        .where(SignInAttempt.key == key, SignInAttempt.slot == free)
        .values(at=now)
        .execution_options(synchronize_session=False)
    )
    return True


def _wait(session: Session, key: str, now: datetime, window: timedelta) -> int:
    oldest = session.execute(select(func.min(SignInAttempt.at)).where(SignInAttempt.key == key)).scalar_one()
    left = (oldest + window - now).total_seconds()
    return min(max(math.ceil(left), 1), int(window.total_seconds()))

"""How often somebody may try a password: five times a minute per e-mail, and per address.

Counted in the database, because every worker and host must count together. Each key has five slots; a try
takes one whose last use is a minute old, so no minute anywhere holds a sixth. A refused try takes none:
who waits a minute gets in again, whatever somebody else is doing at another address with another e-mail.
"""

import hashlib
import hmac
import math
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shop import keeping
from shop.accounts.models import SignInAttempt
from shop.db import is_sqlite, moment

TRIES: Final = 5
WINDOW: Final = timedelta(minutes=1)
NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)
KEEP: Final = keeping.lasts(keeping.TRIES)


class TooManyTries(Exception):
    """This e-mail or this address has had its tries for now."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        """In seconds, 1 to 60."""
        super().__init__("There were several tries in a short time. Please wait a minute and try again.")


def allow_try(session: Session, *, email: str, address: str, secret: str) -> None:
    """Count one try, to be committed before the password is looked at. Raises TooManyTries.

    `secret` keys the digests that stand for the e-mail and the address, so that the table names nobody.
    """
    # The address first, always: two tries then never wait for each other in a circle.
    for key in (_key(secret, "address", network(address)), _key(secret, "email", email)):
        _take_slot(session, key)


def allow(session: Session, *, kind: str, value: str, secret: str) -> None:
    """Count one try of another kind by whoever `value` stands for, at the same rate. Raises TooManyTries."""
    _take_slot(session, _key(secret, kind, value))


def forget_tries(session: Session) -> int:
    """Delete what is older than an hour and says nothing any more; how many rows that was."""
    old = (
        select(SignInAttempt.key, SignInAttempt.slot)
        .where(SignInAttempt.at < moment(session) - KEEP)
        .with_for_update(skip_locked=True)
    )
    gone = session.execute(
        delete(SignInAttempt)
        .where(tuple_(SignInAttempt.key, SignInAttempt.slot).in_(old))
        .returning(SignInAttempt.slot)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def network(address: str) -> str:
    """Whom an address stands for: itself, or for IPv6 the /64 that one household or office has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return parsed.exploded[:19]
    return str(parsed)


def network_digest(address: str, secret: str) -> str:
    """What may be kept of whom an address stands for: 64 hexadecimal digits that only `secret` can make."""
    return _key(secret, "network", network(address))


def _key(secret: str, kind: str, value: str) -> str:
    return hmac.new(secret.encode(), f"sign-in:{kind}:{value}".encode(), hashlib.sha256).hexdigest()


def _take_slot(session: Session, key: str) -> None:
    slots = [{"key": key, "slot": slot, "at": NEVER} for slot in range(TRIES)]
    start = sqlite.insert(SignInAttempt) if is_sqlite(session) else postgresql.insert(SignInAttempt)
    session.execute(start.values(slots).on_conflict_do_nothing())
    now = moment(session)
    free = session.scalars(
        select(SignInAttempt.slot)
        .where(SignInAttempt.key == key, SignInAttempt.at <= now - WINDOW)
        .order_by(SignInAttempt.slot)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if free is None:
        raise TooManyTries(_wait(session, key, now))
    session.execute(
        update(SignInAttempt)
        .where(SignInAttempt.key == key, SignInAttempt.slot == free)
        .values(at=now)
        .execution_options(synchronize_session=False)
    )


def _wait(session: Session, key: str, now: datetime) -> int:
    oldest = session.execute(select(func.min(SignInAttempt.at)).where(SignInAttempt.key == key)).scalar_one()
    left = (oldest + WINDOW - now).total_seconds()
    return min(max(math.ceil(left), 1), int(WINDOW.total_seconds()))

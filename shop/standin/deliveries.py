"""Bringing events to the shop's webhook: signed as Stripe signs, and tried until it answers 2xx."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.sql import ColumnElement

from shop.db import Database
from shop.orm import table_of
from shop.sql import has_come
from shop.standin import after_sales, idempotency, paying
from shop.standin.config import StandIn
from shop.standin.models import StandinDelivery, StandinEvent

Post = Callable[[str, bytes, Mapping[str, str]], int]
"""Sends a body with headers to an address and gives the status; 0 when no answer came."""

LEASE: Final = timedelta(seconds=60)
TOGETHER: Final = 4
"""Claimed at once: no more than a lease leaves time for, however slowly each is answered."""
FIRST_DELAY: Final = timedelta(seconds=5)
LONGEST_DELAY: Final = timedelta(hours=4)
MOST_ATTEMPTS: Final = 20
POST_TIMEOUT: Final = (3, 10)
"""Seconds to connect, and for the answer."""

_ANSWERED: Final = update(table_of(StandinDelivery)).where(
    table_of(StandinDelivery).c.id == bindparam("its_id"), table_of(StandinDelivery).c.state == "due"
)


def work(standin: StandIn, post: Post, now: datetime) -> int:
    """All that is due: sessions to expire, balances to release, old keys to forget, events to deliver.

    Gives how many events were delivered.
    """
    paying.expire_overdue(standin.database)
    with standin.database.looking() as session:
        idle = not (after_sales.any_pending(session) or idempotency.any_old(session))
    if not idle:
        with standin.database.transaction() as session:
            after_sales.release_pending(session)
            idempotency.forget_old(session)
    url, secret = standin.webhook_url, standin.keys.webhook_secret
    return deliver_due(standin.database, post, now, url=url, secret=secret)


def deliver_due(
    database: Database, post: Post, now: datetime, *, url: str, secret: str, limit: int = 100
) -> int:
    """Deliver what is due at `now`, oldest first, and give how many deliveries were answered with 2xx.

    A few are claimed for LEASE before they are sent, so that any number of workers may do this at once; no
    transaction is open while they travel. A claim whose worker died runs out and is taken up again.
    """
    delivered = 0
    for _ in range(0, limit, TOGETHER):
        claimed = _claim(database, now)
        answered: list[tuple[Claimed, int]] = []
        try:
            for each in claimed:
                told = {
                    "Content-Type": "application/json",
                    "Stripe-Signature": signed(each.body, secret, now),
                }
                answered.append((each, post(url, each.body, told)))
        finally:
            delivered += _settle(database, answered, now)
        if len(claimed) < TOGETHER:
            break
    return delivered


def signed(body: bytes, secret: str, at: datetime) -> str:
    """The Stripe-Signature header of a body (docs.stripe.com/webhooks#verify-manually)."""
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


def post_with_requests(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send over the network; 0 when no answer came."""
    import requests  # noqa: PLC0415 - only a webhook that waits needs it

    try:
        answer = requests.post(
            url, data=body, headers=dict(headers), timeout=POST_TIMEOUT, allow_redirects=False
        )
    except requests.RequestException:
        return 0
    return answer.status_code


def delay_after(attempts: int) -> timedelta:
    """How long to wait after that many failures: 5 seconds, doubling, never more than four hours."""
    doubled: int = 2 ** min(attempts - 1, MOST_ATTEMPTS)
    return min(FIRST_DELAY * doubled, LONGEST_DELAY)


class Claimed(NamedTuple):
    """An event to be sent, when it was due, and how many times it will have been tried then."""

    delivery_id: int
    body: bytes
    due_at: datetime
    attempts: int


def _claim(database: Database, now: datetime) -> list[Claimed]:
    """The oldest that are due; no lock is taken, and nothing written, when none is."""
    due = select(StandinDelivery.id).where(*_claimable(now))
    with database.looking() as session:
        if session.scalars(due.limit(1)).first() is None:
            return []
    oldest = (
        select(StandinDelivery, StandinEvent.body)
        .join(StandinEvent, StandinEvent.id == StandinDelivery.event_id)
        .where(*_claimable(now))
        .order_by(StandinDelivery.due_at, StandinDelivery.id)
        .limit(TOGETHER)
        .with_for_update(of=StandinDelivery, skip_locked=True)
    )
    with database.transaction() as session:
        claimed = []
        for delivery, event in session.execute(oldest):
            delivery.leased_until, delivery.attempts = now + LEASE, delivery.attempts + 1
            body = json.dumps(event or {}, indent=2).encode()
            claimed.append(Claimed(delivery.id, body, delivery.due_at, delivery.attempts))
    return claimed


def _claimable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        StandinDelivery.state == "due",
        has_come(StandinDelivery.due_at, now, LONGEST_DELAY),
        or_(StandinDelivery.leased_until.is_(None), has_come(StandinDelivery.leased_until, now, LEASE)),
    )


def _settle(database: Database, answered: Sequence[tuple[Claimed, int]], now: datetime) -> int:
    """Note how they were answered; give how many were accepted."""
    if not answered:
        return 0
    with database.transaction() as session:
        session.connection().execute(
            _ANSWERED, [_as_answered(each, status, now) for each, status in answered]
        )
    return sum(_accepted(status) for _, status in answered)


def _as_answered(each: Claimed, status: int, now: datetime) -> dict[str, object]:
    known = {"its_id": each.delivery_id, "last_status": status, "leased_until": None}
    if _accepted(status):
        return known | {"state": "delivered", "settled_at": now, "due_at": each.due_at}
    if each.attempts >= MOST_ATTEMPTS:
        return known | {"state": "given up", "settled_at": now, "due_at": each.due_at}
    return known | {"state": "due", "settled_at": None, "due_at": now + delay_after(each.attempts)}


def _accepted(status: int) -> bool:
    return 200 <= status < 300  # noqa: PLR2004

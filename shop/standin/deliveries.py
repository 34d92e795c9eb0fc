"""Bringing events to the shop's webhook: signed as Stripe signs, and tried until it answers 2xx."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.sql import ColumnElement

from shop.db import Database
from shop.sql import has_come
from shop.standin import after_sales, idempotency, paying
from shop.standin.config import StandIn
from shop.standin.models import StandinDelivery, StandinEvent

Post = Callable[[str, bytes, Mapping[str, str]], int]
"""Sends a body with headers to an address and gives the status; 0 when no answer came."""

LEASE: Final = timedelta(seconds=60)
FIRST_DELAY: Final = timedelta(seconds=5)
LONGEST_DELAY: Final = timedelta(hours=4)
MOST_ATTEMPTS: Final = 20
POST_TIMEOUT: Final = (3, 10)


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

    Each is claimed for LEASE before it is sent, so that any number of workers may do this at once; no
    transaction is open while it travels. A claim whose worker died runs out and is taken up again.
    """
    delivered = 0
    for delivery_id in _due(database, now, limit):
        claimed = _claim(database, delivery_id, now)
        if claimed is None:
            continue  # another worker has it
        body, attempts = claimed
        status = post(
            url, body, {"Content-Type": "application/json", "Stripe-Signature": signed(body, secret, now)}
        )
        delivered += _settle(database, delivery_id, status, now, attempts)
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


def _due(database: Database, now: datetime, limit: int) -> list[int]:
    with database.looking() as session:
        return list(
            session.scalars(
                select(StandinDelivery.id)
                .where(*_claimable(now))
                .order_by(StandinDelivery.due_at, StandinDelivery.id)
                .limit(limit)
            )
        )


def _claim(database: Database, delivery_id: int, now: datetime) -> tuple[bytes, int] | None:
    """What is to be sent, and how many times it will have been tried then."""
    claimed = (
        update(StandinDelivery)
        .where(StandinDelivery.id == delivery_id, *_claimable(now))
        .values(leased_until=now + LEASE, attempts=StandinDelivery.attempts + 1)
        .returning(StandinDelivery.event_id, StandinDelivery.attempts)
        .execution_options(synchronize_session=False)
    )
    with database.transaction() as session:
        row = session.execute(claimed).first()
        if row is None:
            return None
        event = session.scalar(select(StandinEvent.body).where(StandinEvent.id == row.event_id))
    return json.dumps(event or {}, indent=2).encode(), row.attempts


def _claimable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        StandinDelivery.state == "due",
        has_come(StandinDelivery.due_at, now, LONGEST_DELAY),
        or_(StandinDelivery.leased_until.is_(None), has_come(StandinDelivery.leased_until, now, LEASE)),
    )


def _settle(database: Database, delivery_id: int, status: int, now: datetime, attempts: int) -> bool:
    accepted = 200 <= status < 300  # noqa: PLR2004
    values: dict[str, object] = {"last_status": status, "leased_until": None}
    if accepted:
        values |= {"state": "delivered", "settled_at": now}
    elif attempts >= MOST_ATTEMPTS:
        values |= {"state": "given up", "settled_at": now}
    else:
        values["due_at"] = now + delay_after(attempts)
    waiting = update(StandinDelivery).where(StandinDelivery.id == delivery_id, StandinDelivery.state == "due")
    with database.transaction() as session:
        session.execute(waiting.values(**values).execution_options(synchronize_session=False))
    return accepted

"""The outbox: an e-mail is put in with the change it tells of, and taken out by one worker at a time."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import String, bindparam, cast, exists, literal, or_, select, true, update
from sqlalchemy.orm import Session, aliased

from shop import clock
from shop.frozen import frozen
from shop.mail.models import QueuedEmail
from shop.mail.retries import FURTHEST, next_try
from shop.orm import table_of
from shop.sql import NOW, has_come, moments, write_once

LEASE: Final = timedelta(minutes=5)
"""How long one worker may take over one e-mail before another may try: longer than a slow server can hold
it (SMTP has about a dozen steps, each with its own timeout), so that never two send it at once."""
AGAIN: Final = " again "
"""What stands between the key of an e-mail and the number of the one that it repeats."""

_TABLE: Final = table_of(QueuedEmail)
_later: Final = aliased(QueuedEmail)
LAST: Final = ~exists().where(
    _later.order_id == QueuedEmail.order_id,
    _later.dedupe_key.endswith(literal(AGAIN) + cast(QueuedEmail.id, String)),
)
"""Condition: it was not sent again."""

_email: Final = _TABLE.c
_OLDEST_DUE: Final = (
    select(_email.id)
    .where(
        _email.sent_at.is_(None),
        _email.dropped.is_(None),
        has_come(_email.due_at, NOW, FURTHEST),
        or_(_email.leased_until.is_(None), has_come(_email.leased_until, NOW, LEASE)),
    )
    .order_by(_email.due_at, _email.id)
    .limit(1)
)
_CLAIMED: Final = (
    update(_TABLE)
    .where(_email.id == _OLDEST_DUE.with_for_update(skip_locked=True).scalar_subquery())
    .values(leased_until=bindparam("until"), attempts=_email.attempts + 1)
    .returning(
        _email.id, _email.kind, _email.order_id, _email.message_id, _email.attempts, _email.created_at,
        _email.dedupe_key,
    )
)  # fmt: skip
_CLOSED: Final = update(_TABLE).where(_email.id == bindparam("email"))
"""Made once: they are asked twice a second, and with each e-mail."""


class Drop(StrEnum):
    """Why an e-mail will never go out."""

    ERASED = "erased"
    """The order's words and its address are."""
    NOT_SO = "not so any more"
    """What it was to tell has been taken back."""
    REFUSED = "refused"
    """The buyer's mail server will not take it."""
    NOT_WANTED = "not wanted"
    """Its buyer asked not to be told of each step."""
    NO_ADDRESS = "no address"  # of somebody who ordered by telephone or letter
    RESTORED = "restored from a backup"
    """It waited in a copy that was brought back: the shop the copy was made of has sent it, or will."""


@frozen
class Claimed:
    """An e-mail this worker may send until its lease ends."""

    id: int
    kind: str
    order_id: int
    message_id: str
    attempts: int
    created_at: datetime
    dedupe_key: str = ""
    """What it was put in under the first time."""


def put(
    session: Session,
    *,
    kind: str,
    order_id: int,
    dedupe_key: str,
    after: timedelta = timedelta(),
    domain: str = "in-remembrance.invalid",
    asked_by: str | None = None,
) -> bool:
    """Put an e-mail into the outbox, once per `dedupe_key`. Give whether it is new.

    It goes out `after` a while, LONGEST_DELAY at most: what lies further ahead passes for a clock set back.
    """
    now = clock.now()
    row = {
        "kind": kind,
        "order_id": order_id,
        "dedupe_key": dedupe_key,
        "message_id": f"<{secrets.token_hex(16)}@{domain}>",
        "created_at": now,
        "due_at": now + after,
        "attempts": 0,
        "asked_by": asked_by,
    }
    return write_once(session, QueuedEmail, row, "dedupe_key")


def any_due(session: Session) -> bool:
    """Whether there is an e-mail to claim: to be asked before a write lock is taken for it."""
    return session.connection().execute(_OLDEST_DUE, _moments(clock.now())).first() is not None


def claim(session: Session) -> Claimed | None:
    """Take the oldest e-mail that is due and that nobody holds; None when there is none."""
    now = clock.now()
    row = session.connection().execute(_CLAIMED, _moments(now) | {"until": now + LEASE}).first()
    return None if row is None else replace(Claimed(*row), dedupe_key=first_key(row.dedupe_key))


def first_key(dedupe_key: str) -> str:
    """What an e-mail was put in under the first time: it says what the e-mail is about."""
    return dedupe_key.partition(AGAIN)[0]


def claimed(email: QueuedEmail) -> Claimed:
    """An e-mail as whoever writes it is given it."""
    return Claimed(
        email.id, email.kind, email.order_id, email.message_id, email.attempts, email.created_at,
        first_key(email.dedupe_key),
    )  # fmt: skip


def sent(session: Session, email_id: int) -> None:
    """Note that an e-mail went out."""
    _close(session, email_id, sent_at=clock.now())


def drop(session: Session, email_id: int, why: Drop) -> None:
    """Note that an e-mail will never go out."""
    _close(session, email_id, dropped=why)


def drop_unsent(session: Session, why: Drop, *, order_id: int | None = None) -> int:
    """Note that no e-mail still waiting (of one order, or of all) will ever go out. Give how many."""
    stopped = (
        update(QueuedEmail)
        .where(
            QueuedEmail.sent_at.is_(None),
            QueuedEmail.dropped.is_(None),
            true() if order_id is None else QueuedEmail.order_id == order_id,
        )
        .values(dropped=why, leased_until=None)
        .returning(QueuedEmail.id)
        .execution_options(synchronize_session=False)
    )
    return len(session.execute(stopped).all())


def postpone(session: Session, email_id: int, attempts: int, *, answered: bool = True) -> None:
    """Try again later; see retries.next_try."""
    due_at, counted = next_try(attempts, answered=answered)
    _close(session, email_id, due_at=due_at, attempts=counted)


def waits(session: Session, order_id: int, kind: str) -> bool:
    """Whether an e-mail of this kind about an order is still to be sent."""
    query = select(QueuedEmail.id).where(
        QueuedEmail.order_id == order_id,
        QueuedEmail.kind == kind,
        QueuedEmail.sent_at.is_(None),
        QueuedEmail.dropped.is_(None),
    )
    return session.scalars(query.limit(1)).first() is not None


def not_arrived(session: Session, order_id: int) -> Sequence[QueuedEmail]:
    """The e-mails about an order that were refused for good, or tried in vain so far; oldest first.

    One that was sent again is not among them: the new one says how that went.
    """
    return session.scalars(
        select(QueuedEmail)
        .where(
            QueuedEmail.order_id == order_id,
            QueuedEmail.sent_at.is_(None),
            LAST,
            or_(
                QueuedEmail.dropped == Drop.REFUSED,
                QueuedEmail.dropped.is_(None) & (QueuedEmail.attempts > 1),
            ),
        )
        .order_by(QueuedEmail.id)
    ).all()


def emails_of(session: Session, order_id: int) -> Sequence[QueuedEmail]:
    """Every e-mail about an order, in the order they were decided."""
    query = select(QueuedEmail).where(QueuedEmail.order_id == order_id)
    return session.scalars(query.order_by(QueuedEmail.id)).all()


def email_of(session: Session, order_id: int, email_id: int) -> QueuedEmail | None:
    """One e-mail about an order; None when it is not about that one."""
    query = select(QueuedEmail).where(QueuedEmail.order_id == order_id, QueuedEmail.id == email_id)
    return session.scalars(query).one_or_none()


def last_was_refused(session: Session, order_id: int) -> bool:
    """Whether the newest e-mail about an order that came to an end was refused: the buyer has not read it."""
    ended = (
        select(QueuedEmail.dropped)
        .where(
            QueuedEmail.order_id == order_id,
            or_(QueuedEmail.sent_at.is_not(None), QueuedEmail.dropped == Drop.REFUSED),
        )
        .order_by(QueuedEmail.id.desc())
        .limit(1)
    )
    return session.scalar(ended) == Drop.REFUSED


def _moments(now: datetime) -> dict[str, datetime]:
    return moments(now, FURTHEST, LEASE)


def _close(session: Session, email_id: int, **values: object) -> None:
    session.connection().execute(_CLOSED, {"email": email_id, "leased_until": None, **values})

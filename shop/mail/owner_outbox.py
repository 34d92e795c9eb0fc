"""The outbox of e-mails to the owners: put in with what they tell, and taken out by one worker at a time."""

import secrets
from collections.abc import Iterable
from datetime import date
from typing import Final

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.mail.models import OwnerEmail
from shop.mail.outbox import LEASE, Drop
from shop.mail.retries import FURTHEST, next_try
from shop.sql import has_come, one_at_a_time

TURN: Final = "owner e-mails"


@frozen
class Said:
    """What an e-mail says."""

    subject: str
    text: str
    html: str


def wait_for_turn(session: Session) -> None:
    """Wait until nobody else puts any in, so that nothing is told in two e-mails."""
    one_at_a_time(session, TURN)


def put(
    session: Session,
    accounts: Iterable[int],
    said: Said,
    morning: date | None,
    *,
    for_finance: bool = False,
) -> None:
    """Put in an e-mail to each of these accounts; `morning` is the day whose morning e-mail it is.

    `for_finance`: they need not be owners.
    """
    now = clock.now()
    for account in accounts:
        session.add(
            OwnerEmail(
                account_id=account,
                morning=morning,
                for_finance=for_finance,
                subject=said.subject,
                text=said.text,
                html=said.html,
                message_id=f"<{secrets.token_hex(16)}@in-remembrance.invalid>",
                created_at=now,
                due_at=now,
            )
        )


def was_put(session: Session, morning: date) -> bool:
    """Whether the morning e-mail of this day was put in already."""
    return session.scalars(select(OwnerEmail.id).where(OwnerEmail.morning == morning)).first() is not None


def any_due(session: Session) -> bool:
    """Whether there is one to claim: to be asked before a write lock is taken for it."""
    return session.scalars(_next_due()).first() is not None


def claim(session: Session) -> OwnerEmail | None:
    """Take the oldest that is due and that nobody holds; None when there is none."""
    found = session.scalars(_next_due().with_for_update(skip_locked=True)).first()
    if found is not None:
        found.leased_until, found.attempts = clock.now() + LEASE, found.attempts + 1
    return found


def sent(session: Session, email_id: int) -> None:
    """Note that it went out; what it said is kept no longer."""
    email = session.get_one(OwnerEmail, email_id)
    email.sent_at, email.leased_until, email.text, email.html = clock.now(), None, "", ""


def drop(session: Session, email_id: int, why: Drop) -> None:
    """Note that it will never go out."""
    email = session.get_one(OwnerEmail, email_id)
    email.dropped, email.leased_until, email.text, email.html = why, None, "", ""


def drop_unsent(session: Session) -> None:
    """Let none that waits go out, in a copy that was brought back: see Drop.RESTORED."""
    waiting = (OwnerEmail.sent_at.is_(None), OwnerEmail.dropped.is_(None))
    stopped = update(OwnerEmail).where(*waiting).values(dropped=Drop.RESTORED, text="", html="")
    session.execute(stopped.execution_options(synchronize_session=False))


def postpone(session: Session, email_id: int, *, answered: bool) -> None:
    """Try again later; see retries.next_try."""
    email = session.get_one(OwnerEmail, email_id)
    email.due_at, email.attempts = next_try(email.attempts, answered=answered)
    email.leased_until = None


def _next_due() -> Select[OwnerEmail]:
    now = clock.now()
    return (
        select(OwnerEmail)
        .where(
            OwnerEmail.sent_at.is_(None),
            OwnerEmail.dropped.is_(None),
            has_come(OwnerEmail.due_at, now, FURTHEST),
            or_(OwnerEmail.leased_until.is_(None), has_come(OwnerEmail.leased_until, now, LEASE)),
        )
        .order_by(OwnerEmail.due_at, OwnerEmail.id)
        .limit(1)
    )

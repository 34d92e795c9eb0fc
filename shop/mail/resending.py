"""Sending an e-mail of an order again, because somebody asks for it: a new e-mail, written afresh."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.mail import outbox
from shop.mail.models import QueuedEmail
from shop.mail.outbox import Drop


def resendable(session: Session, order_id: int) -> Sequence[QueuedEmail]:
    """The e-mails of an order that came to an end and were not sent again yet, oldest first."""
    ended = QueuedEmail.sent_at.is_not(None) | QueuedEmail.dropped.is_not(None)
    return session.scalars(
        select(QueuedEmail)
        .where(
            QueuedEmail.order_id == order_id,
            ended,
            outbox.LAST,
            QueuedEmail.dropped.is_distinct_from(Drop.ERASED),
        )
        .order_by(QueuedEmail.id)
    ).all()


def send_again(session: Session, email: QueuedEmail, *, asked_by: str) -> bool:
    """Put it into the outbox once more. Give whether it is new: it is not while it waits, or when it was.

    Each e-mail is followed by one at most; that one can be sent again in its turn.
    """
    if email.sent_at is None and email.dropped is None:
        return False
    key = f"{outbox.first_key(email.dedupe_key)}{outbox.AGAIN}{email.id}"
    return outbox.put(session, kind=email.kind, order_id=email.order_id, dedupe_key=key, asked_by=asked_by)

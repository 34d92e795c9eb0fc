"""The owner's e-mail of alerts: at once when something needs a person, several in one, and each alert once.

It says what the alerts page says, so nothing private: no name, no word, no address of a buyer.
"""

import secrets
import smtplib
from collections.abc import Sequence
from datetime import timedelta
from email.message import EmailMessage
from typing import Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from shop import clock
from shop.accounts.models import Account, Role
from shop.alerts import Alert
from shop.db import Database
from shop.emails.order_emails import addressed
from shop.mail.sending import Transport
from shop.sql import has_come

LEASE: Final = timedelta(minutes=5)
"""How long one worker may take to send it; after that, or when it could not be sent, it is tried again."""
MOST: Final = 20
SUBJECT: Final = "Something needs you"


def send_alerts(database: Database, post: Transport, site_url: str, reply_to: str) -> bool:
    """Send what no owner has been told of yet. Give whether there was anything, and somebody to tell.

    Claimed in one transaction, sent in none, noted in another: killed in between it is sent once more.
    """
    with database.looking() as session:
        owners = _owners(session)
        if not owners or session.scalars(select(Alert.id).where(*_untold()).limit(1)).first() is None:
            return False
    with database.transaction() as session:
        alerts = _claim(session)
    if not alerts:
        return False
    try:
        for owner in owners:
            post.send(_message(site_url, reply_to, owner, alerts))
    except (OSError, smtplib.SMTPException):
        return False  # MAIL_WAITS tells of it, when the mail server takes no e-mails of buyers either
    with database.transaction() as session:
        told = update(Alert).where(Alert.id.in_([alert.id for alert in alerts])).values(told_at=clock.now())
        session.execute(told.execution_options(synchronize_session=False))
    return True


def said(alerts: Sequence[Alert], site_url: str) -> str:
    """What the e-mail says of these alerts."""
    parts = ["\n".join(filter(None, (alert.said, _about(alert, site_url)))) for alert in alerts]
    return "\n\n".join(["Hello,", *parts, f"All that is open: {site_url}/owner/alerts"]) + "\n"


def _about(alert: Alert, site_url: str) -> str:
    about = f"{alert.about}: {alert.detail}" if alert.detail else alert.about
    return f"{about}\n{site_url}/owner/orders/{alert.about}" if alert.about.startswith("PM-") else about


def _message(site_url: str, reply_to: str, owner: str, alerts: Sequence[Alert]) -> EmailMessage:
    message = addressed(site_url, to=owner, reply_to=reply_to)
    message["Subject"] = SUBJECT
    message["Message-ID"] = f"<{secrets.token_hex(16)}@in-remembrance.invalid>"
    message.set_content(said(alerts, site_url))
    return message


def _owners(session: Session) -> Sequence[str]:
    query = select(Account.email).where(Account.role == Role.OWNER, Account.disabled_at.is_(None))
    return session.scalars(query.order_by(Account.email)).all()


def _untold() -> tuple[ColumnElement[bool], ...]:
    free = Alert.telling_until.is_(None) | has_come(Alert.telling_until, clock.now(), LEASE)
    return Alert.told_at.is_(None), Alert.acknowledged_at.is_(None), free


def _claim(session: Session) -> Sequence[Alert]:
    claimed = select(Alert).where(*_untold()).order_by(Alert.id).limit(MOST)
    found = session.scalars(claimed.with_for_update(skip_locked=True)).all()
    for alert in found:
        alert.telling_until = clock.now() + LEASE
    return found

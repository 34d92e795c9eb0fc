"""The owners' e-mails: what is to be told is written once, for each of them, and sent until it is taken."""

import smtplib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from email.message import EmailMessage

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.accounts.models import Account, Role
from shop.alerts import FOR_FINANCE, URGENT, Alert, AlertKind, NewsKind, raise_alert
from shop.alerts.models import OwnerNews, When
from shop.alerts.owner_news import Times, last_morning, times, untold_alerts, untold_news
from shop.db import Database
from shop.emails.order_emails import Render, addressed
from shop.emails.owner_digest import digest_of, written, written_to_finance
from shop.mail import owner_outbox
from shop.mail.answers import MOST_TRIES, answer_to
from shop.mail.models import OwnerEmail
from shop.mail.outbox import Drop
from shop.mail.sending import Transport


def tell_owners(database: Database, render: Render, post: Transport, site_url: str, reply_to: str) -> bool:
    """Write what is to be told now, and send what waits. Give whether any was sent.

    Written in the transaction that notes it as told, so each thing is in one e-mail to each owner whatever
    fails; sent in none, and noted in another: killed in between it is sent once more with its Message-ID.
    """
    _write(database, render, site_url)
    was_sent = False
    while (done := _send_next(database, post, reply_to)) is not None:
        was_sent |= done
    return was_sent


def _write(database: Database, render: Render, site_url: str) -> None:
    with database.looking() as session:
        if not (_owners(session) and any(_due(session)[0])):
            return
    with database.transaction() as session:
        owner_outbox.wait_for_turn(session)
        (alerts, news), morning = _due(session)
        if not (alerts or news):
            return
        digest = digest_of(session, alerts, news, site_url, morning=morning)
        for alert in alerts:
            alert.told_at = clock.now()
        for row in news:
            row.told_at = clock.now()
        owner_outbox.put(session, _owners(session), written(render, digest), morning)
        for_finance = [alert for alert in alerts if alert.kind in FOR_FINANCE]
        if for_finance and (finance := _accounts(session, Role.FINANCE)):
            told = written_to_finance(render, for_finance, site_url)
            owner_outbox.put(session, finance, told, None, for_finance=True)


def _send_next(database: Database, post: Transport, reply_to: str) -> bool | None:
    """Send one. Give whether it went out; None when none is due."""
    with database.looking() as session:
        if not owner_outbox.any_due(session):
            return None
    with database.transaction() as session:
        email = owner_outbox.claim(session)
        to = _reached(session, email) if email else None
    if email is None:
        return None
    try:
        if to is not None:
            post.send(_message(email, to, reply_to))
    except (OSError, smtplib.SMTPException) as error:
        with database.transaction() as session:
            _not_sent(session, email, error)
        return False
    with database.transaction() as session:
        if to is None:
            owner_outbox.drop(session, email.id, Drop.NOT_WANTED)
        else:
            owner_outbox.sent(session, email.id)
    return to is not None


def _not_sent(session: Session, email: OwnerEmail, error: Exception) -> None:
    """Try again, or, of an address that takes none, give it up and say so."""
    answer = answer_to(error)
    if answer is not None and (answer.for_good or email.attempts >= MOST_TRIES):
        owner_outbox.drop(session, email.id, Drop.REFUSED)
        raise_alert(session, AlertKind.OWNER_UNREACHED, f"account {email.account_id}", str(answer))
    else:
        owner_outbox.postpone(session, email.id, answered=answer is not None)


def _due(session: Session) -> tuple[tuple[Sequence[Alert], Sequence[OwnerNews]], date | None]:
    """What is to be told now, and the day whose morning e-mail it makes, if it makes one."""
    wanted = times(session)
    day, before = last_morning(clock.now())
    open_still = None if owner_outbox.was_put(session, day) else before
    found = untold_alerts(session, wanted, open_still), untold_news(session, wanted, open_still)
    return found, day if open_still and _waited(wanted, *found) else None


def _waited(wanted: Times, alerts: Iterable[Alert], news: Iterable[OwnerNews]) -> bool:
    """Whether any of it has waited for the morning."""
    others = any(alert.kind not in URGENT for alert in alerts) and wanted.others is When.MORNING
    return others or any(wanted.of(NewsKind(row.kind)) is When.MORNING for row in news)


def _owners(session: Session) -> Mapping[int, str]:
    """The addresses of those who look after the shop, by their accounts."""
    return _accounts(session, Role.OWNER)


def _accounts(session: Session, role: Role) -> Mapping[int, str]:
    query = select(Account.id, Account.email).where(Account.role == role, Account.disabled_at.is_(None))
    return dict(session.execute(query.order_by(Account.id)).all())


def _reached(session: Session, email: OwnerEmail) -> str | None:
    """Where it goes; None once it is not theirs any more."""
    if not email.for_finance:
        return _owners(session).get(email.account_id)
    staff = select(Account.email).where(Account.id == email.account_id, Account.disabled_at.is_(None))
    return session.scalar(staff)


def _message(email: OwnerEmail, to: str, reply_to: str) -> EmailMessage:
    message = addressed(to=to, reply_to=reply_to)
    message["Subject"] = email.subject
    message["Message-ID"] = email.message_id
    message.set_content(email.text)
    message.add_alternative(email.html, subtype="html")
    return message

"""What the owner is e-mailed, and when: at once, or in one e-mail each morning.

Alerts are, and so is news that nobody has to do anything about. What is urgent never waits.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts.models import URGENT, Alert, NewsKind, OwnerEmailTimes, OwnerNews, When
from shop.frozen import frozen
from shop.sql import write

MORNING: Final = time(7)
"""When the morning e-mail goes, by Britain's clocks: before the day's work, and no clock is changed then."""


@frozen
class Times:
    """When she wants which: new orders, and the others that are not urgent."""

    orders: When = When.AT_ONCE
    others: When = When.AT_ONCE

    def of(self, kind: NewsKind) -> When:
        """When a piece of news is told."""
        return self.orders if kind is NewsKind.NEW_ORDER else self.others


def note_news(session: Session, kind: NewsKind, about: str, detail: str = "") -> None:
    """Have the owner told. Neither `about` nor `detail` may hold anything private: it is not sealed."""
    write(session, OwnerNews, {"kind": kind, "about": about, "detail": detail, "at": clock.now()})


def times(session: Session) -> Times:
    """When she wants which."""
    row = session.scalars(select(OwnerEmailTimes).order_by(OwnerEmailTimes.id.desc()).limit(1)).one_or_none()
    return Times(When(row.orders), When(row.others)) if row else Times()


def save_times(session: Session, said: Times, *, actor: str) -> None:
    """Let these times hold from now on: what waits for the morning and need not any more is told at once."""
    row = OwnerEmailTimes(orders=said.orders, others=said.others, saved_at=clock.now(), saved_by=actor)
    session.add(row)


def last_morning(now: datetime) -> tuple[date, datetime]:
    """The last time that the morning e-mail was due: Britain's day, and the moment in UTC."""
    today = clock.in_britain(now).date()
    for day in (today, today - timedelta(days=1)):
        if (due := datetime.combine(day, MORNING, clock.BRITAIN).astimezone(UTC)) <= now:
            break
    return day, due


def untold_alerts(session: Session, said: Times, before: datetime | None) -> Sequence[Alert]:
    """The open alerts that are to be e-mailed now, oldest first.

    What waits for the morning is, if it is from `before` then; None when this morning's was written.
    """
    is_due = or_(Alert.kind.in_(URGENT), _due(said.others, Alert.raised_at < before if before else false()))
    query = select(Alert).where(Alert.told_at.is_(None), Alert.acknowledged_at.is_(None), is_due)
    return session.scalars(query.order_by(Alert.id)).all()


def untold_news(session: Session, said: Times, before: datetime | None) -> Sequence[OwnerNews]:
    """The news that is to be e-mailed now, oldest first; see untold_alerts."""
    waited = OwnerNews.at < before if before else false()
    is_due = or_(*((OwnerNews.kind == kind) & _due(said.of(kind), waited) for kind in NewsKind))
    query = select(OwnerNews).where(OwnerNews.told_at.is_(None), is_due)
    return session.scalars(query.order_by(OwnerNews.id)).all()


def _due(when: When, waited: ColumnElement[bool]) -> ColumnElement[bool]:
    return true() if when is When.AT_ONCE else waited

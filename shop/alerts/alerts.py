"""Raising an alert, listing what is open, and saying that it was seen."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from shop import clock
from shop.alerts.models import Alert, AlertKind
from shop.sql import dialect_insert

BY_ITSELF: Final = "passed by itself"
"""Stands where the name of who saw it would."""

LATEST: Final = 50
"""How many acknowledged alerts are shown."""


def raise_alert(session: Session, kind: AlertKind, about: str, detail: str = "") -> bool:
    """Tell the owner. While one of this kind about the same thing is open nothing more happens: then False.

    Neither `about` nor `detail` may hold anything private: alerts are not sealed.
    """
    row = {"kind": kind, "about": about, "detail": detail, "raised_at": clock.now()}
    raised = (
        dialect_insert(session, Alert)
        .values(row)
        .on_conflict_do_nothing(index_elements=["kind", "about"], index_where=text("acknowledged_at IS NULL"))
        .returning(Alert.id)
    )
    return session.execute(raised).first() is not None


def open_alerts(session: Session) -> Sequence[Alert]:
    """What nobody has seen yet, newest first."""
    query = select(Alert).where(Alert.acknowledged_at.is_(None))
    return session.scalars(query.order_by(Alert.id.desc())).all()


def acknowledged_alerts(session: Session) -> Sequence[Alert]:
    """The latest that were seen, with who saw them."""
    query = select(Alert).where(Alert.acknowledged_at.is_not(None))
    return session.scalars(query.order_by(Alert.acknowledged_at.desc(), Alert.id.desc()).limit(LATEST)).all()


def count_open(session: Session, *, besides: Collection[AlertKind] = ()) -> int:
    """How many wait for somebody, without those of some kinds."""
    query = select(func.count()).where(Alert.acknowledged_at.is_(None), Alert.kind.not_in(besides))
    return session.scalar(query) or 0


def acknowledge(session: Session, alert_id: int, *, actor: str) -> bool:
    """Somebody has seen it. False when there is no such alert, or it was seen before."""
    alert = session.get(Alert, alert_id, with_for_update=True)
    if alert is None or alert.acknowledged_at is not None:
        return False
    alert.acknowledged_at, alert.acknowledged_by = clock.now(), actor
    return True


def withdraw_alert(session: Session, kind: AlertKind, about: str) -> None:
    """What was raised has passed by itself: nobody needs to see to it any more."""
    session.execute(
        update(Alert)
        .where(Alert.kind == kind, Alert.about == about, Alert.acknowledged_at.is_(None))
        .values(acknowledged_at=clock.now(), acknowledged_by=BY_ITSELF)
        .execution_options(synchronize_session=False)
    )

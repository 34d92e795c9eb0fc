"""What the site said of giving, and when: a row each time that the sentence becomes another one.

The worker looks every half minute (`note`), so a wording that a release changes, an agreement that begins or
ends, and days without any are all there, with the first moment at which they were seen.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from shop import clock
from shop.db import Database
from shop.frozen import frozen
from shop.giving.models import ShownStatement
from shop.giving.policies import policy_in_force, statement
from shop.giving.sums import Book


@frozen
class Shown:
    """What the site said for a time; an empty text when it claimed nothing."""

    text: str
    policy_id: int | None
    since: datetime
    until: datetime | None
    """When another text was seen first; None while it is said still."""


def note(database: Database, book: Book) -> bool:
    """Write down what is said now, unless it is what was said last. Give whether it was another."""
    with database.looking() as session:
        if _said_now(session, book) == _said_last(session, book):
            return False
    try:
        with database.transaction() as session:
            said = _said_now(session, book)
            if said != _said_last(session, book):
                policy_id, text = said
                row = ShownStatement(book=book, since=clock.now(), policy_id=policy_id, text=text)
                session.add(row)
    except IntegrityError:  # another worker did, or a clock was set back
        return False
    return True


def shown_on(session: Session, book: Book, day: date) -> Sequence[Shown]:
    """What was said on a day of Britain's, in turn; empty when it was not noted yet."""
    begins, ends = clock.begins(day), clock.begins(day + timedelta(days=1))
    rows = session.scalars(
        select(ShownStatement).where(ShownStatement.book == book).order_by(ShownStatement.since)
    ).all()
    following: list[datetime | None] = [*(row.since for row in rows[1:]), None]
    return [
        Shown(row.text, row.policy_id, row.since, until)
        for row, until in zip(rows, following, strict=False)
        if row.since < ends and (until is None or until > begins)
    ]


def _said_now(session: Session, book: Book) -> tuple[int | None, str]:
    policy = policy_in_force(session, clock.now(), samples=book == "test")
    return (policy.id, statement(policy)) if policy else (None, "")


def _said_last(session: Session, book: Book) -> tuple[int | None, str] | None:
    last = select(ShownStatement.policy_id, ShownStatement.text).where(ShownStatement.book == book)
    row = session.execute(last.order_by(ShownStatement.since.desc()).limit(1)).one_or_none()
    return (row.policy_id, row.text) if row else None

"""What is said in the log beside the ledger's rows: a month's statement, a charity's key, what it confirmed.

Whoever announces does it in the transaction of what it tells; it becomes a leaf with the next ones, by the
worker, and stands in the log for good.
"""

import json
from collections.abc import Mapping
from typing import Final, Literal

from sqlalchemy.orm import Session

from shop import clock
from shop.giving.sums import Book
from shop.sql import one_at_a_time
from shop.transparency.leaves import announcement
from shop.transparency.models import LogAnnouncement

AnnouncementKind = Literal["statement", "charity key", "confirmation", "ledger"]

MOST: Final = 16_000
"""Bytes; so an announcement fits into a leaf, which a bundle can hold, many times."""


class TooLong(Exception):
    """A leaf cannot hold that much."""


def wait_for_turn(session: Session, book: Book) -> None:
    """Wait until nobody else announces anything, or lets it in: what has the lower number comes in first."""
    one_at_a_time(session, f"giving log, {book}")


def announce(
    session: Session, kind: AnnouncementKind, fields: Mapping[str, object], *, book: Book = "live"
) -> LogAnnouncement:
    """Have this said in the log of a book, for everybody and for good: nothing personal may stand in it.

    `fields` are what JSON can hold. The row that comes back has its id; once it is in the log, a LogLeaf
    names that. Raises TooLong, and TypeError for what is no JSON.
    """
    said = json.dumps(fields, sort_keys=True, ensure_ascii=False, allow_nan=False)
    if len(said.encode()) > MOST:
        raise TooLong
    wait_for_turn(session, book)
    row = LogAnnouncement(book=book, kind=kind, said=said, announced_at=clock.now())
    session.add(row)
    session.flush()
    return row


def leaf_of(row: LogAnnouncement, number: int) -> bytes:
    """The leaf that an announcement becomes; its month is Britain's."""
    return announcement(number, row.kind, clock.month(row.announced_at), json.loads(row.said))

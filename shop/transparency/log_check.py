"""Check the whole log, and say in plain words whatever is wrong with it.

The ledger's own check (`giving.verification`) sees a change that breaks its chain. What passes it, a tail
that was cut, a past that was written anew from end to end, does not pass the leaves, the roots that were
signed, and least of all a checkpoint that somebody kept elsewhere.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from shop import clock, triggers
from shop.dedications.sealing import SealBroken
from shop.dedications.vault import Vault
from shop.giving.models import LedgerPeriod
from shop.transparency import log_triggers
from shop.transparency.anchoring import commitment_to
from shop.transparency.checkpoint_check import Against, Held, check_held, check_kept, sizes
from shop.transparency.leaf_check import Progress, Walk, check_leaves, check_nothing_left_out
from shop.transparency.leaves import HEAD
from shop.transparency.models import LogAnchor, LogAnnouncement, LogCheckpoint, LogLeaf
from shop.transparency.publishing import CLOSE, DAY, STATEMENT
from shop.transparency.signed_notes import VerifierKey

UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, StatementError, SealBroken)
"""What reading a damaged row raises."""

MONTHS_OWN: Final = {"month", "sha256"}
"""What a month's statement says, as `publishing` announces it."""


def check(
    session: Session,
    vault: Vault,
    key: VerifierKey,
    book: str,
    *,
    held: Sequence[Held] = (),
    witnesses: Sequence[VerifierKey] = (),
    progress: Progress = bool,
) -> list[str]:
    """Every problem of a book's log, a sentence each; an empty list when it is sound.

    `held` are checkpoints kept outside the database, `witnesses` the keys of those whose cosignatures count.
    """
    walk = Walk(book, {**_own_sizes(session, book), **sizes(held)})
    walk.found[0] = walk.edge.root()
    problems = list(_carefully("The leaves", check_leaves(session, vault, walk, progress)))
    against = Against(key, walk.edge.size, walk.found)
    parts = {
        "The checkpoints": check_kept(session, book, against, witnesses),
        "A checkpoint that was kept": check_held(session, book, against, held, witnesses),
        "What should have come in": _check_what_is_in(session, book),
        "What commits to the ledger": _check_anchors(session, book),
        "The statements": _check_statements(session, book),
        "What checkpoints say of themselves": _check_reasons(session, book),
    }
    for what, found in parts.items():
        problems += _carefully(what, found)
    return [*problems, *_missing_guards(session)]


def _missing_guards(session: Session) -> list[str]:
    missing = triggers.missing(session.connection(), log_triggers.TRIGGERS)
    return [f"The log's guard {name} is missing or was altered." for name in missing]


def _carefully(what: str, found: Iterator[str]) -> Iterator[str]:
    """The sentences; and one of our own where something is so damaged that it cannot even be looked at."""
    try:
        yield from found
    except UNREADABLE:
        yield f"{what} of the log cannot be read: something there is not what was written."


def _own_sizes(session: Session, book: str) -> dict[int, object]:
    return dict.fromkeys(session.scalars(select(LogCheckpoint.size).where(LogCheckpoint.book == book)))


def _check_what_is_in(session: Session, book: str) -> Iterator[str]:
    """By what the newest checkpoint says had come in."""
    last = session.scalars(
        select(LogCheckpoint).where(LogCheckpoint.book == book).order_by(LogCheckpoint.size.desc()).limit(1)
    ).one_or_none()
    if last is None:
        return
    newest = select(func.max(LogLeaf.announcement_id)).where(LogLeaf.book == book)
    until = session.scalar(newest) or 0
    yield from check_nothing_left_out(session, book, month=last.month or "", until=until)


def _check_anchors(session: Session, book: str) -> Iterator[str]:
    """What opens each day's commitment to the whole ledger; that the ledger has that row, `verify` checks."""
    query = (
        select(LogLeaf.number, LogAnnouncement.said, LogAnchor.seq, LogAnchor.hash, LogAnchor.salt)
        .join(LogAnnouncement, LogAnnouncement.id == LogLeaf.announcement_id)
        .outerjoin(LogAnchor, LogAnchor.announcement_id == LogAnnouncement.id)
        .where(LogLeaf.book == book, LogAnnouncement.kind == HEAD)
        .order_by(LogLeaf.number)
    )
    row: Any
    for row in session.execute(query):
        if row.salt is None:
            yield f"Leaf {row.number} of the log commits to the ledger, and what opens it is gone."
        elif commitment_to(row.salt, row.seq, row.hash) != json.loads(row.said)["commitment"]:
            yield f"Leaf {row.number} of the log commits to another ledger than that up to {row.seq}."


def _check_statements(session: Session, book: str) -> Iterator[str]:
    """The hash of a closed month's statement is the one that the log has told."""
    kept = dict(session.execute(select(LedgerPeriod.name, LedgerPeriod.statement_sha256)).all())
    for number, month, digest in _statements(session, book):
        if kept.get(month) != digest:
            yield f"Leaf {number} of the log tells another statement of {month} than the ledger keeps."


def _check_reasons(session: Session, book: str) -> Iterator[str]:
    """When and why a checkpoint was made, by the leaves that came in with it."""
    statements, before = _statements(session, book), 0
    days = _days(session, book)
    for row in session.scalars(
        select(LogCheckpoint).where(LogCheckpoint.book == book).order_by(LogCheckpoint.size)
    ):
        closed = [month for number, month, _ in statements if number <= row.size]
        reason = CLOSE if any(before < number <= row.size for number, _, _ in statements) else DAY
        told = (clock.in_britain(row.made_at).date().isoformat(), row.reason, row.month)
        if told != (days.get(row.size), reason, max(closed, default=None)):
            yield f"The checkpoint of {row.size} leaves was made on another day, or for another reason."
        before = row.size


def _days(session: Session, book: str) -> dict[int, str]:
    """The day of each leaf that commits to the ledger: a checkpoint's last."""
    return {number: json.loads(said)["day"] for number, said in session.execute(_told(book, HEAD))}


def _statements(session: Session, book: str) -> Sequence[tuple[int, str, str]]:
    """Number, month and hash of each month's statement that the log has told."""
    told = ((number, json.loads(said)) for number, said in session.execute(_told(book, STATEMENT)))
    return [(number, said["month"], said["sha256"]) for number, said in told if said.keys() == MONTHS_OWN]


def _told(book: str, kind: str) -> Select[int, str]:
    return (
        select(LogLeaf.number, LogAnnouncement.said)
        .join(LogAnnouncement, LogAnnouncement.id == LogLeaf.announcement_id)
        .where(LogLeaf.book == book, LogAnnouncement.kind == kind)
        .order_by(LogLeaf.number)
    )

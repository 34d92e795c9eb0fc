"""Hold every checkpoint that was ever made, and that anybody kept, against the leaves that there are."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.transparency.checkpoints import Checkpoint, NotACheckpoint, cosigned_at
from shop.transparency.models import LogCheckpoint, LogCosignature
from shop.transparency.signed_notes import (
    COSIGNING,
    NotANote,
    Note,
    NotSigned,
    Signature,
    VerifierKey,
)

_WITHIN: Final = re.compile(r"^\S+\n[0-9]+\n[A-Za-z0-9+/]{43}=\n\n(?:— \S+ \S+\n)+", re.MULTILINE)


@frozen
class Held:
    """A checkpoint that somebody kept outside the database."""

    name: str
    """Where it came from, for the sentences: a file's name."""
    note: str

    def read(self) -> tuple[Note, Checkpoint] | None:
        """What it says, alone or within the text of an e-mail; None when it is none."""
        text = self.note.replace("\r\n", "\n")
        found = _WITHIN.search(text)
        return _read(found[0] if found else text)


def sizes(held: Sequence[Held]) -> dict[int, object]:
    """The sizes that kept checkpoints are of."""
    return {found[1].size: one for one in held if (found := one.read())}


@frozen
class Against:
    """What checkpoints are held against."""

    key: VerifierKey
    size: int
    """How many leaves there are."""
    roots: Mapping[int, bytes]
    """What leaves come to, by how many they are."""

    def problem(self, name: str, note: Note, checkpoint: Checkpoint) -> str | None:
        """What is wrong with a checkpoint, if anything."""
        if not _signed_by(self.key, note, checkpoint):
            return f"{name} is not signed with the shop's key."
        if checkpoint.size > self.size:
            return f"{name} is of {checkpoint.size} leaves, and the log has {self.size}: its end was cut off."
        if checkpoint.root != self.roots.get(checkpoint.size):
            return f"{name} has another root than its {checkpoint.size} leaves: they were changed since."
        return None


def check_kept(
    session: Session, book: str, against: Against, witnesses: Sequence[VerifierKey]
) -> Iterator[str]:
    """What is wrong with the database's own checkpoints and their cosignatures."""
    rows = session.scalars(
        select(LogCheckpoint).where(LogCheckpoint.book == book).order_by(LogCheckpoint.size)
    ).all()
    for row in rows:
        name, found = f"The checkpoint of {row.size} leaves", _read(row.note)
        if found is None or (found[1].size, found[1].root) != (row.size, row.root):
            yield f"{name} is not what was signed."
        elif problem := against.problem(name, *found):
            yield problem
    last = rows[-1].size if rows else 0
    if last < against.size:
        yield f"No checkpoint covers the log's leaves from {last + 1} on."
    notes = {row.size: row.note for row in rows}
    yield from _check_cosignatures(session, book, notes, witnesses)


def _check_cosignatures(
    session: Session, book: str, notes: Mapping[int, str], witnesses: Sequence[VerifierKey]
) -> Iterator[str]:
    by_name = {key.name: key for key in witnesses if key.kind == COSIGNING}
    for row in session.scalars(select(LogCosignature).where(LogCosignature.book == book)):
        if not _cosigned(row, notes.get(row.size, ""), by_name.get(row.witness)):
            yield f"What {row.witness} signed at {row.size} leaves is not good."


def check_held(
    session: Session, book: str, against: Against, held: Sequence[Held], witnesses: Sequence[VerifierKey]
) -> Iterator[str]:
    """What is wrong by checkpoints that are kept elsewhere."""
    known = set(session.scalars(select(LogCheckpoint.size).where(LogCheckpoint.book == book)))
    for one in held:
        found = one.read()
        if found is None:
            yield f"{one.name} is no checkpoint."
            continue
        note, checkpoint = found
        if problem := against.problem(one.name, note, checkpoint):
            seen = [key.name for key in witnesses if _is_cosigned(key, note)]
            yield problem + (f" {' and '.join(seen)} saw it as it was." if seen else "")
        elif checkpoint.size not in known:
            yield f"{one.name} was made by this shop, and is no longer among the log's checkpoints."


def _read(text: str) -> tuple[Note, Checkpoint] | None:
    try:
        note = Note.read(text)
        return note, Checkpoint.read(note.text)
    except (NotANote, NotACheckpoint):
        return None


def _signed_by(key: VerifierKey, note: Note, checkpoint: Checkpoint) -> bool:
    """Under whatever name the log had then: a shop may move to another address."""
    try:
        VerifierKey(checkpoint.origin, key.public, key.kind).check(note)
    except NotSigned:
        return False
    return True


def _is_cosigned(key: VerifierKey, note: Note) -> bool:
    try:
        cosigned_at(key, note)
    except NotSigned:
        return False
    return True


def _cosigned(row: LogCosignature, note: str, key: VerifierKey | None) -> bool:
    """Whether a cosignature is what it says; of a witness whose key nobody set, only that it is one."""
    try:
        line, whole = Signature.read(row.line), Note.read(note)
        if key is None:
            return line.name == row.witness
        return cosigned_at(key, Note(whole.text, (line,))) == int(row.seen_at.timestamp())
    except (NotANote, NotSigned):
        return False

"""Bring the newest checkpoint before each witness that has not signed it, and keep what they answer."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.db import Database
from shop.frozen import frozen
from shop.sql import dialect_insert
from shop.transparency import merkle
from shop.transparency.models import LogCheckpoint, LogCosignature
from shop.transparency.publishing import latest
from shop.transparency.stored_tree import StoredTree
from shop.transparency.witnesses import (
    Cosigned,
    OtherSize,
    Post,
    Witness,
    WitnessAway,
    WitnessDisagrees,
    ask,
    over_http,
)


@frozen
class Cosigning:
    """The witnesses of a book's log."""

    database: Database
    book: str
    witnesses: Sequence[Witness]
    post: Post = over_http

    def cosign(self) -> list[tuple[LogCheckpoint, Cosigned]]:
        """Ask every witness that has not signed the newest checkpoint; give what was signed.

        Who is away is asked the next time. Raises WitnessDisagrees once all have been asked.
        """
        found: list[tuple[LogCheckpoint, Cosigned]] = []
        refusal: WitnessDisagrees | None = None
        for witness, checkpoint in self._missing():
            try:
                cosigned = self._ask(witness, checkpoint)
            except WitnessAway:
                continue
            except WitnessDisagrees as disagrees:
                refusal = disagrees
                continue
            self._keep(checkpoint, witness, cosigned)
            found.append((checkpoint, cosigned))
        if refusal:
            raise refusal
        return found

    def _missing(self) -> list[tuple[Witness, LogCheckpoint]]:
        if not self.witnesses:
            return []
        with self.database.looking() as session:
            checkpoint = latest(session, self.book)
            if checkpoint is None:
                return []
            query = select(LogCosignature.witness).where(
                LogCosignature.book == self.book, LogCosignature.size == checkpoint.size
            )
            signed = set(session.scalars(query))
        return [(one, checkpoint) for one in self.witnesses if one.key.name not in signed]

    def _ask(self, witness: Witness, checkpoint: LogCheckpoint) -> Cosigned:
        """Without a transaction. A witness that knows another size than we remember says which: once more."""
        try:
            return self._ask_from(self._last_seen(witness), witness, checkpoint)
        except OtherSize as other:
            size = other.size
        if size > checkpoint.size:
            raise WitnessDisagrees(witness.key.name, f"it has seen {size} leaves")
        try:
            return self._ask_from(size, witness, checkpoint)
        except OtherSize as again:
            raise WitnessAway(str(again)) from None

    def _ask_from(self, old: int, witness: Witness, checkpoint: LogCheckpoint) -> Cosigned:
        return ask(witness, checkpoint.note, old, self._proof(old, checkpoint.size), self.post)

    def _last_seen(self, witness: Witness) -> int:
        with self.database.looking() as session:
            return _last_seen(session, self.book, witness.key.name)

    def _proof(self, old: int, new: int) -> list[bytes]:
        with self.database.looking() as session:
            return merkle.consistency(StoredTree(session, self.book).node, old, new)

    def _keep(self, checkpoint: LogCheckpoint, witness: Witness, cosigned: Cosigned) -> None:
        row = {
            "book": self.book,
            "size": checkpoint.size,
            "witness": witness.key.name,
            "line": cosigned.line,
            "seen_at": cosigned.seen_at,
        }
        with self.database.transaction() as session:
            session.execute(dialect_insert(session, LogCosignature).values(row).on_conflict_do_nothing())


def _last_seen(session: Session, book: str, name: str) -> int:
    seen = select(func.max(LogCosignature.size)).where(
        LogCosignature.book == book, LogCosignature.witness == name
    )
    return session.scalar(seen) or 0

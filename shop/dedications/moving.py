"""What an upgrade needs the vault for: keys and words that stood open in a database of an earlier version."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from shop.dedications.sealing import Sealed
from shop.dedications.vault import Adopted, OldKey, Vault

WALL = "wall"
"""What is sealed for the remembrance wall."""


@dataclass(frozen=True)
class Mover:
    """Handed to the migrations, which know tables and no vault."""

    vault: Vault

    def adopt(self, rows: Sequence[Any]) -> dict[int, Adopted]:
        """Put the keys of these rows into the store. Raises SealBroken when the vault key is another."""
        return self.vault.adopt(
            OldKey(
                row.order_id,
                row.reference,
                Sealed(bytes(row.nonce), bytes(row.wrapped_key)),
                row.contact_index,
                row.fingerprint,
            )
            for row in rows
        )

    def seal_wall(
        self, connection: Connection, rows: Sequence[Any], kept: set[int]
    ) -> Iterator[tuple[Any, str | None, bytes | None]]:
        """Each row of the wall with its key's id and what was sealed; twice None when it has no words."""
        with Session(connection, join_transaction_mode="rollback_only") as session:
            words = [self._words(session, row) if row.order_id in kept else None for row in rows]
        sealed = iter(self.vault.seal_alone([said for said in words if said is not None], WALL))
        for row, said in zip(rows, words, strict=True):
            yield (row, None, None) if said is None else (row, *next(sealed))

    def _words(self, session: Session, row: Any) -> dict[str, str] | None:
        if row.state == "withdrawn":
            return None
        if row.state == "shown":
            return {"words": row.words, "name": row.name}
        line = self.vault.reveal(session, row.order_id, f"line:{row.number}") or {}
        said = line.get("dedication")
        return {"words": said, "name": line.get("shared_as") or ""} if said else None

"""What an upgrade needs the vault for: keys and words that stood open in a database of an earlier version."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from shop.dedications.gone_names import order_name
from shop.dedications.sealing import Sealed, keyed
from shop.dedications.vault import Vault
from shop.frozen import frozen

WALL = "wall"
"""What is sealed for the remembrance wall."""


@frozen
class Adopted:
    """Where a key that stood in the database is now, and what the order's bare fingerprint became."""

    key_id: str
    fingerprint: str


@frozen
class Mover:
    """Handed to the migrations, which know tables and no vault."""

    vault: Vault

    def adopt(self, rows: Sequence[Any]) -> dict[int, Adopted]:
        """Put the keys of these rows into the store, by order; not those of orders that are gone.

        Raises SealBroken when the vault key is another; then nothing was put there.
        """
        gone = self._gone()
        left = [row for row in rows if self.vault.digest(order_name(row.reference)) not in gone]
        keys = [self._old_key(row) for row in left]
        ids = self.vault.add_keys([(key, row.contact_index) for key, row in zip(keys, left, strict=True)])
        return {
            row.order_id: Adopted(key_id, row.fingerprint and keyed(key, row.fingerprint))
            for row, key, key_id in zip(left, keys, ids, strict=True)
        }

    def _old_key(self, row: Any) -> bytes:
        wrapped = Sealed(bytes(row.nonce), bytes(row.wrapped_key))
        return self.vault.open_old(wrapped, f"key|{row.order_id}".encode())

    def seal_wall(
        self, connection: Connection, rows: Sequence[Any], kept: set[int]
    ) -> Iterator[tuple[Any, str | None, bytes | None]]:
        """Each row of the wall with its key's id and what was sealed; twice None when it has no words."""
        with Session(connection, join_transaction_mode="rollback_only") as session:
            words = [self._words(session, row) if row.order_id in kept else None for row in rows]
        sealed = iter(self.vault.seal_alone([said for said in words if said is not None], WALL))
        for row, said in zip(rows, words, strict=True):
            yield (row, None, None) if said is None else (row, *next(sealed))

    def seal_comments(self, rows: Sequence[Any]) -> dict[int, dict[str, Any]]:
        """By comment, how it stands sealed: nothing is left of one that is on the list of what is gone."""
        gone = self._gone()
        found: dict[int, dict[str, Any]] = {}
        for row in rows:
            if row.state == "removed" or self.vault.digest(f"comment {row.token_hash}") in gone:
                found[row.id] = {"state": "removed", "key_id": None}
                continue
            said = {"comment": row.token_hash, "name": row.name, "words": row.words}
            ((key_id, sealed),) = self.vault.seal_alone([said], "comment")
            found[row.id] = {"state": row.state, "key_id": key_id, "sealed": sealed}
            if row.email_sealed and self.vault.digest(f"comment e-mail {row.token_hash}") not in gone:
                said = self.vault.open_older(bytes(row.email_sealed))
                ((key_id, sealed),) = self.vault.seal_alone([said], "comment e-mail")
                found[row.id] |= {"email_key_id": key_id, "email_sealed": sealed}
        return found

    def seal_note(self, key_id: str | None, note: str | None) -> bytes | None:
        """What a reader said of a comment, sealed under the comment's key."""
        return self.vault.seal_with_key(key_id, note, "comment note") if key_id and note else None

    def _gone(self) -> frozenset[str]:
        return self.vault.keys.gone_after(0).names

    def _words(self, session: Session, row: Any) -> dict[str, str] | None:
        if row.state == "withdrawn":
            return None
        if row.state == "shown":
            return {"words": row.words, "name": row.name}
        line = self.vault.reveal(session, row.order_id, f"line:{row.number}") or {}
        said = line.get("dedication")
        return {"words": said, "name": line.get("shared_as") or ""} if said else None

"""The vault: private words under keys of their own, which can be thrown away.

Each order has a key, each dedication on the wall another, each comment its own. The database holds what was
sealed and the keys' ids; the keys themselves are in the KeyStore, wrapped by the vault key, which is in no
database. Erasing deletes a key there and notes what it belonged to; then no copy of the database opens it.
Functions here that destroy keys do so at once and for good, even if the caller's transaction fails: whoever
starts next finishes what it was to do (`shop.erasures`).
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from shop.dedications.gone_names import order_name
from shop.dedications.keys import KeyStore, StoredKey
from shop.dedications.models import OrderKey, SealedText
from shop.dedications.sealing import (
    KEY_BYTES,
    Sealed,
    from_bytes,
    join,
    keyed,
    open_bytes,
    open_with,
    place,
    place_alone,
    seal_bytes,
    split,
    to_bytes,
)
from shop.sql import write

ID_BYTES: Final = 16

_SEALED: Final = (
    select(*SealedText.__table__.columns, OrderKey.key_id)
    .join(OrderKey, OrderKey.order_id == SealedText.order_id)
    .where(SealedText.order_id.in_(bindparam("orders", expanding=True)))
)
_KEY_IDS: Final = select(OrderKey.order_id, OrderKey.key_id).where(
    OrderKey.order_id.in_(bindparam("orders", expanding=True))
)


class OrderNotOpen(Exception):
    """The order has no key: it was never opened, or its words have been erased."""

    def __init__(self, order_id: int) -> None:
        super().__init__(f"Order {order_id} has no key to seal words with.")
        self.order_id = order_id


class Vault:
    """Seals and reveals private words. `vault_key` is 32 bytes; ValueError otherwise."""

    def __init__(self, vault_key: bytes, keys: KeyStore) -> None:
        if len(vault_key) != KEY_BYTES:
            raise ValueError(f"the vault key must have {KEY_BYTES} bytes")
        self._vault_key = vault_key
        self.keys = keys

    def new_key(self, email: str | None = None) -> tuple[StoredKey, bytes]:
        """A key for an order, wrapped and bare, not kept yet; `orders_of` finds the order by this e-mail."""
        key_id, key = secrets.token_hex(ID_BYTES), secrets.token_bytes(KEY_BYTES)
        return self._wrap(key_id, key, None if email is None else self._contact_index(email)), key

    def orders_of(self, session: Session, email: str) -> Sequence[int]:
        """The ids of the orders indexed under this e-mail, oldest first; capitals make no difference."""
        ids = self.keys.indexed(self._contact_index(email))
        return session.scalars(
            select(OrderKey.order_id).where(OrderKey.key_id.in_(ids)).order_by(OrderKey.order_id)
        ).all()

    def index_under(self, session: Session, order_id: int, email: str) -> None:
        """Have `orders_of` find the order by this e-mail, and no longer by the one before."""
        self.keys.index_under(_key_id(session, order_id) or "", self._contact_index(email))

    def seal(self, session: Session, order_id: int, label: str, value: Any) -> None:
        """Seal one value; see `seal_all`."""
        self.seal_all(session, order_id, {label: value})

    def seal_all(self, session: Session, order_id: int, values: Mapping[str, Any]) -> None:
        """Seal values JSON can hold, each under its label, in the place of what was there.

        Raises OrderNotOpen, NotSealable, or SealBroken when the vault key is not the one of this order.
        """
        key = self._order_key(session, order_id)
        if key is None:
            raise OrderNotOpen(order_id)
        rows = sealed_rows(key, order_id, values)
        session.execute(
            delete(SealedText)
            .where(SealedText.order_id == order_id, SealedText.label.in_(values))
            .execution_options(synchronize_session=False)
        )
        write(session, SealedText, rows)

    def seal_new(
        self, session: Session, order_id: int, key_id: str, key: bytes, values: Mapping[str, Any]
    ) -> None:
        """Seal the first values of an order under a `new_key` that is kept. Raises NotSealable."""
        write(session, OrderKey, {"order_id": order_id, "key_id": key_id})
        write(session, SealedText, sealed_rows(key, order_id, values))

    def reveal_all(self, session: Session, order_id: int) -> dict[str, Any]:
        """Every value of an order by its label; empty once it was erased. Raises SealBroken."""
        return self.reveal_each(session, [order_id]).get(order_id, {})

    def reveal_each(self, session: Session, order_ids: Collection[int]) -> dict[int, dict[str, Any]]:
        """The same of several orders, by their ids; those that were erased are absent."""
        rows = session.connection().execute(_SEALED, {"orders": list(order_ids)}).all()
        keys = self._keys({row.key_id for row in rows})
        found: dict[int, dict[str, Any]] = {}
        for row in rows:
            if key := keys.get(row.key_id):
                plain = open_bytes(key, Sealed(row.nonce, row.ciphertext), place(row.order_id, row.label))
                found.setdefault(row.order_id, {})[row.label] = from_bytes(plain)
        return found

    def reveal(self, session: Session, order_id: int, label: str) -> Any:
        """The value under this label, or None when there is none or it was erased. Raises SealBroken."""
        return self.reveal_all(session, order_id).get(label)

    def seal_file(self, session: Session, order_id: int, label: str, content: bytes) -> bytes:
        """Seal a file under an order's key, for a table of its own. Raises OrderNotOpen."""
        key = self._order_key(session, order_id)
        if key is None:
            raise OrderNotOpen(order_id)
        return join(seal_bytes(key, content, place(order_id, label)))

    def open_file(self, session: Session, order_id: int, label: str, sealed: bytes) -> bytes | None:
        """The file again; None once the order was erased. Raises SealBroken."""
        key = self._order_key(session, order_id)
        return None if key is None else open_bytes(key, split(sealed), place(order_id, label))

    def keyed(self, session: Session, order_id: int, text: str) -> str | None:
        """An HMAC of the text under the order's key: once that is gone nobody can test a guess against it."""
        key = self._order_key(session, order_id)
        return None if key is None else keyed(key, text)

    def erase(self, session: Session, order_id: int, reference: str) -> bool:
        """Delete the order's key and all it sealed. False when there was nothing left to erase."""
        key_id = _key_id(session, order_id)
        if key_id is not None:
            self.destroy([key_id], [order_name(reference)])
        for table in (SealedText, OrderKey):
            own = delete(table).where(table.order_id == order_id)
            session.execute(own.execution_options(synchronize_session=False))
        return key_id is not None

    def seal_alone(self, values: Sequence[Any], what: str) -> list[tuple[str, bytes]]:
        """Seal each value under a key of its own: its id and what was sealed. Raises NotSealable."""
        plain = [to_bytes(value) for value in values]
        made = [(secrets.token_hex(ID_BYTES), secrets.token_bytes(KEY_BYTES)) for _ in plain]
        self.keys.add([self._wrap(key_id, key) for key_id, key in made])
        return [
            (key_id, join(seal_bytes(key, content, place_alone(what, key_id))))
            for (key_id, key), content in zip(made, plain, strict=True)
        ]

    def seal_with_key(self, key_id: str, value: Any, what: str) -> bytes | None:
        """Seal a further value under a key there is; None when it has been destroyed. Raises NotSealable."""
        key = self._keys([key_id]).get(key_id)
        return None if key is None else join(seal_bytes(key, to_bytes(value), place_alone(what, key_id)))

    def open_alone(self, sealed: Iterable[tuple[str, bytes]], what: str) -> dict[str, Any]:
        """What was sealed, by key id; what has no key any more is left out. Raises SealBroken."""
        listed = list(sealed)
        keys = self._keys(key_id for key_id, _ in listed)
        return {
            key_id: from_bytes(open_bytes(keys[key_id], split(blob), place_alone(what, key_id)))
            for key_id, blob in listed
            if key_id in keys
        }

    def destroy(self, key_ids: Iterable[str], names: Iterable[str]) -> None:
        """Delete keys for good, and note that what bears these names is gone (see `order_name`)."""
        self.keys.destroy(key_ids, [self.digest(name) for name in names])

    def digest(self, name: str) -> str:
        """How a name stands on the list of what is gone: it tells nobody which order that was."""
        return hmac.new(self.derived(b"list of what is gone"), name.encode(), hashlib.sha256).hexdigest()

    def add_keys(self, keys: Sequence[tuple[bytes, str | None]]) -> list[str]:
        """Put keys there are already, each with its blind index, into the store; give their ids."""
        ids = [secrets.token_hex(ID_BYTES) for _ in keys]
        self.keys.add([self._wrap(key_id, *key) for key_id, key in zip(ids, keys, strict=True)])
        return ids

    def open_old(self, sealed: Sealed, bound_to: bytes) -> bytes:
        """What an older version sealed with the vault key itself: an order's key. Raises SealBroken."""
        return open_bytes(self._vault_key, sealed, bound_to)

    def open_older(self, blob: bytes) -> Any:
        """The same of a comment's e-mail, which had its key derived from the vault key. Raises SealBroken."""
        return open_with(self._vault_key, blob)

    def _wrap(self, key_id: str, key: bytes, contact_index: str | None = None) -> StoredKey:
        return StoredKey(key_id, seal_bytes(self._vault_key, key, place_alone("key", key_id)), contact_index)

    def _keys(self, key_ids: Iterable[str]) -> dict[str, bytes]:
        found = self.keys.find(key_ids)
        return {
            key_id: open_bytes(self._vault_key, wrapped, place_alone("key", key_id))
            for key_id, wrapped in found.items()
        }

    def order_keys(self, session: Session, order_ids: Collection[int]) -> dict[int, bytes]:
        """The bare keys of orders, to derive others from; those that were erased are absent."""
        ids = dict(session.execute(_KEY_IDS, {"orders": list(order_ids)}).all())
        keys = self._keys(ids.values())
        return {order_id: keys[key_id] for order_id, key_id in ids.items() if key_id in keys}

    def _order_key(self, session: Session, order_id: int) -> bytes | None:
        return self.order_keys(session, [order_id]).get(order_id)

    def _contact_index(self, email: str) -> str:
        normal = unicodedata.normalize("NFC", email.strip()).casefold()
        return hmac.new(self.derived(b"blind index of e-mails"), normal.encode(), hashlib.sha256).hexdigest()

    def derived(self, purpose: bytes) -> bytes:
        """A key for this purpose alone."""
        return hmac.new(self._vault_key, purpose, hashlib.sha256).digest()


def sealed_rows(key: bytes, order_id: int, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Values of an order, sealed under its key, as rows of SealedText. Raises NotSealable."""
    return [
        {"order_id": order_id, "label": label}
        | vars(seal_bytes(key, to_bytes(value), place(order_id, label)))
        for label, value in values.items()
    ]


def _key_id(session: Session, order_id: int) -> str | None:
    return session.scalar(select(OrderKey.key_id).where(OrderKey.order_id == order_id))

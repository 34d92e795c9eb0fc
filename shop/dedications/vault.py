"""The vault: each order's private words under a key of their own, which can be thrown away.

Erasing deletes that key and the ciphertexts. SQLite overwrites them (`secure_delete`); PostgreSQL keeps
dead rows until it vacuums, and any backup keeps what it copied: both are unreadable without the vault key,
which is kept outside the database.
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from shop.dedications.models import OrderKey, SealedText
from shop.dedications.sealing import KEY_BYTES, Sealed, from_bytes, open_bytes, seal_bytes, to_bytes


class OrderNotOpen(Exception):
    """The order has no key: it was never opened, or its words have been erased."""

    def __init__(self, order_id: int) -> None:
        super().__init__(f"Order {order_id} has no key to seal words with.")
        self.order_id = order_id


class Vault:
    """Seals and reveals the private words of orders. `vault_key` is 32 bytes; ValueError otherwise."""

    def __init__(self, vault_key: bytes) -> None:
        if len(vault_key) != KEY_BYTES:
            raise ValueError(f"the vault key must have {KEY_BYTES} bytes")
        self._vault_key = vault_key

    def open_order(self, session: Session, order_id: int) -> None:
        """Make the order's key, unless it has one."""
        if _key_row(session, order_id) is None:
            sealed = seal_bytes(self._vault_key, secrets.token_bytes(KEY_BYTES), _key_place(order_id))
            session.execute(
                insert(OrderKey).values(order_id=order_id, nonce=sealed.nonce, wrapped_key=sealed.ciphertext)
            )

    def index_contact(self, session: Session, order_id: int, email: str) -> None:
        """Let `orders_of` find the order by this e-mail. Erasing the order takes it away."""
        session.execute(
            update(OrderKey)
            .where(OrderKey.order_id == order_id)
            .values(contact_index=self._contact_index(email))
            .execution_options(synchronize_session=False)
        )

    def orders_of(self, session: Session, email: str) -> Sequence[int]:
        """The ids of the orders indexed under this e-mail, oldest first; capitals make no difference."""
        return session.scalars(
            select(OrderKey.order_id)
            .where(OrderKey.contact_index == self._contact_index(email))
            .order_by(OrderKey.order_id)
        ).all()

    def seal(self, session: Session, order_id: int, label: str, value: Any) -> None:
        """Seal a value JSON can hold under this label, in the place of what was there.

        Raises OrderNotOpen, NotSealable, or SealBroken when the vault key is not the one of this order.
        """
        key = self._order_key(session, order_id)
        if key is None:
            raise OrderNotOpen(order_id)
        sealed = seal_bytes(key, to_bytes(value), _place(order_id, label))
        row = {"nonce": sealed.nonce, "ciphertext": sealed.ciphertext}
        here = (SealedText.order_id == order_id) & (SealedText.label == label)
        if session.scalar(select(SealedText.label).where(here)) is None:
            session.execute(insert(SealedText).values(order_id=order_id, label=label, **row))
        else:
            session.execute(
                update(SealedText).where(here).values(**row).execution_options(synchronize_session=False)
            )

    def reveal(self, session: Session, order_id: int, label: str) -> Any:
        """The value under this label, or None when there is none or it was erased. Raises SealBroken."""
        row = session.execute(
            select(SealedText.nonce, SealedText.ciphertext).where(
                SealedText.order_id == order_id, SealedText.label == label
            )
        ).first()
        key = self._order_key(session, order_id)
        if row is None or key is None:
            return None
        return from_bytes(open_bytes(key, Sealed(row.nonce, row.ciphertext), _place(order_id, label)))

    def erase(self, session: Session, order_id: int) -> bool:
        """Delete the order's key and all it sealed. False when there was nothing left to erase."""
        had_key = _key_row(session, order_id) is not None
        for table in (SealedText, OrderKey):
            session.execute(
                delete(table).where(table.order_id == order_id).execution_options(synchronize_session=False)
            )
        return had_key

    def _contact_index(self, email: str) -> str:
        normal = unicodedata.normalize("NFC", email.strip()).casefold()
        key = hmac.new(self._vault_key, b"blind index of e-mails", hashlib.sha256).digest()
        return hmac.new(key, normal.encode(), hashlib.sha256).hexdigest()

    def _order_key(self, session: Session, order_id: int) -> bytes | None:
        sealed = _key_row(session, order_id)
        return None if sealed is None else open_bytes(self._vault_key, sealed, _key_place(order_id))


def _key_row(session: Session, order_id: int) -> Sealed | None:
    row = session.execute(
        select(OrderKey.nonce, OrderKey.wrapped_key).where(OrderKey.order_id == order_id)
    ).first()
    return None if row is None else Sealed(row.nonce, row.wrapped_key)


def _key_place(order_id: int) -> bytes:
    return f"key|{order_id}".encode()


def _place(order_id: int, label: str) -> bytes:
    # The number comes first and holds no bar, so no two pairs of order and label read alike.
    return f"words|{order_id}|{label}".encode()

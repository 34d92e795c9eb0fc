"""What a leaf commits to, from the key of its order: once that is erased nobody can tell whose leaf it is."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.dedications.sealing import derived_key
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.orders.models import Order
from shop.transparency.leaves import commitment, salt_info


@frozen
class OrderSalts:
    """The salts of one order's commitments."""

    key: bytes

    def salt(self, what: str) -> bytes:
        """That of one commitment (see `leaves.committed`): 32 bytes that open no other."""
        return derived_key(self.key, salt_info(what))

    def commitment(self, what: str) -> str:
        """In hexadecimal."""
        return commitment(self.salt(what), what)


def salts_of(session: Session, vault: Vault, references: Collection[str]) -> Mapping[str, OrderSalts]:
    """By order reference; what was sold elsewhere, and what was erased, has none."""
    orders = select(Order.id, Order.reference).where(Order.reference.in_(references))
    by_id = dict(session.execute(orders).all())
    keys = vault.order_keys(session, by_id.keys())
    return {by_id[order_id]: OrderSalts(key) for order_id, key in keys.items()}

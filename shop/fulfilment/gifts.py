"""Which orders are gifts: orders from before that was written down beside them are read once."""

from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop.db import Database
from shop.dedications.models import OrderKey
from shop.dedications.vault import Vault
from shop.orders.models import Order

ROUND: Final = 100
"""Orders read in one go."""


def read_old(database: Database, vault: Vault) -> bool:
    """Write down of some orders whether they are gifts. Give whether there may be more."""
    with database.looking() as session:
        ids = _unread(session)
        sealed = vault.reveal_each(session, ids) if ids else {}
    if not sealed:
        return False
    with database.transaction() as session:
        for order_id, said in sealed.items():
            is_gift = bool((said.get("gift") or {}).get("as_gift"))
            # One that was corrected meanwhile says so itself by now.
            session.execute(
                update(Order).where(Order.id == order_id, Order.is_gift.is_(None)).values(is_gift=is_gift)
            )
    return len(ids) == ROUND


def _unread(session: Session) -> list[int]:
    with_words = select(Order.id).join(OrderKey, OrderKey.order_id == Order.id)
    return list(session.scalars(with_words.where(Order.is_gift.is_(None)).order_by(Order.id).limit(ROUND)))

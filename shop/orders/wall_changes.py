"""A dedication that was shared, and is another now: it is looked at anew before it stands on the wall."""

from dataclasses import asdict

from sqlalchemy.orm import Session

from shop.dedications.models import WallEntry
from shop.dedications.vault import Vault
from shop.orders.models import Order
from shop.orders.wall import SEALED_AS, WallState, Words, withdraw


def renew(
    session: Session, vault: Vault, order: Order, number: int, words: Words | None, *, actor: str
) -> None:
    """Put other words in the place of those that were shared; without any they leave the wall for good.

    What was withdrawn stays so. The former words' key seals nothing any more, and is swept.
    """
    entry = session.get(WallEntry, (order.id, number), populate_existing=True)
    if entry is None or entry.state == WallState.WITHDRAWN:
        return
    if words is None:
        withdraw(session, vault, order.id, number, actor=actor)
        return
    ((key_id, sealed),) = vault.seal_alone([asdict(words)], SEALED_AS)
    entry.key_id, entry.sealed = key_id, sealed
    entry.state, entry.shown_at = WallState.WAITING, None

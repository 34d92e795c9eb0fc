"""Which e-mails about an order its buyer wants: all of them, or only those that something depends on.

What is to be answered, money, addresses and the parcel are always told.
"""

from typing import Final

from sqlalchemy.orm import Session

from shop.dedications.vault import Vault
from shop.orders.lifecycle import lock

LABEL: Final = "emails"
ALL: Final = "all"
FEW: Final = "only when it is posted"


def choose(session: Session, vault: Vault, order_id: int, *, few: bool) -> None:
    """Keep the choice, sealed with the order. Raises OrderNotOpen once it was erased."""
    lock(session, order_id)
    vault.seal(session, order_id, LABEL, FEW if few else ALL)


def wants_few(session: Session, vault: Vault, order_id: int) -> bool:
    """Whether only what something depends on is to be told."""
    return bool(vault.reveal(session, order_id, LABEL) == FEW)

"""Posting all the same what was promised not to leave before a day: asked for twice, with the reason kept."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from shop.dedications.vault import Vault
from shop.fulfilment import parcels
from shop.fulfilment.models import Parcel
from shop.fulfilment.stages import Stage
from shop.fulfilment.units import NotAllowed, units_of
from shop.orders import notes
from shop.orders.lifecycle import lock

NOT_PACKED: Final = "Nothing of it is packed."


def packed(session: Session, order_id: int) -> Sequence[int]:
    """The numbers of the units of an order that would leave in one parcel now."""
    units = units_of(session, order_id).items()
    return sorted(number for number, unit in units if unit.stage == Stage.PACKED and unit.held is None)


def post(session: Session, vault: Vault, order_id: int, why: str, *, actor: str) -> Parcel:
    """Post all that is packed, and keep why as a note about the order.

    Raises NotAllowed, and what `notes.write` raises: then nothing is posted.
    """
    order = lock(session, order_id)
    numbers = packed(session, order_id)
    if not numbers:
        raise NotAllowed(NOT_PACKED)
    if why.strip() and order.post_from is not None and not parcels.may_leave(order.post_from):
        why = f"Posted before {order.post_from:%A %-d %B}, the day promised: {why.strip()}"
    notes.write(session, vault, order_id, why, actor=actor)
    return parcels.post(session, order_id, numbers, tracking=None, actor=actor, early=True)

"""A buyer who lost our letter has the link to her order sent again, to the address she ordered with."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.vault import Vault
from shop.mail import outbox
from shop.orders.lifecycle import State
from shop.orders.models import Order

KIND: Final = "order-link"

NEVER_PAID: Final = frozenset({State.AWAITING, State.EXPIRED, State.FAILED})

MOST: Final = 10
"""Letters for one asking: the newest orders."""


def send_links(session: Session, vault: Vault, email: str) -> int:
    """Put a letter into the outbox for each paid order of this e-mail, once an hour; how many are new.

    The letter goes to the address sealed with the order, never to one that was typed just now. Nobody is told
    what came of it: whether somebody ordered here is hers to say.
    """
    orders = session.scalars(
        select(Order.id)
        .where(Order.id.in_(vault.orders_of(session, email)), Order.state.not_in(NEVER_PAID))
        .order_by(Order.id.desc())
        .limit(MOST)
    ).all()
    hour = f"{clock.now():%Y-%m-%dT%H}"
    new = [outbox.put(session, kind=KIND, order_id=id_, dedupe_key=f"{KIND}-{id_}-{hour}") for id_ in orders]
    return sum(new)

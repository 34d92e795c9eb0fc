"""A buyer who lost our e-mail has the link sent again, to the address the order was placed with."""

from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.vault import Vault
from shop.mail import outbox
from shop.mail.addresses import ascii_address
from shop.mail.models import QueuedEmail
from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.sql import APART

KIND: Final = "order-link"

NEVER_PAID: Final = frozenset({State.AWAITING, State.EXPIRED, State.FAILED})

MOST: Final = 10
"""Orders for one asking: the newest."""

PAUSE: Final = timedelta(hours=1)
A_DAY: Final = timedelta(days=1)
MOST_A_DAY: Final = 3
"""E-mails about one order in a day: whoever knows an address must not be able to press on anybody with it."""


def send_links(session: Session, vault: Vault, email: str) -> int:
    """Put an e-mail into the outbox for each paid order of this e-mail; how many are new.

    None within an hour of the last, and three a day at most. The e-mail goes to the address sealed with the
    order, never to one that was typed just now. Nobody is told what came of it: whether somebody ordered
    here is theirs to say.
    """
    theirs = vault.orders_of(session, ascii_address(email.strip()))
    orders = session.scalars(
        select(Order.id)
        .where(Order.id.in_(theirs), Order.state.not_in(NEVER_PAID))
        .order_by(Order.id.desc())
        .limit(MOST)
    ).all()
    return sum(_send(session, order_id) for order_id in orders)


def _send(session: Session, order_id: int) -> bool:
    sent = session.scalars(
        select(QueuedEmail.created_at).where(QueuedEmail.kind == KIND, QueuedEmail.order_id == order_id)
    ).all()
    now = clock.now()
    # What is dated ahead of every host's clock was sent before one was set back, nobody knows when.
    ago = [now - at for at in sent if at <= now + APART]
    if any(since < PAUSE for since in ago) or sum(since < A_DAY for since in ago) >= MOST_A_DAY:
        return False
    # Numbered, so that of two askings at the same moment only one puts an e-mail in.
    return outbox.put(session, kind=KIND, order_id=order_id, dedupe_key=f"{KIND}-{order_id}-{len(sent)}")

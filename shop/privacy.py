"""What is kept about an order, for the person it is about: all of it to read, and erasing what is theirs.

UK GDPR: access (article 15), portability (20), erasure (17). What the law makes the shop keep stays: amounts
and dates for the tax records (erasure's exception, article 17(3)(b)) and the donation ledger, which never
held a name.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shop import privacy_rows
from shop.bookkeeping import balance_transaction_rows
from shop.claims import claim_steps, send_backs
from shop.dedications.gone_names import order_name
from shop.dedications.models import OrderKey
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.fulfilment import cards_opened, corrections, finished_looks, finished_pictures, promised, questions
from shop.mail import outbox
from shop.orders import email_change, email_choice, hand_drawings, notes, wall
from shop.orders.lifecycle import EventKind, lock, record, revoke_links
from shop.orders.models import Order, OrderLine
from shop.orders.view import view
from shop.payment_links import payment_links
from shop.payments import supplements
from shop.uploads import order_photographs

ERASED: Final = ""
"""Stands where the digest of an erased order's buyer did."""

AT_A_TIME: Final = 50
"""Orders erased in one transaction once their time is over."""


class UnknownOrder(Exception):
    """There is no order with this reference."""

    def __init__(self, reference: str) -> None:
        super().__init__(f"There is no order {reference}.")
        self.reference = reference


@frozen
class Erased:
    """What an erasure did."""

    words: bool
    """Whether there was anything left to erase."""
    emails: int
    """Unsent e-mails that will now never be sent."""


def everything(session: Session, vault: Vault, reference: str) -> dict[str, Any]:
    """All that is kept about an order, as plain values JSON can hold; amounts in pence, times in ISO 8601.

    Raises UnknownOrder.
    """
    order = _find(session, reference)
    opened, drawings = view(session, vault, order), hand_drawings.kept(session, vault, order.id)
    return {
        "order": order.reference,
        "state": order.state,
        "placed_at": order.placed_at.isoformat(),
        "came_by": privacy_rows.came_by(session, order),
        "test_order": order.book == "test",
        "currency": order.currency,
        "goods_pence": order.goods_pence,
        "postage_pence": order.postage_pence,
        "total_pence": order.total_pence,
        "vat_pence": order.vat_pence,
        "postage": opened.postage.name,
        "donation_statement": order.donation_statement,
        "contact": opened.contact,
        "gift": opened.gift,
        "days_asked_for": opened.wishes,
        "posted_by": order.posted_by and order.posted_by.isoformat(),
        "day_news": promised.kept(session, order.id),
        "pieces": [privacy_rows.piece(line, drawings.get(line.row.number, [])) for line in opened.lines],
        "corrections": corrections.kept(session, vault, order.id),
        "email_changes": email_change.kept(session, vault, order.id),
        "photographs": order_photographs.kept(session, vault, order.id),
        "finished_looks": finished_looks.kept(session, order.id),
        "photograph_of_finished_piece": vault.reveal(session, order.id, finished_pictures.LABEL),
        "claims": claim_steps.kept(session, vault, order.id),
        "dedications_opened": cards_opened.kept(session, order.id),
        "sent_back": send_backs.kept_of(session, order.id),
        "history": [
            {"at": event.event_at.isoformat(), "what": event.kind, "by": event.actor, **event.data}
            for event in opened.events
        ],
        "emails_wanted": vault.reveal(session, order.id, email_choice.LABEL),
        "questions": questions.kept(session, vault, order.id),
        "notes_of_the_workshop": notes.kept(session, vault, order.id),
        "payments": privacy_rows.payments(session, order),
        "at_stripe": balance_transaction_rows.kept_of(session, order.id),
        "supplements": supplements.kept(session, vault, order.id),
        "refunds_asked": privacy_rows.refunds(session, order),
        "emails": privacy_rows.emails(session, order),
        "links_to_the_order": privacy_rows.links(session, order),
        "donation_ledger": privacy_rows.ledger(session, order),
    }


def erase(session: Session, vault: Vault, reference: str, *, actor: str) -> Erased:
    """Erase who the order is for and every word of it; its links close and no e-mail follows.

    What stood on the wall goes with it. Amounts, dates, pieces and the ledger stay. Digests of the words go
    too: a short name could be guessed from one. Raises UnknownOrder.
    """
    order = lock(session, _find(session, reference).id)
    had_words = vault.erase(session, order.id, order.reference)
    wall.erase(session, vault, order)
    claim_steps.erase(session, order.id)
    order_photographs.forget_photographs(session, vault, order.id)
    payment_links.forget_of(session, vault, order.id)
    revoke_links(session, order.id)
    emails = outbox.drop_unsent(session, outbox.Drop.ERASED, order_id=order.id)
    digests = {"proof_digest": None, "cut_digest": None}
    session.execute(update(OrderLine).where(OrderLine.order_id == order.id).values(digests))
    order.fingerprint, order.buyer_hash, order.is_gift = ERASED, ERASED, None
    if had_words:
        record(session, order, EventKind.ERASED, actor=actor)
    return Erased(had_words, emails)


def erase_gone(session: Session, vault: Vault, gone: Collection[str], *, actor: str) -> list[int]:
    """Erase again the orders that the list (digests of names) says are gone and this database still has.

    Give their ids. A copy brought back is older than what was erased since; see `shop.erasures`.
    """
    rows = session.execute(
        select(Order.id, Order.reference).join(OrderKey, OrderKey.order_id == Order.id).order_by(Order.id)
    ).all()
    found = [row for row in rows if vault.digest(order_name(row.reference)) in gone]
    for row in found:
        erase(session, vault, row.reference, actor=actor)
    return [row.id for row in found]


def erase_old(session: Session, vault: Vault, *, placed_before: datetime, actor: str) -> list[str]:
    """Erase some of the orders placed before a moment whose words are still kept. Give their references."""
    with_words = select(Order.reference).join(OrderKey, OrderKey.order_id == Order.id)
    due = with_words.where(Order.placed_at < placed_before).order_by(Order.placed_at, Order.id)
    old = list(session.scalars(due.limit(AT_A_TIME)))
    for reference in old:
        erase(session, vault, reference, actor=actor)
    return old


def order_id(session: Session, reference: str) -> int:
    """The id of the order with this reference. Raises UnknownOrder."""
    return _find(session, reference).id


def _find(session: Session, reference: str) -> Order:
    order = session.scalars(select(Order).where(Order.reference == reference)).one_or_none()
    if order is None:
        raise UnknownOrder(reference)
    return order

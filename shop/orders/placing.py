"""Placing an order: prices and words frozen, stock set aside."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.keys import StoredKey
from shop.dedications.sealing import keyed
from shop.frozen import frozen
from shop.giving.policies import policy_in_force, statement
from shop.mail.addresses import ascii_address
from shop.money import CURRENCY
from shop.orders import email_choice, wall
from shop.orders.approved_engraving import Approved, Digests
from shop.orders.lifecycle import EventKind, State, add_order, lock, make_link, record
from shop.orders.models import Order, OrderLine
from shop.orders.order_hold import ANYBODY, Asking, set_aside
from shop.orders.order_services import OrderServices
from shop.orders.terms import TERMS, Terms, keep_terms
from shop.orders.wall import Words
from shop.planning.planner import NO_WISHES, Promise, Wishes
from shop.pricing import LineItem, Quote, QuotedLine
from shop.sql import write
from shop.stock.holds import PAYMENT_WINDOW


@frozen
class Contact:
    """Whom the order is for and where it goes. Personal throughout: it lives in the vault only."""

    email: str  # empty of somebody who has none, and ordered by telephone or letter
    name: str
    line1: str
    line2: str
    town: str
    postcode: str
    phone: str = ""
    country: str = "GB"
    buyer_name: str = ""
    """Whom our e-mails greet, where the parcel goes to somebody else; `name` is the one on the parcel."""


@frozen
class OrderDraft:
    """Everything the buyer agrees to by pressing the button."""

    items: tuple[LineItem, ...]
    contact: Contact
    postage: str
    """A slug of `postage.SERVICES`."""
    gift_message: str | None = None
    as_gift: bool = False
    few_emails: bool = False
    """See email_choice."""
    terms: Terms | None = None
    wishes: Wishes = NO_WISHES
    promise: Promise | None = None
    """The day that was shown."""


def fingerprint(draft: OrderDraft, agreed: Quote) -> str:
    """One hash of all the buyer agreed to: pressing twice is one order, changing a letter is another.

    Raises NoLongerSold.
    """
    content: dict[str, Any] = {
        "lines": [_line_agreed(line) for line in agreed.lines],
        "contact": asdict(draft.contact),
        "postage": agreed.postage.slug,
        "sums": [agreed.goods_pence, agreed.postage_pence, agreed.total_pence, agreed.vat_pence],
        "gift": [draft.as_gift, draft.gift_message],
        "day": [str(day) for day in _days(draft)],
    }
    if draft.few_emails:
        content["emails"] = email_choice.FEW
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _line_agreed(line: QuotedLine) -> list[Any]:
    _, variant = line.sold
    return [
        variant.id,
        line.price_pence,
        line.proof,
        line.item.dedication,
        line.item.shared_as,
    ]


def _days(draft: OrderDraft) -> list[date | None]:
    """The days agreed to: those promised, and those wished for."""
    promised = [draft.promise.posted_by, draft.promise.post_from] if draft.promise else []
    return [*promised, draft.wishes.needed_by, draft.wishes.not_before, draft.wishes.not_on]


@frozen
class Prepared:
    """What of an order can be worked out before its transaction begins, where nobody waits for it."""

    fingerprint: str
    key: StoredKey
    """Kept in the key store already: alone it is harmless."""
    bare_key: bytes = field(repr=False)
    approved: Sequence[Approved | None] = field(repr=False)
    """Of each line what is to be cut, if it has words."""
    digests: Sequence[Digests]
    """Of each line those of its drawing and of its cut."""


def prepare(
    services: OrderServices, draft: OrderDraft, agreed: Quote, print_of: str | None = None
) -> Prepared:
    """Check the words of an order and keep its key; `print_of` is its fingerprint, if that is at hand.

    Raises NoLongerSold or NotCuttable.
    """
    approved = [_approved(line) for line in agreed.lines]
    digests: list[Digests] = [found.digests() if found else (None, None) for found in approved]
    print_of = print_of or fingerprint(draft, agreed)
    stored, key = services.vault.new_key(ascii_address(mail) if (mail := draft.contact.email) else None)
    services.vault.keys.add([stored])
    return Prepared(keyed(key, print_of), stored, key, approved, digests)


def place(
    session: Session,
    services: OrderServices,
    draft: OrderDraft,
    agreed: Quote,
    *,
    buyer_hash: str,
    asking: Asking = ANYBODY,
    prepared: Prepared | None = None,
) -> Order:
    """Make the order and its hold.

    Raises NoLongerSold, NotCuttable for words that would not be cut as drawn, or as `set_aside` does.
    """
    now = clock.now()
    ready = prepared or prepare(services, draft, agreed)
    hold_id = set_aside(session, [line.item.variant_id for line in agreed.lines], PAYMENT_WINDOW, asking)
    policy = policy_in_force(session, now, samples=services.book == "test")
    order = add_order(
        session,
        mode=services.mode,
        book=services.book,
        state=State.AWAITING,
        buyer_hash=buyer_hash,
        hold_id=hold_id,
        fingerprint=ready.fingerprint,
        currency=CURRENCY,
        goods_pence=agreed.goods_pence,
        postage_pence=agreed.postage_pence,
        total_pence=agreed.total_pence,
        vat_pence=agreed.vat_pence,
        postage_service=agreed.postage.slug,
        policy_id=policy.id if policy else None,
        donation_pence=policy.amount_pence if policy and policy.basis == "order" else 0,
        donation_statement=statement(policy) if policy else None,
        placed_at=now,
        is_gift=draft.as_gift,
        **(asdict(draft.promise) if draft.promise else {}),
    )
    each = policy.amount_pence if policy and policy.basis == "unit" else 0
    sealed: dict[str, Any] = {
        "contact": asdict(draft.contact),
        "gift": {"as_gift": draft.as_gift, "message": draft.gift_message},
    }
    if draft.terms:
        keep_terms(session, draft.terms, services.known_terms)
        sealed[TERMS] = draft.terms.digest
    if draft.few_emails:
        sealed[email_choice.LABEL] = email_choice.FEW
    if draft.wishes != NO_WISHES:
        sealed["wishes"] = {wish: str(day) for wish, day in asdict(draft.wishes).items() if day}
    rows = []
    units = zip(agreed.lines, ready.approved, ready.digests, strict=True)
    for number, (line, approved, digests) in enumerate(units, start=1):
        rows.append(line_row(order.id, number, line, approved, digests, donation_pence=each))
        said = {"dedication": line.item.dedication, "shared_as": line.item.shared_as}
        sealed[f"line:{number}"] = {**(approved.sealed() if approved else {}), **said}
    write(session, OrderLine, rows)
    services.vault.seal_new(session, order.id, ready.key.id, ready.bare_key, sealed)
    wall.offer(session, services.vault, order, _shared(agreed))
    make_link(session, order, services.secret_key)
    record(session, order, EventKind.PLACED, actor="buyer", total_pence=order.total_pence)
    return order


def open_again(session: Session, order_id: int, agreed: Quote, *, asking: Asking = ANYBODY) -> Order:
    """Open an expired or failed order for payment once more, with a new hold. Raises as `set_aside` does."""
    order = lock(session, order_id)
    order.hold_id = set_aside(
        session, [line.item.variant_id for line in agreed.lines], PAYMENT_WINDOW, asking
    )
    order.state = State.AWAITING
    record(session, order, EventKind.PAYMENT_OPENED_AGAIN, actor="buyer")
    return order


def _approved(line: QuotedLine) -> Approved | None:
    engraving, (piece, _) = line.item.engraving, line.sold
    return Approved.now(engraving, piece.sides) if engraving else None


def line_row(
    order_id: int,
    number: int,
    line: QuotedLine,
    approved: Approved | None,
    digests: Digests,
    *,
    donation_pence: int,
) -> dict[str, Any]:
    """The row of a unit, with what was agreed; `digests` of its drawing and of its cut."""
    (piece, variant), (proof, cut) = line.sold, digests
    return {
        "order_id": order_id,
        "number": number,
        "variant_id": variant.id,
        "sku": variant.sku,
        "piece_slug": piece.slug,
        "piece_name": piece.name,
        "metal_slug": variant.metal_slug,
        "metal_name": variant.metal_name,
        "chain_inches": variant.chain_inches,
        "price_pence": line.price_pence,
        "donation_pence": donation_pence,
        "engraved": approved is not None,
        "by_hand": approved is not None and approved.engraving.by_hand,
        "artwork": approved is not None and bool(approved.engraving.artwork),
        "proof_digest": proof,
        "cut_digest": cut,
    }


def _shared(agreed: Quote) -> dict[int, Words]:
    """The dedications to be offered to the wall, by line number."""
    items = ((number, line.item) for number, line in enumerate(agreed.lines, start=1))
    return {
        number: Words(item.dedication, item.shared_as)
        for number, item in items
        if item.shared_as is not None and item.dedication
    }

"""Placing an order: prices and words frozen, stock set aside."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from shop import clock
from shop.catalogue.postage import SERVICES
from shop.catalogue.snapshot import Catalogue, PieceView, VariantView
from shop.engraving import Engraving, proof_digest
from shop.giving.policies import policy_in_force, statement
from shop.mail.addresses import ascii_address
from shop.money import CURRENCY
from shop.orders import wall
from shop.orders.approved_engraving import Approved
from shop.orders.holding import ANYBODY, Asking, set_aside
from shop.orders.lifecycle import EventKind, State, free_reference, lock, make_link, record
from shop.orders.models import Order, OrderLine
from shop.orders.services import OrderServices
from shop.orders.wall import Words

PAYMENT_WINDOW: Final = timedelta(minutes=31)
"""How long the payment page stays open: a minute more than Stripe's least, and counted on its own clock."""


@dataclass(frozen=True)
class Contact:
    """Whom the order is for and where it goes. Personal throughout: it lives in the vault only."""

    email: str
    name: str
    line1: str
    line2: str
    town: str
    postcode: str
    phone: str = ""
    country: str = "GB"


@dataclass(frozen=True)
class WishedLine:
    """One unit she chose, and the words on it."""

    variant_id: int
    engraving: Engraving | None
    dedication: str | None
    shared_as: str | None = None
    """The name to show beside the dedication on the remembrance wall ("" for none); None keeps it private."""


@dataclass(frozen=True)
class Wish:
    """Everything she agrees to when she presses the button."""

    lines: tuple[WishedLine, ...]
    contact: Contact
    postage: str
    """A slug of `postage.SERVICES`."""
    gift_message: str | None = None
    as_gift: bool = False


@dataclass(frozen=True)
class PricedLine:
    """A wished line with the piece it means and today's price."""

    wished: WishedLine
    piece: PieceView
    variant: VariantView

    @property
    def price_pence(self) -> int:
        """The full price of the unit: piece, engraving, any tax."""
        return self.variant.price_pence


class NoLongerSold(Exception):
    """A piece in the basket is not in the catalogue any more."""

    def __init__(self, variant_ids: Sequence[int]) -> None:
        super().__init__("A piece is no longer sold.")
        self.variant_ids = tuple(variant_ids)


def price(catalogue: Catalogue, lines: Sequence[WishedLine]) -> list[PricedLine]:
    """Each line with its piece and price. Raises NoLongerSold."""
    found = [(line, catalogue.find(line.variant_id)) for line in lines]
    missing = [line.variant_id for line, pair in found if pair is None]
    if missing:
        raise NoLongerSold(missing)
    return [PricedLine(line, *pair) for line, pair in found if pair is not None]


def fingerprint(wish: Wish, priced: Sequence[PricedLine]) -> str:
    """One hash of all she agreed to, so that pressing twice is one order and changing a letter is another."""
    postage = SERVICES[wish.postage]
    agreed: dict[str, Any] = {
        "lines": [
            [
                line.variant.id,
                line.price_pence,
                proof_digest(line.piece.sides, line.wished.engraving) if line.wished.engraving else None,
                line.wished.dedication,
                line.wished.shared_as,
            ]
            for line in priced
        ],
        "contact": asdict(wish.contact),
        "postage": [postage.slug, postage.pence],
        "gift": [wish.as_gift, wish.gift_message],
    }
    return hashlib.sha256(json.dumps(agreed, sort_keys=True).encode()).hexdigest()


def place(
    session: Session,
    services: OrderServices,
    wish: Wish,
    priced: Sequence[PricedLine],
    *,
    buyer_hash: str,
    asking: Asking = ANYBODY,
) -> Order:
    """Make the order and its hold.

    Raises as `set_aside` does, or NotCuttable for words that would not be cut as drawn; then nothing is kept.
    """
    now = clock.now()
    hold_id = set_aside(session, [line.variant.id for line in priced], PAYMENT_WINDOW, asking)
    policy = policy_in_force(session, now, samples=services.book == "test")
    postage = SERVICES[wish.postage]
    goods = sum(line.price_pence for line in priced)
    order = Order(
        reference=free_reference(session),
        mode=services.mode,
        book=services.book,
        state=State.AWAITING,
        version=1,
        buyer_hash=buyer_hash,
        hold_id=hold_id,
        fingerprint="",
        currency=CURRENCY,
        goods_pence=goods,
        postage_pence=postage.pence,
        total_pence=goods + postage.pence,
        postage_service=postage.slug,
        policy_id=policy.id if policy else None,
        donation_pence=policy.amount_pence if policy and policy.basis == "order" else 0,
        donation_statement=statement(policy) if policy else None,
        placed_at=now,
    )
    session.add(order)
    session.flush()
    each = policy.amount_pence if policy and policy.basis == "unit" else 0
    services.vault.open_order(session, order.id, email=ascii_address(wish.contact.email))
    sealed: dict[str, Any] = {
        "contact": asdict(wish.contact),
        "gift": {"as_gift": wish.as_gift, "message": wish.gift_message},
    }
    for number, line in enumerate(priced, start=1):
        engraving = line.wished.engraving
        approved = Approved.now(engraving, line.piece.sides) if engraving else None
        session.add(_line(order.id, number, line, approved, each))
        words = {**(approved.sealed() if approved else {}), "dedication": line.wished.dedication}
        words["shared_as"] = line.wished.shared_as
        sealed[f"line:{number}"] = words
    services.vault.seal_all(session, order.id, sealed)
    order.fingerprint = services.vault.keyed(session, order.id, fingerprint(wish, priced)) or ""
    wall.offer(session, services.vault, order, _shared(priced))
    make_link(session, order, services.secret_key)
    record(session, order, EventKind.PLACED, actor="buyer", total_pence=order.total_pence)
    return order


def open_again(
    session: Session, order_id: int, priced: Sequence[PricedLine], *, asking: Asking = ANYBODY
) -> Order:
    """Open an expired or failed order for payment once more, with a new hold. Raises as `set_aside` does."""
    order = lock(session, order_id)
    order.hold_id = set_aside(session, [line.variant.id for line in priced], PAYMENT_WINDOW, asking)
    order.state = State.AWAITING
    record(session, order, EventKind.PAYMENT_OPENED_AGAIN, actor="buyer")
    return order


def _line(
    order_id: int, number: int, line: PricedLine, approved: Approved | None, donation_pence: int
) -> OrderLine:
    return OrderLine(
        order_id=order_id,
        number=number,
        variant_id=line.variant.id,
        sku=line.variant.sku,
        piece_slug=line.piece.slug,
        piece_name=line.piece.name,
        metal_slug=line.variant.metal_slug,
        metal_name=line.variant.metal_name,
        chain_inches=line.variant.chain_inches,
        price_pence=line.price_pence,
        donation_pence=donation_pence,
        engraved=approved is not None,
        by_hand=approved is not None and approved.engraving.by_hand,
        proof_digest=approved.digest() if approved else None,
        cut_digest=approved.cut_digest() if approved and not approved.engraving.by_hand else None,
    )


def _shared(priced: Sequence[PricedLine]) -> dict[int, Words]:
    """The dedications to be offered to the wall, by line number."""
    wished = ((number, line.wished) for number, line in enumerate(priced, start=1))
    return {
        number: Words(line.dedication, line.shared_as)
        for number, line in wished
        if line.shared_as is not None and line.dedication
    }

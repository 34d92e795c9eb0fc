"""Every row that an order leaves behind, as its columns."""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from shop.catalogue.postage import CHEAPEST
from shop.catalogue.views import Catalogue
from shop.dedications.keys import StoredKey
from shop.dedications.models import OrderKey, SealedText, WallEntry
from shop.dedications.sealing import keyed
from shop.dedications.vault import Vault, sealed_rows
from shop.demo import bench_rows, money_rows
from shop.demo.prepared import Prepared
from shop.demo.rows import MINUTE, Chosen, Rows
from shop.demo.story import Fate, Told
from shop.giving.ledger import Book
from shop.money import CURRENCY
from shop.orders.approved_engraving import salted
from shop.orders.lifecycle import new_link, new_reference
from shop.orders.models import Order, OrderEvent, OrderLine, OrderLink
from shop.orders.states import EventKind
from shop.orders.wall import SEALED_AS, WallState, Words
from shop.settings import PaymentMode
from shop.stock.holds import PAYMENT_WINDOW
from shop.stock.models import Hold, HoldLine, StockMovement

BUYER, STRIPE = "buyer", "stripe"


@dataclass
class Maker(Rows):
    """Writes orders down, one after the other. `rows` and `keys` are what is not yet written."""

    catalogue: Catalogue
    prepared: Mapping[str, Sequence[Prepared]]
    """By the slug of the piece."""
    vault: Vault
    secret_key: str
    site_url: str
    book: Book
    policy_id: int
    pence: int
    statement: str
    posted: int
    """The last order that was posted."""

    def __post_init__(self) -> None:
        """Begin with nothing."""
        self.offers = [(piece, variant) for piece in self.catalogue.pieces for variant in piece.variants]
        super().__init__()
        self.keys: list[StoredKey] = []
        self.sold: Counter[int] = Counter()
        self.reserved: Counter[int] = Counter()
        self.references: set[str] = set()
        self.lines = 0
        """How many there are so far: the id of the last."""

    def chosen(self, order: Told) -> list[Chosen]:
        """The units of an order."""
        picks = []
        for which, said in zip(order.choices[::2], order.choices[1::2], strict=True):
            piece, variant = self.offers[int(which * len(self.offers))]
            texts = self.prepared.get(piece.slug)
            picks.append(Chosen(piece, variant, texts[int(said * len(texts))] if texts else None))
        return picks

    def put_on_wall(self, orders: Sequence[Told]) -> None:
        """Show the dedications that are shared, each sealed under a key of its own."""
        said = [asdict(Words(f"For demo order {order.number}", "")) for order in orders]
        for order, (key_id, sealed) in zip(orders, self.vault.seal_alone(said, SEALED_AS), strict=True):
            at = order.placed_at + MINUTE
            self.put(
                WallEntry, order_id=order.number, number=1, state=WallState.SHOWN, offered_at=at, shown_at=at,
                key_id=key_id, sealed=sealed,
            )  # fmt: skip

    def add(self, order: Told, units: Sequence[Chosen]) -> str:
        """Write an order down, with all that became of it. Give its reference."""
        reference = self._reference()
        paid = order.fate not in {Fate.EXPIRED, Fate.AWAITING}
        self._stock(order, reference, units, paid=paid)
        total = self._order(order, reference, units)
        self._words(order, units)
        self._history(order, total)
        money_rows.attempt(self, order, reference, units, self.site_url)
        if paid:
            money_rows.paid(self, order, reference, units, total)
            first = self.lines - len(units) + 1
            bench_rows.units(self, order, units, first, posted=order.number <= self.posted)
        return reference

    def _reference(self) -> str:
        reference = new_reference()
        while reference in self.references:
            reference = new_reference()
        self.references.add(reference)
        return reference

    def _stock(self, order: Told, reference: str, units: Sequence[Chosen], *, paid: bool) -> None:
        at, until = order.placed_at, order.placed_at + PAYMENT_WINDOW
        state = "sold" if paid else "held" if order.fate is Fate.AWAITING else "released"
        settled = None if state == "held" else at + 2 * MINUTE if paid else until
        self.put(
            Hold,
            id=order.number,
            state=state,
            created_at=at,
            expires_at=until,
            settled_at=settled,
            network=None,
        )
        for variant_id, quantity in sorted(Counter(unit.variant.id for unit in units).items()):
            self.put(HoldLine, hold_id=order.number, variant_id=variant_id, quantity=quantity)
            if paid:
                self.sold[variant_id] += quantity
                self.put(
                    StockMovement, variant_id=variant_id, quantity=-quantity, reason="sold", note="",
                    actor=STRIPE, order_reference=reference, at=at + 2 * MINUTE,
                )  # fmt: skip
            elif state == "held":
                self.reserved[variant_id] += quantity

    def _order(self, order: Told, reference: str, units: Sequence[Chosen]) -> int:
        postage = CHEAPEST
        goods = sum(unit.variant.price_pence for unit in units)
        self.put(
            Order, id=order.number, reference=reference, mode=PaymentMode.STRIPE, book=self.book,
            state=order.fate.value, version=4 + len(units), buyer_hash=secrets.token_hex(32),
            hold_id=order.number, fingerprint="", currency=CURRENCY, goods_pence=goods,
            postage_pence=postage.pence, total_pence=goods + CHEAPEST.pence, postage_service=postage.slug,
            policy_id=self.policy_id, donation_pence=0, donation_statement=self.statement,
            placed_at=order.placed_at, is_gift=False,
        )  # fmt: skip
        _, link = new_link(self.secret_key, order.number)
        self.put(OrderLink, **link, created_at=order.placed_at, revoked_at=None)
        return goods + postage.pence

    def _words(self, order: Told, units: Sequence[Chosen]) -> None:
        """The lines, and what is sealed of them under the order's own key."""
        name = f"Demo buyer {order.number}"
        sealed: dict[str, Any] = {
            "contact": {
                "email": f"buyer-{order.number}@example.invalid", "name": name, "line1": "1 Example Street",
                "line2": "", "town": "Exampleton", "postcode": "EX1 1AA", "phone": "", "country": "GB",
            },
            "gift": {"as_gift": False, "message": None},
        }  # fmt: skip
        for number, unit in enumerate(units, start=1):
            salt = secrets.token_hex(16)
            shared = order.shared and number == 1
            sealed[f"line:{number}"] = {
                **({**unit.words.sealed, "salt": salt} if unit.words else {}),
                "dedication": f"For demo order {order.number}", "shared_as": "" if shared else None,
            }  # fmt: skip
            self._line(order.number, number, unit, salt)
        stored, key = self.vault.new_key(sealed["contact"]["email"])
        self.keys.append(stored)
        self.put(OrderKey, order_id=order.number, key_id=stored.id)
        self.rows[SealedText.__table__] += sealed_rows(key, order.number, sealed)  # type: ignore[index]
        self.rows[Order.__table__][-1]["fingerprint"] = keyed(key, name)  # type: ignore[index]

    def _line(self, order_id: int, number: int, unit: Chosen, salt: str) -> None:
        piece, variant, words = unit
        self.lines += 1
        self.put(
            OrderLine, id=self.lines, order_id=order_id, number=number, variant_id=variant.id,
            sku=variant.sku, piece_slug=piece.slug, piece_name=piece.name, metal_slug=variant.metal_slug,
            metal_name=variant.metal_name, chain_inches=variant.chain_inches, price_pence=variant.price_pence,
            donation_pence=self.pence, engraved=words is not None, by_hand=False,
            proof_digest=salted(salt, words.proof) if words else None,
            cut_digest=salted(salt, words.cut) if words else None,
        )  # fmt: skip

    def _history(self, order: Told, total: int) -> None:
        at, paid_at = order.placed_at, order.placed_at + MINUTE
        self._event(order, EventKind.PLACED, at, BUYER, total_pence=total)
        if order.fate is Fate.AWAITING:
            return
        if order.fate is Fate.EXPIRED:
            self._event(order, EventKind.EXPIRED, at + PAYMENT_WINDOW, STRIPE)
            return
        self._event(order, EventKind.PAID, paid_at, STRIPE, amount_pence=total)
        if order.fate is not Fate.PAID:
            self._event(order, EventKind(order.fate.value), order.later_at, STRIPE)

    def _event(self, order: Told, kind: EventKind, at: datetime, actor: str, **data: Any) -> None:
        self.put(
            OrderEvent, order_id=order.number, kind=kind, event_at=at, booked_at=at, actor=actor, data=data
        )

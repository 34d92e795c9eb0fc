"""A bench with paid orders on it."""

from dataclasses import dataclass

import pytest

from shop.catalogue import snapshot
from shop.db import Database
from shop.engraving.word_checks import check
from shop.fulfilment import parcels, undoing, units
from shop.fulfilment.models import Parcel, Unit
from shop.fulfilment.stages import Action, Stage
from shop.orders.placing import OrderDraft, place
from shop.payments.attempts import open_attempt
from shop.payments.payment_page import start_payment
from shop.payments.refunds import ask
from shop.pricing import LineItem
from tests.harness import CONTACT, Harness, open_harness, quoted

OWNER = "owner@example.com"
WORDS = (Action.CHECK, Action.BEGIN, Action.FINISH, Action.INSPECT, Action.PACK)
PLAIN = (Action.CHECK, Action.PACK)


@dataclass
class Bench:
    """The shop's workings, and shorthand for what is done at the bench."""

    harness: Harness

    def ordered(self, *pieces: tuple[str, str], face: str = "great-vibes") -> int:
        """Place an order of (slug or stock-keeping code, words for its first line). Give its id."""
        with self.harness.database.reading() as session:
            catalogue = snapshot.load(session)
        items = []
        for slug, words in pieces:
            piece, variant = catalogue.by_sku(slug) or (catalogue.by_slug[slug], None)
            places = {(piece.sides[0].key, 1): words} if words else {}
            engraving = check(piece.sides, face, places) if words else None
            items.append(LineItem((variant or piece.variants[0]).id, engraving, None))
        draft = OrderDraft(items=tuple(items), contact=CONTACT, postage="tracked-48")
        priced = quoted(catalogue, draft)
        with self.harness.database.transaction() as session:
            order = place(session, self.harness.services, draft, priced, buyer_hash=f"bench {pieces}")
            open_attempt(session, self.harness.services, order, priced)
            order_id = order.id
        start_payment(self.harness.services, self.harness.attempt(order_id).id)
        return order_id

    def paid(self, *pieces: tuple[str, str], face: str = "great-vibes") -> int:
        """The same, paid for."""
        order_id = self.ordered(*pieces, face=face)
        self.harness.pays(order_id)
        self.harness.sync(order_id)
        return order_id

    def units(self, order_id: int) -> dict[int, Unit]:
        """Where its units stand."""
        with self.harness.database.reading() as session:
            return dict(units.units_of(session, order_id))

    def stages(self, order_id: int) -> list[Stage]:
        """The stages of its units, in their order."""
        return [Stage(unit.stage) for _, unit in sorted(self.units(order_id).items())]

    def act(self, order_id: int, number: int, *actions: Action) -> None:
        """Do these things with a unit, one after the other."""
        for action in actions:
            with self.harness.database.transaction() as session:
                units.act(session, order_id, number, action, actor=OWNER)

    def post(self, order_id: int, *numbers: int, tracking: str | None = None) -> Parcel:
        """Post these units together."""
        with self.harness.database.transaction() as session:
            return parcels.post(session, order_id, numbers, tracking=tracking, actor=OWNER)

    def parcels(self, order_id: int) -> list[Parcel]:
        """What was posted of it."""
        with self.harness.database.reading() as session:
            return list(parcels.parcels_of(session, order_id))

    def refund(self, order_id: int, *lines: int) -> None:
        """The owner gives the price of these units back."""
        with self.harness.database.transaction() as session:
            ask(session, order_id, lines=lines, postage=False, actor=OWNER)
        self.harness.sync(order_id)

    def undo(self, order_id: int, number: int) -> Action:
        """Take the last step back."""
        with self.harness.database.transaction() as session:
            return undoing.undo(session, order_id, number, actor=OWNER)


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(open_harness(database))

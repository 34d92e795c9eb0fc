"""One buyer with one basket: what was chosen, ordered and paid."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from flask.testing import FlaskClient
from sqlalchemy import select

from shop.catalogue import snapshot
from shop.checkout import basket_store, basket_words
from shop.orders.models import Order
from shop.pricing import LineItem
from tests.faults.lives.owner_pages import checked
from tests.faults.lives.world import World
from tests.faults.stripe_server.account import Body

PIECES = ("disc", "petal", "heart", "thread")
FIELD = re.compile(r'name="(csrf_token|agreed)"[^>]*value="([^"]*)"')
DETAILS = {
    "contact": {
        "email": "ada@example.com",
        "name": "Ada Byron",
        "line1": "12 Quiet Street",
        "line2": "",
        "town": "Bath",
        "postcode": "BA1 1AA",
        "phone": "",
    },
    "postage": "tracked-48",
    "as_gift": False,
    "gift_message": None,
}


@dataclass
class Life:
    """One buyer with one basket, and everything that happens to what they ordered."""

    world: World
    number: int
    chance: random.Random
    acts: int
    token: str = field(default_factory=basket_store.new_token)
    pages: list[str] = field(default_factory=list)
    """The payment pages that the buyer was led to, by their session's id."""

    def __post_init__(self) -> None:
        self.choose()

    @property
    def address(self) -> str:
        return f"10.{self.number // 200}.{self.number % 200}.7"

    def client(self) -> FlaskClient:
        client = self.world.app.test_client()
        client.set_cookie("basket", self.token)
        return client

    def choose(self) -> None:
        """The buyer puts one to three pieces into the basket."""
        slugs = self.chance.choices(PIECES, k=self.chance.randint(1, 3))
        with self.world.database.transaction() as session:
            catalogue = snapshot.load(session)
            for slug in slugs:
                variant = catalogue.by_slug[slug].variants[0].id
                basket_store.add(session, self.token, LineItem(variant, None, None))
            basket_store.keep_details(session, self.token, DETAILS)

    def opens(self) -> int:
        """The buyer goes to pay; the payment page is noted. Gives the status of the answer."""
        client, how = self.client(), {"environ_overrides": {"REMOTE_ADDR": self.address}}
        shown = checked(client.get("/checkout/payment", **how))
        fields = dict(FIELD.findall(shown.text))
        if shown.status_code != 200 or "agreed" not in fields:
            return shown.status_code
        answer = checked(client.post("/checkout/payment", data=fields, **how))
        self.world.happened[f"payment page asked for: {answer.status_code}"] += 1
        to = answer.location or ""
        if answer.status_code == 303 and "checkout.stripe.com" in to:
            self.pages.append(to.rpartition("/")[2])
        return answer.status_code

    def returns(self) -> None:
        """The buyer comes back from the payment page."""
        checked(self.client().get(f"/checkout/thanks?session_id={self.pages[-1]}"))

    def intents(self) -> list[Body]:
        """The buyer's payments that went through at Stripe."""
        references = {order.reference for order in self.orders()}
        found = self.world.server.account.all("payment_intent")
        return [one for one in found if one["amount_received"] and one["metadata"].get("order") in references]

    def orders(self) -> Sequence[Order]:
        with self.world.database.reading() as session:
            query = select(Order).where(Order.buyer_hash == basket_words.token_hash(self.token))
            return session.scalars(query.order_by(Order.id)).all()

    def strays(self) -> list[Body]:
        """Open pages of the buyer's orders that they were never led to."""
        references = {order.reference for order in self.orders()}
        sessions = self.world.server.account.all("checkout.session")
        theirs = [one for one in sessions if one["client_reference_id"] in references]
        return [one for one in theirs if one["status"] == "open" and one["id"] not in self.pages]

"""Five places show what an order comes to: basket, last look, order, Stripe's page and e-mail. One sum."""

import random
import re
from pathlib import Path

import pytest
from flask import Flask, render_template
from sqlalchemy import select

from shop import clock, trader
from shop.emails import order_emails
from shop.mail.outbox import Claimed, Drop
from shop.money import pounds_and_pence
from shop.orders.models import Order
from shop.settings import Settings
from tests.shopper import Shopper, harness_of, soup

PIECES = ("heart", "two-rings", "disc", "thread", "petal", "keeping")
POSTAGE = ("tracked-48", "tracked-24", "special-delivery")


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture(params=["", "GB 123 4567 89"], ids=["not registered", "registered for VAT"])
def settings(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Settings:
    said = trader.SAMPLE.read_text(encoding="utf-8")
    assert 'vat = ""' in said
    (tmp_path / trader.OWN).write_text(said.replace('vat = ""', f'vat = "{request.param}"'), encoding="utf-8")
    return settings


def sums(who: Shopper, address: str) -> list[str]:
    return [amount.text for amount in soup(who.get(address)).select(".totals dd")]


def test_all_five_show_the_same_sums(app: Flask) -> None:
    chance, harness = random.Random(9), harness_of(app)
    registered = bool(app.extensions["shop"].trader.vat)
    for _ in range(6):
        buyer, postage = Shopper(app), chance.choice(POSTAGE)
        for _ in range(chance.randint(1, 5)):
            slug = chance.choice(PIECES)
            answer = buyer.add(slug, chance.randrange(len(buyer.piece(slug).variants)))
            assert answer.status_code == 303
        in_basket = sums(buyer, "/basket")
        assert buyer.tell_details(postage=postage).status_code == 303
        last_look = sums(buyer, "/checkout/payment")
        pressed = buyer.press_pay()
        assert pressed.status_code == 303
        with app.extensions["shop"].database.reading() as session:
            order = session.scalars(select(Order).order_by(Order.id.desc())).first()
        assert order is not None
        vat = [order.vat_pence] if order.vat_pence is not None else []
        row = [order.goods_pence, order.postage_pence, order.total_pence, *vat]
        assert last_look == [pounds_and_pence(pence) for pence in row]
        assert in_basket[0] == last_look[0]
        assert len(vat) == registered
        items = harness.attempt(order.id).request["line_items"]
        asked = sum(item["quantity"] * item["price_data"]["unit_amount"] for item in items)
        assert asked == order.total_pence
        harness.pays(order.id)
        harness.sync(order.id)
        claimed = Claimed(1, "order-confirmation", order.id, "<a@b>", 0, clock.now())
        with app.test_request_context():
            written = order_emails.write(
                harness.services, render_template, claimed, app.extensions["shop"].trader
            )
        assert not isinstance(written, Drop)
        for part in ("plain", "html"):
            text = re.sub(r"<[^>]*>", "", written.get_body((part,)).get_content())  # type: ignore[union-attr]
            for pence in row[1:]:
                assert pounds_and_pence(pence) in text
            assert ("VAT" in text.partition("Delivery address")[0]) == registered

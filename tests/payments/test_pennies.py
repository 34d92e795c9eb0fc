"""The page's total, the payment page's, Stripe's and our own books: the same to the penny."""

import re

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from shop import stock
from shop.catalogue import snapshot
from shop.catalogue.postage import SERVICES
from shop.checkout import basket_store, basket_words
from shop.money import pounds_and_pence
from shop.orders.models import Order
from shop.payments.session_request import session_request
from shop.pricing import LineItem
from shop.standin import paying
from tests.harness import CONTACT, Harness

DETAILS = {
    "contact": {
        name: getattr(CONTACT, name)
        for name in ("email", "name", "line1", "line2", "town", "postcode", "phone")
    },
    "as_gift": False,
    "gift_message": None,
}
LINES = st.lists(st.tuples(st.text(max_size=8), st.integers(0, 99_999), st.integers(1, 20)), max_size=20)


@settings(max_examples=80, deadline=None, database=None)
@given(lines=LINES, postage=st.integers(0, 2_000))
def test_what_is_asked_of_the_payment_page_is_the_sum_of_the_lines(
    lines: list[tuple[str, int, int]], postage: int
) -> None:
    asked = session_request(
        reference="PM-2222-22",
        lines=lines,
        postage=("Post", postage),
        success_url="s",
        cancel_url="c",
        expires_at=0,
    )
    total = sum(item["quantity"] * item["price_data"]["unit_amount"] for item in asked["line_items"])
    assert total == sum(pence * count for _, pence, count in lines) + postage


def test_the_page_the_payment_and_the_books_agree_to_the_penny_for_any_basket(
    app: Flask, harness: Harness
) -> None:
    with harness.database.transaction() as session:
        catalogue = snapshot.load(session)
        ids = [variant.id for piece in catalogue.pieces for variant in piece.variants]
        for variant in ids:
            stock.adjust(session, variant, 500, reason="received", actor="test")

    @settings(
        max_examples=6,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    @given(
        st.lists(st.sampled_from(ids), min_size=1, max_size=basket_store.MOST_LINES),
        st.sampled_from(sorted(SERVICES)),
    )
    def agree(variants: list[int], postage: str) -> None:
        buys(app, harness, variants, postage)

    agree()
    assert harness.sound() == []


def buys(app: Flask, harness: Harness, variants: list[int], postage: str) -> None:
    token, total = basket_store.new_token(), SERVICES[postage].pence
    with harness.database.transaction() as session:
        catalogue = snapshot.load(session)
        for variant in variants:
            basket_store.add(session, token, LineItem(variant, None, None))
            found = catalogue.find(variant)
            assert found is not None
            total += found[1].price_pence
        basket_store.keep_details(session, token, {**DETAILS, "postage": postage})
    buyer = app.test_client()
    buyer.set_cookie("basket", token)
    page = buyer.get("/checkout/payment").text
    assert f"Place order and pay {pounds_and_pence(total)}" in page
    fields = {
        name: value
        for name in ("csrf_token", "agreed")
        for value in re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page)
    }
    assert buyer.post("/checkout/payment", data=fields).status_code == 303
    with harness.database.reading() as session:
        order = session.scalars(select(Order).where(Order.buyer_hash == basket_words.token_hash(token))).one()
    session_id = harness.session_id(order.id)
    assert harness.services.gateway.session(session_id).amount_total == total == order.total_pence
    harness.at_stripe(paying.pay, session_id)
    assert (
        pounds_and_pence(500 * len(variants)) in buyer.get(f"/checkout/thanks?session_id={session_id}").text
    )
    assert harness.kept_pence(order.id) == total

"""What an order comes to: whole pence, once, whatever was chosen."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.catalogue.postage import SERVICES, Service
from shop.catalogue.views import Catalogue, PieceView, VariantView
from shop.payments.session_request import session_request
from shop.pricing import LineItem, NoLongerSold, Quote, quote
from shop.pricing.vat import vat_within

HEART = PieceView("heart", "Heart", "", "", "", "", (), (), ())
SILVER = VariantView(0, "HEART-SILVER-16", "silver", "sterling silver", "925", 16, 8400, 4000, False, True)


def catalogue(prices: list[int]) -> Catalogue:
    variants = tuple(replace(SILVER, id=number, price_pence=pence) for number, pence in enumerate(prices))
    return Catalogue((replace(HEART, variants=variants),))


def chosen(*variants: int) -> list[LineItem]:
    return [LineItem(variant, None, None) for variant in variants]


def asked_of_stripe(found: Quote) -> int:
    """Pence that the payment page's lines come to."""
    request: dict[str, Any] = session_request(
        reference="PM-7K3Q-2F",
        lines=[(name, pence, count) for (name, pence), count in found.counted.items()],
        postage=(found.postage.name, found.postage_pence),
        success_url="",
        cancel_url="",
        expires_at=0,
    )
    items = request["line_items"]
    return sum(item["quantity"] * item["price_data"]["unit_amount"] for item in items)


PENCE = st.integers(min_value=1, max_value=10_000_00)


@given(
    st.lists(PENCE, min_size=1, max_size=8),
    st.lists(st.integers(min_value=0, max_value=7), min_size=1, max_size=20),
    st.integers(min_value=0, max_value=20_00),
)
def test_the_payment_page_asks_for_what_the_quote_says(
    prices: list[int], picks: list[int], postage: int
) -> None:
    items = chosen(*(pick % len(prices) for pick in picks))
    found = quote(catalogue(prices), items, Service("by-hand", "By hand", postage, ""))
    assert found.goods_pence == sum(prices[item.variant_id] for item in items)
    assert found.total_pence == found.goods_pence + postage == asked_of_stripe(found)


@given(PENCE)
def test_vat_and_the_rest_are_the_price_and_a_fifth_of_the_rest_is_the_vat(pence: int) -> None:
    vat = vat_within(pence)
    assert 0 <= (pence - vat) / 5 - vat < 1.2, "rounded down, by less than a penny"


def test_who_is_not_registered_charges_no_vat() -> None:
    found = quote(catalogue([8400]), chosen(0), SERVICES["tracked-48"])
    assert found.vat_pence is None
    assert replace(found, vat_registered=True).vat_pence == (8400 + 360) // 6


def test_what_is_no_longer_sold_counts_nothing_and_is_named() -> None:
    found = quote(catalogue([8400]), chosen(0, 7), SERVICES["tracked-48"])
    assert found.goods_pence == 8400
    with pytest.raises(NoLongerSold) as refused:
        found.refuse_unsold()
    assert refused.value.variant_ids == (7,)
    with pytest.raises(NoLongerSold):
        assert found.counted

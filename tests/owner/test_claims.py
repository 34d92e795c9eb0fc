"""The owner reads a claim, answers it, and says what comes of it."""

import pytest

from shop.claims.models import ClaimState
from shop.fulfilment.stages import Stage
from tests.claims.conftest import DISC, Desk, photograph
from tests.harness import Harness
from tests.shopper import Shopper, form_on, reason_beside


@pytest.fixture
def desk(harness: Harness) -> Desk:
    return Desk(harness)


def claim_page(desk: Desk, order: int) -> str:
    return f"/owner/orders/{desk.harness.order(order).reference}/claims/1"


def send(owner: Shopper, page: str, **fields: str):
    _, sent = form_on(owner.get(page), f"{page}/answers")
    return owner.post(f"{page}/answers", {**sent, **fields})


def test_a_claim_waits_on_the_bench_and_on_its_orders_page(owner: Shopper, desk: Desk) -> None:
    order = desk.posted(DISC)
    desk.opens(order, "It says Wern.", picture=photograph())
    page = claim_page(desk, order)
    for place in ("/owner/bench", page.partition("/claims")[0]):
        assert f'href="{page}"' in owner.get(place).text
    assert "It says Wern." not in owner.get("/owner/bench").text
    shown = owner.get(page)
    assert "It says Wern." in shown.text
    step = desk.said(order)[0].id
    picture = owner.get(f"{page}/pictures/{step}")
    assert (picture.status_code, picture.mimetype) == (200, "image/webp")
    assert picture.headers["Cache-Control"] == "no-store"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    assert owner.get(f"{page}/pictures/{step + 1}").status_code == 404


def test_an_answer_goes_to_the_buyer(owner: Shopper, desk: Desk) -> None:
    order = desk.posted(DISC)
    desk.opens(order)
    assert send(owner, claim_page(desk, order), words="We make it again.").status_code == 303
    assert desk.claim(order).state == ClaimState.BUYERS
    assert "Waiting for your answer" not in owner.get("/owner/bench").text


def test_what_is_made_again_says_why_and_what_it_costs(owner: Shopper, desk: Desk) -> None:
    order = desk.posted(DISC)
    desk.opens(order)
    page = claim_page(desk, order)
    again = {"words": "We make it again.", "outcome": "made again"}
    refused = send(owner, page, **again, cost="twelve")
    assert refused.status_code == 422
    assert "why it is made again" in reason_beside(refused, "reason")
    assert "in pounds" in reason_beside(refused, "cost")
    assert form_on(refused, f"{page}/answers")[1]["words"] == "We make it again."
    answer = send(owner, page, **again, reason="a slip while engraving", cost="12.50")
    assert answer.status_code == 303
    assert desk.stages(order) == [Stage.TO_CHECK]


def test_refunded_before_anything_went_back_is_refused(owner: Shopper, desk: Desk) -> None:
    order = desk.posted(DISC)
    desk.opens(order)
    page = claim_page(desk, order)
    assert "given back" in reason_beside(send(owner, page, outcome="refunded"), "outcome")
    assert form_on(owner.get(page), page.partition("/claims")[0] + "/refunds")[1]["line"] == "1"


@pytest.mark.parametrize(
    ("field", "value"), [("words", ""), ("words", "a\0b"), ("outcome", ""), ("outcome", "burnt")]
)
def test_an_answer_that_cannot_be_sent_says_why(owner: Shopper, desk: Desk, field: str, value: str) -> None:
    order = desk.posted(DISC)
    desk.opens(order)
    refused = send(owner, claim_page(desk, order), **({"words": "Yes."} | {field: value}))
    assert refused.status_code == 422
    assert len(reason_beside(refused, field)) > 15
    assert len(desk.said(order)) == 1


def test_there_is_no_page_for_no_claim(owner: Shopper, desk: Desk) -> None:
    order = desk.posted(DISC)
    assert owner.get(claim_page(desk, order)).status_code == 404
    assert owner.get("/owner/orders/PM-NONE-00/claims/1").status_code == 404

"""Money given back from the workshop: shown before it is sent, told as it is, and never stuck."""

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import Tag
from sqlalchemy import select

from shop import alerts, stock
from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.payments import review
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from tests.harness import Harness
from tests.owner.test_orders import refund
from tests.shopper import Shopper, form_on, soup


def refuses(status: int, code: str | None) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise GatewayRefused(code, "", status)

    return refuse


def page_of(owner: Shopper, reference: str) -> str:
    found = soup(owner.get(f"/owner/orders/{reference}")).main
    assert found is not None
    return " ".join(found.text.split())


def press(owner: Shopper, reference: str, action: str, **fields: str) -> int:
    page = f"/owner/orders/{reference}"
    return owner.send(page, f"{page}/{action}", fields).status_code


def form_to(owner: Shopper, reference: str, ending: str) -> Tag | None:
    return soup(owner.get(f"/owner/orders/{reference}")).select_one(f"form[action$='{ending}']")


def waiting_form(owner: Shopper, reference: str, ending: str) -> str:
    form = form_to(owner, reference, ending)
    assert form is not None
    return str(form["action"]).removeprefix(f"/owner/orders/{reference}/")


def number_of(harness: Harness, reference: str) -> int:
    with harness.database.reading() as session:
        return session.scalars(select(Order.id).where(Order.reference == reference)).one()


@pytest.fixture
def unexplained(harness: Harness) -> str:
    """An order that was paid with another amount than was asked for."""
    order = harness.place("heart")
    with harness.database.transaction() as session:
        row = session.get_one(Order, order)
        row.goods_pence += 100
        row.total_pence += 100
    harness.pays(order)
    harness.sync(order)
    assert harness.order(order).state == State.REVIEW
    return harness.order(order).reference


def test_the_sum_is_shown_before_anything_is_sent(owner: Shopper, harness: Harness, paid: str) -> None:
    page = f"/owner/orders/{paid}"
    shown = owner.send(page, f"{page}/refunds", {"line": "1", "postage": "1"})
    pence = harness.price_of("disc") + harness.order(1).postage_pence
    assert shown.status_code == 200
    assert f"Give back £{pence / 100:.2f}?" in shown.text
    assert harness.kept_pence(1) == harness.order(1).total_pence
    _, sent = form_on(shown, f"{page}/refunds")
    assert owner.post(f"{page}/refunds", sent).status_code == 303
    assert harness.kept_pence(1) == harness.order(1).total_pence - pence


def test_another_sum_than_the_one_that_was_shown_is_shown_first(
    owner: Shopper, harness: Harness, paid: str
) -> None:
    page = f"/owner/orders/{paid}"
    shown = owner.send(page, f"{page}/refunds", {"line": ["1", "2"]})
    _, sent = form_on(shown, f"{page}/refunds")
    harness.refunds(1, harness.price_of("petal"))
    harness.sync(1)
    answer = owner.post(f"{page}/refunds", sent)
    assert answer.status_code == 200
    assert harness.kept_pence(1) == harness.order(1).total_pence - harness.price_of("petal")
    assert f"Give back £{harness.price_of('disc') / 100:.2f}?" in answer.text


def test_what_went_back_in_the_dashboard_is_shown_and_cannot_be_ticked(
    owner: Shopper, harness: Harness, paid: str
) -> None:
    harness.refunds(1, harness.price_of("disc"))
    harness.sync(1)
    assert "went back on" in page_of(owner, paid)
    assert "sent in Stripe’s dashboard" in page_of(owner, paid)
    assert [box["value"] for box in soup(owner.get(f"/owner/orders/{paid}")).select("[name=line]")] == ["2"]
    assert refund(owner, paid, line="1") == 422
    harness.refunds(1, harness.order(1).postage_pence)
    harness.sync(1)
    assert not soup(owner.get(f"/owner/orders/{paid}")).select("[name=postage]")
    assert refund(owner, paid, postage="1") == 422


@pytest.mark.parametrize("code", ["balance_insufficient", "parameter_invalid"])
def test_the_owner_is_told_when_stripe_did_not_send_a_refund(
    owner: Shopper, harness: Harness, paid: str, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("shop.payments.gateway.Gateway.refund", refuses(400, code))
        assert refund(owner, paid, line="1") == 303
        told = page_of(owner, paid)
    assert "on its way back" not in told.replace("is on its way back 2.", "")
    assert "not enough in the balance" in told or "Stripe says parameter_invalid" in told
    assert press(owner, paid, waiting_form(owner, paid, "/sending")) == 303
    assert harness.order(1).state == State.PART_REFUNDED
    assert form_to(owner, paid, "/sending") is None


def test_a_refund_that_was_returned_by_other_means_needs_a_reason(
    owner: Shopper, harness: Harness, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("shop.payments.gateway.Gateway.refund", refuses(400, "parameter_invalid"))
        refund(owner, paid, line="1")
    closing = waiting_form(owner, paid, "/closing")
    assert press(owner, paid, closing) == 422
    note = f"note-{closing.split('/')[1]}"
    assert press(owner, paid, closing, **{note: "by bank transfer on 3 May", "how": "returned"}) == 303
    assert harness.order(1).state == State.PART_REFUNDED
    assert "returned by other means" in page_of(owner, paid)
    assert refund(owner, paid, line="1") == 422


@pytest.mark.parametrize(
    ("status", "said"), [(401, "does not accept the shop's key"), (404, "does not know")]
)
def test_a_refusal_from_stripe_is_a_sentence_on_every_button(
    owner: Shopper, harness: Harness, paid: str, monkeypatch: pytest.MonkeyPatch, status: int, said: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("shop.payments.gateway.Gateway.snapshot", refuses(status, None))
        assert press(owner, paid, "looks") == 303
        assert said in page_of(owner, paid)
        assert refund(owner, paid, line="1") == 303
    assert harness.sync(1) is State.PART_REFUNDED


@pytest.mark.parametrize("error", [GatewayDown("away"), GatewayRefused("api_key_expired", "", 401)])
def test_no_page_breaks_because_of_stripe(
    owner: Shopper, paid: str, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def breaks(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr("shop.owner.orders.sync_now", breaks)
    answer = owner.send(f"/owner/orders/{paid}", f"/owner/orders/{paid}/looks")
    assert answer.status_code == 503
    assert "The payment service does not answer us" in answer.text


def test_a_payment_in_review_can_be_accepted(owner: Shopper, harness: Harness, unexplained: str) -> None:
    before = harness.level("heart")
    assert press(owner, unexplained, "acceptance") == 303
    order = number_of(harness, unexplained)
    assert harness.order(order).state == State.PAID
    assert (harness.level("heart").on_hand, harness.level("heart").reserved) == (before.on_hand - 1, 0)
    assert harness.emails(order) == ["order-confirmation"]
    assert form_to(owner, unexplained, "/acceptance") is None
    assert refund(owner, unexplained, postage="1") == 303
    assert harness.sound() == []


def test_a_payment_in_review_can_go_back_whole(owner: Shopper, harness: Harness, unexplained: str) -> None:
    assert press(owner, unexplained, "return") == 303
    order = number_of(harness, unexplained)
    assert harness.order(order).state == State.REFUNDED
    assert (harness.kept_pence(order), harness.level("heart").reserved, harness.given()) == (0, 0, 0)


def test_a_payment_in_review_that_went_back_in_the_dashboard_is_refunded(
    owner: Shopper, harness: Harness, unexplained: str
) -> None:
    order = number_of(harness, unexplained)
    harness.refunds(order)
    assert harness.sync(order) is State.REFUNDED
    assert harness.level("heart").reserved == 0
    assert form_to(owner, unexplained, "/return") is None
    assert "Money that waits" not in owner.get("/owner/").text


def test_two_people_decide_once(owner: Shopper, harness: Harness, unexplained: str) -> None:
    page = f"/owner/orders/{unexplained}"
    shown = owner.get(page)
    _, accepts = form_on(shown, f"{page}/acceptance")
    _, returns = form_on(shown, f"{page}/return")
    assert owner.post(f"{page}/return", returns).status_code == 303
    assert owner.post(f"{page}/acceptance", accepts).status_code == 303
    assert "Somebody has decided that already" in page_of(owner, unexplained)
    order = number_of(harness, unexplained)
    assert (harness.order(order).state, harness.kept_pence(order)) == (State.REFUNDED, 0)


@pytest.mark.parametrize("second", [review.accept, review.return_all])
def test_what_was_accepted_is_decided_even_before_anybody_has_looked(
    harness: Harness, unexplained: str, second: Callable[..., Any]
) -> None:
    order = number_of(harness, unexplained)
    with harness.database.transaction() as session:
        review.accept(session, order, actor="owner@example.com")
    with pytest.raises(review.NotInReview), harness.database.transaction() as session:
        second(session, order, actor="ada@example.com")
    assert harness.sync(order) is State.PAID
    assert harness.emails(order) == ["order-confirmation"]
    assert harness.kept_pence(order) > 0


def test_accepted_when_the_last_piece_has_gone_all_of_it_goes_back(
    owner: Shopper, harness: Harness, unexplained: str
) -> None:
    order = number_of(harness, unexplained)
    with harness.database.transaction() as session:
        stock.release(session, harness.order(order).hold_id)
    harness.set_stock("heart", 0)
    assert press(owner, unexplained, "acceptance") == 303
    assert (harness.order(order).state, harness.kept_pence(order)) == (State.REFUNDED, 0)
    assert harness.emails(order) == ["sold-out"]


def test_money_that_waits_stands_above_the_orders_until_it_is_decided(
    owner: Shopper, harness: Harness, paid: str, unexplained: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("shop.payments.gateway.Gateway.refund", refuses(400, "parameter_invalid"))
        refund(owner, paid, line="1")
    with harness.database.transaction() as session:
        for alert in alerts.open_alerts(session):
            alerts.acknowledge(session, alert.id, actor="owner@example.com")
    listed = [" ".join(item.text.split()) for item in soup(owner.get("/owner/orders")).select(".notice li")]
    assert listed == [
        f"{paid} a refund of £{harness.price_of('disc') / 100:.2f} was not sent",
        f"{unexplained} its payment is not what was asked for",
    ]
    press(owner, paid, waiting_form(owner, paid, "/sending"))
    press(owner, unexplained, "return")
    assert not soup(owner.get("/owner/orders")).select(".notice li")

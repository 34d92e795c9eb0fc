"""The owner's orders: what to make, and money given back once."""

import pytest
from sqlalchemy import select

from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.payments.gateway_errors import GatewayDown
from shop.payments.models import RefundRequest
from tests.harness import Harness
from tests.shopper import Shopper, form_on, harness_of, reason_beside, soup


def refund(owner: Shopper, reference: str, **fields: str | list[str]) -> int:
    """Tick, see the sum, confirm it."""
    page = f"/owner/orders/{reference}"
    shown = owner.send(page, f"{page}/refunds", fields)
    if shown.status_code != 200:
        return shown.status_code
    return owner.post(f"{page}/refunds", form_on(shown, f"{page}/refunds")[1]).status_code


def test_unpaid_orders_are_shown_only_when_asked_for(owner: Shopper, harness: Harness, paid: str) -> None:
    unpaid = harness.order(harness.place("heart")).reference
    assert paid in owner.get("/owner/orders").text
    assert unpaid not in owner.get("/owner/orders").text
    assert unpaid in owner.get("/owner/orders?state=all").text


def test_pages_lead_to_every_order_once_the_newest_first(
    owner: Shopper, harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = [harness.order(harness.place("petal")).reference for _ in range(5)]
    monkeypatch.setattr("shop.owner.order_list.MOST_ROWS", 2)
    seen: list[str] = []
    address: str | None = "/owner/orders?state=all"
    while address:
        page = soup(owner.get(address))
        seen += [link.text for link in page.select("#orders tbody th a, #orders tbody td:first-child a")]
        earlier = page.find("a", string="Earlier orders")
        address = str(earlier["href"]) if earlier else None
    assert seen == placed[::-1]
    assert page.find("a", string="The newest")["href"] == "/owner/orders?state=all"  # type: ignore[index]
    assert "No orders yet" in owner.get("/owner/orders?before=PM-XXXX-XX").text


def test_the_page_begins_with_links_to_each_of_its_parts_and_folds_what_is_seldom_wanted(
    owner: Shopper, harness: Harness, paid: str
) -> None:
    page = soup(owner.get(f"/owner/orders/{paid}"))
    links = {str(link["href"]): link.text for link in page.select("nav[aria-label='On this page'] a")}
    assert list(links.values()) == ["Pieces", "Address", "Paper", "Money", "Notes", "What happened"]
    assert [href for href in links if len(page.select(f"main {href}")) != 1] == []
    assert page.select("details:not([open])#happened #history tbody tr"), "nothing is lost, it is folded"


def test_an_order_shows_every_word_that_is_cut_to_the_letter(owner: Shopper) -> None:
    shopper, harness = Shopper(owner.app), harness_of(owner.app)
    shopper.to_payment()
    shopper.press_pay()
    order = harness.order(1)
    harness.pays(order.id)
    harness.sync(order.id)
    page = soup(owner.get(f"/owner/orders/{order.reference}")).main
    assert page is not None
    cut = [tag.text for tag in page.select(".bench-words dd")]
    assert cut == ["Caoimhe", "14 May", "Síle", "Marcellus"]
    assert len(page.select(".bench-proof:not(.bench-shown) svg")) == 2
    assert "always" not in page.text, "a dedication is opened on purpose, for its card"
    assert "With love" in page.text


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])
@pytest.mark.parametrize("reference", ["PM-0000-00", "%00", "%ff", "x" * 3000, "' OR 1=1"])
def test_an_order_there_is_not_is_not_found(owner: Shopper, reference: str) -> None:
    assert owner.get(f"/owner/orders/{reference}").status_code in {400, 404}
    assert owner.get(f"/owner/stock/{reference}").status_code in {400, 404}


def test_a_refund_of_a_piece_and_the_postage_goes_out_once(
    owner: Shopper, harness: Harness, paid: str
) -> None:
    assert refund(owner, paid, line="1", postage="1") == 303
    assert harness.order(1).state == State.PART_REFUNDED
    expected = harness.price_of("petal")
    assert harness.kept_pence(1) == expected
    page = f"/owner/orders/{paid}"
    assert "is on its way back to the buyer" in owner.get(page).text
    answer = owner.send(page, f"{page}/refunds", {"line": "1", "postage": "1"})
    assert answer.status_code == 422
    assert "has not been refunded yet" in reason_beside(answer, "line-2")
    assert form_on(answer, f"{page}/refunds")[1].getlist("line") == []
    assert harness.kept_pence(1) == expected


def test_every_piece_and_the_postage_is_all_of_it_and_never_more(
    owner: Shopper, harness: Harness, paid: str
) -> None:
    assert refund(owner, paid, line=["1", "2", "2", "1", "7"], postage="1") == 303
    assert harness.kept_pence(1) == 0
    assert harness.order(1).state == State.REFUNDED
    assert harness.given() == 0
    assert refund(owner, paid, line=["1", "2"], postage="1") == 422


def test_more_than_is_left_is_refused(owner: Shopper, harness: Harness, paid: str) -> None:
    harness.refunds(1, harness.order(1).total_pence - 100)
    harness.sync(1)
    page = f"/owner/orders/{paid}"
    answer = owner.send(page, f"{page}/refunds", {"postage": "1"})
    assert answer.status_code == 422
    assert "more than what is left" in reason_beside(answer, "postage")
    assert harness.kept_pence(1) == 100


def test_an_unpaid_order_offers_no_refund_and_takes_none(owner: Shopper, harness: Harness, paid: str) -> None:
    unpaid = f"/owner/orders/{harness.order(harness.place('heart')).reference}"
    assert not soup(owner.get(unpaid)).select("form[action$='/refunds']")
    _, sent = form_on(owner.get(f"/owner/orders/{paid}"), f"/owner/orders/{paid}/refunds")
    sent["line"] = "1"
    assert owner.post(f"{unpaid}/refunds", sent).status_code == 422


def test_while_stripe_is_away_a_refund_is_written_down_and_a_look_says_so(
    owner: Shopper, harness: Harness, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise GatewayDown("away")

    page = f"/owner/orders/{paid}"
    with monkeypatch.context() as patch:
        patch.setattr("shop.payments.gateway.Gateway.snapshot", away)
        assert refund(owner, paid, line="2") == 303
        assert "will be sent as soon as Stripe can be reached" in owner.get(page).text
        assert owner.send(page, f"{page}/looks").status_code == 303
        assert "cannot be reached at the moment" in owner.get(page).text
    assert owner.send(page, f"{page}/looks").status_code == 303
    assert harness.order(1).state == State.PART_REFUNDED
    with harness.database.reading() as session:
        (request,) = session.scalars(select(RefundRequest))
    assert (request.lines, request.actor) == ([2], "owner@example.com")


def test_a_look_finds_what_no_webhook_told_of(owner: Shopper, harness: Harness) -> None:
    order = harness.place("heart")
    harness.pays(order)
    page = f"/owner/orders/{harness.order(order).reference}"
    assert owner.send(page, f"{page}/looks").status_code == 303
    assert "up to date" in owner.get(page).text
    with harness.database.reading() as session:
        assert session.get_one(Order, order).state == State.PAID

"""What became of a parcel, said on its order's page; and the buyer says that it is there."""

import pytest
from werkzeug.test import TestResponse

from shop.fulfilment.stages import Seen, Stage
from shop.fulfilment.units import steps_of
from shop.orders.lifecycle import with_link
from tests.claims.conftest import DISC, PETAL, Desk
from tests.harness import Harness
from tests.shopper import Shopper, form_on, soup


@pytest.fixture
def desk(harness: Harness) -> Desk:
    return Desk(harness)


def send(owner: Shopper, desk: Desk, order: int, to: str, **fields: str) -> TestResponse:
    page = f"/owner/orders/{desk.harness.order(order).reference}"
    parcel = desk.parcels(order)[-1].id
    token = form_on(owner.get(page), f"{page}/looks")[1]["csrf_token"]
    return owner.post(f"{page}/parcels/{parcel}/{to}", {"csrf_token": token, **fields})


def press(owner: Shopper, desk: Desk, order: int, what: str, **fields: str) -> str:
    sent = ("loss", fields) if what == "lost" else ("news", {"what": what, **fields})
    assert send(owner, desk, order, sent[0], **sent[1]).status_code == 303
    return owner.get(f"/owner/orders/{desk.harness.order(order).reference}").text


def link(desk: Desk, order: int) -> str:
    with desk.harness.database.reading() as session:
        return f"/orders/{with_link(session, order, desk.harness.services.secret_key)[1]}"


def test_it_arrived_by_its_tracking(owner: Shopper, desk: Desk) -> None:
    order = desk.posted(DISC, PETAL)
    press(owner, desk, order, "arrived")
    assert desk.stages(order) == [Stage.DELIVERED] * 2
    with desk.harness.database.reading() as session:
        assert steps_of(session, order)[1][-1].reason == Seen.TRACKING


def test_what_is_made_again_or_came_back_has_not_arrived(owner: Shopper, desk: Desk) -> None:
    for mishap in ("lost", "not collected"):
        order = desk.posted(PETAL)
        press(owner, desk, order, mishap)
        before = desk.stages(order)
        said = press(owner, desk, order, "arrived")
        assert "Nothing of that parcel is on its way." in said
        assert "recorded as delivered" not in said
        assert desk.stages(order) == before


def test_it_came_back_and_the_buyers_page_says_why(owner: Shopper, desk: Desk) -> None:
    order = desk.posted(PETAL)
    assert "rests at the bench" in press(owner, desk, order, "not collected")
    shown = soup(Shopper(owner.app).get(link(desk, order))).text
    assert "came back to us" in shown
    assert "not collected" in shown
    assert "It has arrived" not in shown


def test_it_is_lost_and_made_again_with_its_cost(owner: Shopper, desk: Desk) -> None:
    order = desk.posted(DISC)
    refused = send(owner, desk, order, "loss", cost="much")
    assert refused.status_code == 422
    assert "in pounds" in soup(refused).select_one("#cost-error").text
    assert soup(refused).select_one("#cost")["value"] == "much"
    assert desk.stages(order) == [Stage.POSTED]
    press(owner, desk, order, "lost", cost="12.50")
    assert desk.stages(order) == [Stage.TO_CHECK]
    with desk.harness.database.reading() as session:
        assert steps_of(session, order)[1][-1].cost_pence == 1250
    assert "was lost in the post" in soup(Shopper(owner.app).get(link(desk, order))).text


def test_no_single_tap_makes_a_parcel_lost(owner: Shopper, desk: Desk) -> None:
    order = desk.posted(DISC)
    page = f"/owner/orders/{desk.harness.order(order).reference}"
    (way,) = soup(owner.get(page)).select("#parcels ~ details a[href$='/loss']")
    shown = soup(owner.get(str(way["href"])))
    assert "1. Disc" in shown.text
    for follows in ("another piece", "nothing a second time", "an e-mail tells the buyer"):
        assert follows in " ".join(shown.text.split())
    press(owner, desk, order, "lost")
    said = press(owner, desk, order, "lost")
    assert "Nothing of that parcel is on its way." in said
    assert owner.get(str(way["href"])).status_code == 303
    assert owner.get(f"{page}/parcels/999/loss").status_code == 404


@pytest.mark.parametrize("what", ["", "x", "lost ", "delivered", "came back", "packed"])
def test_what_is_no_button_does_nothing(owner: Shopper, desk: Desk, what: str) -> None:
    order = desk.posted(PETAL)
    assert "Please choose" in press(owner, desk, order, what)
    assert desk.stages(order) == [Stage.POSTED]


def test_another_orders_parcel_is_left_alone(owner: Shopper, desk: Desk) -> None:
    order, other = desk.posted(PETAL), desk.posted(PETAL)
    page = f"/owner/orders/{desk.harness.order(order).reference}"
    token = form_on(owner.get(page), f"{page}/looks")[1]["csrf_token"]
    parcel = desk.parcels(other)[0].id
    for what in ("refused at the door", "arrived"):
        owner.post(f"{page}/parcels/{parcel}/news", {"csrf_token": token, "what": what})
    owner.post(f"{page}/parcels/{parcel}/loss", {"csrf_token": token})
    assert desk.stages(other) == [Stage.POSTED]


def test_the_buyer_presses_it_has_arrived(owner: Shopper, desk: Desk) -> None:
    order = desk.posted(DISC)
    buyer, page = Shopper(owner.app), link(desk, order)
    _, sent = form_on(buyer.get(page), f"{page}/arrival")
    for _ in range(2):
        assert buyer.post(f"{page}/arrival", sent).status_code == 303
    assert desk.stages(order) == [Stage.DELIVERED]
    assert "It has arrived" not in buyer.get(page).text
    assert buyer.post("/orders/nothing/arrival", sent).status_code == 404

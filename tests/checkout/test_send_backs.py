"""A buyer sends a piece without words back, from the order's page; the owner says when it is here."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shop.claims import send_backs
from shop.fulfilment.stages import Fate
from shop.orders.lifecycle import with_link
from tests.claims.conftest import DISC, PETAL, Desk
from tests.shopper import Shopper, form_on, harness_of, reason_beside, soup


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(harness_of(app))


@pytest.fixture
def buyer(app: Flask) -> Shopper:
    return Shopper(app)


@pytest.fixture
def owner(app: Flask) -> Shopper:
    return Shopper(app).sign_in("owner")


Link = Callable[[int], str]


@pytest.fixture
def link(desk: Desk) -> Link:
    def find(order: int) -> str:
        with desk.harness.database.reading() as session:
            return f"/orders/{with_link(session, order, desk.harness.services.secret_key)[1]}"

    return find


def tell(buyer: Shopper, page: str, *pieces: str) -> TestResponse:
    place = f"{page}/send-backs"
    return buyer.send(place, place, {"piece": list(pieces)})


def told(desk: Desk, order: int) -> list[int]:
    with desk.harness.database.reading() as session:
        return [one.number for one in send_backs.coming_back(session, order)]


def test_the_page_says_where_to_and_until_when(desk: Desk, buyer: Shopper, link: Link) -> None:
    order = desk.posted(DISC, PETAL)
    page = link(order)
    assert "Send a piece without words back" in buyer.get(page).text
    form = buyer.get(f"{page}/send-backs").text
    assert "1 Sample Street" in form
    assert "Disc" not in form, "a piece with words cannot go back"
    for _ in range(2):
        tell(buyer, page, "2") if told(desk, order) == [] else None
    shown = soup(buyer.get(page)).text
    assert "please post it by" in shown
    assert "1 Sample Street" in shown
    assert told(desk, order) == [2]


@pytest.mark.parametrize("piece", ["", "1", "3", "-2", "x", "٢", "9" * 5000])
def test_what_cannot_go_back_is_said_beside_the_box(
    desk: Desk, buyer: Shopper, link: Link, piece: str
) -> None:
    order = desk.posted(DISC, PETAL)
    answer = tell(buyer, link(order), piece)
    assert answer.status_code == 422
    assert "choose the piece" in reason_beside(answer, "piece-2")
    assert told(desk, order) == []


def test_pressing_twice_tells_it_once(desk: Desk, buyer: Shopper, link: Link) -> None:
    order = desk.posted(PETAL)
    place = f"{link(order)}/send-backs"
    _, sent = form_on(buyer.get(place), place)
    assert [buyer.post(place, sent).status_code for _ in range(2)] == [303, 303]
    assert told(desk, order) == [1]


def test_it_can_be_kept_after_all(desk: Desk, buyer: Shopper, link: Link) -> None:
    order = desk.posted(PETAL)
    page = link(order)
    tell(buyer, page, "1")
    (form,) = soup(buyer.get(page)).select("form[action$='/keeping']")
    assert buyer.send(page, str(form["action"])).status_code == 303
    assert told(desk, order) == []


def test_a_strangers_link_sends_nothing_back(desk: Desk, buyer: Shopper, link: Link) -> None:
    order = desk.posted(PETAL)
    tell(buyer, link(order), "1")
    other = link(desk.posted(PETAL))
    token = form_on(buyer.get(f"{other}/send-backs"))[1]["csrf_token"]
    assert buyer.get("/orders/nothing/send-backs").status_code == 404
    assert buyer.post("/orders/nothing/send-backs", {"csrf_token": token}).status_code == 404
    buyer.post(f"{other}/send-backs/1/keeping", {"csrf_token": token})
    assert told(desk, order) == [1]


def test_the_owner_says_it_is_here_and_sees_what_goes_back(desk: Desk, buyer: Shopper, owner: Shopper,
                                                           link: Link) -> None:  # fmt: skip
    order = desk.posted(PETAL)
    tell(buyer, link(order), "1")
    page = f"/owner/orders/{desk.harness.order(order).reference}"
    assert f"{page}#send-backs" in owner.get("/owner/bench").text
    arrival = f"{page}/send-backs/1/arrival"
    assert owner.send(page, arrival, {"fate": Fate.FREE}).status_code == 303
    assert "it has reached us" in buyer.get(link(order)).text
    (form,) = soup(owner.get(page)).select("section[aria-labelledby=send-backs] form[action$='/refunds']")
    assert [tag["name"] for tag in form.select("[name]:not([name=csrf_token])")] == [
        "line",
        "fate-1",
        "postage",
    ]
    confirm = owner.post(
        f"{page}/refunds",
        {"csrf_token": form_on(owner.get(page))[1]["csrf_token"], "line": "1", "postage": "1"},
    )
    assert "Postage" in confirm.text


@pytest.mark.parametrize("fate", ["", "not coming back", "sold"])
def test_what_is_no_arrival_changes_nothing(desk: Desk, buyer: Shopper, owner: Shopper, link: Link,
                                            fate: str) -> None:  # fmt: skip
    order = desk.posted(PETAL)
    tell(buyer, link(order), "1")
    page = f"/owner/orders/{desk.harness.order(order).reference}"
    owner.send(page, f"{page}/send-backs/1/arrival", {"fate": fate})
    assert "please post it by" in buyer.get(link(order)).text


def test_the_owner_writes_it_down_for_whoever_telephones(desk: Desk, owner: Shopper) -> None:
    order = desk.posted(PETAL, DISC)
    page = f"/owner/orders/{desk.harness.order(order).reference}"
    for line in ("2", "x", "1"):
        owner.send(page, f"{page}/send-backs", {"line": line})
    assert told(desk, order) == [1]
    assert desk.harness.emails(order).count("send-back") == 1
    owner.send(page, f"{page}/send-backs/1/keeping")
    assert told(desk, order) == []

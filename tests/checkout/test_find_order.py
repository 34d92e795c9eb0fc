"""/orders: the page says the same whether or not there is an order; only the e-mail knows."""

import pytest
from flask import Flask

from tests.harness import Harness
from tests.shopper import Shopper, harness_of, reason_beside, soup, summary, title


def asks(shopper: Shopper, email: str):
    return shopper.send("/orders", "/orders/links", {"email": email})


@pytest.fixture
def harness(app: Flask) -> Harness:
    return harness_of(app)


@pytest.fixture
def ordered(harness: Harness) -> int:
    order_id = harness.place("petal")
    harness.pays(order_id)
    harness.sync(order_id)
    return order_id


def test_the_answer_is_the_same_with_and_without_an_order(
    shopper: Shopper, ordered: int, harness: Harness
) -> None:
    pages = []
    for email in ("ada@example.com", "nobody@example.com"):
        answer = asks(shopper, email)
        assert answer.status_code == 303
        pages.append(shopper.get(answer.headers["Location"]).text)
    assert pages[0] == pages[1]
    assert "If there is an order with that address" in pages[0]
    assert harness.emails(ordered).count("order-link") == 1


@pytest.mark.parametrize(("email", "said"), [
    ("", "Please enter the e-mail address you ordered with."),
    ("ada at example", "This does not look like an e-mail address. It should be like name@example.com."),
    ("a" * 250 + "@b.example", "This can be 254 characters at most; it has 260."),
    ("a\0@example.com", "This has a character that cannot be printed. Please type it again."),
])  # fmt: skip
def test_what_is_no_address_is_said_beside_the_field_and_kept(
    shopper: Shopper, email: str, said: str
) -> None:
    answer = asks(shopper, email)
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ")
    assert reason_beside(answer, "email") == said
    assert soup(answer).find(id="email")["value"].replace("\ufffd", "\0") == email


def test_the_address_of_a_refused_form_leads_back_to_the_empty_one(shopper: Shopper) -> None:
    assert shopper.get("/orders/links").headers["Location"] == "/orders"


def test_the_address_of_a_refused_piece_leads_to_the_basket(shopper: Shopper) -> None:
    assert shopper.get("/basket/lines").headers["Location"] == "/basket"


def test_a_page_that_lay_open_for_days_keeps_what_was_typed(shopper: Shopper) -> None:
    answer = shopper.client.post("/orders/links", data={"csrf_token": "1.x", "email": "ada@example.com"})
    assert answer.status_code == 422
    assert "Nothing you wrote is lost" in summary(answer)[""]
    assert soup(answer).find(id="email")["value"] == "ada@example.com"


def test_who_asks_again_and_again_is_asked_to_wait(shopper: Shopper) -> None:
    for _ in range(5):
        assert asks(shopper, "ada@example.com").status_code == 303
    answer = asks(shopper, "bea@example.com")
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert "Please wait a minute" in reason_beside(answer, "email")


def test_the_foot_of_every_page_leads_there_and_search_engines_do_not(shopper: Shopper) -> None:
    assert soup(shopper.get("/support")).select_one("footer a[href='/orders']")
    page = shopper.get("/orders")
    assert page.headers["X-Robots-Tag"].startswith("noindex")
    assert "Set-Cookie" not in page.headers


def test_an_order_whose_link_is_unknown_says_how_to_have_it_sent(shopper: Shopper) -> None:
    assert soup(shopper.get("/orders/nothing")).select_one("main a[href='/orders']")

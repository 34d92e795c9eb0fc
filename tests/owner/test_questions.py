"""The owner asks a buyer from the order's page; the answer comes back to it."""

import pytest

from shop.orders.lifecycle import with_link
from tests.harness import Harness
from tests.shopper import Shopper, changed, form_on, reason_beside, soup

QUESTION = "Is it Wren or Wrén?"
FIELD = "question-1"


@pytest.fixture
def page(harness: Harness, engraved: str) -> str:
    return f"/owner/orders/{engraved}"


def asks(owner: Shopper, page: str, words: str):
    return owner.send(page, f"{page}/lines/1/questions", {FIELD: words})


def buyers_page(harness: Harness) -> str:
    with harness.database.reading() as session:
        return f"/orders/{with_link(session, 1, harness.services.secret_key)[1]}"


def test_a_question_goes_to_the_buyers_page_and_its_answer_comes_back(
    owner: Shopper, harness: Harness, page: str
) -> None:
    assert asks(owner, page, QUESTION).status_code == 303
    assert "Waits for the answer" in owner.get(page).text
    buyer, order = Shopper(owner.app), buyers_page(harness)
    (link,) = soup(buyer.get(order)).select("a[href*='/questions/']")
    there = str(link["href"])
    assert QUESTION in buyer.get(there).text
    refused = buyer.send(there, there, {"answer": " "})
    assert (refused.status_code, reason_beside(refused, "answer")) == (422, "Please write your answer first.")
    assert buyer.send(there, there, {"answer": "Wrén, please"}).status_code == 303
    assert "we go on with your order" in buyer.get(order).text
    assert "Wrén, please" in owner.get(page).text
    assert buyer.get(there).location == order, "it was answered"


def test_an_answer_from_a_session_that_ended_comes_back_and_goes_through(
    owner: Shopper, harness: Harness, page: str
) -> None:
    asks(owner, page, QUESTION)
    buyer, order = Shopper(owner.app), buyers_page(harness)
    (link,) = soup(buyer.get(order)).select("a[href*='/questions/']")
    there = str(link["href"])
    _, sent = form_on(buyer.get(there), there)
    buyer.client.delete_cookie("session")
    stale = buyer.post(there, changed(sent, {"answer": "Wrén"}))
    assert stale.status_code == 400
    assert "Nothing you wrote is lost" in reason_beside(stale, "answer")
    assert buyer.post(there, form_on(stale, there)[1]).status_code == 303
    assert "Wrén" in owner.get(page).text


def test_a_question_without_words_is_refused_beside_its_field(owner: Shopper, page: str) -> None:
    refused = asks(owner, page, "")
    assert (refused.status_code, reason_beside(refused, FIELD)) == (422, "Please write the question first.")


def test_what_was_typed_is_still_there(owner: Shopper, page: str) -> None:
    refused = asks(owner, page, "a\u202eb")
    assert refused.status_code == 422
    assert "a\u202eb" in refused.text


def test_nobody_finds_a_question_by_another_orders_link(owner: Shopper, harness: Harness, page: str) -> None:
    assert asks(owner, page, QUESTION).status_code == 303
    assert Shopper(owner.app).get("/orders/nothing/questions/1").status_code == 404

"""An address that looks mistyped is asked about before paying, never refused, and shown afterwards."""

import pytest
from werkzeug.test import TestResponse

from tests.shopper import DETAILS, Shopper, changed, form_on, harness_of, soup

TYPED, MEANT = "ada@gmial.con", "ada@gmail.com"


def tells(shopper: Shopper, email: str) -> TestResponse:
    return shopper.send("/checkout", "/checkout", {**DETAILS, "email": email})


def answers(shopper: Shopper, page: TestResponse, label: str) -> TestResponse:
    """Press one of the buttons under the question, in a browser without scripts."""
    form, sent = form_on(page, "/checkout")
    button = next(button for button in form.select("button[name]") if button.text.strip() == label)
    return shopper.post("/checkout", changed(sent, {str(button["name"]): str(button["value"])}))


def kept(shopper: Shopper) -> str:
    """The address at the last look."""
    return soup(shopper.get("/checkout/payment")).text


@pytest.fixture
def buyer(shopper: Shopper) -> Shopper:
    assert shopper.add().status_code == 303
    return shopper


@pytest.mark.parametrize("typed", ["ada@gmial.con", "ada@hotmial.co", "ada@example.co.ukk"])
def test_a_likely_slip_is_asked_about_and_everything_typed_stays(buyer: Shopper, typed: str) -> None:
    page = tells(buyer, typed)
    assert page.status_code == 200
    assert "Is this e-mail address right?" in page.text
    _, sent = form_on(page, "/checkout")
    assert {name: sent[name] for name in DETAILS} == {**DETAILS, "email": typed}


def test_the_address_that_was_meant_is_taken_by_one_button(buyer: Shopper) -> None:
    answer = answers(buyer, tells(buyer, TYPED), f"Use {MEANT}")
    assert answer.location == "/checkout/payment"
    assert f"We e-mail {MEANT}" in kept(buyer)


def test_keep_mine_keeps_it_to_the_letter_and_is_not_asked_again(buyer: Shopper) -> None:
    assert answers(buyer, tells(buyer, TYPED), "Keep mine").location == "/checkout/payment"
    assert f"We e-mail {TYPED}" in kept(buyer)
    assert tells(buyer, TYPED).location == "/checkout/payment"


def test_enter_answers_no_question(buyer: Shopper) -> None:
    form, sent = form_on(tells(buyer, TYPED), "/checkout")
    first = form.select_one("button")
    assert first is not None
    assert not first.get("name")
    assert buyer.post("/checkout", sent).status_code == 200, "it is asked once more"


@pytest.mark.parametrize(
    "answer", ["", "thief@example.com", "ada@gmial.con\r\nBcc: b@example.com", "9" * 5000]
)
def test_no_other_address_comes_in_by_the_answer(buyer: Shopper, answer: str) -> None:
    _, sent = form_on(tells(buyer, TYPED), "/checkout")
    page = buyer.post("/checkout", changed(sent, {"email-is": answer}))
    assert page.status_code == 200
    assert form_on(page, "/checkout")[1]["email"] == TYPED


def test_an_address_that_looks_right_is_asked_nothing(buyer: Shopper) -> None:
    assert tells(buyer, "ada@example.com").location == "/checkout/payment"


def test_the_page_of_thanks_shows_the_address_and_leads_to_where_it_is_put_right(buyer: Shopper) -> None:
    buyer.tell_details()
    pay_page = buyer.press_pay().location or ""
    harness = harness_of(buyer.app)
    harness.pays(1)
    page = buyer.get(f"/checkout/thanks?session_id={pay_page.rpartition('/')[2]}")
    assert "An e-mail is on its way to ada@example.com" in " ".join(soup(page).text.split())
    (link,) = soup(page).select("a[href$='/email']")
    assert buyer.get(str(link["href"])).status_code == 200

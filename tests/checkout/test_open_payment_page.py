"""The basket changes while its payment page is open: what was agreed is made, the rest stays in it."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from shop.checkout import basket_changes, pay
from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.payments.gateway import Gateway
from shop.payments.gateway_errors import GatewayDown
from tests.shopper import Shopper, changed, form_on, harness_of, soup, summary

Change = Callable[[Shopper], object]


both = pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])


@pytest.fixture
def paying(app: Flask) -> Shopper:
    """A buyer of a disc whose payment page is open in one tab."""
    buyer = Shopper(app)
    buyer.to_payment()
    assert buyer.press_pay().status_code == 303
    return buyer


def orders(who: Shopper) -> list[Order]:
    with who.database.reading() as session:
        return list(session.scalars(select(Order).order_by(Order.id)))


def page_status(who: Shopper, number: int = -1) -> str:
    """How the payment page of an order stands at Stripe."""
    harness = harness_of(who.app)
    return harness.services.gateway.session(harness.session_id(orders(who)[number].id)).status


def pays_there(who: Shopper, *, settled: bool) -> None:
    harness = harness_of(who.app)
    harness.pays(orders(who)[-1].id)
    if settled:
        harness.sync(orders(who)[-1].id)


def words_of(who: Shopper, number: int = 0) -> str:
    """What an order will have cut."""
    harness = harness_of(who.app)
    with who.database.reading() as session:
        return str(harness.services.vault.reveal(session, orders(who)[number].id, "line:1"))


def first_line(who: Shopper) -> str:
    return f"/basket/lines/{who.lines()[0]}"


def change_words(who: Shopper) -> object:
    line = first_line(who)
    return who.send(line, line, {"engraving-front-1": "Swift"})


def take_out(who: Shopper) -> object:
    return who.send("/basket", f"{first_line(who)}/removal")


def add_a_heart(who: Shopper) -> object:
    return who.add("heart")


def change_the_address(who: Shopper) -> object:
    return who.tell_details(line1="1 Other Street")


def change_the_chain(who: Shopper) -> object:
    line = first_line(who)
    return who.send(line, line, {"variant": str(who.variant("disc", 1).id)})


def change_the_dedication(who: Shopper) -> object:
    line = first_line(who)
    return who.send(line, line, {"dedication": "Other words"})


CHANGES = [change_words, take_out, add_a_heart, change_the_address, change_the_chain, change_the_dedication]


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_closes_the_payment_page_first_and_says_so(paying: Shopper, change: Change) -> None:
    change(paying)
    assert page_status(paying) == "expired"
    assert orders(paying)[0].state == State.EXPIRED
    assert harness_of(paying.app).level("disc").reserved == 0
    assert "payment page that was open" in paying.get("/basket").text
    assert "payment page that was open" not in paying.get("/basket").text, "it is said once"


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_after_paying_says_that_the_order_stands_as_it_was(paying: Shopper, change: Change) -> None:
    pays_there(paying, settled=False)
    answer = change(paying)
    said = paying.get("/basket").text + getattr(answer, "text", "")
    assert "has been paid" in said
    assert orders(paying)[0].reference in said
    assert "Caoimhe" in words_of(paying)
    assert [order.state for order in orders(paying)] == [State.PAID]


@both
def test_words_changed_after_paying_are_still_in_the_form(paying: Shopper) -> None:
    line = first_line(paying)
    _, sent = form_on(paying.get(line), line)
    pays_there(paying, settled=False)
    answer = paying.post(line, changed(sent, {"engraving-front-1": "Swift"}))
    assert answer.status_code == 404
    assert "has been paid" in summary(answer)[""]
    assert form_on(answer, "/basket/lines")[1]["engraving-front-1"] == "Swift"
    assert paying.lines() == []


@pytest.mark.parametrize("settled", [True, False])
def test_a_piece_added_after_paying_is_not_lost(paying: Shopper, settled: bool) -> None:
    pays_there(paying, settled=settled)
    paying.add("heart")
    page = soup(paying.get("/basket"))
    assert len(paying.lines()) == 1
    assert "Heart" in page.select_one("ul.lines").text  # type: ignore[union-attr]


def deaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stripe cannot be reached."""

    def down(*_: object, **__: object) -> None:
        raise GatewayDown("no answer")

    for call in ("expire_session", "create_session", "session", "snapshot"):
        monkeypatch.setattr(Gateway, call, down)


@pytest.mark.parametrize("change", CHANGES)
def test_when_stripe_cannot_be_reached_it_is_said_plainly_what_paying_there_would_mean(
    paying: Shopper, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        deaf(patch)
        change(paying)
        said = paying.get("/basket").text
    assert "could not close it" in said
    assert orders(paying)[0].reference in said


@both
def test_what_was_changed_while_stripe_was_down_is_still_in_the_basket_after_paying_for_the_old_words(
    paying: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        deaf(patch)
        change_words(paying)
        add_a_heart(paying)
    pays_there(paying, settled=True)
    assert "Caoimhe" in words_of(paying)
    page = paying.get("/basket").text
    assert "Swift" in page
    assert "Heart" in page
    assert len(paying.lines()) == 2
    session_id = harness_of(paying.app).session_id(orders(paying)[0].id)
    thanks = paying.get(f"/checkout/thanks?session_id={session_id}")
    assert "still in your basket" in thanks.text


def test_the_basket_goes_on_saying_so_while_the_other_page_may_be_paid(
    paying: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        deaf(patch)
        take_out(paying)
        assert "could not close it" in paying.get("/basket").text
        assert "could not close it" in paying.get("/basket").text
    add_a_heart(paying)
    assert page_status(paying) == "expired"


@both
def test_paying_takes_out_of_the_basket_exactly_what_was_paid_for(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.to_payment()
    buyer.add("petal")
    assert buyer.press_pay().status_code == 303
    assert len(buyer.lines()) == 2, "they stay in sight until they are paid for"
    pays_there(buyer, settled=True)
    assert buyer.lines() == []
    assert buyer.get("/basket").status_code == 200


def test_saving_a_line_as_it_was_closes_nothing(paying: Shopper) -> None:
    line = first_line(paying)
    paying.send(line, line)
    paying.tell_details()
    assert page_status(paying) == "open"
    assert paying.press_pay().status_code == 303
    assert len(orders(paying)) == 1


def test_a_refused_change_closes_nothing(paying: Shopper) -> None:
    line = first_line(paying)
    assert paying.send(line, line, {"engraving-front-1": "x" * 500}).status_code == 422
    assert paying.add("heart", variant=None).status_code == 422
    assert paying.tell_details(postcode="").status_code == 422
    assert page_status(paying) == "open"


@both
def test_a_line_that_changes_in_the_moment_of_pressing_pay_is_asked_about_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = Shopper(app)
    _, sent = form_on(buyer.to_payment())
    fingerprint = pay.fingerprint

    def changes_first(*given: object) -> str:
        monkeypatch.setattr(pay, "fingerprint", fingerprint)
        change_words(buyer)
        return fingerprint(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(pay, "fingerprint", changes_first)
    answer = buyer.post("/checkout/payment", changed(sent, {"acknowledged": "y"}))
    assert answer.status_code == 409
    assert orders(buyer) == []
    assert "Swift" in answer.text


@both
def test_a_page_opened_in_another_tab_in_the_moment_of_a_change_is_closed_too(
    paying: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer, look = paying, basket_changes.close_open_page

    def pays_meanwhile(*given: object) -> object:
        monkeypatch.setattr(basket_changes, "close_open_page", look)
        found = look(*given)  # type: ignore[arg-type]
        assert buyer.press_pay().status_code == 303
        return found

    monkeypatch.setattr(basket_changes, "close_open_page", pays_meanwhile)
    change_words(buyer)
    assert orders(buyer)[0].state == State.EXPIRED
    assert page_status(buyer) == "expired"
    assert "Swift" in buyer.get("/basket").text


def test_back_from_the_payment_page_to_pay_for_what_was_changed_makes_what_was_agreed_last(
    paying: Shopper,
) -> None:
    change_words(paying)
    assert paying.press_pay().status_code == 303
    assert [order.state for order in orders(paying)] == [State.EXPIRED, State.AWAITING]
    pays_there(paying, settled=True)
    assert "Swift" in words_of(paying, 1)
    assert paying.lines() == []


def test_a_page_whose_opening_stripe_never_answered_is_closed_as_well(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer = Shopper(app)
    buyer.to_payment()
    with monkeypatch.context() as patch:
        create = Gateway.create_session

        def unheard(self: Gateway, *given: object) -> None:
            create(self, *given)  # type: ignore[arg-type]
            raise GatewayDown("the answer was lost")

        patch.setattr(Gateway, "create_session", unheard)
        assert buyer.press_pay().status_code == 503
    change_words(buyer)
    assert page_status(buyer) == "expired"

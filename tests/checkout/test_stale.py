"""What happens while a page lies open: lines taken out, pieces withdrawn, sold or repriced, tabs doubled."""

from collections.abc import Sequence
from typing import Final

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shop.catalogue import postage, snapshot
from shop.catalogue.models import Piece, Variant
from shop.catalogue.postage import Service
from shop.catalogue.views import Catalogue
from shop.checkout import cookie, pay
from shop.checkout.models import Basket, BasketLine
from shop.money import pounds_and_pence
from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.pricing import LineItem, Quote
from tests.shopper import (
    DETAILS,
    WORDS,
    Shopper,
    changed,
    form_on,
    harness_of,
    reason_beside,
    soup,
    summary,
    title,
)


def orders(who: Shopper) -> list[Order]:
    with who.database.reading() as session:
        return list(session.scalars(select(Order).order_by(Order.id)))


def set_price(who: Shopper, pence: int, slug: str = "disc") -> None:
    with who.database.transaction() as session:
        session.execute(update(Variant).where(Variant.id == who.variant(slug).id).values(price_pence=pence))


def unpublish(who: Shopper, slug: str = "disc") -> None:
    with who.database.transaction() as session:
        session.execute(update(Piece).where(Piece.slug == slug).values(published=False))


def pays(who: Shopper, *, settled: bool = True) -> None:
    harness = harness_of(who.app)
    harness.pays(orders(who)[-1].id)
    if settled:
        harness.sync(orders(who)[-1].id)


def test_a_price_that_rose_meanwhile_is_shown_and_asked_for_again(shopper: Shopper) -> None:
    page = shopper.to_payment()
    _, sent = form_on(page)
    set_price(shopper, 9900)
    answer = shopper.post("/checkout/payment", changed(sent, {"acknowledged": "y"}))
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ")
    assert "The total is now £103.50." in reason_beside(answer, "pay")
    assert orders(shopper) == []
    _, again = form_on(answer)
    assert again["acknowledged"] == "y", "what was ticked stays ticked"
    assert shopper.post("/checkout/payment", again).status_code == 303
    assert orders(shopper)[0].total_pence == 10350


def test_a_price_that_changes_in_the_very_moment_of_pressing_is_not_charged(
    shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, sent = form_on(shopper.to_payment())
    read = pay.quote

    def rises_first(_: Catalogue, items: Sequence[LineItem], service: Service, **how: bool) -> Quote:
        monkeypatch.setattr(pay, "quote", read)
        set_price(shopper, 9900)
        with shopper.database.reading() as session:
            return read(snapshot.load(session), items, service, **how)

    monkeypatch.setattr(pay, "quote", rises_first)
    answer = shopper.post("/checkout/payment", changed(sent, {"acknowledged": "y"}))
    assert answer.status_code == 409
    assert "The total is now £103.50." in reason_beside(answer, "pay")
    assert orders(shopper) == []


def test_postage_that_changed_meanwhile_is_asked_for_again(
    shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, sent = form_on(shopper.to_payment())
    dearer = Service("tracked-24", "Royal Mail Tracked 24", 999, "usually the next working day once posted")
    monkeypatch.setitem(postage.SERVICES, "tracked-24", dearer)
    answer = shopper.post("/checkout/payment", changed(sent, {"acknowledged": "y"}))
    assert answer.status_code == 422
    assert pounds_and_pence(shopper.variant("disc").price_pence + 999) in reason_beside(answer, "pay")
    assert shopper.press_pay().status_code == 303
    assert orders(shopper)[0].postage_pence == 999


def test_a_word_changed_in_another_tab_is_looked_at_before_it_is_paid_for(shopper: Shopper) -> None:
    _, sent = form_on(shopper.to_payment())
    line = f"/basket/lines/{shopper.lines()[0]}"
    assert shopper.send(line, line, {"engraving-front-1": "Caoimh"}).status_code == 303
    answer = shopper.post("/checkout/payment", changed(sent, {"acknowledged": "y"}))
    assert answer.status_code == 422
    assert "has changed since you looked" in reason_beside(answer, "pay")
    assert orders(shopper) == []
    assert "Caoimh" in {quoted.text for quoted in soup(answer).select("q")}


def test_a_line_taken_out_in_another_tab_comes_back_as_a_form_with_its_words(shopper: Shopper) -> None:
    shopper.add()
    line = f"/basket/lines/{shopper.lines()[0]}"
    form, sent = form_on(shopper.get(line), line)
    assert form["action"] == line
    shopper.send("/basket", f"{line}/removal")
    answer = shopper.post(line, changed(sent, {"dedication": "New words"}))
    assert answer.status_code == 404
    assert "no longer in your basket" in summary(answer)[""]
    form, again = form_on(answer, "/basket/lines")
    assert again["dedication"] == "New words"
    assert again["engraving-front-1"] == WORDS["engraving-front-1"]
    assert shopper.post("/basket/lines", again).status_code == 303
    assert shopper.get(line).status_code == 404


def test_taking_a_line_out_twice_is_fine(shopper: Shopper) -> None:
    shopper.add()
    address = f"/basket/lines/{shopper.lines()[0]}/removal"
    _, sent = form_on(shopper.get("/basket"), address)
    assert [shopper.post(address, sent).status_code for _ in range(2)] == [303, 303]
    assert shopper.lines() == []


def test_a_failed_edit_keeps_its_action_its_label_and_its_words(shopper: Shopper) -> None:
    shopper.add()
    line = f"/basket/lines/{shopper.lines()[0]}"
    answer = shopper.send(line, line, {"variant": None, "engraving-front-1": "Siân"})
    assert answer.status_code == 422
    assert reason_beside(answer, "variant") == "Please choose a metal and a chain length."
    form, again = form_on(answer, line)
    button = soup(answer).select_one(f".buy button[form='{form['id']}']")
    assert button is not None
    assert button.text == "Save the changes"
    assert again["engraving-front-1"] == "Siân"
    assert shopper.post(line, changed(again, {"variant": str(shopper.variant("disc").id)})).status_code == 303


@pytest.mark.parametrize("method", ["get", "post"])
def test_somebody_elses_line_is_nobodys(app: Flask, method: str) -> None:
    buyer, other = Shopper(app), Shopper(app)
    buyer.add()
    line = f"/basket/lines/{buyer.lines()[0]}"
    other.add("petal")
    if method == "get":
        assert other.get(line).status_code == 404
        return
    _, sent = form_on(buyer.get(line), line)
    assert other.post(line, changed(sent, {"engraving-front-1": "Mine"})).status_code == 404
    _, button = form_on(other.get("/basket"))
    assert other.post(f"{line}/removal", button).status_code == 303
    assert form_on(buyer.get(line), line)[1]["engraving-front-1"] == WORDS["engraving-front-1"]


@pytest.mark.parametrize("number", ["0", "99999", "2147483648", "9" * 400])
def test_a_line_that_never_was_is_not_found(shopper: Shopper, number: str) -> None:
    shopper.add()
    line = f"/basket/lines/{shopper.lines()[0]}"
    _, sent = form_on(shopper.get(line), line)
    assert shopper.post(f"/basket/lines/{number}", sent).status_code in {404, 405}
    assert shopper.get(f"/basket/lines/{number}").status_code == 404


def test_a_piece_withdrawn_while_its_page_lay_open_leaves_the_words_in_sight(shopper: Shopper) -> None:
    _, sent = form_on(shopper.get("/pieces/disc"), "/basket/lines")
    sent = changed(sent, {**WORDS, "variant": str(shopper.variant("disc").id)})
    unpublish(shopper)
    answer = shopper.post("/basket/lines", sent)
    assert answer.status_code == 422
    for word in ("Caoimhe", "14 May", "Síle", "For you,\nalways"):
        assert word in soup(answer).main.text  # type: ignore[union-attr]


def test_a_piece_withdrawn_from_a_basket_stops_the_payment_and_says_which(shopper: Shopper) -> None:
    _, sent = form_on(shopper.to_payment())
    line = shopper.lines()[0]
    unpublish(shopper)
    answer = shopper.post("/checkout/payment", changed(sent, {"acknowledged": "y"}))
    assert answer.status_code == 422
    assert "no longer sold" in summary(answer)[f"#line-{line}"]
    assert soup(answer).find(id=f"line-{line}")
    assert shopper.get("/basket").status_code == 200
    assert shopper.get(f"/basket/lines/{line}").status_code == 404


def test_the_last_one_sold_to_another_meanwhile_is_said_before_paying(shopper: Shopper) -> None:
    harness = harness_of(shopper.app)
    harness.set_stock("disc", 1)
    _, sent = form_on(shopper.to_payment())
    harness.place("disc")
    answer = shopper.post("/checkout/payment", changed(sent, {"acknowledged": "y"}))
    assert answer.status_code == 422
    assert "sold out for now" in "".join(summary(answer).values())
    assert len(orders(shopper)) == 1, "only the other one"


def test_two_of_a_piece_of_which_there_is_one_are_refused_and_nothing_is_set_aside(shopper: Shopper) -> None:
    harness = harness_of(shopper.app)
    harness.set_stock("petal", 1)
    shopper.add("petal")
    shopper.to_payment("petal")
    answer = shopper.press_pay()
    assert answer.status_code == 422
    assert "1 can be had" in "".join(summary(answer).values())
    assert (orders(shopper), harness.level("petal").reserved) == ([], 0)
    assert len(shopper.lines()) == 2


def test_the_last_one_set_aside_for_a_buyer_is_not_sold_out_for_them(shopper: Shopper) -> None:
    harness = harness_of(shopper.app)
    harness.set_stock("disc", 1)
    shopper.to_payment()
    first = shopper.press_pay()
    assert first.status_code == 303
    assert "sold out" not in shopper.get("/basket").text
    assert shopper.press_pay().location == first.location, "back from the payment page, to the same one"
    line = f"/basket/lines/{shopper.lines()[0]}"
    assert shopper.send(line, line, {"engraving-front-1": "Sorcha"}).status_code == 303
    assert shopper.press_pay().status_code == 303
    assert [order.state for order in orders(shopper)] == [State.EXPIRED, State.AWAITING]
    assert harness.level("disc").reserved == 1
    stranger = Shopper(shopper.app)
    answer = stranger.send("/pieces/disc", "/basket/lines", {"variant": str(shopper.variant("disc").id)})
    assert "sold out" in reason_beside(answer, "variant")


def test_pressing_pay_twice_is_one_order_and_one_payment_page(shopper: Shopper) -> None:
    _, sent = form_on(shopper.to_payment())
    sent = changed(sent, {"acknowledged": "y"})
    first, second = shopper.post("/checkout/payment", sent), shopper.post("/checkout/payment", sent)
    assert (first.status_code, first.location) == (303, second.location)
    assert len(orders(shopper)) == 1


def test_a_form_sent_twice_adds_two_units_as_the_basket_shows(shopper: Shopper) -> None:
    _, sent = form_on(shopper.get("/pieces/disc"), "/basket/lines")
    sent = changed(sent, {**WORDS, "variant": str(shopper.variant("disc").id)})
    assert [shopper.post("/basket/lines", sent).status_code for _ in range(2)] == [303, 303]
    assert len(shopper.lines()) == 2, "two presses cannot be told from two orders; the buyer sees both"


def test_details_sent_twice_are_kept_once(shopper: Shopper) -> None:
    shopper.add()
    assert [shopper.tell_details().status_code for _ in range(2)] == [303, 303]
    with shopper.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Basket)) == 1


@pytest.mark.parametrize("settled", [True, False])
def test_a_basket_paid_in_another_tab_is_never_ordered_again(shopper: Shopper, settled: bool) -> None:
    _, sent = form_on(shopper.to_payment())
    sent = changed(sent, {"acknowledged": "y"})
    shopper.post("/checkout/payment", sent)
    pays(shopper, settled=settled)
    answer = shopper.post("/checkout/payment", sent)
    if settled:
        assert (answer.status_code, answer.location) == (303, "/basket")
    else:
        assert answer.status_code == 303, "back to the payment page, which says that it is paid"
    assert len(orders(shopper)) == 1
    for address in ("/checkout", "/checkout/payment"):
        assert shopper.get(address).status_code == (303 if settled else 200)


def test_after_paying_an_old_edit_page_changes_nothing_and_a_new_piece_starts_anew(shopper: Shopper) -> None:
    shopper.to_payment()
    line = f"/basket/lines/{shopper.lines()[0]}"
    _, sent = form_on(shopper.get(line), line)
    shopper.press_pay()
    pays(shopper)
    assert shopper.post(line, sent).status_code == 404
    shopper.add("petal")
    assert len(shopper.lines()) == 1
    assert form_on(shopper.get("/checkout"))[1]["name"] == "", "the address went with its order"


def test_a_payment_page_without_details_or_lines_leads_back(shopper: Shopper) -> None:
    assert shopper.get("/checkout").location == "/basket"
    assert shopper.get("/checkout/payment").location == "/basket"
    shopper.add()
    assert shopper.get("/checkout/payment").location == "/checkout"


@pytest.mark.parametrize("how", ["emptied", "cookie lost"])
def test_details_sent_for_a_basket_that_is_not_there_come_back_and_go_through_once_it_is(
    shopper: Shopper, how: str
) -> None:
    shopper.add()
    _, sent = form_on(shopper.get("/checkout"))
    sent = changed(sent, {**DETAILS})
    if how == "emptied":
        shopper.send("/basket", f"/basket/lines/{shopper.lines()[0]}/removal")
    else:
        shopper.client.delete_cookie("basket")
    answer = shopper.post("/checkout", sent)
    assert answer.status_code == 409
    assert "What you wrote here is not lost" in summary(answer)[""]
    _, again = form_on(answer, "/checkout")
    assert {name: again[name] for name in DETAILS} == DETAILS
    shopper.add("petal")
    assert shopper.post("/checkout", again).location == "/checkout/payment"
    assert "With love" in shopper.get("/checkout/payment").text


BROWSER: Final = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
"""What a browser says of a form that it sends."""


def test_a_browser_that_takes_the_cookie_is_asked_once_and_then_no_more(shopper: Shopper) -> None:
    _, sent = form_on(shopper.get("/pieces/disc"), "/basket/lines")
    sent = changed(sent, {**WORDS, "variant": str(shopper.variant("disc").id)})
    first = shopper.client.post("/basket/lines", data=sent, headers=BROWSER)
    assert (first.status_code, first.location) == (307, "/basket/lines?cookie")
    second = shopper.client.post(first.location, data=sent, headers=BROWSER)
    assert (second.status_code, second.location) == (303, "/basket")
    assert shopper.client.post("/basket/lines", data=sent, headers=BROWSER).location == "/basket"
    assert len(shopper.lines()) == 2


def test_a_browser_that_refuses_the_cookie_is_told_so_with_every_word(app: Flask) -> None:
    refuses = Shopper(app)
    refuses.client = app.test_client(use_cookies=False)
    _, sent = form_on(refuses.get("/pieces/disc"), "/basket/lines")
    sent = changed(sent, {**WORDS, "variant": str(refuses.variant("disc").id)})
    first = refuses.client.post("/basket/lines", data=sent, headers=BROWSER)
    answer = refuses.client.post(first.location, data=sent, headers=BROWSER)
    assert answer.status_code == 422
    assert "did not keep the one cookie" in summary(answer)[""]
    _, again = form_on(answer, "/basket/lines")
    assert {name: again[name] for name in WORDS} == WORDS
    with refuses.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Basket)) == 0
    assert "Was there something in it?" in refuses.get("/basket").text


def test_a_basket_that_is_there_and_empty_is_not_said_to_be_lost(shopper: Shopper) -> None:
    shopper.add("petal")
    shopper.send("/basket", f"/basket/lines/{shopper.lines()[0]}/removal")
    assert "Was there something in it?" not in shopper.get("/basket").text


FORGED = {"made up": "x" * 43, "short": "a", "long": "a" * 4000, "no text": "\x01\x02", "markup": "<script>"}


@pytest.mark.parametrize("value", FORGED.values(), ids=list(FORGED))
def test_a_forged_cookie_opens_an_empty_basket(shopper: Shopper, value: str) -> None:
    shopper.add()
    forger = Shopper(shopper.app)
    forger.client.set_cookie("basket", value)
    assert forger.lines() == []
    assert forger.add("petal").status_code == 303
    kept = forger.client.get_cookie("basket")
    assert kept is not None
    assert cookie.TOKEN.fullmatch(kept.value), "its words are sealed with a token worth the name"
    assert len(forger.lines()) == 1
    assert len(shopper.lines()) == 1


def test_losing_the_cookie_loses_sight_of_the_basket_and_nothing_breaks(shopper: Shopper) -> None:
    _, sent = form_on(shopper.to_payment())
    shopper.client.delete_cookie("basket")
    assert shopper.post("/checkout/payment", sent).location == "/basket"
    assert "Your basket is empty" in shopper.get("/basket").text


@pytest.mark.parametrize("token", ["", "no token", "9" * 5000 + ".x", "1.2", "490000.é"])
def test_a_page_open_too_long_comes_back_with_every_word_and_goes_through(
    shopper: Shopper, token: str
) -> None:
    fields = {**WORDS, "variant": str(shopper.variant("disc").id), "csrf_token": token}
    answer = shopper.send("/pieces/disc", "/basket/lines", fields)
    assert answer.status_code == 400
    assert "Nothing you wrote is lost" in summary(answer)[""]
    _, again = form_on(answer, "/basket/lines")
    assert {name: again[name] for name in WORDS} == WORDS
    assert shopper.post("/basket/lines", again).status_code == 303
    line = f"/basket/lines/{shopper.lines()[0]}"
    answer = shopper.send(line, line, {"engraving-front-1": "Siân", "csrf_token": token})
    assert answer.status_code == 400
    _, again = form_on(answer, line)
    assert again["engraving-front-1"] == "Siân"


def test_a_session_that_ended_brings_the_details_back_as_they_were_typed(shopper: Shopper) -> None:
    shopper.add()
    _, sent = form_on(shopper.get("/checkout"))
    sent = changed(sent, {"name": "Ada Byron", "gift_message": "With love"})
    shopper.client.delete_cookie("session")
    answer = shopper.post("/checkout", sent)
    assert answer.status_code == 400
    assert "Nothing you wrote is lost" in summary(answer)[""]
    _, again = form_on(answer)
    assert (again["name"], again["gift_message"]) == ("Ada Byron", "With love")
    with shopper.database.reading() as session:
        assert session.scalars(select(Basket.details)).all() == [None], "a form without a token keeps nothing"


def test_a_full_basket_says_so_and_keeps_the_words(shopper: Shopper) -> None:
    shopper.add()
    token = shopper.client.get_cookie("basket")
    assert token is not None
    with shopper.database.transaction() as session:
        row = session.scalars(select(BasketLine)).one()
        for _ in range(19):
            again = BasketLine(basket_id=row.basket_id, variant_id=row.variant_id, words=row.words)
            again.created_at = row.created_at
            session.add(again)
    answer = shopper.add()
    assert answer.status_code == 422
    assert "A basket holds 20 pieces" in summary(answer)[""]
    assert form_on(answer, "/basket/lines")[1]["dedication"] == WORDS["dedication"]


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])
@pytest.mark.parametrize(
    "address",
    [
        "/checkout/thanks?session_id=%00",
        "/checkout/thanks?session_id=" + "x" * 5000,
        "/checkout/thanks",
        "/orders/%00",
        "/orders/" + "a" * 40,
        "/pieces/%00",
        "/pieces/%ff",
        "/basket/lines/%00",
        "/stand-in/pay/%00",
        "/stand-in/pay/" + "x" * 5000,
    ],
)
def test_a_strange_address_is_not_found_or_refused(shopper: Shopper, address: str) -> None:
    shopper.add()
    assert shopper.get(address).status_code in {400, 404}


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])
def test_the_whole_road_keeps_every_letter_from_form_to_order(shopper: Shopper) -> None:
    shopper.to_payment()
    assert shopper.press_pay().status_code == 303
    pays(shopper)
    harness = harness_of(shopper.app)
    session_id = harness.session_id(orders(shopper)[0].id)
    thanks = shopper.get(f"/checkout/thanks?session_id={session_id}")
    address = soup(thanks).select_one("main a.button[href^='/orders/']")["href"]  # type: ignore[index]
    page = soup(Shopper(shopper.app).get(str(address))).main
    words = [quote.text for quote in page.select("dl.words q")]  # type: ignore[union-attr]
    assert words == ["Caoimhe", "14 May", "Síle"]
    assert "For you,\nalways" in page.text  # type: ignore[union-attr]
    assert Shopper(shopper.app).get(f"/checkout/thanks?session_id={session_id}").status_code == 404


def test_details_that_are_kept_are_shown_again(shopper: Shopper) -> None:
    shopper.add()
    shopper.tell_details(postcode="ba11aa", town="  Bath ")
    _, shown = form_on(shopper.get("/checkout"))
    assert (shown["postcode"], shown["town"], shown["postage"]) == ("BA1 1AA", "Bath", "tracked-24")

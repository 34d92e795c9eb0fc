"""A dearer metal or chain, from the buyer's page and the owner's: looked at, paid, left, come back from."""

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, update

from shop.checkout import basket_words
from shop.fulfilment.stages import Action
from shop.orders.models import Order
from shop.payments import supplement_page
from shop.payments.kinds import SupplementState
from shop.payments.models import Supplement
from shop.standin import paying
from tests.corrections.conftest import Bought, buys
from tests.corrections.test_variant import GOLD, SILVER, confirms, line, looks, place, variant
from tests.emails.orders import email, parts
from tests.emails.test_true import cancelled
from tests.fulfilment.conftest import WORDS, Bench
from tests.shopper import Shopper, changed, form_on, reason_beside, soup


@pytest.fixture
def silver(app: Flask, bench: Bench) -> Bought:
    """A silver Disc with the word Wren, and a Petal."""
    return buys(app, bench, (SILVER, "Wren"), ("petal", ""))


def supplement(bought: Bought) -> Supplement:
    with bought.harness.database.reading() as session:
        return session.scalars(select(Supplement).order_by(Supplement.id.desc()).limit(1)).one()


def pays(bought: Bought) -> None:
    bought.harness.at_stripe(paying.pay, supplement(bought).stripe_id or "")


def text(page: str) -> str:
    return " ".join(page.split())


def presses(bought: Bought, what: str) -> str:
    """Press a button of the notice on the order's page. Gives where it leads."""
    at = f"{bought.page}/supplements/1/{what}"
    _, sent = form_on(bought.buyer.get(bought.page), at)
    answer = bought.buyer.post(at, sent)
    assert answer.status_code == 303
    return answer.location or ""


def test_the_sum_is_in_sight_then_it_is_paid_and_the_order_is_another(app: Flask, silver: Bought) -> None:
    before = silver.harness.order(silver.order).total_pence
    look = looks(silver, GOLD)
    assert "To pay" in look.text
    answer = confirms(silver, look)
    assert (answer.status_code, answer.location) == (303, supplement(silver).url)
    page = text(soup(silver.buyer.get(silver.page)).text)
    assert "Your change is waiting for payment" in page
    assert line(silver).sku == SILVER
    assert presses(silver, "payment") == supplement(silver).url
    pays(silver)
    silver.harness.deliver_webhooks()
    assert line(silver).sku == GOLD
    assert silver.harness.order(silver.order).total_pence == before + 2_000
    assert "A change waits" not in silver.buyer.get(silver.page).text
    for said in parts(email(app, silver.harness, silver.order, "variant-changed")):
        assert "It costs £20.00 more, which you have paid." in text(BeautifulSoup(said, "html.parser").text)


def test_the_buyer_who_goes_on_to_pay_is_sent_no_email_to_do_so(silver: Bought) -> None:
    confirms(silver, looks(silver, GOLD))
    assert "supplement" not in silver.harness.emails(silver.order)


def test_another_sum_than_the_one_in_sight_asks_for_nothing(silver: Bought) -> None:
    for more in ("0", "1", "1999", "-2000", "x", "", "9" * 5000):
        assert confirms(silver, looks(silver, GOLD), more=more).status_code == 409, more
    assert confirms(silver, looks(silver, GOLD), more="0", agreed="2000").status_code == 409
    with silver.harness.database.reading() as session:
        assert session.scalars(select(Supplement)).all() == []


def test_it_is_left_from_the_page_of_the_order_and_nothing_is_to_be_paid(silver: Bought) -> None:
    confirms(silver, looks(silver, GOLD))
    assert presses(silver, "withdrawal") == silver.page
    page = text(soup(silver.buyer.get(silver.page)).text)
    assert "It stays as it is, and nothing more is to be paid." in page
    assert "A change waits" not in page
    assert supplement(silver).state == SupplementState.ENDED


def test_a_second_change_waits_for_the_first(silver: Bought) -> None:
    confirms(silver, looks(silver, GOLD))
    answer = confirms(silver, looks(silver, "PETAL-GOLD-16", 2), 2)
    assert answer.status_code == 409
    assert "Another change of this order waits to be paid." in reason_beside(answer, "variant")


def test_back_from_paying_the_own_browser_is_led_to_the_order_and_a_strangers_told_nothing(
    app: Flask, silver: Bought
) -> None:
    confirms(silver, looks(silver, GOLD))
    back = f"/checkout/supplement?session_id={supplement(silver).stripe_id}"
    own, token = Shopper(app), "a" * 43
    own.client.set_cookie("basket", token)
    with silver.harness.database.transaction() as session:
        session.execute(update(Order).values(buyer_hash=basket_words.token_hash(token)))
    assert own.get("/checkout/supplement").location == silver.page
    pays(silver)
    answer = own.get(back)
    assert (answer.status_code, answer.location) == (303, silver.page)
    assert "Thank you. It is changed: " in own.get(silver.page).text
    for address in (back, "/checkout/supplement", "/checkout/supplement?session_id=cs_unknown"):
        stranger = Shopper(app).get(address)
        assert stranger.status_code == 200
        assert silver.harness.order(silver.order).reference not in stranger.text
        assert stranger.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_paid_too_late_it_goes_back_and_the_buyer_reads_why(app: Flask, silver: Bought, bench: Bench) -> None:
    confirms(silver, looks(silver, GOLD))
    bench.act(silver.order, 1, *WORDS[:2])
    pays(silver)
    silver.harness.sync(silver.order)
    assert line(silver).sku == SILVER
    for said in parts(email(app, silver.harness, silver.order, "supplement-returned")):
        assert "We have begun to engrave it." in text(BeautifulSoup(said, "html.parser").text)
        assert "The £20.00 that you paid for it goes back to you in full." in text(
            BeautifulSoup(said, "html.parser").text
        )
    page = text(soup(silver.buyer.get(silver.page)).text)
    assert "What was paid for a change that could not be made any more" in page
    assert "Part of this order was refunded" not in page


def test_the_owner_asks_for_who_telephones_and_the_email_leads_to_paying(app: Flask, silver: Bought) -> None:
    reference, owner = silver.harness.order(silver.order).reference, Shopper(app).sign_in("owner")
    at = f"/owner/orders/{reference}/lines/1/variant"
    look = owner.send(at, at, {"variant": str(variant(silver.bench, GOLD).id)})
    _, sent = form_on(look, at)
    assert owner.post(at, changed(sent, {"why": ""})).status_code == 422
    answer = owner.post(at, changed(sent, {"why": "The buyer rang: gold."}))
    assert answer.location == f"/owner/orders/{reference}"
    page = text(soup(owner.get(answer.location)).text)
    assert "£20.00 more waits to be paid" in page
    assert "Why: The buyer rang: gold." in page
    card = text(soup(owner.get(f"/owner/bench/units/{line(silver).id}")).text)
    assert "The buyer may still pay for it to be" in card
    assert "may still pay" not in owner.get(f"/owner/bench/units/{line(silver, 2).id}").text
    assert "supplement asked: piece 1" in page
    for said in parts(email(app, silver.harness, silver.order, "supplement")):
        assert "It costs £20.00 more." in text(BeautifulSoup(said, "html.parser").text)
        assert silver.page in said
    back = f"/owner/orders/{reference}/supplements/1/withdrawal"
    _, sent = form_on(owner.get(f"/owner/orders/{reference}"), back)
    for _ in range(2):
        assert owner.post(back, sent).status_code == 303
    assert supplement(silver).state == SupplementState.ENDED
    assert "more waits to be paid" not in owner.get(f"/owner/orders/{reference}").text


def test_once_it_can_be_paid_no_more_the_email_is_not_sent(silver: Bought, bench: Bench) -> None:
    confirms(silver, looks(silver, GOLD))
    bench.act(silver.order, 1, Action.CHECK, Action.BEGIN)
    silver.harness.sync(silver.order)
    with pytest.raises(supplement_page.NotToBePaid):
        supplement_page.pay(silver.harness.services, silver.order, 1)
    assert "A change waits" not in silver.buyer.get(silver.page).text
    assert silver.buyer.get(place(silver)).status_code == 200


def test_a_strange_number_and_a_strange_link_pay_nothing(silver: Bought) -> None:
    confirms(silver, looks(silver, GOLD))
    _, sent = form_on(silver.buyer.get(silver.page), f"{silver.page}/supplements/1/payment")
    assert silver.buyer.post(f"{silver.page}/supplements/2/payment", sent).location == silver.page
    assert silver.buyer.post(f"{silver.page}/supplements/2/withdrawal", sent).location == silver.page
    for what in ("payment", "withdrawal"):
        assert silver.buyer.post(f"/orders/{'0' * 40}/supplements/1/{what}", sent).status_code == 404
    assert supplement(silver).state == SupplementState.ASKED


def test_while_the_bank_still_pays_nobody_is_asked_to_pay_again(
    app: Flask, silver: Bought, bench: Bench
) -> None:
    confirms(silver, looks(silver, GOLD))
    at = f"{silver.page}/supplements/1/payment"
    _, sent = form_on(silver.buyer.get(silver.page), at)
    silver.harness.at_stripe(paying.pay_late, supplement(silver).stripe_id or "")
    assert silver.buyer.post(at, sent).location == silver.page
    page = silver.buyer.get(silver.page)
    assert "Your payment is on its way" in text(soup(page).text)
    assert at not in page.text
    assert "withdrawal" not in page.text
    reference, owner = silver.harness.order(silver.order).reference, Shopper(app).sign_in("owner")
    assert "£20.00 more is on its way" in text(soup(owner.get(f"/owner/orders/{reference}")).text)
    assert "is on its way" in text(soup(owner.get(f"/owner/bench/units/{line(silver).id}")).text)
    bench.act(silver.order, 1, *WORDS[:2])
    silver.harness.sync(silver.order)
    assert "all of it goes back to you" in text(soup(silver.buyer.get(silver.page)).text)
    silver.harness.at_stripe(paying.settle_late, supplement(silver).stripe_id or "", succeeds=False)
    silver.harness.sync(silver.order)
    for said in parts(email(app, silver.harness, silver.order, "supplement-returned")):
        assert "did not reach us" in text(BeautifulSoup(said, "html.parser").text)


def test_in_a_second_tab_the_buyer_reads_that_it_is_paid(silver: Bought) -> None:
    confirms(silver, looks(silver, GOLD))
    _, sent = form_on(silver.buyer.get(silver.page), f"{silver.page}/supplements/1/payment")
    pays(silver)
    for what in ("payment", "withdrawal", "payment"):
        assert silver.buyer.post(f"{silver.page}/supplements/1/{what}", sent).location == silver.page
        assert "Thank you. It is changed: " in silver.buyer.get(silver.page).text
    assert line(silver).sku == GOLD


def test_who_cancels_what_was_paid_in_two_is_told_of_the_parts_and_of_the_gift(
    app: Flask, silver: Bought
) -> None:
    confirms(silver, looks(silver, GOLD))
    pays(silver)
    silver.harness.sync(silver.order)
    cancelled(silver.harness, silver.order, 1, 2)
    for gone, said in (
        (False, "Once it has gone back, the £10.00"),
        (True, "The £10.00 that this order gave is no"),
    ):
        if gone:
            silver.harness.sync(silver.order)
        for part in parts(email(app, silver.harness, silver.order, "cancelled")):
            shown = text(BeautifulSoup(part, "html.parser").text)
            assert "goes back to you the way it was paid, in parts" in shown
            assert said in shown
            assert ("Once it has gone back" in shown) == (not gone)
    assert silver.harness.kept_pence(silver.order) == 0

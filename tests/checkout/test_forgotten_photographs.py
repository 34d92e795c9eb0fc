"""The photograph behind an order's artwork is erased when its buyer presses for it; the outline stays."""

import pytest
from flask import Flask

from shop.checkout.photographs_shown import LOOKED_AT, NOT_YET
from shop.orders.lifecycle import with_link
from shop.owner.artwork_look import WAITS_FOR_YOU, WITHOUT_IT
from shop.uploads import order_photographs
from tests.artwork.outlines import sent
from tests.harness import Harness
from tests.shopper import Shopper, form_on, harness_of, soup

HERS = "h" * 43
PLACE = {"artwork-front-width": "4", "artwork-front-down": "-1"}
SUMMARY = "Forget the photograph"


@pytest.fixture
def buyer(app: Flask) -> Shopper:
    shopper = Shopper(app)
    shopper.client.set_cookie("basket", HERS)
    return shopper


@pytest.fixture
def harness(app: Flask) -> Harness:
    return harness_of(app)


@pytest.fixture
def owner(app: Flask) -> Shopper:
    return Shopper(app).sign_in("owner")


def bought(buyer: Shopper, harness: Harness, *, artwork: bool = True) -> str:
    """A disc, with a foot print on it or with words alone, is paid for. Give its reference."""
    page = f"/pieces/disc/artwork/front/{sent(buyer.database, HERS)}" if artwork else "/pieces/disc"
    chosen = PLACE if artwork else {"engraving-front-1": "Wren", "face": "marcellus"}
    chosen = {"variant": str(buyer.variant("disc").id), **chosen}
    assert buyer.send(page, "/basket/lines", chosen).status_code == 303
    buyer.tell_details()
    buyer.press_pay()
    harness.pays(1)
    harness.sync(1)
    return harness.order(1).reference


def link_of(harness: Harness) -> str:
    with harness.database.reading() as session:
        return f"/orders/{with_link(session, 1, harness.services.secret_key)[1]}"


def forget(buyer: Shopper, link: str) -> None:
    assert buyer.send(link, f"{link}/photographs/removal").status_code == 303


def kept(harness: Harness) -> int:
    with harness.database.reading() as session:
        return len(order_photographs.ids_of(session, 1))


def accept(owner: Shopper, reference: str) -> None:
    page = f"/owner/orders/{reference}"
    assert owner.send(page, f"{page}/lines/1/artwork").status_code == 303


def test_the_buyer_reads_what_it_means_and_presses(buyer: Shopper, owner: Shopper, harness: Harness) -> None:
    reference = bought(buyer, harness)
    link = link_of(harness)
    before = soup(buyer.get(link)).select_one("details:has(form[action$='photographs/removal'])")
    assert before is not None
    assert SUMMARY in before.summary.text  # type: ignore[union-attr]
    assert NOT_YET in before.text
    accept(owner, reference)
    assert LOOKED_AT in buyer.get(link).text
    forget(buyer, link)
    after = buyer.get(link)
    assert "The photograph is erased. The outline stays with your order." in after.text
    assert SUMMARY not in after.text
    assert soup(after).select(".engraved svg use"), "the outline went too"
    assert kept(harness) == 0


def test_twice_is_fine_and_is_told_once(buyer: Shopper, owner: Shopper, harness: Harness) -> None:
    page = f"/owner/orders/{bought(buyer, harness)}"
    link = link_of(harness)
    action, fields = f"{link}/photographs/removal", form_on(buyer.get(link), f"{link}/photographs/removal")[1]
    for _ in range(2):
        assert buyer.post(action, fields).status_code == 303
    rows = [row.get_text(" ", strip=True) for row in soup(owner.get(page)).select("tr")]
    told = [row for row in rows if "photographs erased: piece 1" in row]
    assert len(told) == 1
    assert told[0].endswith("buyer")


def test_the_owner_is_told_that_there_is_none_and_accepts_the_outline_alone(
    buyer: Shopper, owner: Shopper, harness: Harness
) -> None:
    reference = bought(buyer, harness)
    page = f"/owner/orders/{reference}"
    assert WAITS_FOR_YOU in owner.get(page).text
    forget(buyer, link_of(harness))
    for shown in (owner.get(page), owner.get("/owner/bench/units/1")):
        assert soup(shown).select(".bench-proof figure svg"), "no outline to look at"
        assert WITHOUT_IT in shown.text
        assert not soup(shown).select(".bench-photographs img"), "a broken picture"
        assert "was erased, at the end of its time or because the buyer asked" in soup(shown).get_text()
    accept(owner, reference)
    assert owner.get(f"{page}/lines/1/front.svg").status_code == 200


def test_an_order_of_words_alone_has_no_such_button(buyer: Shopper, harness: Harness) -> None:
    bought(buyer, harness, artwork=False)
    link = link_of(harness)
    assert SUMMARY not in buyer.get(link).text


def test_no_other_link_erases_it(buyer: Shopper, harness: Harness) -> None:
    bought(buyer, harness)
    link = link_of(harness)
    fields = form_on(buyer.get(link), f"{link}/photographs/removal")[1]
    assert buyer.post(f"{link[:-1]}x/photographs/removal", fields).status_code == 404
    assert kept(harness) == 1

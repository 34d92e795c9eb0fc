"""The workshop opens on today: each number leads to a list of exactly so many."""

import re
from datetime import timedelta

import pytest

from shop import clock, stock
from shop.alerts import AlertKind, raise_alert
from shop.catalogue import snapshot
from shop.fulfilment import parcels, units
from shop.fulfilment.delivery import ASSUMED_AFTER
from shop.fulfilment.stages import Action, Hold
from shop.orders.models import Order
from shop.payment_links import payment_links
from shop.payment_links.models import Via
from tests.claims.conftest import Desk
from tests.fulfilment.conftest import OWNER, PLAIN, WORDS, Bench
from tests.harness import Harness
from tests.heard import heard
from tests.owner.test_refunds import unexplained
from tests.shopper import Shopper, soup

__all__ = ["unexplained"]

ASKS = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)")

ENGRAVED, BARE = ("disc", "Wren"), ("petal", "")


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


@pytest.fixture
def busy(owner: Shopper, bench: Bench, unexplained: str) -> Bench:
    """A shop with something in every list."""
    for done in range(len(WORDS) + 1):
        bench.act(bench.paid(ENGRAVED), 1, *WORDS[:done])
    bench.act(bench.paid(BARE, BARE), 1, *PLAIN)
    resting = [bench.paid(BARE) for _ in Hold]
    late = bench.paid(ENGRAVED, BARE)
    with bench.harness.database.transaction() as session:
        for order, why in zip(resting, Hold, strict=True):
            units.hold(session, order, 1, why, actor=OWNER)
        session.get_one(Order, late).posted_by = (clock.now() - timedelta(days=5)).date()
        raise_alert(session, AlertKind.CUT_CHANGED, "PM-7K3Q-2F")
        raise_alert(session, AlertKind.NEWS_STUCK, "evt_1")
    bench.harness.set_stock("heart", 1)
    with bench.harness.database.transaction() as session:
        stock.set_threshold(session, snapshot.load(session).by_slug["keeping"].variants[0].id, 500)
    for via in Via:
        with bench.harness.database.transaction() as session:
            payment_links.begin(session, bench.harness.services.vault, via, actor=OWNER)
    desk = Desk(bench.harness)
    desk.opens(desk.posted(ENGRAVED), "It says Wern.")
    shared = {"dedication": "For Wren", "wall": "1", "wall-name": "Ada"}
    shopper = Shopper(owner.app)
    bench.harness.set_stock("petal", 9)
    assert shopper.add("petal", **shared).status_code == 303
    assert shopper.tell_details().status_code == 303
    assert shopper.press_pay().status_code == 303
    last = max(order.id for order in _orders(bench))
    bench.harness.pays(last)
    bench.harness.sync(last)
    said = {"name": "Ada", "words": "We called her Wren."}
    for page in ("both-ways", "both-ways"):
        shopper.send(f"/journal/{page}", f"/journal/{page}/comments", said | {"words": f"{page} {shopper}"})
    return bench


def _orders(bench: Bench) -> list[Order]:
    with bench.harness.database.reading() as session:
        return list(session.query(Order))


def tiles(owner: Shopper) -> dict[str, tuple[int, str]]:
    """By its label, each number of the page with its link."""
    found = {}
    for tile in soup(owner.get("/owner/")).select("a.today-tile"):
        number, label = (part.text for part in tile.select("span"))
        found[label] = (int(number), str(tile["href"]))
    return found


ROWS = {
    "/owner/alerts": "main form[action$='/acknowledgement']",
    "/owner/orders": "#money-that-waits li",
    "/owner/wall": "#waiting-title ~ ul > li:has(form)",
    "/owner/payment-links": "li.payment-link",
    "/owner/comments": "article.bench-ticket",
}
"""What a row is, where a list is no table."""


def rows(owner: Shopper, address: str) -> int:
    """How many rows a list has, over all of its pages."""
    number, following = 0, address.partition("#")[0]
    while following:
        page = soup(owner.get(following))
        number += len(page.select(ROWS.get(following.partition("?")[0], "#listed tbody tr:has(a)")))
        after = page.find("a", string="The next page")
        following = str(after["href"]) if after else ""
    return number


def test_each_number_leads_to_a_list_of_exactly_so_many(
    owner: Shopper, busy: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.owner.today.MOST", 2)
    shown = tiles(owner)
    assert set(shown) == {
        "To check", "To engrave", "Being engraved", "To look at again", "To pack", "To post", "Late",
        "On hold", "Waiting for an answer", "Claims to answer", "Alerts", "Money that waits", "Low stock",
        "Words for the wall", "Comments to read", "Posted without a number", "Payment links not paid for",
    }  # fmt: skip
    assert {label: rows(owner, href) for label, (_, href) in shown.items()} == {
        label: number for label, (number, _) in shown.items()
    }
    assert (shown["Claims to answer"][0], shown["Alerts"][0]) == (1, 3), "a claim is counted once"
    assert (shown["Late"][0], shown["On hold"][0], shown["Waiting for an answer"][0]) == (2, len(Hold), 1)


def test_what_was_ordered_with_test_payments_is_counted_only_where_all_are(
    owner: Shopper, bench: Bench
) -> None:
    order = bench.paid(BARE)
    assert tiles(owner)["To check"][0] == 1
    with bench.harness.database.transaction() as session:
        session.get_one(Order, order).book = "live"
    assert "To check" not in tiles(owner)
    assert rows(owner, "/owner/today/to-check") == 0


def test_low_is_what_is_sold_out_or_down_to_the_owners_threshold(owner: Shopper, bench: Bench) -> None:
    before = owner.get("/owner/today/low-stock").text
    few, gone = owner.variant("keeping"), owner.variant("heart")
    assert few.sku not in before
    bench.harness.set_stock("heart", 0)
    with bench.harness.database.transaction() as session:
        stock.set_threshold(session, few.id, 500)
    after = owner.get("/owner/today/low-stock").text
    assert few.sku in after
    assert gone.sku in after


def test_a_parcel_without_a_number_is_counted_until_it_has_one_or_is_there(
    owner: Shopper, bench: Bench
) -> None:
    named, there, back = (bench.paid(BARE) for _ in range(3))
    for order in (named, there, back):
        bench.act(order, 1, *PLAIN)
        bench.post(order, 1)
    counted = "Posted without a number"
    assert tiles(owner)[counted] == (3, "/owner/today/posted-without-a-number")
    with bench.harness.database.transaction() as session:
        (parcel,) = parcels.parcels_of(session, named)
        parcels.track(session, parcel, "AB123456785GB", actor=OWNER)
    bench.act(there, 1, Action.DELIVER)
    listed = soup(owner.get("/owner/today/posted-without-a-number")).select("#listed tbody a")
    reference = bench.harness.order(back).reference
    assert [link["href"] for link in listed] == [f"/owner/dispatch?code={reference}"]
    bench.undo(back, 1)
    assert counted not in tiles(owner)


def test_of_a_parcel_that_counts_as_arrived_no_number_is_asked_for_any_more(
    owner: Shopper, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, later = bench.paid(BARE), clock.now() + ASSUMED_AFTER + timedelta(hours=1)
    bench.act(order, 1, *PLAIN)
    bench.post(order, 1)
    assert "Posted without a number" in tiles(owner)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "Posted without a number" not in tiles(owner.sign_in("owner"))


def test_what_was_done_leaves_its_list(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(BARE)
    bench.act(order, 1, Action.CHECK)
    assert {label: number for label, (number, _) in tiles(owner).items()} == {"To pack": 1}


def test_a_quiet_day_says_so(owner: Shopper) -> None:
    page = owner.get("/owner/").text
    assert "Nothing waits to be made." in page
    assert "Nothing needs you." in page
    assert "£0.00 of test orders is owed now" in page


@pytest.mark.parametrize(
    "address", ["nothing", "to-check?page=0", "to-check?page=-1", "to-check?page=99999999", "%00"]
)
def test_what_is_no_list_and_no_page_breaks_nothing(owner: Shopper, address: str) -> None:
    assert owner.get(f"/owner/today/{address}").status_code in {200, 400, 404}


def test_the_owners_pages_keep_to_their_numbers_of_statements(owner: Shopper, busy: Bench) -> None:
    budgets = {"/owner/": 17, "/owner/orders": 9, "/owner/today/to-check": 5, "/owner/today/low-stock": 8}
    asked = dict.fromkeys(budgets, 0)
    for address in budgets:
        owner.get(address)
        with heard(owner.app.extensions["shop"].database.engine) as statements:
            owner.get(address)
        asked[address] = sum(1 for sent, _ in statements if ASKS.match(sent))
    assert {address: number for address, number in asked.items() if number > budgets[address]} == {}

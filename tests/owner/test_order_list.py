"""The list of orders: none is lost however many there are, and each choice shows exactly its own."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from shop import privacy
from shop.fulfilment import gifts, parcel_corrections, units
from shop.fulfilment.stages import Action, Hold
from shop.orders.models import Order
from shop.orders.saved_views import views
from shop.payment_links import payment_links
from shop.payment_links.models import Via
from tests.fulfilment.conftest import OWNER, PLAIN, Bench
from tests.harness import Harness
from tests.shopper import Shopper, soup

ENGRAVED, BARE = ("disc", "Wren"), ("petal", "")


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


def pages(owner: Shopper, address: str) -> Iterator[list[str]]:
    """The references on each page of a list."""
    following: str | None = address
    while following:
        page = soup(owner.get(following))
        yield [link.text for link in page.select("#orders tbody tr > :first-child a")]
        earlier = page.find("a", string="Earlier orders")
        following = str(earlier["href"]) if earlier else None


def listed(owner: Shopper, choice: str = "") -> list[str]:
    return [reference for page in pages(owner, f"/owner/orders{choice}") for reference in page]


def reference_of(harness: Harness, order: int) -> str:
    return harness.order(order).reference


def test_of_230_orders_each_is_on_one_page(owner: Shopper, harness: Harness) -> None:
    harness.set_stock("petal", 230)
    placed = [reference_of(harness, harness.place_unanswered("petal")) for _ in range(230)]
    found = list(pages(owner, "/owner/orders?state=all"))
    assert [len(page) for page in found] == [100, 100, 30]
    assert [reference for page in found for reference in page] == placed[::-1]


def test_each_choice_shows_exactly_its_orders(owner: Shopper, bench: Bench) -> None:
    harness = bench.harness
    plain, words, refunded = bench.paid(BARE), bench.paid(ENGRAVED), bench.paid(BARE, ENGRAVED)
    unpaid = bench.ordered(BARE)
    bench.act(plain, 1, *PLAIN)
    bench.post(plain, 1)
    bench.refund(refunded, 1)
    with harness.database.transaction() as session:
        units.hold(session, words, 1, Hold.MATERIAL, actor=OWNER)
    choices = {
        "": [refunded, words, plain],
        "?state=all": [unpaid, refunded, words, plain],
        "?state=awaiting+payment": [unpaid],
        "?state=part+refunded": [refunded],
        "?stage=posted": [plain],
        "?stage=refunded": [refunded],
        "?stage=to+check": [refunded, words],
        "?stage=on+hold": [words],
        "?words=yes": [refunded, words],
        "?words=no": [plain],
        "?book=test&stage=to+check&words=yes&state=paid": [words],
        "?book=live": [],
    }
    for choice, orders in choices.items():
        assert listed(owner, choice) == [reference_of(harness, order) for order in orders], choice


def test_gifts_and_what_was_asked_for_by_telephone_are_lists_of_their_own(
    owner: Shopper, bench: Bench
) -> None:
    harness = bench.harness
    plain, gift, old, rang = (bench.paid(BARE) for _ in range(4))
    with harness.database.transaction() as session:
        contact = harness.services.vault.reveal(session, gift, "contact")
        seen = parcel_corrections.delivery_stamp(session, harness.services.vault, gift) or ""
        as_gift = {"as_gift": True, "message": "With love"}
        parcel_corrections.correct_delivery(
            session, harness.services.vault, gift, contact, as_gift, seen=seen, actor=OWNER
        )
        harness.services.vault.seal(session, old, "gift", as_gift)
        session.get_one(Order, old).is_gift = None
        link, _ = payment_links.begin(session, harness.services.vault, Via.TELEPHONE, actor=OWNER)
        payment_links.ordered(session, link.id, rang)
    choices = {"?gift=yes": [gift], "?gift=no": [rang, plain], "?via=telephone": [rang], "?via=letter": []}
    for choice, orders in choices.items():
        assert listed(owner, choice) == [reference_of(harness, order) for order in orders], choice
    assert not gifts.read_old(harness.database, harness.services.vault)
    assert listed(owner, "?gift=yes") == [reference_of(harness, order) for order in (old, gift)]
    with harness.database.transaction() as session:
        privacy.erase(session, harness.services.vault, reference_of(harness, old), actor=OWNER)
    assert not gifts.read_old(harness.database, harness.services.vault)
    assert listed(owner, "?gift=yes") == [reference_of(harness, gift)]


def test_days_are_those_of_britain(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(BARE)
    with bench.harness.database.transaction() as session:
        at = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
        session.execute(update(Order).where(Order.id == order).values(placed_at=at))
    reference = reference_of(bench.harness, order)
    assert listed(owner, "?from=2026-07-01&to=2026-07-01") == [reference]
    assert listed(owner, "?to=2026-06-30") == []


def test_a_choice_goes_on_over_its_pages(
    owner: Shopper, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.owner.order_list.MOST_ROWS", 1)
    first, _, last = bench.paid(BARE), bench.paid(ENGRAVED), bench.paid(BARE)
    found = listed(owner, "?words=no&state=paid")
    assert found == [reference_of(bench.harness, last), reference_of(bench.harness, first)]


def test_a_choice_is_kept_under_a_name_until_it_is_removed(owner: Shopper, bench: Bench) -> None:
    bench.paid(BARE)
    choice = "/owner/orders?stage=to+check&words=no"
    assert owner.send(choice, "/owner/orders/views", {"view": " Plain  to check "}).location == choice
    page = soup(owner.get("/owner/orders"))
    link = page.find("a", string="Plain  to check")
    assert link is not None, "named as it was typed, but for what stands round it"
    assert link["href"] == choice
    removal = page.select_one("form[action$='/removal']")
    assert removal is not None
    for _ in range(2):
        assert owner.send(choice, "/owner/orders/views", to=str(removal["action"])).status_code == 303
    with bench.harness.database.reading() as session:
        assert views(session) == []


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "a\0b", "a\u202eb"])
def test_a_view_needs_a_name_that_can_be_read(owner: Shopper, bench: Bench, name: str) -> None:
    owner.send("/owner/orders?state=all", "/owner/orders/views", {"view": name})
    assert "Please give the view a name" in owner.get("/owner/orders").text
    with bench.harness.database.reading() as session:
        assert views(session) == []


def test_a_name_that_is_given_again_means_the_latest_choice(owner: Shopper, bench: Bench) -> None:
    for choice in ("?state=all", "?words=no"):
        owner.send(f"/owner/orders{choice}", "/owner/orders/views", {"view": "Mine"})
    with bench.harness.database.reading() as session:
        assert [(view.name, view.query) for view in views(session)] == [("Mine", "words=no")]


def read(owner: Shopper, choice: str = "") -> list[dict[str, str]]:
    answer = owner.get(f"/owner/orders.csv{choice}")
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_accountants_file_has_the_money_and_no_names(owner: Shopper, bench: Bench) -> None:
    order, other = bench.paid(BARE, ENGRAVED), bench.paid(BARE)
    bench.refund(order, 1)
    bench.harness.disputes(other)
    bench.harness.sync(other)
    rows = {row["order"]: row for row in read(owner)}
    row, disputed = (rows[reference_of(bench.harness, each)] for each in (order, other))
    total, petal = bench.harness.order(order).total_pence, bench.harness.price_of("petal")
    assert (row["received"], row["refunded"]) == (f"{total / 100:.2f}", f"{petal / 100:.2f}")
    assert (row["kept"], row["donation"]) == (f"{(total - petal) / 100:.2f}", "5.00")
    assert disputed["taken_by_disputes"] == disputed["total"]
    assert disputed["kept"] == "0.00"
    text = owner.get("/owner/orders.csv").text
    assert "Ada Byron" not in text
    assert "ada@example.com" not in text


def test_the_list_leads_to_its_file_without_names_and_with_them(owner: Shopper, bench: Bench) -> None:
    plain, words = (reference_of(bench.harness, bench.paid(piece)) for piece in (BARE, ENGRAVED))
    for choice, here in (("", [words, plain]), ("?words=yes", [words])):
        page = soup(owner.get(f"/owner/orders{choice}"))
        without, named = (str(link["href"]) for link in page.select("a[href^='/owner/orders.csv']"))
        assert "Ada Byron" not in owner.get(without).text
        rows = list(csv.DictReader(io.StringIO(owner.get(named).text)))
        assert [row["order"] for row in rows] == here
        assert {(row["name"], row["email"]) for row in rows} == {("Ada Byron", "ada@example.com")}


def test_the_file_has_every_order_of_the_choice(
    owner: Shopper, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.owner.order_file.AT_A_TIME", 2)
    paid = [reference_of(bench.harness, bench.paid(BARE)) for _ in range(5)]
    bench.ordered(BARE)
    assert [row["order"] for row in read(owner)] == paid[::-1]
    assert len(read(owner, "?state=all")) == 6
    assert owner.get("/owner/orders.csv?state=x").status_code == 422


def test_names_are_in_the_file_when_asked_for_and_no_spreadsheet_works_them_out(
    owner: Shopper, bench: Bench
) -> None:
    order = bench.paid(BARE)
    with bench.harness.database.transaction() as session:
        vault = bench.harness.services.vault
        contact = vault.reveal(session, order, "contact") | {"name": '=HYPERLINK("//x")'}
        vault.seal(session, order, "contact", contact)
    (row,) = read(owner, "?names=yes")
    assert (row["name"], row["email"]) == ('\'=HYPERLINK("//x")', "ada@example.com")


def test_a_unit_that_moved_on_leaves_the_choice(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(BARE)
    bench.act(order, 1, Action.CHECK)
    assert listed(owner, "?stage=to+check") == []
    assert listed(owner, "?stage=checked") == [reference_of(bench.harness, order)]

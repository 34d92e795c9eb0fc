"""One unit from its order's page: steps, rests, making again, and no file of what is not to be made."""

import pytest

from shop.fulfilment.stages import Action, Hold, Remake, Stage
from tests.fulfilment.conftest import WORDS, Bench
from tests.harness import Harness
from tests.shopper import Shopper, soup

ENGRAVED, BARE = ("disc", "Wren"), ("petal", "")


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


def page_of(bench: Bench, order: int) -> str:
    return f"/owner/orders/{bench.harness.order(order).reference}"


def press(owner: Shopper, bench: Bench, order: int, what: str, **fields: str) -> str:
    """Send what a button of the order's page would. Give what the page then says."""
    page = page_of(bench, order)
    fields = {"wording": "1"} | fields
    answer = owner.send(page, f"{page}/looks", fields, to=f"{page}/{what}")
    assert answer.status_code == 303, answer.text
    return owner.get(page).text


def test_a_unit_is_made_from_its_orders_page(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    for action in WORDS:
        press(owner, bench, order, "lines/1/steps", action=action)
    press(owner, bench, order, "lines/1/steps", action=Action.POST)
    press(owner, bench, order, "lines/1/steps", action=Action.DELIVER)
    assert bench.stages(order) == [Stage.DELIVERED]


def test_a_rest_has_a_reason_and_ends(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    assert "a question to the buyer" in press(owner, bench, order, "lines/1/hold", reason=Hold.QUESTION)
    press(owner, bench, order, "lines/1/steps", action=Action.CHECK)
    assert bench.stages(order) == [Stage.TO_CHECK]
    press(owner, bench, order, "lines/1/hold")
    press(owner, bench, order, "lines/1/steps", action=Action.CHECK)
    assert bench.stages(order) == [Stage.CHECKED]


def test_making_it_again_asks_why(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(ENGRAVED)
    bench.act(order, 1, Action.CHECK, Action.BEGIN)
    assert "Please choose" in press(owner, bench, order, "lines/1/steps", action=Action.REMAKE)
    press(owner, bench, order, "lines/1/steps", action=Action.REMAKE, reason=Remake.SLIP)
    unit = bench.units(order)[1]
    assert (unit.stage, unit.making) == (Stage.TO_CHECK, 2)


@pytest.mark.parametrize("action", ["", "x", "undone", "refunded", "put on hold", "refund came back"])
def test_what_is_no_button_does_nothing(owner: Shopper, bench: Bench, action: str) -> None:
    order = bench.paid(ENGRAVED)
    press(owner, bench, order, "lines/1/steps", action=action)
    assert bench.stages(order) == [Stage.TO_CHECK]


def test_a_tracking_number_can_be_written_down_and_mended(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(BARE)
    bench.act(order, 1, Action.CHECK, Action.PACK)
    parcel = bench.post(order, 1)
    press(owner, bench, order, f"parcels/{parcel.id}/tracking", **{f"tracking-{parcel.id}": "ab 1234 gb"})
    assert [one.tracking for one in bench.parcels(order)] == ["AB1234GB"]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("<b>12345678", "This is no tracking number"),
        ("Z" * 200, "This is no tracking number"),
        ("B", "This is no tracking number"),
        ("AB123456786GB", "does not add up"),
        ("CD987654326GB", "belongs to a parcel of"),
    ],
)
def test_what_is_not_this_parcels_number_stays_in_its_field_and_is_kept_nowhere(
    owner: Shopper, bench: Bench, typed: str, why: str
) -> None:
    order, other = bench.paid(BARE), bench.paid(BARE)
    for one in (order, other):
        bench.act(one, 1, Action.CHECK, Action.PACK)
    bench.post(other, 1, tracking="CD987654326GB")
    field = f"tracking-{bench.post(order, 1).id}"
    page = page_of(bench, order)
    to = f"{page}/parcels/{field.removeprefix('tracking-')}/tracking"
    answer = owner.send(page, to, {field: typed})
    assert answer.status_code == 422
    shown = soup(answer)
    assert shown.select_one(f"#{field}")["value"] == typed
    assert why in shown.select_one(f"#{field}-error").text
    assert [one.tracking for one in bench.parcels(order)] == [None]


def test_the_number_of_another_parcel_of_the_same_order_is_asked_about(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(BARE, BARE)
    for number in (1, 2):
        bench.act(order, number, Action.CHECK, Action.PACK)
    bench.post(order, 1, tracking="CD987654326GB")
    second = bench.post(order, 2).id
    page, field = page_of(bench, order), f"tracking-{second}"
    to, sent = f"{page}/parcels/{second}/tracking", {field: "cd 9876 5432 6gb"}
    assert f"shared-{second}" not in owner.get(page).text
    answer = owner.send(page, to, sent)
    assert answer.status_code == 422
    assert "Did both leave under it?" in soup(answer).select_one(f"#{field}-error").text
    assert [one.tracking for one in bench.parcels(order)] == ["CD987654326GB", None]
    assert owner.send(page, to, {**sent, f"shared-{second}": "on"}).status_code == 303
    assert owner.send(page, to, sent).status_code == 303, "what stands is not asked about again"
    assert [one.tracking for one in bench.parcels(order)] == ["CD987654326GB"] * 2


def test_there_is_no_file_of_what_is_not_to_be_made(owner: Shopper, bench: Bench) -> None:
    order = bench.paid(ENGRAVED, ENGRAVED)
    files = [f"{page_of(bench, order)}/lines/{number}/front.svg" for number in (1, 2)]
    assert [owner.get(file).status_code for file in files] == [200, 200]
    bench.refund(order, 1)
    assert [owner.get(file).status_code for file in files] == [409, 200]
    bench.harness.disputes(order)
    bench.harness.sync(order)
    assert [owner.get(file).status_code for file in files] == [409, 409]


def test_there_is_no_file_before_it_is_paid_for(owner: Shopper, bench: Bench) -> None:
    order = bench.ordered(ENGRAVED)
    assert owner.get(f"{page_of(bench, order)}/lines/1/front.svg").status_code == 409

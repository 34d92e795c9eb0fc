"""What was promised not to leave before a day leaves before it only on purpose, and why is kept."""

from datetime import timedelta

import pytest

from shop import clock, privacy
from shop.fulfilment import units
from shop.fulfilment.stages import Hold, Stage
from shop.orders.models import Order
from tests.fulfilment.conftest import OWNER, PLAIN, Bench
from tests.harness import Harness
from tests.shopper import Shopper, form_on, soup

PETAL = ("petal", "")


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


def page_of(bench: Bench, order: int) -> str:
    return f"/owner/orders/{bench.harness.order(order).reference}"


def packed(bench: Bench, *pieces: tuple[str, str], days: int = 3) -> int:
    order = bench.paid(*pieces)
    for number in range(1, len(pieces) + 1):
        bench.act(order, number, *PLAIN)
    with bench.harness.database.transaction() as session:
        row, day = session.get_one(Order, order), (clock.now() + timedelta(days=days)).date()
        row.post_from, row.posted_by = day, day + timedelta(days=2)
    return order


def post(owner: Shopper, bench: Bench, order: int, why: str) -> int:
    page = page_of(bench, order)
    to = f"{page}/early-posting"
    return owner.send(page, f"{page}/looks", {"why": why}, to=to).status_code


def test_it_is_said_beside_the_button_wherever_it_is_and_the_way_out_is_offered(
    owner: Shopper, bench: Bench
) -> None:
    order = packed(bench, PETAL)
    page, line = page_of(bench, order), bench.units(order)[1].order_line_id
    way = f"{page}/early-posting"
    reference = bench.harness.order(order).reference
    for place in (page, "/owner/bench", f"/owner/bench/units/{line}", "/owner/dispatch",
                  f"/owner/dispatch?code={reference}"):  # fmt: skip
        shown = soup(owner.get(place))
        assert shown.select(f"main a[href='{way}']"), place
        assert "not to be posted" in shown.select_one("main").text.lower(), place
        assert "Mark as posted" not in [button.contents[0].strip() for button in shown.select("main button")]


def test_with_a_reason_all_that_is_packed_leaves_and_the_reason_is_kept(owner: Shopper, bench: Bench) -> None:
    order = packed(bench, PETAL, PETAL)
    page = page_of(bench, order)
    shown = owner.get(f"{page}/early-posting")
    assert "1. Petal, 2. Petal" in shown.text
    _, sent = form_on(shown, f"{page}/early-posting")
    answer = owner.post(f"{page}/early-posting", {**sent, "why": "He rang: it may come now."})
    assert answer.status_code == 303
    assert bench.stages(order) == [Stage.POSTED, Stage.POSTED]
    assert len(bench.parcels(order)) == 1
    after = owner.get(page).text
    assert "Posted before" in after
    assert "He rang: it may come now." in after
    assert post(owner, bench, order, "again") == 303
    assert len(bench.parcels(order)) == 1


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("", "Please say in a few words"),
        (" \n ", "Please say in a few words"),
        ("x" * 2000, "room for"),
        ("be\u202eni", "cannot be seen or printed"),
        ("a\x00b", "cannot be seen or printed"),
    ],
)
def test_without_a_reason_that_can_be_kept_nothing_leaves(
    owner: Shopper, bench: Bench, why: str, said: str
) -> None:
    order = packed(bench, PETAL)
    page = page_of(bench, order)
    answer = owner.send(f"{page}/early-posting", f"{page}/early-posting", {"why": why})
    assert answer.status_code == 422
    assert said in soup(answer).select_one("#why-error").text
    assert bench.stages(order) == [Stage.PACKED]


def test_what_may_leave_or_is_not_packed_or_rests_or_was_erased_does_not_leave_this_way(
    owner: Shopper, bench: Bench
) -> None:
    unpacked, rests, erased = bench.paid(PETAL), packed(bench, PETAL), packed(bench, PETAL)
    with bench.harness.database.transaction() as session:
        units.hold(session, rests, 1, Hold.PAYMENT, actor=OWNER)
    with bench.harness.database.transaction() as session:
        vault = bench.harness.services.vault
        privacy.erase(session, vault, bench.harness.order(erased).reference, actor=OWNER)
    for order in (unpacked, rests, erased):
        before = bench.stages(order)
        assert post(owner, bench, order, "because") == 303
        assert bench.stages(order) == before
    may = packed(bench, PETAL, days=0)
    assert owner.get(f"{page_of(bench, may)}/early-posting").status_code == 303
    assert owner.get("/owner/orders/PM-7K3Q-2F/early-posting").status_code == 404


def test_a_disputed_order_stays_here(owner: Shopper, bench: Bench) -> None:
    order = packed(bench, PETAL)
    bench.harness.disputes(order)
    bench.harness.sync(order)
    assert post(owner, bench, order, "because") == 303
    assert bench.stages(order) == [Stage.PACKED]

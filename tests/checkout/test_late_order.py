"""From the order's page: to wait for a later day, or to have everything back, engraved or not."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from shop import clock
from shop.alerts import AlertKind
from shop.alerts.models import Alert
from shop.fulfilment.stages import Action, Stage
from shop.orders.models import Order
from shop.worker import Worker
from tests.fulfilment.conftest import PLAIN, Bench
from tests.shopper import Shopper, harness_of, soup


@pytest.fixture
def late(app: Flask) -> tuple[Shopper, str, Bench]:
    """A buyer of a disc with words and a petal who was told that it is late; the page, and the bench."""
    buyer, harness = Shopper(app), harness_of(app)
    buyer.add("petal")
    buyer.to_payment()
    assert buyer.press_pay().status_code == 303
    harness.pays(1)
    thanks = buyer.get(f"/checkout/thanks?session_id={harness.session_id(1)}")
    page = str(soup(thanks).select_one("a.button[href*='/orders/']")["href"])  # type: ignore[index]
    with buyer.database.transaction() as session:
        session.execute(update(Order).values(posted_by=clock.now().date() - timedelta(days=2)))
    worker = Worker(app)
    assert worker._tell_late()
    assert not worker._tell_late()
    assert harness.emails(1).count("late") == 1
    return buyer, page, Bench(harness)


def say(who: Shopper, page: str, choice: str) -> TestResponse:
    answer = who.send(page, f"{page}/day", {"choice": choice})
    assert answer.status_code == 303
    return who.get(page)


def test_whoever_waits_is_told_until_when_and_may_think_again(late: tuple[Shopper, str, Bench]) -> None:
    buyer, page, _ = late
    shown = say(buyer, page, "wait")
    assert "Thank you. It is posted by" in shown.text
    assert "You said you will wait for it" in shown.text
    assert "I’ll wait for it" not in shown.text
    assert "I’d like a refund" in shown.text


def test_whoever_does_not_wait_has_everything_back_engraved_or_not(late: tuple[Shopper, str, Bench]) -> None:
    buyer, page, bench = late
    bench.act(1, 2, Action.CHECK, Action.BEGIN)
    shown = say(buyer, page, "back")
    assert "Your money goes back the way it came" in shown.text
    assert "I’d like a refund" not in shown.text
    order = bench.harness.order(1)
    assert order.state == "refunded"
    assert bench.stages(1) == [Stage.REFUNDED, Stage.REFUNDED]
    assert bench.harness.kept_pence(1) == 0


def test_what_was_posted_is_not_paid_back(late: tuple[Shopper, str, Bench]) -> None:
    buyer, page, bench = late
    bench.act(1, 1, *PLAIN)
    bench.post(1, 1)
    say(buyer, page, "back")
    assert bench.stages(1) == [Stage.POSTED, Stage.REFUNDED]
    order = bench.harness.order(1)
    assert bench.harness.kept_pence(1) == order.postage_pence + bench.harness.price_of("petal")


def test_pressing_twice_or_when_all_was_posted_gives_nothing_back_again(
    late: tuple[Shopper, str, Bench],
) -> None:
    buyer, page, bench = late
    form = {
        "choice": "back",
        "csrf_token": soup(buyer.get(page)).select_one("[name=csrf_token]")["value"],  # type: ignore[index]
    }
    for _ in range(2):
        assert buyer.post(f"{page}/day", form).status_code == 303
    assert bench.harness.kept_pence(1) == 0
    with buyer.database.reading() as session:
        assert session.scalars(select(Alert).where(Alert.kind == AlertKind.WANTED_BACK)).all() == []
    assert buyer.post(f"{page}/day", form).status_code == 303
    assert "Nothing of this order is late any more" in buyer.get(page).text


def test_while_stripe_is_away_what_was_not_posted_rests(
    late: tuple[Shopper, str, Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    buyer, page, bench = late
    monkeypatch.setattr("shop.checkout.late_routes.sync_order", lambda *_: None)
    shown = say(buyer, page, "back")
    assert "You asked for a refund instead" in shown.text
    assert {unit.held for unit in bench.units(1).values()} == {"something about the payment"}
    bench.harness.sync(1)
    assert bench.stages(1) == [Stage.REFUNDED, Stage.REFUNDED]


def test_another_word_or_another_address_changes_nothing(late: tuple[Shopper, str, Bench]) -> None:
    buyer, page, bench = late
    assert "Please choose one of the two" in say(buyer, page, "both").text
    assert buyer.post("/orders/nobody/day", {"choice": "back"}).status_code in {400, 404}
    assert bench.stages(1) == [Stage.TO_CHECK, Stage.TO_CHECK]

"""The day by which it is posted is the same on every page and in the e-mail, and is fixed by paying."""

import re
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask, render_template
from sqlalchemy import select
from werkzeug.test import TestResponse

from shop import clock
from shop.emails import order_emails
from shop.mail.outbox import Claimed
from shop.orders.models import Order
from tests.engines import ONE_ENGINE
from tests.shopper import Shopper, harness_of, reason_beside, soup

NOON: datetime = datetime(2026, 11, 30, 12, 30, tzinfo=UTC)
"""A Monday, after the hour until which an order counts for its day."""

DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day \d{1,2} [A-Z][a-z]+"


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What the clock says; a test may change it."""
    now = [NOON]
    monkeypatch.setattr(clock, "now", lambda: now[-1])
    monkeypatch.setattr("shop.catalogue.page_cache.FRESH_SECONDS", -1)
    return now


def said(text: str) -> set[str]:
    """The days by which it is posted, as a text says."""
    plain = " ".join(re.sub(r"<[^>]*>", "", text).split())
    return set(re.findall(rf"[Pp]ost(?:ed)?(?: it)? by ({DAY})", plain))


def on(page: TestResponse) -> set[str]:
    return said(str(soup(page).select_one("main")))


def confirmation(who: Shopper, order: Order) -> list[str]:
    """The e-mail that confirms an order, as text and as HTML."""
    harness = harness_of(who.app)
    with who.app.test_request_context():
        claimed = Claimed(1, "order-confirmation", order.id, "<a@b>", 0, clock.now())
        written = order_emails.write(
            harness.services, render_template, claimed, who.app.extensions["shop"].trader
        )
    assert isinstance(written, EmailMessage)
    return [written.get_body((part,)).get_content() for part in ("plain", "html")]  # type: ignore[union-attr]


def emailed(who: Shopper, order: Order) -> set[str]:
    found = [said(part) for part in confirmation(who, order)]
    assert found[0] == found[1]
    return found[0]


def newest(who: Shopper) -> Order:
    with who.database.reading() as session:
        return session.scalars(select(Order).order_by(Order.id.desc())).first()  # type: ignore[return-value]


def pay(who: Shopper) -> TestResponse:
    """Press the button, pay, come back. Give the page of thanks."""
    assert who.press_pay().status_code == 303
    harness, order = harness_of(who.app), newest(who)
    harness.pays(order.id)
    return who.get(f"/checkout/thanks?session_id={harness.session_id(order.id)}")


@pytest.mark.usefixtures("moment")
def test_one_order_has_one_day_from_its_piece_to_the_bench(app: Flask) -> None:
    buyer = Shopper(app)
    seen = {"piece": on(buyer.get("/pieces/disc"))}
    buyer.add()
    seen["basket"] = on(buyer.get("/basket"))
    assert buyer.tell_details(postage="special-delivery").status_code == 303
    seen["basket again"] = on(buyer.get("/basket"))
    seen["last look"] = on(buyer.get("/checkout/payment"))
    thanks = pay(buyer)
    seen["thanks"] = on(thanks)
    page = str(soup(thanks).select_one("a.button[href*='/orders/']")["href"])  # type: ignore[index]
    seen["order"] = on(buyer.get(page))
    seen["e-mail"] = emailed(buyer, newest(buyer))
    owner = Shopper(app).sign_in("owner")
    seen["bench"] = on(owner.get("/owner/bench"))
    seen["card"] = on(owner.get("/owner/bench/units/1"))
    seen["workshop"] = on(owner.get(f"/owner/orders/{newest(buyer).reference}"))
    assert seen == {place: {"Wednesday 2 December"} for place in seen}


@ONE_ENGINE
def test_it_stays_fixed_while_the_next_buyer_is_shown_another(app: Flask, moment: list[datetime]) -> None:
    buyer, harness = Shopper(app), harness_of(app)
    buyer.to_payment()
    page = str(soup(pay(buyer)).select_one("a.button[href*='/orders/']")["href"])  # type: ignore[index]
    order = newest(buyer)
    harness.set_stock("petal", 100)
    for _ in range(12):
        other = harness.place("petal", "petal", "petal", "petal", "petal")
        harness.pays(other)
        harness.sync(other)
    moment.append(NOON + timedelta(hours=1))
    assert on(buyer.get("/pieces/disc")) == {"Thursday 3 December"}
    assert on(buyer.get(page)) == {"Wednesday 2 December"}
    moment.append(NOON + timedelta(days=1))
    assert on(buyer.get("/pieces/disc")) == {"Friday 4 December"}
    assert on(buyer.get(page)) == {"Wednesday 2 December"}
    assert emailed(buyer, order) == {"Wednesday 2 December"}


@ONE_ENGINE
def test_nobody_pays_for_another_day_than_was_shown(app: Flask, moment: list[datetime]) -> None:
    buyer = Shopper(app)
    shown = buyer.to_payment()
    assert on(shown) == {"Wednesday 2 December"}
    _, sent = soup(shown), {"acknowledged": "y"}
    form = {tag["name"]: tag.get("value", "") for tag in soup(shown).select("main form input[type=hidden]")}
    moment.append(NOON + timedelta(days=1, hours=1))
    again = buyer.post("/checkout/payment", {**form, **sent})
    assert again.status_code in {409, 422}
    assert "It is posted by Thursday 3 December" in again.text
    assert on(again) == {"Thursday 3 December"}


@ONE_ENGINE
def test_a_day_that_was_shown_lately_is_kept_though_others_ordered_meanwhile(
    app: Flask, moment: list[datetime]
) -> None:
    moment.append(NOON - timedelta(minutes=31))
    buyer, other = Shopper(app), Shopper(app)
    shown, seen = buyer.to_payment(), other.to_payment()
    assert on(shown) == {"Tuesday 1 December"}
    moment.append(NOON - timedelta(minutes=15))
    assert on(buyer.get("/pieces/disc")) == {"Wednesday 2 December"}
    assert agree(buyer, shown).status_code == 303
    assert newest(buyer).posted_by == date(2026, 12, 1)
    moment.append(NOON + timedelta(minutes=5))
    again = agree(other, seen)
    assert again.status_code == 422
    assert on(again) == {"Wednesday 2 December"}


def agree(who: Shopper, page: TestResponse) -> TestResponse:
    """Press the button of a last look that was opened before."""
    form = {tag["name"]: tag.get("value", "") for tag in soup(page).select("main form input[type=hidden]")}
    return who.post("/checkout/payment", {**form, "acknowledged": "y"})


def test_a_slow_payment_brings_a_later_day_and_says_so(app: Flask, moment: list[datetime]) -> None:
    buyer, harness = Shopper(app), harness_of(app)
    buyer.to_payment()
    assert buyer.press_pay().status_code == 303
    order = newest(buyer)
    assert order.posted_by == date(2026, 12, 2)
    moment.append(NOON + timedelta(days=3))
    harness.pays(order.id)
    harness.sync(order.id)
    with buyer.database.reading() as session:
        paid = session.get_one(Order, order.id)
        assert paid.posted_by == date(2026, 12, 7)
        assert paid.arrives_by is not None
        assert paid.arrives_by > paid.posted_by
    assert emailed(buyer, order) == {"Monday 7 December"}


@pytest.mark.usefixtures("moment")
def test_what_was_asked_of_the_day_is_said_back_beside_it(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    asked = {"needed_by": "2026-12-30", "not_before": "2026-12-17", "not_on": "2026-12-24"}
    assert buyer.tell_details(postage="special-delivery", **asked).status_code == 303
    wish = (
        "You asked for it to arrive by Wednesday 30 December, not before Thursday 17 December, "
        "not on Thursday 24 December."
    )
    places = [buyer.get("/checkout/payment").text]
    thanks = pay(buyer)
    page = str(soup(thanks).select_one("a.button[href*='/orders/']")["href"])  # type: ignore[index]
    places += [buyer.get(page).text, *confirmation(buyer, newest(buyer))]
    assert [wish in " ".join(re.sub(r"<[^>]*>", "", place).split()) for place in places] == [True] * 4


@ONE_ENGINE
@pytest.mark.usefixtures("moment")
def test_whoever_asked_for_no_day_is_told_of_none(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    buyer.tell_details()
    assert "You asked for it to arrive" not in buyer.get("/checkout/payment").text
    pay(buyer)
    assert all("You asked for it to arrive" not in part for part in confirmation(buyer, newest(buyer)))


@ONE_ENGINE
@pytest.mark.usefixtures("moment")
def test_days_that_contradict_each_other_are_told_as_that(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    refused = buyer.tell_details(needed_by="2026-12-15", not_before="2026-12-21")
    assert refused.status_code == 422
    assert reason_beside(refused, "needed_by") == (
        "It has to be there by Tuesday 15 December, and yet not before Monday 21 December. "
        "Please change one of the two."
    )


@ONE_ENGINE
@pytest.mark.usefixtures("moment")
def test_a_day_that_cannot_be_kept_is_said_before_paying(app: Flask) -> None:
    buyer = Shopper(app)
    buyer.add()
    refused = buyer.tell_details(postage="tracked-48", needed_by="2026-12-03")
    assert refused.status_code == 422
    assert "Special Delivery would bring it by Thursday 3 December" in reason_beside(refused, "needed_by")
    assert soup(refused).select_one("#needed_by")["value"] == "2026-12-03"  # type: ignore[index]
    refused = buyer.tell_details(postage="special-delivery", needed_by="2026-12-02")
    assert "would bring it" not in reason_beside(refused, "needed_by")
    assert buyer.tell_details(postage="special-delivery", needed_by="03/12/2026").status_code == 303
    assert on(buyer.get("/checkout/payment")) == {"Wednesday 2 December"}


@ONE_ENGINE
def test_a_day_that_could_be_kept_and_cannot_any_more_is_said_at_the_last_look(
    app: Flask, moment: list[datetime]
) -> None:
    buyer = Shopper(app)
    buyer.add()
    assert buyer.tell_details(postage="special-delivery", needed_by="2026-12-03").status_code == 303
    moment.append(NOON + timedelta(days=1))
    assert "We cannot promise that" in reason_beside(buyer.get("/checkout/payment"), "pay")
    assert buyer.press_pay().status_code == 422


@pytest.mark.usefixtures("moment")
@pytest.mark.parametrize(
    ("wish", "day", "since", "by"),
    [
        ("not_before", "2026-12-21", date(2026, 12, 21), date(2026, 12, 22)),
        ("not_on", "2026-12-04", date(2026, 12, 4), date(2026, 12, 7)),
        ("not_on", "2026-12-24", None, date(2026, 12, 2)),
    ],
)
def test_what_is_asked_for_decides_from_when_it_is_posted(
    app: Flask, wish: str, day: str, since: date | None, by: date
) -> None:
    buyer = Shopper(app)
    buyer.add()
    assert buyer.tell_details(postage="tracked-48", **{wish: day}).status_code == 303
    assert harness_of(app)
    pay(buyer)
    order = newest(buyer)
    assert (order.post_from, order.posted_by) == (since, by)
    owner = Shopper(app).sign_in("owner")
    assert ("Not to be posted yet" in owner.get("/owner/bench").text) == (since is not None)
    assert f"{date.fromisoformat(day):%A %-d %B}" in owner.get(f"/owner/orders/{order.reference}").text


@ONE_ENGINE
@pytest.mark.usefixtures("moment")
@pytest.mark.parametrize("typed", ["2026-11-30", "2028-01-01", "31/02/2027", "tomorrow", "0000-00-00"])
def test_a_day_that_is_none_is_refused_with_what_was_typed_still_there(app: Flask, typed: str) -> None:
    buyer = Shopper(app)
    buyer.add()
    refused = buyer.tell_details(not_on=typed)
    assert refused.status_code == 422
    assert reason_beside(refused, "not_on")
    assert soup(refused).select_one("#not_on")["value"] == typed  # type: ignore[index]

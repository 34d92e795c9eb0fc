"""Where an order goes and what lies in the box is put right until it is posted or packed."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from shop import clock, privacy
from shop.alerts import AlertKind, open_alerts
from shop.fulfilment import late, parcels
from shop.fulfilment.corrections import TooLate
from shop.fulfilment.models import DateNews, DateStep
from shop.fulfilment.parcel_corrections import correct_delivery, delivery_stamp
from shop.fulfilment.stages import Action
from shop.orders import wall
from shop.orders.models import Order
from shop.orders.wall import WallState
from shop.planning.bank_holidays import Nation
from shop.planning.transit import arrives
from shop.web.dates import weekday
from tests.corrections.conftest import Bought
from tests.emails.orders import email, parts
from tests.fulfilment.conftest import PLAIN, WORDS, Bench
from tests.shopper import Shopper, changed, form_on, reason_beside, soup, summary

MOVED = {"name": "Ada King", "line1": "1 New Street", "town": "York", "postcode": "yo1 7hh"}


def delivery(bought: Bought) -> str:
    return f"{bought.page}/delivery"


def card(bought: Bought, number: int = 1) -> str:
    return f"{bought.page}/lines/{number}/dedication"


def moves(bought: Bought, **changes: str) -> TestResponse:
    return bought.buyer.send(delivery(bought), delivery(bought), {**MOVED, **changes})


def writes(bought: Bought, dedication: str, number: int = 1) -> TestResponse:
    page = card(bought, number)
    return bought.buyer.send(page, page, {"dedication": dedication})


def said(bought: Bought, number: int = 1) -> str | None:
    return bought.opened().lines[number - 1].dedication


def place(bought: Bought) -> tuple[str, str]:
    contact = bought.opened().contact
    assert contact is not None
    return contact["name"], contact["postcode"]


def alerts(bought: Bought) -> list[str]:
    with bought.harness.database.reading() as session:
        return [one.about for one in open_alerts(session) if one.kind == AlertKind.PARCEL_CHANGED]


def test_the_address_is_changed_told_and_kept(app: Flask, bought: Bought) -> None:
    assert moves(bought, gift_message="With love").status_code == 303
    assert place(bought) == ("Ada King", "YO1 7HH")
    message = email(app, bought.harness, bought.order, "delivery-changed")
    assert message["To"] == "ada@example.com"
    for part in parts(message):
        assert "1 New Street" in part
        assert "With love" in part
    assert alerts(bought) == [bought.harness.order(bought.order).reference]
    services = bought.harness.services
    with bought.harness.database.reading() as session:
        reference = bought.harness.order(bought.order).reference
        (kept,) = privacy.everything(session, services.vault, reference)["corrections"]
        rows = str(session.execute(text("SELECT * FROM correction")).all())
    assert (kept["what"], kept["before"]["contact"]["name"]) == ("delivery", "Ada Byron")
    assert "Ada" not in rows


def test_who_moves_to_where_we_do_not_post_can_ask_and_reads_of_the_order(bought: Bought) -> None:
    refused = moves(bought, postcode="BT1 1AA")
    assert refused.status_code == 422
    page = soup(refused)
    asked = page.find(string=re.compile("^Ask us about Northern Ireland"))
    assert asked is not None
    assert page.select_one("main a[href='mailto:bench@example.com']") is not None
    words = " ".join(page.select_one("main").text.split())  # type: ignore[union-attr]
    assert "Until then your order stays as it is." in words
    assert "basket" not in words
    assert place(bought) == ("Ada Byron", "BA1 1AA")


def test_the_owner_who_changes_it_is_not_told_to_ask_herself(bought: Bought) -> None:
    owner = Shopper(bought.buyer.app).sign_in("owner")
    address = f"/owner/orders/{bought.harness.order(bought.order).reference}/delivery"
    _, sent = form_on(owner.get(address), address)
    refused = owner.post(address, changed(sent, {**MOVED, "postcode": "BT1 1AA", "why": "rang"}))
    assert refused.status_code == 422
    assert "We cannot post to Northern Ireland" in refused.text
    assert "Ask us about" not in refused.text


def test_where_a_holiday_makes_it_later_the_buyer_is_told_and_the_day_of_posting_stays(
    app: Flask, bought: Bought
) -> None:
    """2 January is a holiday in Scotland alone, and in 2027 kept on Monday the 4th."""
    posted, there = date(2026, 12, 30), date(2027, 1, 6)
    promised = arrives(posted, "tracked-48", Nation.ENGLAND_AND_WALES)[1]
    assert promised < arrives(posted, "tracked-48", Nation.SCOTLAND)[1] == there
    with bought.harness.database.transaction() as session:
        row = session.get_one(Order, bought.order)
        row.postage_service, row.posted_by, row.arrives_by = "tracked-48", posted, promised
    moves(bought, postcode="YO1 7HH")
    assert bought.harness.order(bought.order).arrives_by == promised
    assert "There is a holiday" not in bought.buyer.get(bought.page).text
    moves(bought, line1="2 New Street", postcode="EH1 1AA")
    order = bought.harness.order(bought.order)
    assert (order.posted_by, order.arrives_by) == (posted, there)
    page = bought.buyer.get(bought.page).text
    assert "it should be there by Wednesday 6 January." in page
    with bought.harness.database.reading() as session:
        *_, kept = privacy.everything(session, bought.harness.services.vault, order.reference)["corrections"]
    assert kept["before"]["arrives_by"] == promised.isoformat()
    for part in parts(email(app, bought.harness, bought.order, "delivery-changed")):
        said = " ".join(part.split())
        assert "Wednesday 6 January" in said
        assert f"{promised:%A %-d %B} as we said before" in said
    moves(bought, line1="3 New Street", postcode="YO1 7HH")
    assert bought.harness.order(bought.order).arrives_by == there, "it is not promised sooner again"


def test_the_same_again_changes_nothing_and_tells_nobody(bought: Bought) -> None:
    for _ in range(2):
        assert moves(bought).status_code == 303
    assert bought.buyer.send(delivery(bought), delivery(bought)).status_code == 303
    assert bought.harness.emails(bought.order).count("delivery-changed") == 1


def test_what_is_wrong_stands_beside_its_field_with_everything_typed(bought: Bought) -> None:
    answer = moves(bought, postcode="BT1 1AA", name="")
    assert answer.status_code == 422
    assert "Northern Ireland" in reason_beside(answer, "postcode")
    assert reason_beside(answer, "name")
    assert form_on(answer, delivery(bought))[1]["line1"] == "1 New Street"
    assert place(bought) == ("Ada Byron", "BA1 1AA")


def test_of_two_tabs_the_second_sees_what_stands_and_loses_nothing(bought: Bought) -> None:
    _, seen = form_on(bought.buyer.get(delivery(bought)), delivery(bought))
    moves(bought)
    answer = bought.buyer.post(delivery(bought), changed(seen, {"town": "Leeds"}))
    assert answer.status_code == 409
    assert "changed meanwhile" in summary(answer)[""]
    _, sent = form_on(answer, delivery(bought))
    assert (sent["town"], place(bought)[0]) == ("Leeds", "Ada King")
    assert bought.buyer.post(delivery(bought), sent).status_code == 303


def test_until_the_last_piece_is_posted_and_no_longer(bought: Bought, bench: Bench) -> None:
    bench.act(bought.order, 1, *WORDS)
    bench.act(bought.order, 2, *PLAIN)
    _, seen = form_on(bought.buyer.get(delivery(bought)), delivery(bought))
    bench.post(bought.order, 1)
    assert moves(bought).status_code == 303, "the Petal is still here"
    bench.post(bought.order, 2)
    answer = bought.buyer.post(delivery(bought), seen)
    assert answer.status_code == 409
    assert "It was posted" in answer.text
    assert place(bought)[0] == "Ada King"
    assert delivery(bought) not in bought.buyer.get(bought.page).text


def test_a_disputed_order_goes_nowhere_else(bought: Bought, bench: Bench) -> None:
    _, seen = form_on(bought.buyer.get(delivery(bought)), delivery(bought))
    bench.harness.disputes(bought.order)
    bench.harness.sync(bought.order)
    assert bought.buyer.post(delivery(bought), changed(seen, MOVED)).status_code == 409
    assert place(bought)[0] == "Ada Byron"


def test_the_card_is_changed_until_it_is_packed(app: Flask, bought: Bought, bench: Bench) -> None:
    assert writes(bought, "For you,\r\nalways").status_code == 303
    assert said(bought) == "For you,\nalways"
    for part in parts(email(app, bought.harness, bought.order, "card-changed")):
        assert "always" not in part
    assert bought.words() == ["Wren"], "and the words that are cut stay"
    _, seen = form_on(bought.buyer.get(card(bought)), card(bought))
    bench.act(bought.order, 1, *WORDS)
    answer = bought.buyer.post(card(bought), changed(seen, {"dedication": "Too late"}))
    assert answer.status_code == 409
    assert "Too late" in answer.text
    assert said(bought) == "For you,\nalways"


def test_engraving_does_not_close_the_card(bought: Bought, bench: Bench) -> None:
    bench.act(bought.order, 1, Action.CHECK, Action.BEGIN)
    assert writes(bought, "Still in time").status_code == 303
    assert said(bought) == "Still in time"


def test_of_two_cards_the_second_is_told_what_stands(bought: Bought) -> None:
    _, seen = form_on(bought.buyer.get(card(bought)), card(bought))
    writes(bought, "First")
    answer = bought.buyer.post(card(bought), changed(seen, {"dedication": "Second"}))
    assert (answer.status_code, said(bought)) == (409, "First")
    assert "First" in answer.text
    assert form_on(answer, card(bought))[1]["dedication"] == "Second"


@pytest.mark.parametrize("typed", ["a\0b", "\u202eabc", "é" * 10_000])
def test_a_card_that_cannot_be_printed_is_refused_beside_its_field(bought: Bought, typed: str) -> None:
    answer = writes(bought, typed)
    assert answer.status_code == 422
    assert reason_beside(answer, "dedication")
    assert said(bought) is None


def test_markup_on_a_card_is_words(bought: Bought) -> None:
    writes(bought, "<script>alert(1)</script>{{7*7}}")
    assert said(bought) == "<script>alert(1)</script>{{7*7}}"
    assert "<script>alert" not in bought.buyer.get(bought.page).text


def test_words_on_the_wall_are_read_again_before_the_new_ones_stand_there(
    app: Flask, bought: Bought, bench: Bench
) -> None:
    services = bench.harness.services
    with bench.harness.database.transaction() as session:
        words = services.vault.reveal(session, bought.order, "line:1")
        sealed = words | {"dedication": "Former", "shared_as": "A."}
        services.vault.seal(session, bought.order, "line:1", sealed)
        order = bench.harness.order(bought.order)
        wall.offer(session, services.vault, order, {1: wall.Words("Former", "A.")})
        session.flush()
        wall.decide(
            session, services.vault, order.reference, 1,
            to=WallState.SHOWN, seen=WallState.WAITING, actor="owner",
        )  # fmt: skip
    writes(bought, "New words")
    with bench.harness.database.reading() as session:
        assert wall.page(session, services.vault, 1).entries == []
        (waiting,) = wall.waiting(session, services.vault)
    assert (waiting.words, waiting.name) == ("New words", "A.")
    writes(bought, "")
    with bench.harness.database.reading() as session:
        assert wall.waiting(session, services.vault) == []
    assert said(bought) is None


@pytest.mark.parametrize("address", ["delivery", "lines/1/dedication", "lines/9/dedication"])
def test_a_stray_link_changes_nothing(bought: Bought, address: str) -> None:
    for page in (f"/orders/{'0' * 40}/{address}", f"{bought.page}/lines/9/dedication"):
        assert bought.buyer.get(page).status_code == 404
        assert bought.buyer.post(page, {"dedication": "x"}).status_code == 404


def promised(bought: Bought, wishes: dict[str, str]) -> date:
    """The order is promised for a week from now, and its buyer has said so much of the day. Give the day."""
    day = clock.today() + timedelta(days=7)
    with bought.harness.database.transaction() as session:
        order = session.get_one(Order, bought.order)
        order.posted_by, order.arrives_by = day - timedelta(days=2), day
        bought.harness.services.vault.seal(session, bought.order, "wishes", wishes)
    return day


def needs(bought: Bought, day: str) -> TestResponse:
    return bought.buyer.send(delivery(bought), delivery(bought), {"needed_by": day})


def test_the_day_it_is_needed_by_is_changed_told_and_shown_to_the_owner_with_the_one_before(
    app: Flask, bought: Bought
) -> None:
    before, other = (clock.today() + timedelta(days=ahead) for ahead in (20, 200))
    there = promised(bought, {"needed_by": str(before), "not_on": str(other)})
    now = there + timedelta(days=3)
    shown = soup(bought.buyer.get(delivery(bought))).select_one("#needed_by")
    assert shown
    assert shown["value"] == f"{before:%-d %B %Y}"
    assert needs(bought, f"{now:%-d %b %Y}").status_code == 303
    assert bought.opened().wishes == {"needed_by": str(now), "not_on": str(other)}
    assert f"by {weekday(now)}" in bought.buyer.get(bought.page).text
    for part in parts(email(app, bought.harness, bought.order, "delivery-changed")):
        assert f"by {weekday(now)}" in part
    reference = bought.harness.order(bought.order).reference
    assert alerts(bought) == [reference]
    owner = " ".join(
        soup(Shopper(app).sign_in("owner").get(f"/owner/orders/{reference}")).get_text(" ").split()
    )
    assert f"It has to be there by {weekday(now)}" in owner
    assert f"Before, it was to arrive by {weekday(before)}, not on {weekday(other)}." in owner


def test_a_day_that_cannot_be_kept_is_refused_with_what_was_typed(bought: Bought) -> None:
    there = promised(bought, {})
    typed = f"{there - timedelta(days=1):%d/%m/%Y}"
    refused = needs(bought, typed)
    assert refused.status_code == 422
    said = reason_beside(refused, "needed_by")
    assert "We cannot promise that" in said
    assert f"as late as {weekday(there)}" in said
    assert form_on(refused)[1]["needed_by"] == typed
    assert bought.opened().wishes == {}
    assert needs(bought, f"{there:%d/%m/%Y}").status_code == 303


def test_a_day_can_be_taken_back_and_one_that_is_over_hinders_no_change_of_address(bought: Bought) -> None:
    promised(bought, {"needed_by": str(clock.today() + timedelta(days=20))})
    assert needs(bought, "").status_code == 303
    assert bought.opened().wishes == {}
    promised(bought, {"needed_by": str(clock.today() - timedelta(days=1))})
    assert moves(bought).status_code == 303
    assert bought.opened().wishes == {"needed_by": str(clock.today() - timedelta(days=1))}


def test_once_nothing_can_be_changed_at_the_bench_neither_can_the_day(bought: Bought) -> None:
    there = promised(bought, {})
    page = bought.buyer.get(delivery(bought))
    bought.bench.act(bought.order, 1, *WORDS[:2])
    bought.bench.act(bought.order, 2, *PLAIN)
    _, sent = form_on(page)
    late = changed(sent, {"needed_by": f"{there:%d/%m/%Y}", "town": "York"})
    assert bought.buyer.post(delivery(bought), late).status_code == 303
    assert bought.opened().wishes == {}
    assert soup(bought.buyer.get(delivery(bought))).select_one("#needed_by") is None


def asks(bought: Bought, **days: date | None) -> TestResponse:
    written = {wish: f"{day:%d/%m/%Y}" if day else "" for wish, day in days.items()}
    return bought.buyer.send(delivery(bought), delivery(bought), written)


def arrivals(order: Order) -> tuple[date, date]:
    """From which day on it may be at the door, if it is posted as promised, and by which."""
    assert order.post_from
    assert order.posted_by
    first = arrives(order.post_from, order.postage_service, Nation.ENGLAND_AND_WALES)[0]
    return first, arrives(order.posted_by, order.postage_service, Nation.ENGLAND_AND_WALES)[1]


def test_a_day_it_must_not_arrive_before_is_said_after_paying_and_holds_the_parcel_back(
    app: Flask, bought: Bought
) -> None:
    day = promised(bought, {}) + timedelta(days=20)
    assert asks(bought, not_before=day).status_code == 303
    assert bought.opened().wishes == {"not_before": str(day)}
    order = bought.harness.order(bought.order)
    first, by = arrivals(order)
    assert day <= first <= by == order.arrives_by
    assert order.post_from
    assert order.posted_by
    posted = f"by {weekday(order.posted_by)}, and not before {weekday(order.post_from)}."
    shown = soup(bought.buyer.get(bought.page)).get_text()
    for part in (shown, *parts(email(app, bought.harness, bought.order, "delivery-changed"))):
        said = " ".join(re.sub("<[^>]*>", "", part).split())
        assert f"to arrive not before {weekday(day)}." in said
        assert posted in said
    assert "You changed the day it should not arrive before." in shown
    assert "There is a holiday" not in shown
    owner = Shopper(app).sign_in("owner")
    assert weekday(day) in owner.get(f"/owner/orders/{order.reference}").text
    for unit in (WORDS, PLAIN):
        bought.bench.act(bought.order, 1 if unit is WORDS else 2, *unit)
    assert soup(owner.get("/owner/dispatch")).select("main a[href$='/early-posting']")
    assert not parcels.may_leave(order.post_from)


def test_days_it_must_not_arrive_are_taken_back_and_it_leaves_as_early_as_it_would_have(
    bought: Bought,
) -> None:
    there = promised(bought, {})
    assert asks(bought, not_on=there).status_code == 303
    order = bought.harness.order(bought.order)
    first, _ = arrivals(order)
    assert first > there
    held = order.posted_by
    assert held
    assert asks(bought, not_on=None).status_code == 303
    order = bought.harness.order(bought.order)
    assert order.post_from is None
    assert order.posted_by
    assert order.posted_by < held
    assert bought.opened().wishes == {}
    with bought.harness.database.transaction() as session:
        assert late.find_late(session, "test") == []


def test_days_that_contradict_each_other_or_what_can_be_kept_are_refused_beside_the_one_it_is_needed_by(
    bought: Bought,
) -> None:
    there = promised(bought, {})
    stood = bought.harness.order(bought.order).posted_by
    needed, before = there + timedelta(days=10), there + timedelta(days=20)
    refused = asks(bought, needed_by=needed, not_before=before)
    assert refused.status_code == 422
    said = f"It has to be there by {weekday(needed)}, and yet not before {weekday(before)}."
    assert said in reason_beside(refused, "needed_by")
    assert form_on(refused)[1]["not_before"] == f"{before:%d/%m/%Y}"
    refused = asks(bought, needed_by=there, not_on=there)
    assert "We cannot promise that" in reason_beside(refused, "needed_by")
    assert asks(bought, needed_by=needed).status_code == 303
    assert asks(bought, not_before=before).status_code == 422, "the day that stands is not forgotten"
    assert bought.opened().wishes == {"needed_by": str(needed)}
    assert bought.harness.order(bought.order).posted_by == stood


def test_once_a_later_day_was_told_the_days_it_must_not_arrive_on_stay(bought: Bought) -> None:
    there = promised(bought, {})
    page = bought.buyer.get(delivery(bought))
    with bought.harness.database.transaction() as session:
        told = DateStep(
            order_id=bought.order, at=clock.now(), kind=DateNews.TOLD, actor="shop", posted_by=there
        )
        session.add(told)
    before, vault = there + timedelta(days=9), bought.harness.services.vault
    with bought.harness.database.transaction() as session:
        sealed, seen = vault.reveal_all(session, bought.order), delivery_stamp(session, vault, bought.order)
        with pytest.raises(TooLate, match="We told you of another day"):
            correct_delivery(
                session,
                vault,
                bought.order,
                sealed["contact"],
                {},
                wishes={"not_before": str(before)},
                seen=seen or "",
                actor="buyer",
            )
    sent = changed(form_on(page)[1], {"not_before": f"{before:%d/%m/%Y}"})
    bought.buyer.post(delivery(bought), sent)
    assert bought.opened().wishes == {}
    assert bought.harness.order(bought.order).post_from is None
    shown = soup(bought.buyer.get(delivery(bought)))
    assert shown.select_one("#needed_by")
    assert shown.select_one("#not_before") is None


def test_another_address_alone_leaves_the_days_and_what_was_promised_for_them(bought: Bought) -> None:
    day = promised(bought, {}) + timedelta(days=20)
    assert asks(bought, not_before=day).status_code == 303
    before = bought.harness.order(bought.order)
    assert moves(bought).status_code == 303
    now = bought.harness.order(bought.order)
    assert (now.post_from, now.posted_by, now.arrives_by) == (
        before.post_from,
        before.posted_by,
        before.arrives_by,
    )
    assert bought.opened().wishes == {"not_before": str(day)}

"""Until engraving begins the buyer cancels a piece or all: money, stock, gift and bench follow."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shop.fulfilment.stages import Action, Hold, Stage
from shop.orders.lifecycle import State
from shop.payments.gateway_errors import GatewayDown
from tests.corrections.conftest import Bought, buys
from tests.emails.orders import email, parts
from tests.fulfilment.conftest import WORDS, Bench
from tests.shopper import Shopper, changed, form_on, reason_beside, soup


def place(bought: Bought) -> str:
    return f"{bought.page}/cancellation"


def looks(bought: Bought, *numbers: int) -> TestResponse:
    """Choose pieces and see what would go back."""
    return bought.buyer.send(place(bought), place(bought), {"unit": [str(number) for number in numbers]})


def confirms(bought: Bought, look: TestResponse, **changes: str) -> TestResponse:
    _, sent = form_on(look, place(bought))
    return bought.buyer.post(place(bought), changed(sent, changes))


def cancels(bought: Bought, *numbers: int) -> TestResponse:
    return confirms(bought, looks(bought, *numbers))


def test_one_piece_is_cancelled_once_its_sum_was_in_sight(bought: Bought) -> None:
    disc, before = bought.harness.price_of("disc"), bought.harness.level("disc")
    look = looks(bought, 1)
    assert f"£{disc // 100}.{disc % 100:02d}" in look.text
    assert bought.harness.kept_pence(bought.order) == bought.harness.order(bought.order).total_pence
    assert confirms(bought, look).status_code == 303
    assert bought.bench.stages(bought.order) == [Stage.REFUNDED, Stage.TO_CHECK]
    order = bought.harness.order(bought.order)
    assert (bought.harness.kept_pence(bought.order), order.state) == (
        order.total_pence - disc,
        State.PART_REFUNDED,
    )
    assert bought.harness.level("disc").on_hand == before.on_hand + 1
    assert bought.harness.given() == 500
    assert bought.harness.sound() == []
    assert "It is cancelled, and will not be made." in bought.buyer.get(bought.page).text


def test_with_the_last_piece_the_postage_goes_back_too(bought: Bought) -> None:
    cancels(bought, 1)
    look = looks(bought, 2)
    assert "Postage" in soup(look).text
    confirms(bought, look)
    assert bought.harness.kept_pence(bought.order) == 0
    assert bought.harness.order(bought.order).state == State.REFUNDED
    assert bought.harness.given() == 0
    assert bought.harness.sound() == []


def test_all_of_it_goes_at_once(bought: Bought) -> None:
    cancels(bought, 1, 2)
    assert bought.harness.kept_pence(bought.order) == 0
    assert bought.bench.stages(bought.order) == [Stage.REFUNDED, Stage.REFUNDED]


def test_pressed_twice_it_is_cancelled_once(bought: Bought) -> None:
    look = looks(bought, 1)
    first, second = confirms(bought, look), confirms(bought, look)
    assert (first.status_code, second.status_code) == (303, 303)
    assert second.location == bought.page
    assert soup(bought.buyer.get(bought.page)).text.count("It is cancelled, and will not be made.") == 1
    assert bought.harness.emails(bought.order).count("cancelled") == 1
    disc = bought.harness.price_of("disc")
    assert bought.harness.kept_pence(bought.order) == bought.harness.order(bought.order).total_pence - disc


def test_what_the_owner_gave_back_was_not_cancelled_by_an_old_page(bought: Bought) -> None:
    look = looks(bought, 1)
    bought.bench.refund(bought.order, 1)
    answer = confirms(bought, look)
    assert answer.status_code == 409
    assert "Nothing was cancelled. Its price went back." in soup(answer).text


def test_once_engraving_has_begun_nothing_is_cancelled(bought: Bought, bench: Bench) -> None:
    look = looks(bought, 1)
    bench.act(bought.order, 1, *WORDS[:2])
    answer = confirms(bought, look)
    assert answer.status_code == 409
    assert "Nothing was cancelled. We have begun to engrave it." in soup(answer).text
    assert bench.stages(bought.order)[0] is Stage.ENGRAVING
    assert bought.harness.kept_pence(bought.order) == bought.harness.order(bought.order).total_pence


def test_what_is_cancelled_leaves_the_bench_though_stripe_is_away(
    app: Flask, bought: Bought, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise GatewayDown("no answer")

    with monkeypatch.context() as away_now:
        away_now.setattr("shop.corrections.cancel_routes.sync_order", away)
        assert cancels(bought, 1).status_code == 303
    assert bench.units(bought.order)[1].held == Hold.CANCELLED
    with pytest.raises(Exception, match="cancelled"):
        bench.act(bought.order, 1, Action.CHECK)
    owner, reference = Shopper(app).sign_in("owner"), bench.harness.order(bought.order).reference
    assert "Undo" not in owner.get("/owner/bench").text
    page = owner.get(f"/owner/orders/{reference}")
    assert soup(page).select(".bench-files, a[href$='/lines/1/words']") == []
    assert owner.get(f"/owner/orders/{reference}/lines/1/front.dxf").status_code == 409
    assert "It was cancelled." in bought.buyer.get(f"{bought.page}/lines/1/words").text
    bench.harness.sync(bought.order)
    assert bench.stages(bought.order)[0] is Stage.REFUNDED


def test_a_refund_that_the_bank_sends_back_makes_nobody_engrave_it(bought: Bought, bench: Bench) -> None:
    cancels(bought, 1)
    refund = next(
        event["data"]["object"]["id"]
        for event in reversed(bench.harness.events())
        if event["type"].startswith("refund.")
    )
    bench.harness.refund_fails(refund)
    bench.harness.sync(bought.order)
    assert (bench.stages(bought.order)[0], bench.units(bought.order)[1].held) == (
        Stage.TO_CHECK,
        Hold.CANCELLED,
    )
    assert bench.harness.sound() == []


def test_the_buyer_has_it_in_writing(app: Flask, bought: Bought) -> None:
    cancels(bought, 1)
    for said in parts(email(app, bought.harness, bought.order, "cancelled")):
        assert "Disc" in said
        assert "Petal" not in said
        assert "We will not make it." in said


def test_one_e_mail_tells_of_a_cancellation_and_of_its_money(app: Flask, bought: Bought) -> None:
    cancels(bought, 1)
    assert "refund" not in bought.harness.emails(bought.order)
    cancels(bought, 2)
    assert bought.harness.emails(bought.order).count("cancelled") == 2
    assert "refund" not in bought.harness.emails(bought.order)
    for said in parts(email(app, bought.harness, bought.order, "cancelled")):
        assert " with the postage goes back to you the way it was paid." in " ".join(said.split())


def test_a_refund_of_the_owner_is_told_beside_a_cancellation(bought: Bought) -> None:
    cancels(bought, 1)
    bought.bench.refund(bought.order, 2)
    assert bought.harness.emails(bought.order).count("refund") == 1


def test_without_a_choice_the_reason_stands_beside_the_boxes(bought: Bought) -> None:
    answer = looks(bought)
    assert answer.status_code == 422
    assert reason_beside(answer, "unit-1") == "Please choose what is to be cancelled."


@pytest.mark.parametrize("agreed", ["0", "1", "-1", "x", "", "9" * 5000])
def test_another_sum_than_the_one_in_sight_is_shown_first(bought: Bought, agreed: str) -> None:
    answer = confirms(bought, looks(bought, 1), agreed=agreed)
    assert answer.status_code == 200
    assert bought.bench.stages(bought.order) == [Stage.TO_CHECK, Stage.TO_CHECK]


@pytest.mark.parametrize("unit", ["3", "0", "-1", "1;2", "9" * 5000, "٣"])
def test_a_piece_there_is_not_is_not_cancelled(bought: Bought, unit: str) -> None:
    _, sent = form_on(bought.buyer.get(place(bought)), place(bought))
    assert bought.buyer.post(place(bought), changed(sent, {"unit": unit})).status_code == 422


def test_a_disputed_order_and_one_that_gave_goodwill_are_not_cancelled_by_a_page(
    app: Flask, bought: Bought, bench: Bench
) -> None:
    look = looks(bought, 1)
    bench.harness.disputes(bought.order)
    bench.harness.sync(bought.order)
    assert confirms(bought, look).status_code == 409
    other = buys(app, bench, ("petal", ""))
    bench.harness.refunds(other.order, 100)
    bench.harness.sync(other.order)
    answer = looks(other, 1)
    assert answer.status_code == 409
    assert "Please write to us" in soup(answer).text


def test_a_stray_link_cancels_nothing(bought: Bought) -> None:
    stray = f"/orders/{'0' * 40}/cancellation"
    assert bought.buyer.get(stray).status_code == 404
    assert bought.buyer.post(stray, {"unit": "1"}).status_code == 404

"""Another metal or chain length for what is paid for: stock, sums, gift, bench and e-mails follow."""

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from shop import privacy, stock
from shop.catalogue.models import Variant
from shop.fulfilment import units
from shop.fulfilment.models import UnitStep
from shop.fulfilment.stages import Action, Hold, Remake, Stage
from shop.orders.lifecycle import State
from shop.orders.models import Order, OrderLine
from shop.pricing.vat import vat_within
from shop.reconciliation.reconciling import reconcile
from tests.corrections.conftest import Bought, buys
from tests.emails.orders import email, parts
from tests.fulfilment.conftest import OWNER, WORDS, Bench
from tests.shopper import Shopper, changed, form_on, reason_beside, soup

SILVER, GOLD = "DISC-SILVER-18", "DISC-GOLD-18"


@pytest.fixture
def golden(app: Flask, bench: Bench) -> Bought:
    """A golden Disc with the word Wren, and a Petal."""
    return buys(app, bench, (GOLD, "Wren"), ("petal", ""))


def place(bought: Bought, number: int = 1) -> str:
    return f"{bought.page}/lines/{number}/variant"


def variant(bench: Bench, sku: str) -> Variant:
    with bench.harness.database.reading() as session:
        return session.scalars(select(Variant).where(Variant.sku == sku)).one()


def on_hand(bench: Bench, sku: str) -> int:
    with bench.harness.database.reading() as session:
        return stock.level_of(session, variant(bench, sku).id).on_hand


def line(bought: Bought, number: int = 1) -> OrderLine:
    return bought.opened().lines[number - 1].row


def looks(bought: Bought, sku: str, number: int = 1) -> TestResponse:
    """Choose a metal and length, and see what follows from it."""
    at = place(bought, number)
    return bought.buyer.send(at, at, {"variant": str(variant(bought.bench, sku).id)})


def confirms(bought: Bought, look: TestResponse, number: int = 1, **changes: str) -> TestResponse:
    at = place(bought, number)
    _, sent = form_on(look, at)
    return bought.buyer.post(at, changed(sent, changes))


def test_another_chain_of_the_same_price_is_simply_another_chain(app: Flask, bought: Bought) -> None:
    before, order = line(bought), bought.harness.order(bought.order)
    other = "DISC-SILVER-16" if before.sku != "DISC-SILVER-16" else SILVER
    counts = on_hand(bought.bench, before.sku), on_hand(bought.bench, other)
    bought.bench.act(bought.order, 1, Action.CHECK)
    look = looks(bought, other)
    assert "nothing is paid, and nothing goes back" in " ".join(soup(look).text.split())
    assert confirms(bought, look).status_code == 303
    now, after = line(bought), bought.harness.order(bought.order)
    assert (now.sku, now.price_pence, now.proof_digest) == (other, before.price_pence, before.proof_digest)
    assert (on_hand(bought.bench, before.sku), on_hand(bought.bench, other)) == (counts[0] + 1, counts[1] - 1)
    assert (after.total_pence, after.posted_by, after.state) == (
        order.total_pence,
        order.posted_by,
        State.PAID,
    )
    assert bought.bench.stages(bought.order) == [Stage.TO_CHECK, Stage.TO_CHECK]
    assert bought.words() == ["Wren"]
    assert bought.harness.given() == 1000
    assert bought.harness.kept_pence(bought.order) == after.total_pence
    assert bought.harness.sound() == []
    assert now.chain_inches != before.chain_inches
    for said in parts(email(app, bought.harness, bought.order, "variant-changed")):
        assert f"{now.chain_inches} inch chain" in said
        assert "It costs the same." in said
        assert "back to you" not in said


def test_a_cheaper_metal_gives_the_difference_back_once(app: Flask, golden: Bought) -> None:
    before = golden.harness.order(golden.order)
    difference = line(golden).price_pence - variant(golden.bench, SILVER).price_pence
    look = looks(golden, SILVER)
    assert "Goes back to you" in look.text
    first, second = confirms(golden, look), confirms(golden, look)
    assert (first.status_code, second.status_code) == (303, 303)
    order = golden.harness.order(golden.order)
    assert (order.total_pence, order.goods_pence) == (
        before.total_pence - difference,
        before.goods_pence - difference,
    )
    assert golden.harness.kept_pence(golden.order) == order.total_pence
    assert order.state == State.PAID
    assert golden.bench.stages(golden.order) == [Stage.TO_CHECK, Stage.TO_CHECK]
    assert golden.harness.given() == 1000
    assert golden.harness.sound() == []
    assert reconcile(golden.harness.services) == []
    page = " ".join(soup(golden.buyer.get(golden.page)).text.split())
    assert "The difference, for another metal or chain" in page
    assert "Part of this order was refunded" not in page
    for said in parts(email(app, golden.harness, golden.order, "variant-changed")):
        assert "£20.00" in said
        assert "We refund that the way you paid." in " ".join(said.split())
    for said in parts(email(app, golden.harness, golden.order, "refund")):
        assert "It is the difference in price, since the metal or chain was changed." in " ".join(
            said.split()
        )
        assert "We make and send nothing more of this order" not in said


def test_what_was_changed_can_be_cancelled_and_its_gift_is_taken_back(golden: Bought) -> None:
    confirms(golden, looks(golden, SILVER))
    was_there = on_hand(golden.bench, SILVER)
    at = f"{golden.page}/cancellation"
    look = golden.buyer.send(at, at, {"unit": ["1", "2"]})
    _, sent = form_on(look, at)
    assert golden.buyer.post(at, sent).status_code == 303
    assert golden.harness.kept_pence(golden.order) == 0
    assert golden.harness.order(golden.order).state == State.REFUNDED
    assert golden.harness.given() == 0
    assert on_hand(golden.bench, SILVER) == was_there + 1
    assert golden.harness.sound() == []
    assert reconcile(golden.harness.services) == []


def test_the_difference_makes_no_other_piece_count_as_given_back(app: Flask, bench: Bench) -> None:
    """£76 go back for the Disc, which is more than the Petal costs: the Petal is to be made all the same."""
    with bench.harness.database.transaction() as session:
        session.execute(update(Variant).where(Variant.sku == SILVER).values(price_pence=2_800))
    both = buys(app, bench, (GOLD, ""), ("petal", ""))
    confirms(both, looks(both, SILVER))
    assert bench.stages(both.order) == [Stage.TO_CHECK, Stage.TO_CHECK]
    assert bench.harness.given() == 1000
    assert bench.harness.order(both.order).state == State.PAID
    bench.refund(both.order, 1)
    assert bench.stages(both.order) == [Stage.REFUNDED, Stage.TO_CHECK]
    assert bench.harness.kept_pence(both.order) == bench.harness.order(both.order).total_pence - 2_800


def test_vat_within_it_is_that_of_what_stands(golden: Bought) -> None:
    with golden.harness.database.transaction() as session:
        session.execute(
            update(Order).values(vat_pence=vat_within(golden.harness.order(golden.order).total_pence))
        )
    confirms(golden, looks(golden, SILVER))
    order = golden.harness.order(golden.order)
    assert order.vat_pence == vat_within(order.total_pence)


def test_once_engraving_has_begun_it_is_told_and_nothing_is_changed(golden: Bought, bench: Bench) -> None:
    look = looks(golden, SILVER)
    bench.act(golden.order, 1, *WORDS[:2])
    answer = confirms(golden, look)
    assert answer.status_code == 409
    assert "Nothing was changed. We have begun to engrave it." in soup(answer).text
    assert line(golden).sku == GOLD
    assert golden.harness.kept_pence(golden.order) == golden.harness.order(golden.order).total_pence
    assert "Change the metal" not in golden.buyer.get(golden.page).text.split("Petal")[0]


def test_who_looked_at_the_former_piece_does_not_begin_with_the_other(golden: Bought, bench: Bench) -> None:
    bench.act(golden.order, 1, Action.CHECK)
    seen = bench.units(golden.order)[1].wording
    confirms(golden, looks(golden, SILVER))
    with (
        pytest.raises(units.NotAllowed, match="changed meanwhile"),
        bench.harness.database.transaction() as session,
    ):
        units.act(session, golden.order, 1, Action.CHECK, actor=OWNER, wording=seen)


def test_of_two_tabs_the_second_is_shown_what_stands(golden: Bought) -> None:
    one, other = looks(golden, SILVER), looks(golden, "DISC-GOLD-16")
    assert confirms(golden, one).status_code == 303
    answer = confirms(golden, other)
    assert answer.status_code == 409
    assert reason_beside(answer, "variant").startswith("Something has changed")
    assert line(golden).sku == SILVER


def test_the_last_that_was_sold_meanwhile_changes_nothing(golden: Bought, bench: Bench) -> None:
    look, counted = looks(golden, SILVER), on_hand(bench, SILVER)
    with bench.harness.database.transaction() as session:
        stock.adjust(session, variant(bench, SILVER).id, -counted, reason="counted", actor="test")
    answer = confirms(golden, look)
    assert answer.status_code == 409
    assert "sold to somebody else" in soup(answer).text
    assert line(golden).sku == GOLD
    assert golden.harness.kept_pence(golden.order) == golden.harness.order(golden.order).total_pence
    assert golden.harness.sound() == []


def test_another_sum_than_the_one_in_sight_changes_nothing(golden: Bought) -> None:
    for agreed in ("0", "1", "-1", "x", "", "9" * 5000):
        assert confirms(golden, looks(golden, SILVER), agreed=agreed).status_code == 409, agreed
    assert line(golden).sku == GOLD


def test_what_there_is_not_and_another_design_cannot_be_chosen(golden: Bought) -> None:
    _, sent = form_on(golden.buyer.get(place(golden)), place(golden))
    heart = str(variant(golden.bench, "HEART-SILVER-18").id)
    for chosen in (heart, "", "0", "-1", "x", "9" * 5000, "٣"):
        answer = golden.buyer.post(place(golden), changed(sent, {"variant": chosen}))
        assert answer.status_code == 422, chosen
        assert reason_beside(answer, "variant") == "Please choose one of those that are offered."


def test_what_waited_for_a_piece_has_one_and_none_is_put_back(golden: Bought, bench: Bench) -> None:
    with bench.harness.database.transaction() as session:
        _, unit = units.unit_of(session, golden.order, 1)
        unit.held = Hold.MATERIAL
        units.note(session, unit, Action.HOLD, Stage.TO_CHECK, actor=units.SHOP, reason=Hold.MATERIAL)
    counts = on_hand(bench, GOLD), on_hand(bench, SILVER)
    confirms(golden, looks(golden, SILVER))
    assert (on_hand(bench, GOLD), on_hand(bench, SILVER)) == (counts[0], counts[1] - 1)
    assert bench.units(golden.order)[1].held is None


def test_a_difference_the_bank_sends_back_waits_for_the_owner(
    golden: Bought, bench: Bench, app: Flask
) -> None:
    confirms(golden, looks(golden, SILVER))
    refund = next(
        event["data"]["object"]["id"]
        for event in reversed(bench.harness.events())
        if event["type"].startswith("refund.")
    )
    bench.harness.refund_fails(refund)
    bench.harness.sync(golden.order)
    assert bench.stages(golden.order)[0] is Stage.TO_CHECK
    assert bench.harness.kept_pence(golden.order) == bench.harness.order(golden.order).total_pence + 2_000
    page = Shopper(app).sign_in("owner").get(f"/owner/orders/{bench.harness.order(golden.order).reference}")
    assert "A piece was changed for one that costs less, so this is owed." in page.text
    assert "Keep the piece as it is" not in page.text


def test_an_order_that_gave_goodwill_is_changed_only_where_its_money_is_clear(
    golden: Bought, bench: Bench
) -> None:
    bench.harness.refunds(golden.order, 8_400)
    bench.harness.sync(golden.order)
    answer = confirms(golden, looks(golden, SILVER))
    assert answer.status_code == 409
    assert "Please write to us" in soup(answer).text
    assert line(golden).sku == GOLD


def test_a_disputed_or_refunded_piece_is_not_changed(golden: Bought, bench: Bench) -> None:
    look = looks(golden, SILVER)
    bench.refund(golden.order, 1)
    assert confirms(golden, look).status_code == 409
    assert golden.buyer.get(place(golden)).status_code == 200
    other = looks(golden, "PETAL-SILVER-16", 2)
    bench.harness.disputes(golden.order)
    bench.harness.sync(golden.order)
    assert confirms(golden, other, 2).status_code == 409


def test_what_is_made_again_is_the_owners_to_change(golden: Bought, bench: Bench, app: Flask) -> None:
    bench.act(golden.order, 1, *WORDS[:2])
    with bench.harness.database.transaction() as session:
        units.act(session, golden.order, 1, Action.REMAKE, actor=OWNER, reason=Remake.FAULT)
    assert "It is being made again." in golden.buyer.get(place(golden)).text
    at = f"/owner/orders/{bench.harness.order(golden.order).reference}/lines/1/variant"
    assert "Preview the change" in Shopper(app).sign_in("owner").get(at).text


def test_the_owner_changes_it_for_who_telephones_and_says_why(golden: Bought, app: Flask) -> None:
    reference, owner = golden.harness.order(golden.order).reference, Shopper(app).sign_in("owner")
    at = f"/owner/orders/{reference}/lines/1/variant"
    assert "Change the metal or chain" in owner.get(f"/owner/orders/{reference}").text
    look = owner.send(at, at, {"variant": str(variant(golden.bench, SILVER).id)})
    _, sent = form_on(look, at)
    refused = owner.post(at, changed(sent, {"why": " "}))
    assert refused.status_code == 422
    assert reason_beside(refused, "why").startswith("Please say in a few words")
    assert owner.post(at, changed(sent, {"why": "The buyer rang: silver."})).status_code == 303
    with golden.harness.database.reading() as session:
        (kept,) = privacy.everything(session, golden.harness.services.vault, reference)["corrections"]
        actions = session.scalars(select(UnitStep.action)).all()
    assert (kept["what"], kept["by"], kept["why"]) == (
        "metal or chain",
        "owner@example.com",
        "The buyer rang: silver.",
    )
    assert kept["before"]["sku"] == GOLD
    assert Action.EXCHANGE in actions
    page = " ".join(soup(owner.get(f"/owner/orders/{reference}")).text.split())
    assert "It was changed since it was ordered" in page
    before, now = kept["before"]["metal_name"], line(golden).metal_name
    assert f"metal or chain changed: piece 1, {before}, 18 inch chain, now {now}" in page


def test_a_stray_link_changes_nothing(golden: Bought) -> None:
    stray = f"/orders/{'0' * 40}/lines/1/variant"
    assert golden.buyer.get(stray).status_code == 404
    assert golden.buyer.post(stray, {"variant": "1"}).status_code == 404
    assert golden.buyer.get(place(golden, 3)).status_code == 404


def test_what_is_sold_no_more_is_changed_by_letter(golden: Bought, bench: Bench) -> None:
    with bench.harness.database.transaction() as session:
        session.execute(update(Variant).where(Variant.sku != GOLD).values(active=False))
    assert "There is nothing else to change it to" in golden.buyer.get(place(golden)).text

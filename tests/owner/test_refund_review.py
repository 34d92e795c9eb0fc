"""Before a refund is sent its page says what it does: the sum, the pieces, the stock and the donation."""

import pytest
from werkzeug.test import TestResponse

from shop.fulfilment.stages import Action, Fate, Stage
from shop.orders.lifecycle import State
from shop.payments.gateway_errors import GatewayRefused
from tests.fulfilment.conftest import PLAIN, WORDS, Bench
from tests.harness import Harness
from tests.owner.test_refunds import page_of
from tests.shopper import Shopper, changed, form_on, reason_beside, soup

ENGRAVED, BARE = ("disc", "Wren"), ("petal", "")


@pytest.fixture
def bench(harness: Harness) -> Bench:
    return Bench(harness)


@pytest.fixture
def order(bench: Bench) -> int:
    """A paid order of a disc with words and a petal."""
    return bench.paid(ENGRAVED, BARE)


def reference_of(bench: Bench, order: int) -> str:
    return bench.harness.order(order).reference


def see(owner: Shopper, reference: str, **fields: str | list[str]) -> TestResponse:
    """What would go back; the page has other forms to the same address, of parcels that were lost."""
    page = f"/owner/orders/{reference}"
    return owner.send(page, f"{page}/looks", fields, to=f"{page}/refunds")


def confirm(owner: Shopper, shown: TestResponse, **fields: str) -> int:
    form, sent = form_on(shown)
    return owner.post(str(form["action"]), changed(sent, fields)).status_code


def decide(owner: Shopper, line_id: int, fate: Fate) -> None:
    assert owner.send("/owner/stock", f"/owner/stock/returns/{line_id}", {"fate": fate}).status_code == 303


def said(shown: TestResponse) -> str:
    main = soup(shown).main
    assert main is not None
    return " ".join(main.text.split())


def chosen(shown: TestResponse) -> dict[str, str]:
    """Where each piece would go unless something else is chosen."""
    return {
        str(box["name"]): str(box["value"])
        for box in soup(shown).select("[name^=fate-]")
        if box.has_attr("checked")
    }


def test_the_page_says_what_leaves_the_bench_and_what_becomes_of_the_donation(
    owner: Shopper, bench: Bench, order: int
) -> None:
    bench.act(order, 1, Action.CHECK, Action.BEGIN)
    shown = see(owner, reference_of(bench, order), line=["1"])
    left = bench.harness.order(order).total_pence - bench.harness.price_of("disc")
    assert f"£{left / 100:.2f} of the payment stays." in said(shown)
    assert "It is engraving, and leaves the bench." in said(shown)
    assert "£5.00 of its donation is taken back; £5.00 stays." in said(shown)


@pytest.mark.parametrize(
    ("done", "fate"),
    [((), Fate.FREE), (WORDS[:1], Fate.FREE), (WORDS[:2], Fate.SCRAP), (WORDS, Fate.SCRAP)],
)
def test_metal_that_was_cut_goes_to_scrap_and_other_pieces_to_free_stock_unless_the_owner_says_otherwise(
    owner: Shopper, bench: Bench, order: int, done: tuple[Action, ...], fate: Fate
) -> None:
    bench.act(order, 1, *done)
    bench.act(order, 2, *PLAIN)
    shown = see(owner, reference_of(bench, order), line=["1", "2"])
    assert chosen(shown) == {"fate-1": fate, "fate-2": Fate.FREE}


def test_of_a_piece_that_was_posted_nothing_is_said_before_it_is_here(
    owner: Shopper, bench: Bench, order: int
) -> None:
    reference, before = reference_of(bench, order), bench.harness.level("petal").on_hand
    bench.act(order, 2, *PLAIN)
    bench.post(order, 2)
    shown = see(owner, reference, line="2")
    assert chosen(shown) == {"fate-2": "later"}
    assert confirm(owner, shown) == 303
    assert bench.harness.level("petal").on_hand == before
    assert "Say what became of its piece" in owner.get(f"/owner/orders/{reference}").text
    decide(owner, 2, Fate.FREE)
    assert bench.harness.level("petal").on_hand == before + 1
    assert f"Its piece: {Fate.FREE}." in owner.get(f"/owner/orders/{reference}").text
    assert f"what becomes of piece 2: {Fate.FREE}" in page_of(owner, reference)
    assert bench.harness.sound() == []


@pytest.mark.parametrize(("fate", "back"), [(Fate.FREE, 1), (Fate.SCRAP, 0), ("later", 0), ("x", 0)])
def test_a_piece_goes_where_the_owner_says_once_its_money_is_back(
    owner: Shopper, bench: Bench, order: int, fate: str, back: int
) -> None:
    before = bench.harness.level("disc").on_hand
    shown = see(owner, reference_of(bench, order), line="1")
    assert confirm(owner, shown, **{"fate-1": fate}) == 303
    bench.harness.sync(order)
    assert bench.stages(order) == [Stage.REFUNDED, Stage.TO_CHECK]
    assert bench.harness.level("disc").on_hand == before + back
    assert bench.harness.sound() == []


def test_while_stripe_refuses_the_refund_nothing_is_put_away(
    owner: Shopper, bench: Bench, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise GatewayRefused("parameter_invalid", "", 400)

    reference, before = reference_of(bench, order), bench.harness.level("disc").on_hand
    with monkeypatch.context() as patch:
        patch.setattr("shop.payments.gateway.Gateway.refund", refuse)
        assert confirm(owner, see(owner, reference, line="1")) == 303
    assert bench.harness.level("disc").on_hand == before
    again = soup(owner.get(f"/owner/orders/{reference}")).select_one("form[action$='/sending']")
    assert again is not None
    owner.send(f"/owner/orders/{reference}", str(again["action"]))
    assert bench.harness.level("disc").on_hand == before + 1


@pytest.mark.parametrize("left", [0, 1])
def test_a_refund_that_comes_back_takes_a_piece_for_its_unit_again_or_lets_it_rest(
    owner: Shopper, bench: Bench, order: int, left: int
) -> None:
    reference = reference_of(bench, order)
    assert confirm(owner, see(owner, reference, line="1")) == 303
    bench.harness.set_stock("disc", left)
    (refund,) = bench.harness.services.gateway.snapshot(
        [bench.harness.attempt(order).stripe_id or ""]
    ).refunds
    bench.harness.refund_fails(refund.id)
    bench.harness.sync(order)
    unit = bench.units(order)[1]
    assert (unit.stage, unit.held) == (Stage.TO_CHECK, None if left else "waiting for material")
    assert bench.harness.level("disc").on_hand == 0
    assert bench.harness.sound() == []


def test_goodwill_needs_its_reason_and_takes_neither_piece_nor_donation(
    owner: Shopper, bench: Bench, order: int
) -> None:
    """Not even when it comes to the price of a piece."""
    reference, price = reference_of(bench, order), bench.harness.price_of("petal")
    amount = f"{price / 100:.2f}"
    answer = see(owner, reference, amount=amount)
    assert answer.status_code == 422
    assert "what the amount is for" in reason_beside(answer, "goodwill")
    shown = see(owner, reference, amount=amount, goodwill="it came late")
    assert "Goodwill: it came late" in said(shown)
    assert "The donation stays as it is." in said(shown)
    assert confirm(owner, shown) == 303
    assert bench.harness.kept_pence(order) == bench.harness.order(order).total_pence - price
    assert bench.stages(order) == [Stage.TO_CHECK, Stage.TO_CHECK]
    assert bench.harness.given() == 1000
    assert f"£{amount} went back that is the price of no piece" in page_of(owner, reference)
    assert "refund asked: goodwill (it came late)" in page_of(owner, reference)


def test_a_piece_and_goodwill_go_back_together_and_the_piece_takes_its_donation(
    owner: Shopper, bench: Bench, order: int
) -> None:
    reference = reference_of(bench, order)
    shown = see(owner, reference, line="2", amount="£3.00", goodwill="out of kindness")
    assert confirm(owner, shown) == 303
    back = bench.harness.price_of("petal") + 300
    assert bench.harness.kept_pence(order) == bench.harness.order(order).total_pence - back
    assert bench.stages(order) == [Stage.TO_CHECK, Stage.REFUNDED]
    assert bench.harness.given() == 500


def test_goodwill_that_comes_to_all_the_goods_is_all_of_them(
    owner: Shopper, bench: Bench, order: int
) -> None:
    reference, total = reference_of(bench, order), bench.harness.order(order).total_pence
    shown = see(owner, reference, amount=f"{total / 100:.2f}", goodwill="it came late")
    assert set(chosen(shown)) == {"fate-1", "fate-2"}
    assert "£10.00 of its donation is taken back; £0.00 stays." in said(shown)
    assert confirm(owner, shown) == 303
    assert (bench.harness.order(order).state, bench.harness.given()) == (State.REFUNDED, 0)


@pytest.mark.parametrize("amount", ["1000000", "99999999999", "-1", "1e2", "0", "0.00", "1.005", "½"])
def test_an_amount_that_cannot_go_back_is_refused_and_stays_in_its_field(
    owner: Shopper, bench: Bench, order: int, amount: str
) -> None:
    answer = see(owner, reference_of(bench, order), amount=amount, goodwill="it came late")
    assert answer.status_code == 422
    assert form_on(answer, f"/owner/orders/{reference_of(bench, order)}/refunds")[1]["amount"] == amount
    assert bench.harness.kept_pence(order) == bench.harness.order(order).total_pence


def test_a_disputed_order_offers_no_refund_says_why_and_takes_none(
    owner: Shopper, bench: Bench, order: int
) -> None:
    reference = reference_of(bench, order)
    shown = see(owner, reference, line="1")
    dispute = bench.harness.disputes(order)
    bench.harness.sync(order)
    page = owner.get(f"/owner/orders/{reference}")
    assert not soup(page).select("form[action$='/refunds']")
    assert "until the dispute is decided" in page.text
    assert confirm(owner, shown) == 303
    assert bench.harness.kept_pence(order) == 0
    bench.harness.dispute_ends(dispute, won=True)
    bench.harness.sync(order)
    assert confirm(owner, shown) == 303
    assert bench.harness.order(order).state == State.PART_REFUNDED


def test_once_the_bank_has_taken_it_for_good_no_box_can_be_ticked_any_more(
    owner: Shopper, bench: Bench, order: int
) -> None:
    dispute = bench.harness.disputes(order)
    bench.harness.sync(order)
    bench.harness.dispute_ends(dispute, won=False)
    bench.harness.sync(order)
    page = owner.get(f"/owner/orders/{reference_of(bench, order)}")
    assert soup(page).select("[name=line], [name=postage]") == []
    assert said(page).count("nothing of the payment is left") == 3


def test_while_a_bank_only_asks_a_refund_can_be_given(owner: Shopper, bench: Bench, order: int) -> None:
    """The money is here, and giving it back answers the question."""
    bench.harness.disputes(order, inquiry=True)
    bench.harness.sync(order)
    assert bench.harness.order(order).state == State.DISPUTED
    assert confirm(owner, see(owner, reference_of(bench, order), line="1")) == 303


def test_a_piece_refunded_in_the_dashboard_is_asked_after(owner: Shopper, bench: Bench, order: int) -> None:
    reference, before = reference_of(bench, order), bench.harness.level("disc").on_hand
    bench.harness.refunds(order, bench.harness.price_of("disc"))
    bench.harness.sync(order)
    assert "Say what became of its piece" in owner.get(f"/owner/orders/{reference}").text
    decide(owner, 1, Fate.SCRAP)
    assert f"Its piece: {Fate.SCRAP}." in owner.get(f"/owner/orders/{reference}").text
    assert bench.harness.level("disc").on_hand == before

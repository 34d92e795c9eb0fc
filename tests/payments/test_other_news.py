"""What else Stripe has to say: fraud that is suspected, payouts that fail, disputes that take a part."""

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from sqlalchemy import select

from shop import alerts
from shop.fulfilment import units
from shop.fulfilment.models import Unit, UnitStep
from shop.fulfilment.stages import Action, Hold
from shop.fulfilment.units import NotAllowed
from shop.orders.lifecycle import State
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.models import Suspicion
from tests.engines import ONE_ENGINE, SAME_SQL
from tests.harness import Harness, works_off_news

GIFT = 500
OWNER = "owner@example.com"


@pytest.fixture
def order(harness: Harness) -> int:
    """A disc and a petal, paid."""
    return paid(harness)


def paid(harness: Harness) -> int:
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.sync(order)
    return order


def held(harness: Harness, order: int) -> list[str | None]:
    with harness.database.reading() as session:
        return [unit.held for _, unit in sorted(units.units_of(session, order).items())]


def told(harness: Harness) -> list[tuple[str, str, str]]:
    """The alerts that are open, the oldest first."""
    with harness.database.reading() as session:
        return [(one.kind, one.about, one.detail) for one in reversed(alerts.open_alerts(session))]


def steps(harness: Harness, order: int) -> list[tuple[str, str]]:
    """What was done to its units."""
    with harness.database.reading() as session:
        query = (
            select(UnitStep.action, UnitStep.actor)
            .join(Unit, Unit.order_line_id == UnitStep.order_line_id)
            .where(Unit.order_id == order)
            .order_by(UnitStep.id)
        )
        return [(action, actor) for action, actor in session.execute(query)]


def act(harness: Harness, order: int, number: int, action: Action) -> None:
    with harness.database.transaction() as session:
        units.act(session, order, number, action, actor=OWNER)


def resume(harness: Harness, order: int, number: int) -> None:
    with harness.database.transaction() as session:
        units.resume(session, order, number, actor=OWNER)


def latest(harness: Harness, kind: str) -> Mapping[str, Any]:
    return [event for event in harness.events() if event["type"] == kind][-1]


@ONE_ENGINE
def test_a_warning_of_fraud_puts_the_units_on_hold_and_tells_the_owner(harness: Harness, order: int) -> None:
    harness.warns(order)
    harness.deliver_webhooks()
    assert held(harness, order) == [Hold.PAYMENT, Hold.PAYMENT]
    reference = harness.order(order).reference
    assert told(harness) == [("fraud warning", reference, "made with stolen card")]
    with pytest.raises(NotAllowed, match="on hold: something about the payment"):
        act(harness, order, 1, Action.CHECK)
    assert (harness.order(order).state, harness.given()) == (State.PAID, 2 * GIFT)


def test_a_review_holds_and_once_it_is_approved_the_units_go_on_by_themselves(
    harness: Harness, order: int
) -> None:
    review = harness.reviews(order)
    harness.deliver_webhooks()
    assert held(harness, order) == [Hold.PAYMENT, Hold.PAYMENT]
    assert [kind for kind, *_ in told(harness)] == ["payment reviewed"]
    harness.review_ends(review)
    harness.deliver_webhooks()
    assert (held(harness, order), told(harness)) == ([None, None], [])
    assert [action for action, actor in steps(harness, order) if actor == "stripe"] == [
        *[Action.HOLD] * 2,
        *[Action.RESUME] * 2,
    ]


@ONE_ENGINE
@pytest.mark.parametrize("why", ["refunded_as_fraud", "disputed", "canceled", "redacted", "acknowledged"])
def test_a_review_that_ends_otherwise_leaves_it_to_the_owner(harness: Harness, order: int, why: str) -> None:
    review = harness.reviews(order)
    harness.deliver_webhooks()
    harness.review_ends(review, why)
    harness.deliver_webhooks()
    assert held(harness, order) == [Hold.PAYMENT, Hold.PAYMENT]


@ONE_ENGINE
def test_what_the_owner_takes_off_hold_stays_off_however_often_stripe_says_it_again(
    harness: Harness, order: int
) -> None:
    harness.warns(order)
    harness.deliver_webhooks()
    resume(harness, order, 1)
    for _ in range(3):
        harness.deliver_webhook(*harness.events())
        harness.sync(order)
    assert held(harness, order) == [None, Hold.PAYMENT]
    assert len(told(harness)) == 1


def test_a_review_that_is_opened_while_the_buyer_pays_is_seen_with_the_payment(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.reviews(order)
    harness.deliver_webhook(latest(harness, "review.opened"))
    assert held(harness, order) == [], "nobody knows whose payment it is"
    harness.deliver_webhook(latest(harness, "checkout.session.completed"))
    assert held(harness, order) == [Hold.PAYMENT]


def test_a_unit_that_waits_for_an_answer_waits_on_when_the_review_is_approved(
    harness: Harness, order: int
) -> None:
    with harness.database.transaction() as session:
        units.hold(session, order, 1, Hold.QUESTION, actor=OWNER)
    review = harness.reviews(order)
    harness.sync(order)
    assert held(harness, order) == [Hold.PAYMENT, Hold.PAYMENT]
    harness.review_ends(review)
    harness.sync(order)
    assert held(harness, order) == [Hold.QUESTION, None]


@ONE_ENGINE
def test_an_approved_review_does_not_lift_what_the_bank_warned_of(harness: Harness, order: int) -> None:
    review = harness.reviews(order)
    harness.warns(order)
    harness.sync(order)
    harness.review_ends(review)
    harness.sync(order)
    assert held(harness, order) == [Hold.PAYMENT, Hold.PAYMENT]
    assert [kind for kind, *_ in told(harness)] == ["fraud warning"]


@ONE_ENGINE
def test_a_refund_after_a_warning_takes_the_units_off_the_bench(harness: Harness, order: int) -> None:
    harness.warns(order)
    harness.sync(order)
    harness.refunds(order)
    harness.deliver_webhooks()
    assert harness.order(order).state == State.REFUNDED
    assert held(harness, order) == [None, None]
    assert harness.given() == 0


NEWS = ("warns", "reviews", "approves", "refunds one")


def happens(harness: Harness, order: int, what: str, kept: dict[str, str]) -> None:
    match what:
        case "warns":
            harness.warns(order)
        case "reviews":
            kept["review"] = harness.reviews(order)
        case "approves":
            harness.review_ends(kept["review"])
        case "refunds one":
            harness.refunds(order, harness.price_of("disc"))


def stand(harness: Harness, order: int) -> tuple[object, ...]:
    with harness.database.reading() as session:
        known = session.scalars(
            select(Suspicion).where(Suspicion.order_id == order).order_by(Suspicion.kind)
        ).all()
        seen = [(one.kind, one.closed_as) for one in known]
    return harness.order(order).state, held(harness, order), seen, sorted(kind for kind, *_ in told(harness))


def histories() -> Iterator[Sequence[str]]:
    """Every order in which that can happen: a review is approved after it was opened."""
    for order in itertools.permutations(NEWS):
        if order.index("reviews") < order.index("approves"):
            yield order


@SAME_SQL
@pytest.mark.parametrize("seed", range(12))
def test_in_whatever_order_the_news_comes_doubled_and_lost_the_order_stands_the_same(
    harness: Harness, seed: int
) -> None:
    chance = random.Random(seed)
    order, kept = paid(harness), dict[str, str]()
    story = chance.choice(list(histories()))
    for what in story:
        happens(harness, order, what, kept)
    news = [event for event in harness.events() if chance.random() < 0.7] * 2
    chance.shuffle(news)
    harness.deliver_webhook(*news)
    first = harness.sync(order)
    stood = stand(harness, order)
    harness.deliver_webhooks()
    assert stand(harness, order) == stood
    assert (first, stood[1]) == (State.PART_REFUNDED, [None, Hold.PAYMENT])
    assert stood[2:] == ([("review", "approved"), ("warning", None)], ["fraud warning"])
    assert harness.sound() == []


@ONE_ENGINE
def test_an_older_look_that_is_written_later_opens_nothing_again(
    harness: Harness, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = harness.reviews(order)
    gateway = harness.services.gateway
    before = gateway.snapshot([harness.session_id(order)])
    harness.sync(order)
    harness.review_ends(review)
    harness.sync(order)
    monkeypatch.setattr(gateway, "snapshot", lambda *_asked, **_how: before)
    harness.sync(order)
    assert (held(harness, order), told(harness)) == ([None, None], [])


@ONE_ENGINE
def test_a_key_that_may_not_see_suspicions_still_takes_payments(
    harness: Harness, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.reviews(order)
    harness.warns(order)

    def refuse(*_asked: object, **_how: object) -> object:
        raise GatewayRefused("permission", "", 403)

    for name in ("review", "warning"):
        monkeypatch.setattr(f"shop.payments.stripe_objects.{name}", refuse)
    assert harness.sync(order) is State.PAID
    assert held(harness, order) == [None, None]


@ONE_ENGINE
def test_a_warning_about_a_payment_that_is_not_ours_is_kept_and_holds_nothing(
    harness: Harness, order: int
) -> None:
    harness.warns(order)
    event = latest(harness, "radar.early_fraud_warning.created")
    other = {**event["data"]["object"], "payment_intent": "pi_elsewhere", "charge": "ch_elsewhere"}
    harness.deliver_webhook({**event, "data": {"object": other}})
    assert (held(harness, order), told(harness)) == ([None, None], [])


@ONE_ENGINE
def test_a_warning_that_names_only_the_charge_is_about_its_order(harness: Harness, order: int) -> None:
    harness.warns(order)
    event = latest(harness, "radar.early_fraud_warning.created")
    bare = {**event["data"]["object"], "payment_intent": None}
    harness.deliver_webhook({**event, "data": {"object": bare}})
    assert held(harness, order) == [Hold.PAYMENT, Hold.PAYMENT]


@ONE_ENGINE
def test_a_payout_that_fails_is_told_once_with_its_sum(harness: Harness, order: int) -> None:
    harness.pays_out_and_fails()
    event = latest(harness, "payout.failed")
    for _ in range(3):
        harness.deliver_webhook(event)
    payout = event["data"]["object"]
    assert told(harness) == [("payout failed", payout["id"], f"{payout['amount'] / 100:.2f} GBP")]
    assert harness.order(order).state == State.PAID


@pytest.mark.parametrize("error", [GatewayRefused("permission", "", 403), GatewayDown("timeout")])
def test_a_payout_that_cannot_be_looked_up_is_told_all_the_same(
    harness: Harness, error: Exception, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert order
    harness.pays_out_and_fails()

    def fail(_payout: str) -> object:
        raise error

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(harness.services.gateway, "payout", fail)
        harness.deliver_webhook(latest(harness, "payout.failed"))
    works_off_news(harness.services, later=True)
    assert [kind for kind, *_ in told(harness)] == ["payout failed"]


@ONE_ENGINE
@pytest.mark.parametrize(
    ("how", "end", "state", "kept"),
    [
        ({"prevented": True}, None, State.PART_REFUNDED, 1),
        ({"prevented": True, "withdrawn": 0}, None, State.PAID, 2),
        ({"prevented": True, "withdrawn": 100}, None, State.PART_REFUNDED, 2),
        ({"withdrawn": 100}, {"won": True}, State.PAID, 2),
        ({}, {"won": True, "gives_back": 100}, State.PART_REFUNDED, 1),
        ({"withdrawn": 100}, {"won": False}, State.DISPUTE_LOST, 2),
        ({}, {"won": False}, State.DISPUTE_LOST, 1),
    ],
)
def test_a_dispute_settles_by_the_money_that_stayed_away(
    harness: Harness,
    order: int,
    how: dict[str, Any],
    end: dict[str, Any] | None,
    state: State,
    kept: int,
) -> None:
    dispute = harness.disputes(order, harness.price_of("disc") + 100, **how)
    harness.deliver_webhooks()
    if end:
        assert harness.order(order).state == State.DISPUTED
        harness.dispute_ends(dispute, **end)
        harness.deliver_webhooks()
    assert harness.order(order).state == state
    assert harness.given() == kept * GIFT
    taken = how.get("withdrawn", 1) or end is not None
    assert [kind for kind, *_ in told(harness)] == (["disputed"] if taken else [])
    assert harness.kept_pence(order) == harness.order(order).total_pence - stays_away(harness)
    assert harness.sound() == []


def stays_away(harness: Harness) -> int:
    """What Stripe's balance says is gone for good."""
    moves = list(harness.services.gateway.moves())
    return -sum(move.amount for move in moves if move.type == "adjustment")

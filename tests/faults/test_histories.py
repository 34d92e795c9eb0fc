"""Random histories of one order, heard in order, heard badly, and not heard at all: all end alike."""

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest

from shop.giving import ledger
from shop.giving.ledger import Standing
from shop.payments.sweep import look_at_all, sweep
from shop.standin import paying
from shop.standin.errors import ApiError
from tests.harness import Harness

LOST = 0.4
DOUBLED = 0.5

Act = Callable[["Told"], None]
Event = Mapping[str, Any]


class Told:
    """One order and the news about it that nobody has heard yet."""

    def __init__(self, harness: Harness, slugs: list[str]) -> None:
        self.harness = harness
        self.order = harness.place(*slugs)
        self.visit = harness.session_id(self.order)
        self.refunds: list[str] = []
        self.disputes: list[str] = []
        self.unheard: list[Event] = []

    def does(self, act: Act) -> None:
        """Let it happen at Stripe, unless Stripe would not let it."""
        before = len(self.harness.events())
        with suppress(ApiError, IndexError):
            act(self)
        self.unheard += self.harness.events()[before:]

    def deliver_webhooks(self) -> None:
        self.harness.deliver_webhook(*self.unheard)
        self.unheard = []

    def hears_badly(self, chance: random.Random) -> None:
        """What is not lost comes in any order, half of it twice."""
        kept = [event for event in self.unheard if chance.random() >= LOST]
        kept += [event for event in kept if chance.random() < DOUBLED]
        chance.shuffle(kept)
        self.harness.deliver_webhook(*kept)
        self.unheard = []

    def stands(self) -> tuple[object, ...]:
        """Where it ended: state, money, and how many gifts stand how."""
        row = self.harness.order(self.order)
        with self.harness.database.reading() as session:
            gifts = list(ledger.standings(session, row.reference).values())
        confirmed = self.harness.emails(self.order).count("order-confirmation")
        counts = [gifts.count(standing) for standing in (Standing.ACCRUED, Standing.HELD)]
        return row.state, self.harness.kept_pence(self.order), counts, confirmed


def on_page(do: Callable[..., None], **how: bool) -> Act:
    return lambda told: told.harness.at_stripe(do, told.visit, **how)


def refund(pence: int | None) -> Act:
    return lambda told: told.refunds.append(told.harness.refunds(told.order, pence))


def dispute(pence: int | None, *, inquiry: bool) -> Act:
    return lambda told: told.disputes.append(told.harness.disputes(told.order, pence, inquiry=inquiry))


def refund_fails(at: int) -> Act:
    return lambda told: told.harness.refund_fails(told.refunds[at])


def dispute_ends(*, won: bool) -> Act:
    return lambda told: told.harness.dispute_ends(told.disputes[-1], won=won)


def history(chance: random.Random, prices: list[int]) -> list[Act]:
    """What happens to one order: a payment that works or not, and then anything."""
    acts: list[Act] = [on_page(paying.decline)] * chance.randint(0, 1)
    late = [on_page(paying.pay_late), on_page(paying.settle_late, succeeds=chance.random() < 0.7)]
    paid = chance.choices([[on_page(paying.pay)], late, [on_page(paying.expire)], []], [6, 2, 1, 1])[0]
    acts += paid
    if not paid:
        return acts
    refunded = disputed = False
    for _ in range(chance.randint(0, 5)):
        happens = chance.choice(("refund", "refund", "fails", "dispute", "ends", "ends"))
        if happens == "refund":
            acts.append(refund(chance.choice([*prices, None, chance.randint(1, sum(prices))])))
            refunded = True
        elif happens == "fails" and refunded:
            acts.append(refund_fails(chance.randint(0, 1)))
        elif happens == "dispute":
            amount = chance.choice([None, *prices, chance.randint(1, sum(prices))])
            acts.append(dispute(amount, inquiry=chance.random() < 0.3))
            disputed = True
        elif disputed:
            acts.append(dispute_ends(won=chance.random() < 0.5))
    return acts


@pytest.mark.parametrize(
    ("seed", "histories"),
    [
        pytest.param(20261122, 2, marks=pytest.mark.faults),
        pytest.param(20261127, 100, marks=pytest.mark.faults_long),
    ],
)
def test_lost_doubled_and_shuffled_news_ends_where_the_news_in_order_does(
    harness: Harness, seed: int, histories: int
) -> None:
    dialect = harness.database.engine.dialect.name
    chance = random.Random(f"{seed} {dialect}")
    for slug in ("disc", "petal", "heart"):
        harness.set_stock(slug, 1_000)
    alike: list[tuple[Told, Told, Told]] = []
    for _ in range(histories):
        slugs = chance.choices(("disc", "petal", "heart"), k=chance.randint(1, 3))
        acts = history(chance, [harness.price_of(slug) for slug in slugs])
        orderly, badly, deaf = (Told(harness, slugs) for _ in range(3))
        for act in acts:
            for told in (orderly, badly, deaf):
                told.does(act)
            orderly.deliver_webhooks()
            if chance.random() < 0.5:
                badly.hears_badly(chance)
        badly.hears_badly(chance)
        alike.append((orderly, badly, deaf))
    harness.pass_time_for_holds()
    sweep(harness.services)
    assert look_at_all(harness.services).done == 3 * histories
    ended = [tuple(told.stands() for told in three) for three in alike]
    assert [three for three in ended if len(set(map(str, three))) > 1] == []
    assert len({str(three) for three in ended}) > histories // 3  # the histories did differ
    assert harness.sound() == []
    look_at_all(harness.services)
    assert ended == [tuple(told.stands() for told in three) for three in alike]

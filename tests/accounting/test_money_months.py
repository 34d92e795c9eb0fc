"""The books of the whole money: each thing once, in lines that come to nothing, and as Stripe has it."""

import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import text

from shop import clock
from shop.accounting import money_months
from shop.accounting.money_months import any_to_keep, check, journal, keep_months, months
from shop.accounting.nightly import read_and_keep
from shop.bookkeeping.balance_transaction_reading import read_balance_transactions
from shop.bookkeeping.chart_of_accounts import JournalEntry, MoneyAccount
from shop.bookkeeping.models import Payout
from shop.bookkeeping.month_bounds import one_month
from shop.bookkeeping.payout_arrivals import (
    HasArrived,
    NotToArrive,
    record_arrival,
    take_back,
)
from shop.catalogue import snapshot
from shop.giving import ledger, remittances
from shop.orders import outside_sales
from shop.payments import review
from shop.payments.gateway_errors import GatewayDown
from shop.pricing.vat import vat_within
from shop.standin import after_sales, paying
from shop.standin.errors import ApiError
from shop.standin.money_objects import DISPUTE_FEE, charge_fee
from tests.bookkeeping.helpers import books, pays, pays_out, standing
from tests.engines import ONE_ENGINE
from tests.harness import Harness
from tests.payments.conftest import Clock
from tests.payments.webhook_client import hooked

A = MoneyAccount
GIFT = 500


def arrives(harness: Harness, payout: str, reference: str = "STRIPE 1") -> None:
    with harness.database.transaction() as session:
        day = session.get_one(Payout, payout).arrives_on
        record_arrival(
            session, harness.services, payout, on=day, reference=reference, actor="finance@shop.example"
        )


@ONE_ENGINE
def test_a_sale_a_refund_a_lost_dispute_and_a_payout_stand_in_the_books_to_the_penny(
    harness: Harness, time: Clock
) -> None:
    time.at = datetime(2031, 6, 10, 12, tzinfo=UTC)
    kept, partly, lost = pays(harness, "disc", "petal"), pays(harness, "disc", "petal"), pays(harness, "disc")
    orders = [harness.order(order) for order in (kept, partly, lost)]
    goods, postage = sum(o.goods_pence for o in orders), sum(o.postage_pence for o in orders)
    fees = sum(charge_fee(o.total_pence) for o in orders)
    petal, taken = harness.price_of("petal"), orders[2].total_pence
    harness.refunds(partly, petal)
    harness.dispute_ends(harness.disputes(lost), won=False)
    for order in (partly, lost):
        harness.sync(order)
    read_balance_transactions(harness.services)
    left = goods + postage - fees - petal - taken - DISPUTE_FEE
    sold = {
        A.SALES: -goods,
        A.POSTAGE: -postage,
        A.REFUNDS: petal,
        A.DISPUTES: taken,
        A.STRIPE_FEES: fees,
        A.DISPUTE_FEES: DISPUTE_FEE,
    }
    gifts = {A.GIFTS: 3 * GIFT, A.GIFTS_OWED: -3 * GIFT}
    assert standing(harness) == sold | gifts | {A.STRIPE: left}
    payout = pays_out(harness)
    read_balance_transactions(harness.services)
    assert standing(harness) == sold | gifts | {A.TRANSIT: left}
    time.pass_(days=25)
    arrives(harness, payout)
    assert standing(harness) == sold | gifts | {A.BANK: left}
    june, july = books(harness)
    assert (june.change(A.BANK), july.change(A.BANK), july.opening[A.TRANSIT]) == (0, left, left)


def test_the_vat_within_a_sale_stands_apart_and_is_gone_when_all_went_back(harness: Harness) -> None:
    order = pays(harness, "disc", "petal")
    with harness.database.transaction() as session:
        session.execute(text('UPDATE "order" SET vat_pence = total_pence / 6'))
    total, postage = harness.order(order).total_pence, harness.order(order).postage_pence
    assert standing(harness)[A.VAT] == -vat_within(total)
    assert standing(harness)[A.POSTAGE] == vat_within(postage) - postage
    for pence in (1, 1, 1, 997):
        harness.refunds(order, pence)
        harness.sync(order)
    assert standing(harness)[A.VAT] == -vat_within(total - 1000)
    harness.refunds(order)
    harness.sync(order)
    end = standing(harness)
    assert A.VAT not in end
    assert end[A.SALES] + end[A.POSTAGE] + end[A.REFUNDS] == 0


@ONE_ENGINE
def test_what_was_paid_twice_is_no_sale(harness: Harness) -> None:
    order = harness.place("disc")
    first = harness.session_id(order)
    with harness.database.transaction() as session:
        session.execute(text("UPDATE checkout_attempt SET number = number + 1"))
    second = harness.services.gateway.create_session(
        {**harness.attempt(order).request, "client_reference_id": harness.order(order).reference}, "again"
    )
    with harness.database.transaction() as session:
        session.execute(
            text("INSERT INTO stray_session (stripe_id, order_id, noted_at) VALUES (:id, :order, :at)"),
            {"id": second.id, "order": order, "at": "2031-01-01 00:00:00.000000"},
        )
    for visit in (first, second.id):
        harness.at_stripe(paying.pay, visit)
    harness.sync(order)
    harness.sync(order)
    read_balance_transactions(harness.services)
    total = harness.order(order).total_pence
    end = standing(harness)
    assert end[A.SALES] + end[A.POSTAGE] == -total
    assert end[A.STRIPE] == total - 2 * charge_fee(total)
    assert {A.TO_GO_BACK, A.CLEARING, A.REFUNDS}.isdisjoint(end)


@ONE_ENGINE
def test_a_payment_that_is_not_what_was_asked_for_is_a_sale_once_it_is_accepted(
    harness: Harness, time: Clock
) -> None:
    order = harness.place("disc")
    with harness.database.transaction() as session:
        session.execute(
            text('UPDATE "order" SET total_pence = total_pence + 100, goods_pence = goods_pence + 100')
        )
    harness.pays(order)
    harness.sync(order)
    paid = harness.order(order).total_pence - 100
    assert standing(harness)[A.TO_GO_BACK] == -paid
    time.pass_(minutes=5)
    with harness.database.transaction() as session:
        review.accept(session, order, actor="owner@shop.example")
    harness.sync(order)
    end = standing(harness)
    assert A.TO_GO_BACK not in end
    assert (end[A.SALES] + end[A.POSTAGE], end[A.POSTAGE]) == (-paid, -harness.order(order).postage_pence)


@ONE_ENGINE
def test_what_stripe_knows_and_no_order_explains_stays_between_them(harness: Harness) -> None:
    pays(harness, "disc")
    request = {**harness.attempt(harness.place("disc")).request, "client_reference_id": "a market stall"}
    stall = harness.services.gateway.create_session(request, "not one of our keys")
    harness.at_stripe(paying.pay, stall.id)
    read_balance_transactions(harness.services)
    assert standing(harness)[A.CLEARING] == -stall.amount_total


def test_a_payout_is_recorded_at_the_bank_once_and_can_be_taken_back(harness: Harness, time: Clock) -> None:
    pays(harness, "disc")
    payout = pays_out(harness)
    read_balance_transactions(harness.services)
    day, actor = time.at.date(), "finance@shop.example"
    for _ in range(2):
        arrives(harness, payout)
    amount = standing(harness)[A.BANK]
    with harness.database.transaction() as session, pytest.raises(HasArrived):
        record_arrival(session, harness.services, payout, on=day, reference="STRIPE 2", actor=actor)
    with harness.database.transaction() as session, pytest.raises(NotToArrive):
        record_arrival(session, harness.services, "po_none", on=day, reference="STRIPE 2", actor=actor)
    for there in (True, False):
        with harness.database.transaction() as session:
            assert take_back(session, harness.services, payout, actor=actor) is there
    assert standing(harness)[A.TRANSIT] == amount
    assert A.BANK not in standing(harness)
    arrives(harness, payout, "STRIPE 2")
    assert standing(harness)[A.BANK] == amount


def test_a_month_is_kept_when_it_is_over_and_what_comes_once_it_is_complete_stands_in_the_next(
    harness: Harness, time: Clock
) -> None:
    time.at = datetime(2031, 6, 30, 21, tzinfo=UTC)
    order = pays(harness, "disc")
    read_balance_transactions(harness.services)
    assert keep_months(harness.services) == 0
    time.pass_(minutes=90)
    pays(harness, "petal")
    time.pass_(minutes=60)
    assert keep_months(harness.services) == 0  # June has just ended, and somebody may still be writing
    time.pass_(minutes=60)
    assert (keep_months(harness.services), keep_months(harness.services)) == (1, 0)
    june = books(harness)[0]
    assert (june.complete, june.closing[A.CLEARING] > 0) == (False, True)
    read_balance_transactions(harness.services)  # its last hours come in
    assert (keep_months(harness.services), keep_months(harness.services)) == (1, 0)
    june = books(harness)[0]
    assert (june.complete, june.closing[A.CLEARING]) == (True, 0)
    harness.refunds(order)
    harness.sync(order)
    read_balance_transactions(harness.services)
    assert books(harness)[0] == june
    assert books(harness)[1].change(A.REFUNDS) == harness.order(order).total_pence
    with harness.database.reading() as session:
        assert not list(check(session, harness.services))
        session.execute(text("UPDATE month_sum SET plus_pence = plus_pence + 1 WHERE account = 'stripe'"))
        assert len(list(check(session, harness.services))) == 1


@ONE_ENGINE
def test_a_month_into_which_rows_come_while_it_is_added_up_is_kept_the_next_time(
    harness: Harness, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    time.at = datetime(2031, 6, 30, 21, tzinfo=UTC)
    pays(harness, "disc")
    time.pass_(days=1)
    added_up = money_months._sides

    def slowly(*asked: Any) -> Any:
        found = added_up(*asked)
        monkeypatch.undo()
        monkeypatch.setattr(clock, "now", time.now)
        read_balance_transactions(harness.services)
        return found

    monkeypatch.setattr(money_months, "_sides", slowly)
    assert [keep_months(harness.services) for _ in range(2)] == [0, 1]
    with harness.database.reading() as session:
        assert not list(check(session, harness.services))


@ONE_ENGINE
def test_the_months_of_a_shop_whose_stripe_cannot_be_read_are_kept_too(harness: Harness, time: Clock) -> None:
    def is_away(_ask: Callable[..., object], **_which: object) -> object:
        raise GatewayDown("no answer")

    time.at = datetime(2031, 6, 30, 21, tzinfo=UTC)
    pays(harness, "disc")
    time.pass_(days=1)
    with harness.database.reading() as session:
        assert any_to_keep(session, harness.services)
    while read_and_keep(hooked(harness.services, some_payouts=is_away)):
        pass
    with harness.database.reading() as session:
        assert not any_to_keep(session, harness.services)
    assert [month.complete for month in books(harness)] == [False, False]


def test_whatever_happens_the_books_balance_and_are_what_stripe_has(harness: Harness, time: Clock) -> None:
    lives(harness, time, 2, steps=25)


@ONE_ENGINE
@pytest.mark.faults_long
@pytest.mark.parametrize("seed", range(10, 22))
def test_whatever_happens_in_a_dozen_long_lives_the_books_balance(
    harness: Harness, time: Clock, seed: int
) -> None:
    lives(harness, time, seed, steps=60)


def lives(harness: Harness, time: Clock, seed: int, *, steps: int) -> None:
    """Random months of a shop: complete ones never change, and the books are Stripe's after each reading."""
    life = Life(harness, time, random.Random(seed))
    for _ in range(steps):
        time.pass_(hours=life.chance.choice([1, 5, 30, 200]))
        life.chance.choice(life.can)()
        life.look()


class Life:
    """What can happen, each as somebody's choice."""

    def __init__(self, harness: Harness, time: Clock, chance: random.Random) -> None:
        time.at = datetime(2031, 3, 20, 12, tzinfo=UTC)
        self.harness, self.time, self.chance = harness, time, chance
        self.orders: list[int] = []
        self.refunds: list[str] = []
        self.disputes: list[str] = []
        self.payouts: list[str] = []
        self.complete: dict[str, object] = {}
        self.can: list[Callable[[], object]] = [
            self.buys, self.buys, self.refund, self.sent_back, self.dispute, self.decided, self.pay_out,
            self.fails, self.arrives, self.read, self.read, self.fair, self.remits,
        ]  # fmt: skip
        for slug in ("disc", "petal"):
            harness.set_stock(slug, 100)

    def buys(self) -> None:
        self.orders.append(pays(self.harness, *self.chance.choice([("disc",), ("petal", "disc")])))

    def refund(self) -> None:
        if self.orders:
            order = self.chance.choice(self.orders)
            self._try(
                lambda: self.refunds.append(self.harness.refunds(order, self.chance.choice([1, 500, None])))
            )
            self.harness.sync(order)

    def sent_back(self) -> None:
        if self.refunds:
            self._try(lambda: self.harness.refund_fails(self.chance.choice(self.refunds)))

    def dispute(self) -> None:
        if self.orders:
            order = self.chance.choice(self.orders)
            self._try(lambda: self.disputes.append(self.harness.disputes(order)))

    def decided(self) -> None:
        if self.disputes:
            dispute, won = self.chance.choice(self.disputes), self.chance.random() < 0.5
            self._try(lambda: self.harness.dispute_ends(dispute, won=won))

    def pay_out(self) -> None:
        how = self.chance.choice([{}, {"automatic": False}, {"days": 3}])
        self._try(lambda: self.payouts.append(pays_out(self.harness, **how)))

    def fails(self) -> None:
        def fail() -> None:
            with self.harness.database.transaction() as session:
                after_sales.fail_payout(session, self.chance.choice(self.payouts))

        if self.payouts:
            self._try(fail)

    def arrives(self) -> None:
        self.read()
        if self.payouts:
            arrives(self.harness, self.chance.choice(self.payouts))

    def fair(self) -> None:
        with self.harness.database.transaction() as session:
            piece = snapshot.load(session).by_slug["petal"]
            entry = outside_sales.SaleEntry(
                piece=piece, variant=piece.variants[0], quantity=2, sold_on=clock.today(), note="A fair"
            )
            outside_sales.enter(session, entry, book="test", once=f"{clock.now()}", actor="owner 1")

    def remits(self) -> None:
        with self.harness.database.transaction() as session:
            remittances.record_remittance(
                session, book="test", policy_id=1, amount_pence=GIFT, paid_on=clock.today(),
                bank_reference="PANDAS", actor="finance 2", key=f"{clock.now()}", more_than_owed=True,
            )  # fmt: skip

    def read(self) -> None:
        """All orders are looked at, and Stripe is read: then both say the same."""
        for order in self.orders:
            self.harness.sync(order)
        read_balance_transactions(self.harness.services)
        keep_months(self.harness.services)
        if self.orders:
            balance, end = self.harness.services.gateway.balance(), standing(self.harness)
            assert end.get(A.STRIPE, 0) == balance.available + balance.pending
            assert A.CLEARING not in end

    def look(self) -> None:
        """Everything comes to nothing, gifts are the ledger's, and what is complete does not change."""
        if not self.orders:
            return
        found = books(self.harness)
        assert sum(found[-1].closing.values()) == 0
        with self.harness.database.reading() as session:
            totals = ledger.totals(session, "test")
            assert not list(check(session, self.harness.services))
        assert -found[-1].closing[A.GIFTS_HELD] == totals.held_pence
        assert found[-1].closing[A.GIFTS] == totals.net_pence
        assert -found[-1].closing[A.GIFTS_OWED] == totals.accrued_pence + totals.payable_pence
        now = {month.name: month for month in found if month.complete}
        assert {name: now[name] for name in self.complete} == self.complete
        self.complete = dict(now)

    def _try(self, do: Callable[[], object]) -> None:
        """What Stripe does not let happen does not."""
        try:
            do()
        except ApiError:
            return


@ONE_ENGINE
def test_the_journal_of_a_month_has_each_thing_once_and_nothing_private(
    harness: Harness, time: Clock
) -> None:
    time.at = datetime(2031, 6, 10, 12, tzinfo=UTC)
    pays(harness, "disc")
    read_balance_transactions(harness.services)
    with harness.database.reading() as session:
        found = list(journal(session, harness.services, one_month("2031-06")))
        assert [entry.key[:4] for entry in found] == ["pay:", "txn_", "gift"]
        assert {entry.day for entry in found} == {date(2031, 6, 10)}
        assert not any(word in repr(found) for word in ("Ada", "Byron", "Quiet", "BA1", "example.com"))
        assert not list(journal(session, harness.services, one_month("2031-05")))
        assert [month.name for month in months(session, harness.services)] == ["2031-06"]


def test_an_entry_whose_lines_do_not_come_to_nothing_is_none() -> None:
    day = date(2031, 6, 1)
    with pytest.raises(ValueError, match="do not come to nothing"):
        JournalEntry("x", "2031-06", day, day, "Sale", None, None, ((A.STRIPE, 1),))

"""Whatever happens to an order whose pieces are changed: our books are Stripe's, and no piece is lost."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import pytest
from sqlalchemy import func, select

from shop import stock
from shop.catalogue import snapshot
from shop.fulfilment.corrections import BUYER, ChangedMeanwhile, TooLate
from shop.fulfilment.models import UnitReturn
from shop.fulfilment.stages import Action, Stage
from shop.fulfilment.units import NotAllowed
from shop.orders.lifecycle import State, lines_of
from shop.payments import cancelling, supplement_page, supplements
from shop.payments.exchanging import Exchange, NotOffered, Wanted, exchange, exchanges
from shop.payments.kinds import OWED_STILL
from shop.payments.models import PaymentEntry, RefundRequest, Supplement
from shop.payments.order_record import BOUGHT
from shop.payments.refundable import InDispute, MoreThanPaid, NothingToRefund
from shop.payments.refunds import ask
from shop.payments.supplement_page import NotToBePaid
from shop.payments.supplements import AnotherWaits
from shop.reconciliation.reconciling import reconcile
from shop.standin import after_sales, paying
from shop.stock import SoldOut
from shop.stock.models import StockMovement
from tests.fulfilment.conftest import OWNER, Bench, bench

__all__ = ["bench"]

PIECES = ("DISC-GOLD-18", "DISC-SILVER-18", "PETAL-GOLD-16", "THREAD-SILVER-18")
REFUSED = (
    TooLate,
    NotAllowed,
    ChangedMeanwhile,
    NotOffered,
    SoldOut,
    MoreThanPaid,
    NothingToRefund,
    InDispute,
    AnotherWaits,
    NotToBePaid,
)


@dataclass
class Life:
    """An order to which anything may happen."""

    bench: Bench
    order: int
    chance: random.Random
    log: list[str] = field(default_factory=list)

    def number(self) -> int:
        return self.chance.choice(sorted(self.bench.units(self.order)))

    def wanted(self, number: int) -> Exchange:
        """Any other metal or length for a unit."""
        with self.bench.harness.database.reading() as session:
            order, line = self.bench.harness.order(self.order), lines_of(session, self.order)[number - 1]
            return self.chance.choice(exchanges(snapshot.load(session), order, line))

    def changes(self) -> None:
        number = self.number()
        found, wording = self.wanted(number), self.bench.units(self.order)[number].wording
        wanted = Wanted(found.variant.id, found.difference_pence, wording)
        with self.bench.harness.database.transaction() as session:
            vault, catalogue = self.bench.harness.services.vault, snapshot.load(session)
            exchange(session, vault, self.order, number, catalogue=catalogue, wanted=wanted, actor=BUYER)

    def asks_for_more(self) -> None:
        """Something dearer is chosen; its page may be opened."""
        number, services = self.number(), self.bench.harness.services
        found, wording = self.wanted(number), self.bench.units(self.order)[number].wording
        wanted = Wanted(found.variant.id, found.difference_pence, wording)
        with self.bench.harness.database.transaction() as session:
            catalogue = snapshot.load(session)
            made = supplements.ask(
                session, services, self.order, number, catalogue=catalogue, wanted=wanted, actor=BUYER
            )
            asked = made.id
        if self.chance.random() < 0.9:
            supplement_page.open_supplement(services, asked)

    def pays_more(self) -> None:
        """Whatever can still be paid is paid, unless the buyer walks away from it."""
        services = self.bench.harness.services
        with self.bench.harness.database.reading() as session:
            mine = Supplement.order_id == self.order
            pages = session.scalars(select(Supplement.stripe_id).where(mine)).all()
        for page in filter(None, pages):
            if services.gateway.session(page).status == "open" and self.chance.random() < 0.8:
                self.bench.harness.at_stripe(paying.pay, page)

    def leaves_it(self) -> None:
        with self.bench.harness.database.reading() as session:
            asked = supplements.open_of(session, self.order)
        if asked is not None:
            supplement_page.leave(self.bench.harness.services, self.order, asked.number, actor=BUYER)

    def cancels(self) -> None:
        numbers = [self.number()]
        with self.bench.harness.database.transaction() as session:
            order = self.bench.harness.order(self.order)
            pence = cancelling.what_goes_back(session, order, numbers).amount_pence
            cancelling.cancel(session, self.order, numbers, agreed_pence=pence, actor=BUYER)

    def refunds(self) -> None:
        with self.bench.harness.database.transaction() as session:
            ask(session, self.order, lines=[self.number()], postage=self.chance.random() < 0.3, actor=OWNER)

    def works(self) -> None:
        self.bench.act(self.order, self.number(), self.chance.choice([Action.CHECK, Action.BEGIN]))

    def dashboard_refunds(self) -> None:
        self.looks()
        left = {intent: pence for intent, pence in kept_of(self).items() if pence > 0}
        if left and self.bench.harness.order(self.order).state != State.DISPUTED and not owed(self):
            intent, pence = self.chance.choice(sorted(left.items()))
            with self.bench.harness.database.transaction() as session:
                after_sales.refund(session, intent, self.chance.randint(1, pence))
            self.looks()

    def looks(self) -> None:
        self.bench.harness.sync(self.order)

    def live(self, steps: int) -> None:
        doings = [self.changes] * 6 + [self.works, self.refunds, self.cancels, self.dashboard_refunds]
        doings += [self.asks_for_more, self.pays_more] * 3 + [self.leaves_it]
        for _ in range(steps):
            do = self.chance.choice(doings)
            self.log.append(do.__name__)
            with suppress(*REFUSED):
                do()
            if self.chance.random() < 0.6:
                self.looks()
        self.bench.harness.deliver_webhooks()
        self.looks()


def kept_of(life: Life) -> dict[str, int]:
    """What our own entries say is left of each payment, in pence by its intent."""
    with life.bench.harness.database.reading() as session:
        rows = session.execute(
            select(PaymentEntry.payment_intent, func.sum(PaymentEntry.amount_pence))
            .where(PaymentEntry.order_id == life.order)
            .group_by(PaymentEntry.payment_intent)
        )
        return {intent: int(pence) for intent, pence in rows}


def owed(life: Life) -> int:
    """Pence that are on their way back."""
    with life.bench.harness.database.reading() as session:
        query = select(func.coalesce(func.sum(RefundRequest.amount_pence), 0))
        return int(session.scalar(query.where(RefundRequest.state.in_(OWED_STILL))) or 0)


def pieces_out(life: Life) -> int:
    """How many pieces the stock has given to the order, and not had back."""
    with life.bench.harness.database.reading() as session:
        reference = life.bench.harness.order(life.order).reference
        query = select(func.sum(StockMovement.quantity)).where(StockMovement.order_reference == reference)
        return -int(session.scalar(query) or 0)


def check(life: Life, given: int) -> None:
    """Everything that must be so however it came."""
    harness = life.bench.harness
    assert reconcile(harness.services) == [], life.log
    assert harness.sound() == [], life.log
    order = harness.order(life.order)
    with harness.database.reading() as session:
        lines = lines_of(session, life.order)
        here = UnitReturn.order_line_id.in_([line.id for line in lines])
        freed = session.scalars(select(UnitReturn).where(UnitReturn.undone_at.is_(None), here)).all()
        paid = session.scalar(
            select(func.sum(PaymentEntry.amount_pence)).where(
                PaymentEntry.kind.in_(BOUGHT), PaymentEntry.order_id == life.order
            )
        )
    at_the_bench = life.bench.units(life.order)
    gone = {number for number, unit in at_the_bench.items() if unit.stage == Stage.REFUNDED}
    assert order.goods_pence == sum(line.price_pence for line in lines), life.log
    assert order.total_pence == order.goods_pence + order.postage_pence
    assert pieces_out(life) == len(lines) - len(freed), life.log
    assert given == 500 * (len(lines) - len(gone)), life.log
    assert 0 <= harness.kept_pence(life.order) <= (paid or 0), life.log
    assert min(kept_of(life).values()) >= 0, "no payment gave back more than it took"
    if "dashboard_refunds" not in life.log:
        kept = sum(line.price_pence for line in lines if line.number not in gone)
        assert harness.kept_pence(life.order) - kept in {0, order.postage_pence}, life.log


@pytest.mark.parametrize("seed", range(2))
def test_after_any_life_the_books_are_stripes_and_no_piece_is_lost(bench: Bench, seed: int) -> None:
    lives(bench, seed)


@pytest.mark.faults_long
def test_after_sixty_lives_too(bench: Bench) -> None:
    for sku in PIECES:
        restock(bench, sku)
    for seed in range(100, 160):
        lives(bench, seed)


def restock(bench: Bench, sku: str) -> None:
    with bench.harness.database.transaction() as session:
        piece, _ = snapshot.load(session).by_sku(sku) or (None, None)
        for variant in piece.variants if piece else ():
            stock.adjust(session, variant.id, 1_000, reason="received", actor="test")


def changer(bench: Bench, order: int, sku: str, wording: int = 1) -> Callable[[], object]:
    """Changes its first piece to this one, decided on what stands now."""
    with bench.harness.database.reading() as session:
        catalogue, line = snapshot.load(session), lines_of(session, order)[0]
        found = next(
            one for one in exchanges(catalogue, bench.harness.order(order), line) if one.variant.sku == sku
        )
    wanted = Wanted(found.variant.id, found.difference_pence, wording)

    def change() -> object:
        with bench.harness.database.transaction() as session:
            vault = bench.harness.services.vault
            return exchange(session, vault, order, 1, catalogue=catalogue, wanted=wanted, actor=BUYER)

    return change


def meet(*doings: Callable[[], object]) -> list[type[Exception] | None]:
    """All of it at the same moment. Gives what refused each."""
    start = threading.Barrier(len(doings))

    def run(do: Callable[[], object]) -> type[Exception] | None:
        start.wait(30)
        try:
            do()
        except REFUSED as refused:
            return type(refused)
        return None

    with ThreadPoolExecutor(len(doings)) as pool:
        return [one.result(60) for one in [pool.submit(run, do) for do in doings]]


def sound(bench: Bench, *orders: int) -> None:
    for order in orders:
        bench.harness.sync(order)
        assert pieces_out(Life(bench, order, random.Random())) == 1
        assert bench.harness.kept_pence(order) == bench.harness.order(order).total_pence
    assert bench.harness.sound() == []


def test_a_change_and_the_beginning_of_engraving_meet_and_one_of_them_comes_first(bench: Bench) -> None:
    order = bench.paid(("DISC-GOLD-18", "Wren"))
    bench.act(order, 1, Action.CHECK)
    refused = meet(changer(bench, order, "DISC-SILVER-18"), partial(bench.act, order, 1, Action.BEGIN))
    assert refused in ([None, NotAllowed], [TooLate, None])
    began = bench.stages(order) == [Stage.ENGRAVING]
    assert began == (refused[0] is TooLate)
    sound(bench, order)


def test_of_two_tabs_that_meet_one_changes_it(bench: Bench) -> None:
    order = bench.paid(("DISC-GOLD-18", ""))
    refused = meet(changer(bench, order, "DISC-SILVER-18"), changer(bench, order, "DISC-SILVER-16"))
    assert sorted(map(str, refused)) == sorted(map(str, [None, ChangedMeanwhile]))
    sound(bench, order)


def test_of_two_who_want_the_last_one_has_it(bench: Bench) -> None:
    orders = [bench.paid(("DISC-GOLD-18", "")), bench.paid(("DISC-GOLD-16", ""))]
    with bench.harness.database.transaction() as session:
        _, last = snapshot.load(session).by_sku("DISC-SILVER-20") or (None, None)
        assert last
        there = stock.level_of(session, last.id).on_hand
        stock.adjust(session, last.id, 1 - there, reason="counted", actor="test")
    refused = meet(*(changer(bench, order, "DISC-SILVER-20") for order in orders))
    assert sorted(map(str, refused)) == sorted(map(str, [None, SoldOut]))
    sound(bench, *orders)


def lives(bench: Bench, seed: int) -> None:
    chance = random.Random(seed)
    before = bench.harness.given()
    order = bench.paid(*((sku, "") for sku in chance.choices(PIECES, k=chance.randint(1, 3))))
    life = Life(bench, order, chance)
    life.live(12)
    check(life, bench.harness.given() - before)

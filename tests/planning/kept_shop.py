"""The shop itself, with its database, bench, worker and pages, to be lived with for a part of the year."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from flask import Flask
from sqlalchemy import select

from shop import clock
from shop.catalogue import snapshot
from shop.checkout.promised_day import promise_of, wishes_of
from shop.engraving import check
from shop.fulfilment import late, parcels, units
from shop.fulfilment.queue import waiting_for
from shop.fulfilment.stages import Action, Remake, Stage
from shop.fulfilment.units import units_of
from shop.orders.models import Order, OrderLine
from shop.orders.placing import OrderDraft, place
from shop.payments.attempts import open_attempt
from shop.payments.payment_page import start_payment
from shop.planning import schedule
from shop.planning.planner import keeps
from shop.planning.schedule import NEW
from shop.pricing import LineItem
from tests.fulfilment.conftest import OWNER, PLAIN, WORDS
from tests.harness import CONTACT, Harness, quoted
from tests.planning.simulated_year import Buyer, Job, Promised, Shop
from tests.shopper import Shopper, harness_of

SHOWN = re.compile(r'we post it by\s+<span class="whole">\w+ (\d+) (\w+)</span>')


@dataclass
class KeptShop(Shop):
    """Nothing but the clock is not the shop's own."""

    app: Flask
    moment: datetime = field(init=False)
    harness: Harness = field(init=False)
    orders: dict[int, int] = field(default_factory=dict)
    """By the buyer's number, the order's id."""

    def __post_init__(self) -> None:
        self.harness = harness_of(self.app)
        for slug in ("disc", "petal"):
            self.harness.set_stock(slug, 9000)

    def begins(self, at: datetime, pace: int, workdays: Collection[int]) -> None:
        self.moment = at
        clock.now = lambda: self.moment  # the fixture puts it back
        with self.harness.database.transaction() as session:
            schedule.save(session, replace(NEW, pace=pace, weekdays=tuple(sorted(workdays))), actor=OWNER)

    def closes(self, at: datetime, first: date, last: date) -> None:
        self.moment = at
        with self.harness.database.transaction() as session:
            schedule.close(session, first, last, actor=OWNER)

    def shown(self, at: datetime) -> date:
        self.moment = at
        found = SHOWN.search(Shopper(self.app).get("/pieces/disc").text)
        assert found
        day = datetime.strptime(f"{found[1]} {found[2]} {at.year}", "%d %B %Y").date()  # noqa: DTZ007
        return day if day >= at.date() else day.replace(year=at.year + 1)

    def buys(self, buyer: Buyer) -> Promised:
        self.moment = buyer.at
        details = self._details(buyer)
        with self.harness.database.reading() as session:
            catalogue = snapshot.load(session)
        items = tuple(_item(catalogue, words=words) for words in buyer.words)
        draft = OrderDraft(items, CONTACT, buyer.service, wishes=wishes_of(details))
        priced = quoted(catalogue, draft)
        with self.app.test_request_context():
            found = promise_of(priced.lines, details)
        draft = replace(draft, promise=found)
        with self.harness.database.transaction() as session:
            order = place(session, self.harness.services, draft, priced, buyer_hash=f"b {buyer.number}")
            open_attempt(session, self.harness.services, order, priced)
            self.orders[buyer.number] = order.id
        start_payment(self.harness.services, self.harness.attempt(order.id).id)
        self.harness.pays(order.id)
        self.harness.sync(order.id)
        kept = self.harness.order(order.id)
        assert kept.posted_by == found.posted_by
        return Promised(found.posted_by, found.post_from, kept=keeps(found, wishes_of(details)))

    def queue(self, at: datetime) -> Sequence[Job]:
        self.moment = at
        numbers = {reference: number for number, reference in self._references().items()}
        with self.harness.database.reading() as session:
            waiting = waiting_for(session, Action.CHECK, self.harness.services.book, most=9999)
        return [(numbers[one.reference], one.number) for one in waiting]

    def made(self, at: datetime, job: Job) -> None:
        self.moment = at
        order, unit = self.orders[job[0]], job[1]
        with self.harness.database.transaction() as session:
            words = session.scalars(
                select(OrderLine.engraved).where(OrderLine.order_id == order, OrderLine.number == unit)
            ).one()
            for action in WORDS if words else PLAIN:
                units.act(session, order, unit, action, actor=OWNER)

    def again(self, at: datetime, job: Job) -> None:
        self.moment = at
        order, unit = self.orders[job[0]], job[1]
        with self.harness.database.transaction() as session:
            lost = units_of(session, order)[unit].stage == Stage.POSTED
            for action in () if lost else (Action.CHECK, Action.BEGIN):
                units.act(session, order, unit, action, actor=OWNER)
            why = Remake.LOST if lost else Remake.SLIP
            units.act(session, order, unit, Action.REMAKE, actor=OWNER, reason=why)

    def posted(self, at: datetime, number: int) -> None:
        self.moment = at
        order = self.orders[number]
        with self.harness.database.transaction() as session:
            packed = [n for n, unit in units_of(session, order).items() if unit.stage == Stage.PACKED]
            parcels.post(session, order, packed, tracking=None, actor=OWNER)

    def looks(self, at: datetime) -> Iterable[int]:
        self.moment = at
        numbers = {order: number for number, order in self.orders.items()}
        with self.harness.database.reading() as session:
            found = late.find_late(session, self.harness.services.book)
        with self.harness.database.transaction() as session:
            return [numbers[one.order_id] for one in found if late.tell(session, one)]

    def _details(self, buyer: Buyer) -> dict[str, object]:
        wishes = {wish: getattr(buyer, wish) for wish in ("needed_by", "not_before", "not_on")}
        said = {wish: str(day) for wish, day in wishes.items() if day}
        return {"postage": buyer.service, "contact": {"postcode": buyer.postcode}, "wishes": said}

    def _references(self) -> Mapping[int, str]:
        with self.harness.database.reading() as session:
            found = dict(session.execute(select(Order.id, Order.reference)).all())  # type: ignore[arg-type]
        return {number: found[order] for number, order in self.orders.items()}


def _item(catalogue: snapshot.Catalogue, *, words: bool) -> LineItem:
    piece = catalogue.by_slug["disc" if words else "petal"]
    engraving = check(piece.sides, "marcellus", {("front", 1): "Wren"}) if words else None
    return LineItem(piece.variants[0].id, engraving, None)

"""The planner's rules with nothing around them, to be lived with for a year."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from shop.planning import planner
from shop.planning.planner import Plan, Wishes
from shop.planning.schedule import NEW, Schedule
from tests.planning.simulated_year import Buyer, Job, Promised, Shop


def work_of(words: bool) -> int:
    return planner.ENGRAVED if words else planner.PLAIN


@dataclass
class Order:
    """What the shop knows of an order."""

    by: date
    post_from: date | None
    told: date
    """The day its buyer was told last."""
    waiting: dict[int, bool]
    posted: bool = False


@dataclass
class PlannedShop(Shop):
    """Keeps its orders in memory, and asks the planner."""

    schedule: Schedule = NEW
    orders: dict[int, Order] = field(default_factory=dict)

    def begins(self, at: datetime, pace: int, workdays: Collection[int]) -> None:
        self.schedule = replace(NEW, pace=pace, weekdays=tuple(workdays))

    def closes(self, at: datetime, first: date, last: date) -> None:
        self.schedule = replace(self.schedule, closed=(*self.schedule.closed, (first, last)))

    @property
    def plan(self) -> Plan:
        waiting = [words for order in self.orders.values() for words in order.waiting.values()]
        return Plan(self.schedule, sum(map(work_of, waiting)))

    def shown(self, at: datetime) -> date:
        return planner.earliest(self.plan, at)

    def buys(self, buyer: Buyer) -> Promised:
        wishes = Wishes(buyer.needed_by, buyer.not_before, buyer.not_on)
        work = sum(map(work_of, buyer.words))
        found = planner.promise(
            self.plan, buyer.at, work, service=buyer.service, postcode=buyer.postcode, wishes=wishes
        )
        waiting = dict(enumerate(buyer.words, start=1))
        self.orders[buyer.number] = Order(found.posted_by, found.post_from, found.posted_by, waiting)
        return Promised(found.posted_by, found.post_from, kept=planner.keeps(found, wishes))

    def queue(self, at: datetime) -> Sequence[Job]:
        return [(number, unit) for number, order in self._in_order() for unit in order.waiting]

    def made(self, at: datetime, job: Job) -> None:
        del self.orders[job[0]].waiting[job[1]]

    def again(self, at: datetime, job: Job) -> None:
        self.orders[job[0]].waiting[job[1]] = True

    def posted(self, at: datetime, number: int) -> None:
        self.orders[number].posted = True

    def looks(self, at: datetime) -> Iterable[int]:
        jobs = [
            planner.Job(number, sum(map(work_of, order.waiting.values())), order.told, order.post_from)
            for number, order in self._in_order()
            if order.waiting or not order.posted
        ]
        found = planner.in_danger(self.schedule, at, jobs)
        for number, day in found.items():
            self.orders[number].told = day
        return [number for number in found if not self.orders[number].posted]

    def _in_order(self) -> Sequence[tuple[int, Order]]:
        return sorted(self.orders.items(), key=lambda one: (one[1].by, one[0]))


class SecondThoughts(PlannedShop):
    """Its buyers take back the days on which it must not arrive, as soon as they have ordered."""

    def buys(self, buyer: Buyer) -> Promised:
        first, order = super().buys(buyer), self.orders[buyer.number]
        if first.post_from is None:
            return first
        by = planner.earliest(self.plan, buyer.at, sum(map(work_of, buyer.words)))
        found = planner.held_back(
            self.schedule,
            buyer.at,
            min(by, first.posted_by),
            service=buyer.service,
            postcode=buyer.postcode,
            wishes=Wishes(buyer.needed_by),
        )
        order.by = order.told = found.posted_by
        order.post_from = found.post_from
        return Promised(found.posted_by, found.post_from, kept=planner.keeps(found, Wishes(buyer.needed_by)))

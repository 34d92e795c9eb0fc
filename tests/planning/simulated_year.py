"""A year at a bench of one: 2,000 orders, peaks, closed weeks, illness, pieces that must be made again.

Everything that happens was fixed here before there was anything that promises a date, and knows nothing of
how dates are promised: what is simulated against is a `Shop`. Only `illness` can be left out, so that both
years can be told apart.
"""

import random
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

BRITAIN: Final = ZoneInfo("Europe/London")
YEAR: Final = 2027
ORDERS: Final = 2000
PACE: Final = 12
"""Engraved units a day: what the owner says can be done. A day comes to what FORTUNES says of it."""

FORTUNES: Final = (1.2, 1.1, 1.05, 1.0, 1.0, 0.95, 0.7)
EFFORT: Final[Mapping[bool, float]] = {True: 1.0, False: 0.25}
"""What a unit with words, and one without, takes of that."""

SPOILT: Final = 0.025
"""Of the units that are engraved: a slip, and the unit begins anew."""

LOST: Final = 10
"""Parcels that never arrive: what was in them is made again."""

WORKS: Final = range(9, 16)
"""Hours of the owner's day, in British time; then the parcels go."""

WORKDAYS: Final = frozenset(range(5))
"""Monday to Friday."""


def _d(month: int, day: int) -> date:
    return date(YEAR, month, day)


ENGLAND: Final = frozenset(
    {_d(1, 1), _d(3, 26), _d(3, 29), _d(5, 3), _d(5, 31), _d(8, 30), _d(12, 27), _d(12, 28)}
)
SCOTLAND: Final = frozenset(
    {_d(1, 1), _d(1, 4), _d(3, 26), _d(5, 3), _d(5, 31), _d(8, 2), _d(11, 30), _d(12, 27), _d(12, 28)}
)
IRELAND: Final = ENGLAND | {_d(3, 17), _d(7, 12)}
"""Bank holidays of 2027 as gov.uk/bank-holidays counts them: the days that fall on a weekend moved on."""

PLACES: Final = (
    ("BA1 1AA", ENGLAND, 82),
    ("CF10 1AA", ENGLAND, 5),
    ("EH1 1AA", SCOTLAND, 9),
    ("BT1 1AA", IRELAND, 4),
)
"""Postcode, bank holidays there, and how many of a hundred orders go there."""

TRANSIT: Final[Mapping[str, Sequence[tuple[int, int]]]] = {
    "tracked-48": ((1, 5), (2, 70), (3, 25)),
    "tracked-24": ((1, 90), (2, 10)),
    "special-delivery": ((1, 100),),
}
"""Days from posting to the door, Mondays to Saturdays, and how many of a hundred take so long."""

PEAKS: Final = (
    (_d(2, 14), _d(3, 4), 2.2),  # before Mothering Sunday, 7 March
    (_d(10, 4), _d(10, 20), 2.0),  # Baby Loss Awareness Week is 9 to 15 October
    (_d(11, 15), _d(12, 15), 1.8),  # before Christmas
    (_d(12, 22), _d(12, 31), 0.5),
)

CLOSED: Final = (
    (_d(1, 2), _d(3, 30), _d(4, 2)),
    (_d(4, 12), _d(5, 10), _d(5, 14)),
    (_d(6, 1), _d(8, 9), _d(8, 20)),
    (_d(9, 1), _d(9, 17), _d(9, 17)),
    (_d(9, 15), _d(10, 25), _d(10, 29)),
    (_d(11, 1), _d(12, 24), _d(12, 31)),
)
"""Weeks and days away: when the owner writes them down, the first and the last."""

ILLNESS: Final = (
    (_d(1, 18), _d(1, 22), True),
    (_d(3, 3), _d(3, 3), False),
    (_d(6, 14), _d(6, 16), False),
    (_d(10, 13), _d(10, 15), True),
    (_d(12, 1), _d(12, 3), False),
)
"""Days in bed, first and last; whether the owner writes them down on the first morning, or nobody does."""


@dataclass(frozen=True)
class Buyer:
    """Somebody who orders: one order, paid for at `at` (UTC)."""

    number: int
    at: datetime
    words: tuple[bool, ...]
    """Of each unit, whether anything is engraved."""
    service: str
    postcode: str
    needed_by: date | None = None
    not_before: date | None = None
    not_on: date | None = None


@dataclass(frozen=True)
class Promised:
    """What a shop tells a buyer: posted on this day at the latest, and not before the other."""

    posted_by: date
    post_from: date | None
    kept: bool
    """Whether the day it is needed by can be kept; when not, the buyer orders without it."""


Job = tuple[int, int]
"""An order's number and a unit's, from 1."""


class Shop(Protocol):
    """What is simulated against. All moments are UTC."""

    def begins(self, at: datetime, pace: int, workdays: Collection[int]) -> None:
        """The owner writes down what can be done a day, and on which."""

    def closes(self, at: datetime, first: date, last: date) -> None:
        """The owner writes down when nobody works."""

    def shown(self, at: datetime) -> date:
        """The day that the page of a piece shows, for one piece ordered now."""

    def buys(self, buyer: Buyer) -> Promised:
        """Somebody orders and pays."""

    def queue(self, at: datetime) -> Sequence[Job]:
        """The units that wait to be made, what is to be done first first."""

    def made(self, at: datetime, job: Job) -> None:
        """The unit is packed."""

    def again(self, at: datetime, job: Job) -> None:
        """The unit is to be made again."""

    def posted(self, at: datetime, number: int) -> None:
        """What is packed of an order goes."""

    def looks(self, at: datetime) -> Iterable[int]:
        """The shop looks for dates that it cannot keep. Give the orders whose buyers are told so now."""


@dataclass
class Parcel:
    """What became of one order."""

    buyer: Buyer
    promised: Promised
    waiting: dict[int, bool]
    """The units that are still to be made, with words or without."""
    posted: date | None = None
    arrived: date | None = None
    told: date | None = None
    concerned: date | None = None
    """The day on whose evening it was plain that the promise could not be kept."""

    @property
    def late(self) -> bool:
        """Whether it left after the day promised."""
        return self.posted is None or self.posted > self.promised.posted_by


@dataclass
class Year:
    """The year as it goes. `run` gives every order with what became of it."""

    shop: Shop
    illness: bool
    orders: int = ORDERS
    until: date = date(YEAR + 1, 1, 1)
    parcels: dict[int, Parcel] = field(default_factory=dict)
    chance: random.Random = field(default_factory=lambda: random.Random("the bench"))
    closed: set[date] = field(default_factory=set)
    differing: list[tuple[int, date, date]] = field(default_factory=list)
    """Orders whose page of a piece showed another day than they were promised."""

    def run(self) -> list[Parcel]:
        """Live through it."""
        self.shop.begins(british(_d(1, 1), time(0)), PACE, WORKDAYS)
        coming = iter(buyers(self.orders))
        following = next(coming, None)
        day, lost = _d(1, 1), self._lost()
        while day < self.until:
            self._written_down(day)
            for moment, hour in [(british(day, time(hour)), hour) for hour in range(24)]:
                while following and following.at < moment + timedelta(hours=1):
                    self._ordered(following)
                    following = next(coming, None)
                self._an_hour(day, moment, hour)
            for number in lost.get(day, ()):
                self._lost_on_its_way(day, number)
            day += timedelta(days=1)
        return list(self.parcels.values())

    def _written_down(self, day: date) -> None:
        early = british(day, time(8))
        away = [(first, last) for said, first, last in CLOSED if said == day]
        away += [(first, last) for first, last, said in ILLNESS if said and self.illness and first == day]
        for first, last in away:
            self.shop.closes(early, first, last)
            self.closed.update(days(first, last))

    def _ordered(self, buyer: Buyer) -> None:
        shown = self.shop.shown(buyer.at)
        promised = self.shop.buys(buyer)
        wishes = (buyer.not_before, buyer.not_on, buyer.needed_by if promised.kept else None)
        if len(buyer.words) == 1 and wishes == (None, None, None) and shown != promised.posted_by:
            self.differing.append((buyer.number, shown, promised.posted_by))
        self.parcels[buyer.number] = Parcel(buyer, promised, dict(enumerate(buyer.words, start=1)))

    def _an_hour(self, day: date, moment: datetime, hour: int) -> None:
        if hour in WORKS and self.works(day):
            self._work(day, moment)
        if hour == WORKS.stop and self.works(day):
            self._post(day, moment)
        if hour in {10, 22}:
            for number in self.shop.looks(moment + timedelta(minutes=30)):
                self.parcels[number].told = self.parcels[number].told or day
        if hour == 23:
            self._find_concerned(day)

    def works(self, day: date) -> bool:
        """Whether the owner is at the bench."""
        ill = self.illness and any(first <= day <= last for first, last, _ in ILLNESS)
        return self.open(day) and not ill

    def open(self, day: date) -> bool:
        """Whether the owner would be, by all that was written down."""
        return day.weekday() in WORKDAYS and day not in ENGLAND and day not in self.closed

    def _work(self, day: date, moment: datetime) -> None:
        left = PACE * random.Random(f"{day} fortune").choice(FORTUNES) / len(WORKS) + self._begun
        for number, unit in self.shop.queue(moment):
            effort = EFFORT[self.parcels[number].waiting[unit]]
            if effort > left:
                self._begun = left
                return
            left -= effort
            if self.parcels[number].waiting[unit] and self.chance.random() < SPOILT:
                self.shop.again(moment, (number, unit))
                continue
            self.shop.made(moment, (number, unit))
            del self.parcels[number].waiting[unit]
        self._begun = 0.0

    _begun: float = 0.0
    """What was done already of the unit that was not finished."""

    def _post(self, day: date, moment: datetime) -> None:
        for number, parcel in self.parcels.items():
            free = parcel.promised.post_from is None or parcel.promised.post_from <= day
            if parcel.waiting or not free or (parcel.posted and parcel.arrived):
                continue
            self.shop.posted(moment, number)
            parcel.posted = parcel.posted or day
            parcel.arrived = arrival(day, parcel.buyer)

    def _lost(self) -> dict[date, list[int]]:
        numbers = random.Random("lost").sample(range(1, self.orders), min(LOST, self.orders - 1))
        found: dict[date, list[int]] = {}
        for buyer in buyers(self.orders):
            if buyer.number in numbers:
                found.setdefault(buyer.at.date() + timedelta(days=30), []).append(buyer.number)
        return found

    def _lost_on_its_way(self, day: date, number: int) -> None:
        parcel = self.parcels[number]
        if parcel.posted is None:
            return
        parcel.arrived, parcel.waiting = None, {1: parcel.buyer.words[0]}
        self.shop.again(british(day, time(23, 30)), (number, 1))

    def _find_concerned(self, day: date) -> None:
        """By the year's own reckoning: whose turn comes after the day promised, however well all goes."""
        open_now = [parcel for parcel in self.parcels.values() if parcel.waiting or not parcel.posted]
        ahead = 0.0
        for parcel in sorted(open_now, key=lambda one: (one.promised.posted_by, one.buyer.number)):
            ahead += sum(EFFORT[words] for words in parcel.waiting.values())
            left = [one for one in days(day + timedelta(days=1), parcel.promised.posted_by) if self.open(one)]
            cannot = not left or ahead > PACE * len(left)
            if cannot and not parcel.posted and parcel.concerned is None:
                parcel.concerned = day


def days(first: date, last: date) -> Iterator[date]:
    """Each day from the first to the last."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def british(day: date, at: time) -> datetime:
    """This moment in Britain, in UTC."""
    return datetime.combine(day, at, BRITAIN).astimezone(ZoneInfo("UTC"))


def buyers(orders: int = ORDERS) -> list[Buyer]:
    """Everybody who orders, in the order in which they do; always the same."""
    chance = random.Random("buyers of a year")
    every_day = list(days(_d(1, 1), _d(12, 31)))
    chosen = chance.choices(every_day, [_weight(day) for day in every_day], k=orders)
    moments = sorted(british(day, _hour(chance)) for day in chosen)
    return [_buyer(chance, number, at) for number, at in enumerate(moments, start=1)]


def _weight(day: date) -> float:
    return next((weight for first, last, weight in PEAKS if first <= day <= last), 1.0)


def _hour(chance: random.Random) -> time:
    """More by night than by day."""
    hour = chance.choices(range(24), [5, 4, 3, 2, 1, 1, 2, 3, *[4] * 10, 6, 8, 9, 10, 9, 7])[0]
    return time(hour, chance.randrange(60), chance.randrange(60))


def _buyer(chance: random.Random, number: int, at: datetime) -> Buyer:
    units = chance.choices((1, 2, 3, 5), (80, 14, 4, 2))[0]
    words = tuple(chance.random() < 0.75 for _ in range(units))
    service = chance.choices(list(TRANSIT), (70, 22, 8))[0]
    postcode = chance.choices([code for code, _, _ in PLACES], [share for _, _, share in PLACES])[0]
    wish = chance.choices(("", "needed_by", "not_before", "not_on"), (89, 4, 4, 3))[0]
    ahead = {"needed_by": (4, 25), "not_before": (10, 60), "not_on": (3, 15), "": (0, 0)}[wish]
    day = at.date() + timedelta(days=chance.randint(*ahead))
    return Buyer(number, at, words, service, postcode, **({wish: day} if wish else {}))


def arrival(posted: date, buyer: Buyer) -> date:
    """When a parcel posted on this day is at the buyer's door."""
    chance = random.Random(f"transit of {buyer.number}")
    takes = TRANSIT[buyer.service]
    left = chance.choices([length for length, _ in takes], [share for _, share in takes])[0]
    closed = next(holidays for code, holidays, _ in PLACES if code == buyer.postcode)
    day = posted
    while left:
        day += timedelta(days=1)
        left -= day.weekday() != 6 and day not in closed
    return day

"""What happened to each invented order, and when: the same for the same number of them."""

import heapq
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, TypeVar

from shop.frozen import frozen

T = TypeVar("T")

YEARS: Final = timedelta(days=5 * 365)
"""How long the shop has been there: shorter than names and words are kept."""

STILL_OPEN: Final = 12
"""The newest orders wait for their payment."""

LATER: Final = timedelta(days=2), timedelta(days=20)
"""How long after an order something else happens to it."""


class Fate(StrEnum):
    """What became of an order."""

    PAID = "paid"
    EXPIRED = "expired"
    PART_REFUNDED = "part refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    AWAITING = "awaiting payment"


SHARES: Final = {
    Fate.PAID: 910,
    Fate.EXPIRED: 45,
    Fate.PART_REFUNDED: 15,
    Fate.REFUNDED: 25,
    Fate.DISPUTED: 5,
}
"""In thousandths."""

UNITS: Final = {1: 75, 2: 20, 3: 5}
"""How many pieces an order has, in hundredths."""

SHARED: Final = 0.01
"""How many dedications are offered to the wall."""


@frozen
class Told:
    """One order."""

    number: int
    placed_at: datetime
    fate: Fate
    units: int
    later_at: datetime
    """When it was refunded or disputed, if it was."""
    shared: bool
    choices: tuple[float, ...]
    """Two numbers from 0 up to 1 a unit, to choose variant and words by."""


def told(orders: int, until: datetime) -> Iterator[Told]:
    """That many orders, the oldest first, evenly over the years before a moment."""
    chance = random.Random(orders)  # noqa: S311  (a story, not a secret)
    every, span = YEARS / orders, list(LATER)
    for number in range(1, orders + 1):
        placed_at = until - YEARS + every * (number - chance.random())
        fate = Fate.AWAITING if number > orders - min(STILL_OPEN, orders // 4) else _pick(chance, SHARES)
        units = _pick(chance, UNITS)
        if fate is Fate.PART_REFUNDED:
            units = max(units, 2)
        later_at = min(placed_at + chance.uniform(1, span[1] / span[0]) * span[0], until)
        choices = tuple(chance.random() for _ in range(2 * units))
        shared = fate is Fate.PAID and chance.random() < SHARED
        yield Told(number, placed_at, fate, units, later_at, shared, choices)


def _pick(chance: random.Random, shares: dict[T, int]) -> T:
    return chance.choices(list(shares), list(shares.values()))[0]


class Later(Generic[T]):
    """What is still to happen, the earliest first."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, T]] = []
        self._count = 0

    def put(self, at: datetime, what: T) -> None:
        """Let this happen at that moment."""
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, what))

    def due(self, now: datetime) -> Iterator[T]:
        """What happens by now, and no more."""
        while self._heap and self._heap[0][0] <= now:
            yield heapq.heappop(self._heap)[2]

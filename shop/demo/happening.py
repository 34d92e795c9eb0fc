"""Orders, and what happens to them later, in one line of time: so the ledger is posted."""

from collections.abc import Callable, Iterable
from datetime import datetime

from shop import clock
from shop.demo.chain import Chain, Unit
from shop.demo.order_rows import Maker
from shop.demo.rows import MINUTE, Chosen
from shop.demo.story import Fate, Later, Told
from shop.giving.transitions import Kind


class Ledger:
    """Brings orders and what happens to them later into one line of time."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.later: Later[Callable[[], object]] = Later()
        self._month = ""

    def tell(self, maker: Maker, orders: Iterable[Told]) -> None:
        """Write orders down and post their gifts, and before each what has become due."""
        shared = []
        for order in orders:
            units = maker.chosen(order)
            reference = maker.add(order, units)
            if order.fate in {Fate.EXPIRED, Fate.AWAITING}:
                continue
            self._post(order, reference, units)
            if order.shared:
                shared.append(order)
        maker.put_on_wall(shared)

    def end(self, until: datetime) -> None:
        """Post what is left."""
        self._until(until)

    def _post(self, order: Told, reference: str, units: list[Chosen]) -> None:
        at, cause = order.placed_at + MINUTE, f"ch_demo_{order.number:010d}"
        self._until(at)
        for number, chosen in enumerate(units, start=1):
            unit = Unit(reference, number, chosen.variant.sku)
            accrual = self.chain.step(Kind.ACCRUE, unit, at, cause)
            if order.fate is Fate.DISPUTED:
                self._then(order, Kind.DISPUTE_OPENED, unit, accrual)
            if order.fate is Fate.REFUNDED or (order.fate is Fate.PART_REFUNDED and number == 1):
                self._then(order, Kind.REVERSE, unit, accrual)

    def _then(self, order: Told, kind: Kind, unit: Unit, accrual: int) -> None:
        sign = "re" if kind is Kind.REVERSE else "dp"

        def step() -> None:
            self.chain.step(kind, unit, order.later_at, f"{sign}_demo_{order.number:010d}", accrual=accrual)

        self.later.put(order.later_at, step)

    def _until(self, now: datetime) -> None:
        for step in self.later.due(now):
            step()
        if clock.month(now) != self._month:
            self._month = clock.month(now)
            self.chain.pay_over(now)

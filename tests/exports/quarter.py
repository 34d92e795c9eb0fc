"""A quarter worked by hand: eleven orders, a dispute, a fair, and a refund of what was paid over before."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from sqlalchemy import select

from shop.catalogue import snapshot
from shop.exports.selection import Selection, of_days, of_month
from shop.giving import remittances
from shop.giving.models import Policy
from shop.orders import outside_sales
from shop.orders.outside_sales import SaleEntry
from tests.harness import Harness

MONTHS = ("2026-10", "2026-11", "2026-12")
FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)

# In pounds, as in the README. A piece gives £5.
#                              October  November  December  quarter
WORKED = {
    "owed at the beginning":      (0,     30,       25,       0),
    "held at the beginning":      (0,      0,       10,       0),
    "accrued":                   (35,     40,       25,     100),
    "taken back":                (-5,     -5,      -10,     -20),
    "paid over":                  (0,    -30,      -25,     -55),
    "owed at the end":           (30,     25,       25,      25),
    "held at the end":            (0,     10,        0,       0),
}  # fmt: skip
POSTINGS = (8, 12, 8, 28)
"""Rows: accruals 7, 8, 5; refunds 1, 1; dispute 2 opened, 2 lost; payments 1, 1."""


@dataclass
class Quarter:
    """The shop in which it happened."""

    harness: Harness
    clock_at: Callable[[datetime], None]
    orders: dict[str, int] = field(default_factory=dict)

    def sells(self, name: str, at: datetime, *slugs: str) -> None:
        self.clock_at(at)
        self.orders[name] = order = self.harness.place(*slugs)
        self.harness.pays(order)
        self.harness.sync(order)

    def refunds(self, name: str, at: datetime, pence: int | None = None) -> None:
        self.clock_at(at)
        self.harness.refunds(self.orders[name], pence)
        self.harness.sync(self.orders[name])

    def pays_over(self, at: datetime, pence: int, reference: str) -> None:
        self.clock_at(at)
        with self.harness.database.transaction() as session:
            remittances.record_remittance(
                session, book="test", policy_id=session.scalars(select(Policy.id)).one(), amount_pence=pence,
                paid_on=at.date(), bank_reference=reference, key=reference, actor="finance 2",
            )  # fmt: skip

    def is_at_a_fair(self, at: datetime, on: date, pieces: int) -> None:
        self.clock_at(at)
        with self.harness.database.transaction() as session:
            piece = snapshot.load(session).by_slug["petal"]
            sale = SaleEntry(
                piece=piece, variant=piece.variants[0], quantity=pieces, sold_on=on, note="Bath winter fair"
            )
            outside_sales.enter(session, sale, book="test", once="fair", actor="owner@example.com")


def of_quarter() -> Selection:
    return of_days("test", FIRST, LAST)


def selections() -> list[Selection]:
    """October, November, December, and all three."""
    return [*(of_month("test", month) for month in MONTHS), of_quarter()]


def lived(quarter: Quarter) -> None:
    """What happened, in order."""
    harness = quarter.harness
    for slug in ("disc", "petal", "heart"):
        harness.set_stock(slug, 20)
    quarter.sells("A", at(10, 2), "disc")
    quarter.sells("B", at(10, 9), "disc", "petal")
    quarter.refunds("B", at(10, 20), harness.price_of("petal"))
    quarter.sells(
        "C", at(10, 24, 23, 30), "heart"
    )  # half past midnight in Britain, hours before clocks change
    quarter.sells("D", at(10, 31, 23, 59), "disc", "petal", "heart")
    quarter.sells("E", at(11, 1, 0, 0), "petal")
    quarter.sells("F", at(11, 5), "disc", "heart")
    quarter.is_at_a_fair(at(11, 16), date(2026, 11, 14), 4)
    quarter.sells("G", at(11, 20), "disc")
    quarter.pays_over(at(11, 21), 3000, "POM OCT")
    quarter.refunds("A", at(11, 26))  # which October's payment had in it
    quarter.clock_at(at(11, 28))
    dispute = harness.disputes(quarter.orders["F"])
    harness.sync(quarter.orders["F"])
    quarter.sells("H", at(12, 3), "heart")
    quarter.sells("I", at(12, 11), "disc", "petal")
    quarter.sells("J", at(12, 18), "disc")
    quarter.clock_at(at(12, 22))
    harness.dispute_ends(dispute, won=False)
    harness.sync(quarter.orders["F"])
    quarter.pays_over(at(12, 28), 2500, "POM NOV")
    quarter.sells("K", at(12, 31, 23, 30), "petal")
    quarter.clock_at(datetime(2027, 1, 4, 10, tzinfo=UTC))


def at(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)

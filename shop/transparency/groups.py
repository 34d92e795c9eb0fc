"""Which rows of the ledger enter the log together, so that a leaf betrays no sale.

Whoever knows when each order was paid can tell, from the day on which a leaf came in, which orders it may be
of. So leaves that look alike come in by groups, mixed by chance, in which no order has more than one leaf in
twenty; and what stays behind for the month's end is such a group, too. In a month with fewer sales than that
all come in at its close, and each could be any of them.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from itertools import groupby
from typing import Final

from shop.frozen import frozen

LEAST: Final = 20
"""Leaves that look alike in a group, for each leaf that one order has among them."""


@frozen
class Waiting:
    """A row of the ledger that is in the log not yet."""

    seq: int
    order: str | None
    """None: it belongs to none, and may come in at once."""
    month: str
    looks: Hashable
    """All that its leaf will show but the number and the commitment."""


def entering(waiting: Iterable[Waiting], *, ended: str) -> list[Waiting]:
    """Those that come in now. `ended` is the last month that is closed ("" for none): all of it comes in."""
    found: list[Waiting] = []
    for _, alike in groupby(sorted(waiting, key=_kind), key=_kind):
        rows = list(alike)
        at_once = [row for row in rows if row.order is None or row.month <= ended]
        found += at_once or _older(rows)
    return found


def _kind(row: Waiting) -> tuple[str, str, bool]:
    return row.month, repr(row.looks), row.order is None


def _older(rows: Sequence[Waiting]) -> list[Waiting]:
    """All but the newest orders that make a group of their own, and those too large to be hidden yet."""
    counts = Counter(row.order for row in sorted(rows, key=lambda row: row.seq))
    come, stay = list(counts), list[int]()
    while come:
        if not _hides(stay):
            stay.append(counts[come.pop()])
        elif not _hides([counts[order] for order in come]):
            largest = max(come, key=lambda order: counts[order])
            come.remove(largest)
            stay.append(counts[largest])
        else:
            break
    inside = set(come)
    return [row for row in rows if row.order in inside]


def _hides(counts: Sequence[int]) -> bool:
    """Whether each of the orders with so many leaves is hidden among the others."""
    return bool(counts) and sum(counts) >= LEAST * max(counts)

"""Who knows when an order was paid does not learn from the log which leaf is its."""

from collections import Counter
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.transparency.groups import LEAST, Waiting, entering

JUNE = "2026-06"


def rows(*units: int, looks: str = "accrue", month: str = JUNE, first: int = 1) -> list[Waiting]:
    """An order after the other, with so many units each."""
    orders = [f"PM-{number}" for number, count in enumerate(units, start=first) for _ in range(count)]
    return [Waiting(seq, order, month, looks) for seq, order in enumerate(orders, start=100 * first)]


def hidden(found: Iterable[Waiting]) -> bool:
    """Whether of each kind that came in no order has more than a twentieth."""
    kinds: dict[object, Counter[str | None]] = {}
    for row in found:
        kinds.setdefault(row.looks, Counter())[row.order] += 1
    return all(max(counts.values()) * LEAST <= sum(counts.values()) for counts in kinds.values())


@pytest.mark.parametrize(
    ("sales", "come_in"), [(0, 0), (19, 0), (20, 0), (39, 0), (40, 20), (57, 37), (400, 380)]
)
def test_twenty_come_in_when_twenty_more_wait_for_the_months_end(sales: int, come_in: int) -> None:
    waiting = rows(*[1] * sales)
    found = entering(waiting, ended="")
    assert found == waiting[:come_in], "the oldest first"
    left = [row for row in waiting if row not in found]
    assert entering(left, ended=JUNE) == left


def test_an_order_of_several_pieces_waits_for_so_many_more() -> None:
    assert entering(rows(3, *[1] * 76), ended="") == [], "nor may it be left over alone for the month's end"
    found = entering(rows(3, *[1] * 77), ended="")
    assert (len(found), found[0].order) == (60, "PM-1")
    found = entering(rows(*[1] * 77, 3), ended="")
    assert (len(found), {row.order for row in found} & {"PM-78"}) == (20, set())


def test_leaves_that_look_different_hide_nobody() -> None:
    assert entering([*rows(*[1] * 30), *rows(*[1] * 30, looks="reverse", first=40)], ended="") == []


def test_what_belongs_to_no_order_comes_in_at_once() -> None:
    paid = Waiting(7, None, JUNE, "remit")
    assert entering([paid, *rows(1)], ended="") == [paid]


def test_of_a_month_that_is_closed_all_comes_in() -> None:
    june, july = rows(2, 1), rows(1, month="2026-07", first=9)
    assert entering([*july, *june], ended=JUNE) == june
    assert entering([*july, *june], ended="2026-05") == []


@given(st.lists(st.tuples(st.integers(1, 5), st.sampled_from(["accrue", "reverse"])), max_size=300))
def test_whatever_waits_nobody_stands_out_among_those_who_come_in(sales: list[tuple[int, str]]) -> None:
    waiting = [
        row
        for number, (units, looks) in enumerate(sales, start=1)
        for row in rows(units, looks=looks, first=number)
    ]
    found = entering(waiting, ended="")
    assert hidden(found)
    for looks in {row.looks for row in found}:
        assert hidden(row for row in waiting if row not in found and row.looks == looks), "at the close, too"

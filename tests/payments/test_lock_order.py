"""Whoever looks at an order takes its stock in one order: two looks never wait for each other."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import pytest

from shop import stock
from shop.fulfilment import returns
from shop.fulfilment.corrections import BUYER
from shop.fulfilment.stages import Fate
from shop.orders.lifecycle import State, lines_of
from shop.payments import cancelling
from tests.fulfilment.conftest import OWNER, Bench, bench
from tests.payments.test_exchanging import meet
from tests.payments.test_supplements import Dearer

__all__ = ["bench"]

ALONE: Final = 0.3
"""Seconds after which whoever waits for the other goes on, for the other waits behind it."""


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two looks each give their first piece back to the stock, and go on once both have, if both can."""
    both, seen, give = threading.Barrier(2), threading.local(), stock.return_units

    def return_units(*given: Any, **how: Any) -> None:
        give(*given, **how)
        if not hasattr(seen, "first"):
            seen.first = True
            with suppress(threading.BrokenBarrierError):
                both.wait(ALONE)

    monkeypatch.setattr(stock, "return_units", return_units)


def loses(bench: Bench, order: int, number: int) -> None:
    """The price of a unit goes back from Stripe's dashboard, and its piece is to be free."""
    with bench.harness.database.transaction() as session:
        pence = lines_of(session, order)[number - 1].price_pence
        returns.decide(session, order, number, Fate.FREE, actor=OWNER)
    bench.harness.refunds(order, pence)


@pytest.mark.usefixtures("together")
def test_what_comes_back_and_what_is_changed_in_one_look_is_taken_together(bench: Bench) -> None:
    first = Dearer(bench, bench.paid(("DISC-GOLD-18", ""), ("PETAL-SILVER-16", "")))
    second = Dearer(bench, bench.paid(("PETAL-GOLD-16", ""), ("DISC-SILVER-18", "")))
    for one, sku in ((first, "PETAL-GOLD-16"), (second, "DISC-GOLD-18")):
        one.pays(one.opens(2, sku))
        loses(bench, one.order, 1)
    assert meet(first.looks, second.looks) == [None, None]
    assert (first.sku(2), second.sku(2)) == ("PETAL-GOLD-16", "DISC-GOLD-18")
    first.sound()


@pytest.mark.usefixtures("together")
def test_so_are_the_pieces_of_units_that_were_cancelled(bench: Bench) -> None:
    skus = ("DISC-GOLD-18", "PETAL-GOLD-16")
    orders = [bench.paid(*((sku, "") for sku in turned)) for turned in (skus, skus[::-1])]
    for order in orders:
        with bench.harness.database.transaction() as session:
            whole = bench.harness.order(order).total_pence
            cancelling.cancel(session, order, [1, 2], agreed_pence=whole, actor=BUYER)

    def looks(order: int) -> Callable[[], State]:
        return lambda: bench.harness.sync(order)

    assert meet(*map(looks, orders)) == [None, None]
    assert bench.harness.sound() == []

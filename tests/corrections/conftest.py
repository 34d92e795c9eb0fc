"""A buyer with a paid order, its page, and the bench it is made at."""

from dataclasses import dataclass

import pytest
from flask import Flask

from shop.orders.lifecycle import with_link
from shop.orders.view import OrderView, view
from tests.fulfilment.conftest import Bench
from tests.harness import Harness
from tests.shopper import Shopper, harness_of


@pytest.fixture
def engine_name() -> str:
    """What differs between the databases is asked of both in tests/fulfilment and tests/faults."""
    return "sqlite"


@dataclass
class Bought:
    """A paid order as its buyer has it."""

    order: int
    page: str
    buyer: Shopper
    bench: Bench

    @property
    def harness(self) -> Harness:
        return self.bench.harness

    def opened(self) -> OrderView:
        """The order with its words."""
        with self.harness.database.reading() as session:
            order = self.harness.order(self.order)
            return view(session, self.harness.services.vault, order)

    def words(self, number: int = 1) -> list[str]:
        """The words of a unit that stand now."""
        return [text for _, text in self.opened().lines[number - 1].words]


@pytest.fixture
def bench(app: Flask) -> Bench:
    return Bench(harness_of(app))


@pytest.fixture
def bought(app: Flask, bench: Bench) -> Bought:
    """A Disc with the word Wren, and a Petal."""
    return buys(app, bench, ("disc", "Wren"), ("petal", ""))


def buys(app: Flask, bench: Bench, *pieces: tuple[str, str]) -> Bought:
    """Order these pieces (slug, words) and pay for them."""
    order = bench.paid(*pieces)
    with bench.harness.database.reading() as session:
        token = with_link(session, order, bench.harness.services.secret_key)[1]
    return Bought(order, f"/orders/{token}", Shopper(app), bench)

import random
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from shop import stock
from shop.db import Database
from shop.stock.models import Hold, StockMovement
from tests.processes import all_at_once
from tests.stock.buyer import buy_all_at_once
from tests.stock.helpers import level, open_with

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)


def sound(database: Database) -> bool:
    with database.reading() as session:
        return stock.check(session) == []


def be_patient(database: Database) -> None:
    """On a slow machine SQLite's queue may outlast its timeout; who waits in a circle waits for ever."""
    if database.engine.dialect.name == "sqlite":
        database.dispose()
        event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 120000"))


def movements(database: Database, reason: str) -> int:
    with database.reading() as session:
        counted = select(func.count()).select_from(StockMovement).where(StockMovement.reason == reason)
        return session.execute(counted).scalar_one()


def test_fifty_buyers_in_threads_buy_exactly_ten_of_ten(database: Database) -> None:
    open_with(database, {1: 10})
    assert buy_all_at_once(database, 50) == {"sold": 10, "refused": 40}
    assert level(database, 1) == stock.Level(0, 0)
    assert movements(database, "sold") == 10
    assert sound(database)


def test_fifty_buyers_in_two_processes_buy_exactly_ten_of_ten(
    database: Database, empty_database_url: str
) -> None:
    open_with(database, {1: 10})
    program = [sys.executable, str(Path(__file__).with_name("buyer.py")), empty_database_url, "25"]
    processes = [
        subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    counted: Counter[str] = Counter()
    for said in all_at_once(processes, seconds=60):
        for line in said.splitlines():
            word, count = line.split()
            counted[word] += int(count)
    assert counted == {"sold": 10, "refused": 40}
    assert level(database, 1) == stock.Level(0, 0)
    assert movements(database, "sold") == 10
    assert sound(database)


def test_shuffled_baskets_never_wait_for_each_other_in_a_circle(database: Database) -> None:
    be_patient(database)
    open_with(database, dict.fromkeys((1, 2, 3, 4), 10_000))
    start = threading.Barrier(16)

    def shopper(seed: int) -> Counter[int]:
        chance = random.Random(seed)
        sold: Counter[int] = Counter()
        earlier: int | None = None
        start.wait()
        for _ in range(40):
            variants = chance.sample([1, 2, 3, 4], 3)
            with database.transaction() as session:
                held = stock.place_hold(session, dict.fromkeys(variants, 1), HOUR, instead_of=earlier)
            earlier = held if chance.random() < 0.3 else None
            if earlier is None:
                with database.transaction() as session:
                    assert stock.sell(session, held, order_reference=f"PM-{seed}", actor="t")
                sold.update(variants)
        return sold

    with ThreadPoolExecutor(16) as pool:
        sold = sum(pool.map(shopper, range(16)), Counter())
    with database.reading() as session:
        left = {variant: 10_000 - found.on_hand for variant, found in stock.levels(session).items()}
    assert left == sold
    assert sound(database)


def test_of_a_payment_and_a_release_that_meet_exactly_one_wins(database: Database) -> None:
    open_with(database, {1: 300})
    meet = threading.Barrier(2)

    def pay(hold: int) -> bool:
        meet.wait()
        with database.transaction() as session:
            return stock.sell(session, hold, order_reference=f"PM-{hold}", actor="t")

    def sweep(hold: int) -> bool:
        meet.wait()
        with database.transaction() as session:
            return stock.release(session, hold)

    winners: Counter[tuple[bool, bool]] = Counter()
    with ThreadPoolExecutor(2) as pool:
        for number in range(300):
            with database.transaction() as session:
                hold = stock.place_hold(session, {1: 1}, HOUR)
            both = (pay, sweep) if number % 2 else (sweep, pay)
            first, second = (pool.submit(act, hold) for act in both)
            results = (first.result(), second.result())
            winners[results if number % 2 else results[::-1]] += 1
    assert set(winners) <= {(True, False), (False, True)}
    sold = winners[True, False]
    assert level(database, 1) == stock.Level(300 - sold, 0)
    assert movements(database, "sold") == sold
    with database.reading() as session:
        states = dict(session.execute(select(Hold.state, func.count()).group_by(Hold.state)).all())
    assert sum(states.values()) == 300
    assert "held" not in states
    assert sound(database)

"""Buyers who press the button at once. As a program: `python buyer.py URL BUYERS`, then a line to start."""

import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import Column, Integer, Table

from shop import stock
from shop.db import Database
from shop.orm import Base


def buy_one(database: Database, start: threading.Barrier, number: int) -> str:
    start.wait()
    try:
        with database.transaction() as session:
            hold = stock.place_hold(session, {1: 1}, timedelta(minutes=30))
    except stock.SoldOut:
        return "refused"
    except Exception as error:  # noqa: BLE001 - the test wants to see each of them
        return type(error).__name__
    with database.transaction() as session:
        return "sold" if stock.sell(session, hold, order_reference=f"PM-{number}", actor="t") else "lost"


def buy_all_at_once(database: Database, buyers: int) -> Counter[str]:
    start = threading.Barrier(buyers)
    with ThreadPoolExecutor(buyers) as pool:
        return Counter(pool.map(lambda number: buy_one(database, start, number), range(buyers)))


if __name__ == "__main__":
    Table("variant", Base.metadata, Column("id", Integer, primary_key=True))
    shop = Database(sys.argv[1])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    counted = buy_all_at_once(shop, int(sys.argv[2]))
    shop.dispose()
    sys.stdout.writelines(f"{word} {count}\n" for word, count in sorted(counted.items()))

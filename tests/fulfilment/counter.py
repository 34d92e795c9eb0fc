"""Somebody who counts a drawer again and again: `python counter.py URL VARIANT PIECES TIMES`, then a line."""

import sys
from collections import Counter
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from shop.db import Database
from shop.fulfilment import stocktake
from shop.fulfilment.stocktake import Count


def count_once(database: Database, variant: int, pieces: int) -> str:
    """Open a sheet, and send it back with so many."""
    with database.reading() as session:
        opened, thought = stocktake.moment(session), stocktake.drawers(session, "test")[variant].lies
    with database.transaction() as session:
        counts = {variant: Count(pieces, thought)}
        found = stocktake.write_down(session, "test", counts, opened=opened, actor="owner")[variant]
    return f"{found.change} {found.missing} {found.ask_again}"


if __name__ == "__main__":
    shop = Database(sys.argv[1])
    variant_id, there, times = (int(text) for text in sys.argv[2:])
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    found = Counter(count_once(shop, variant_id, there) for _ in range(times))
    shop.dispose()
    sys.stdout.writelines(f"{said}: {number}\n" for said, number in sorted(found.items()))

"""What several of the stock tests do."""

from collections.abc import Mapping

from shop import stock
from shop.db import Database


def open_with(database: Database, quantities: Mapping[int, int]) -> None:
    with database.transaction() as session:
        for variant, quantity in quantities.items():
            stock.adjust(session, variant, quantity, reason="opening", actor="owner")


def level(database: Database, variant: int) -> stock.Level:
    with database.reading() as session:
        return stock.level_of(session, variant)

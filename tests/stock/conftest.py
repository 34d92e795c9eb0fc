"""Stock alone: its own tables, and a table of variants with nothing but their ids."""

import importlib.util
from collections.abc import Iterator

import pytest
from sqlalchemy import Column, Integer, Table, text

from shop.db import Database
from shop.orm import Base
from shop.stock.models import Hold, HoldLine, StockLevel, StockMovement

if importlib.util.find_spec("shop.catalogue.models"):
    importlib.import_module("shop.catalogue.models")
if "variant" not in Base.metadata.tables:
    Table("variant", Base.metadata, Column("id", Integer, primary_key=True))

VARIANTS = range(1, 6)


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    with database.transaction() as session:
        session.execute(text("CREATE TABLE variant (id INTEGER PRIMARY KEY)"))
        for variant in VARIANTS:
            session.execute(text("INSERT INTO variant VALUES (:id)"), {"id": variant})
    tables = [model.__table__ for model in (StockLevel, StockMovement, Hold, HoldLine)]
    Base.metadata.create_all(database.engine, tables=tables)
    yield database
    database.dispose()

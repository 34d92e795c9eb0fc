"""Opening the database: one that protects what it must, and never invented orders with live keys."""

from shop.db import Database
from shop.demo.mark import is_demo, refuse_demo
from shop.giving.sums import Book
from shop.schema_checks import refuse_unguarded
from shop.settings import Settings


def open_database(settings: Settings) -> Database:
    """The database of these settings.

    Raises Unguarded when it lacks triggers, DemoOrders when live keys lead to invented orders, and
    OperationalError when there is none.
    """
    database = Database(settings.database_url)
    try:
        refuse_unguarded(database)
        if settings.livemode:
            refuse_demo(database)
    except BaseException:
        database.dispose()
        raise
    return database


def book_in_use(settings: Settings, database: Database) -> Book:
    """Where gifts are posted: "live" with live keys, and with invented orders, which look like real ones."""
    return "live" if settings.livemode or is_demo(database) else "test"

"""Opening the database: one that protects what it must, and never invented orders with live keys."""

from functools import cached_property

import click

from shop.db import Database
from shop.demo.mark import DemoOrders, is_demo, refuse_demo
from shop.giving.sums import Book
from shop.schema_checks import Unguarded, refuse_unguarded
from shop.settings import Settings, SettingsError, from_environment


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


class Premises:
    """What `shop.current` gives to a command, each when it is first asked for.

    What cannot be used is told to whoever typed the command, in a sentence.
    """

    @cached_property
    def settings(self) -> Settings:
        """The settings, from the environment."""
        try:
            return from_environment()
        except SettingsError as refused:
            raise click.ClickException(str(refused)) from None

    @cached_property
    def database(self) -> Database:
        """Their database."""
        try:
            return open_database(self.settings)
        except (Unguarded, DemoOrders) as refused:
            raise click.ClickException(str(refused)) from None

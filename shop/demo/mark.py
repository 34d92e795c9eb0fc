"""Invented orders and real money never meet."""

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from shop import clock
from shop.db import Database
from shop.demo.models import DemoMark


class DemoOrders(Exception):
    """Real keys lead to a database of invented orders; the shop will not start."""

    def __init__(self) -> None:
        super().__init__(
            "The orders in this database were invented by `demo fill`, so no real money may be taken with "
            "it. Let DATABASE_URL lead to a database of real ones, or leave Stripe's live keys out."
        )


def mark(session: Session) -> None:
    """Say that the orders of this database are invented, for good."""
    session.add(DemoMark(id=1, filled_at=clock.now()))


def refuse_demo(database: Database) -> None:
    """Raise DemoOrders where the orders are invented."""
    if is_demo(database):
        raise DemoOrders


def is_demo(database: Database) -> bool:
    """Whether the orders of this database are invented."""
    with database.engine.connect() as connection:
        there = inspect(connection).has_table(DemoMark.__tablename__)
        return there and connection.execute(select(DemoMark.id)).first() is not None

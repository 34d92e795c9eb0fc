"""Everything that was given comes into the log, as when the finance lead has closed the months."""

from flask import Flask
from sqlalchemy import select

from shop.container import Container
from shop.giving import month_close
from shop.giving.models import LedgerPeriod
from shop.transparency.giving_log import GivingLog


def enter_all(app: Flask) -> None:
    """Close every month there is, whatever the calendar says, and let the worker do its part."""
    shop: Container = app.extensions["shop"]
    months = select(LedgerPeriod.name).where(LedgerPeriod.closed_at.is_(None)).order_by(LedgerPeriod.name)
    with shop.database.transaction() as session:
        for month in session.scalars(months).all():
            month_close.freeze(session, month_close.ending(session, month), actor="finance")
    GivingLog.of(shop.settings, shop.database, shop.services.vault, shop.services.book).keep_up()

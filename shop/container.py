"""What `create_app` made for this application, in one typed and frozen place.

A room that keeps something for itself alone (cached pages, the journal's posts, who helps) keeps it beside
its own routes.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from sqlalchemy.orm import Session

from shop.db import Database
from shop.frozen import frozen
from shop.payments.services import Services
from shop.planning.planner import Plan
from shop.settings import Settings
from shop.trader import Trader


@frozen(kw_only=True)
class Container:
    """The services that several rooms share."""

    settings: Settings
    database: Database
    services: Services
    """What keeping orders and having them paid needs."""
    trader: Trader
    statement: Callable[[Session], str | None]
    """What may be said of giving now, or None."""
    plan: Callable[[Session], Plan]
    """What the bench has before it, and the owner's days: by it a day is promised."""
    deliver: Callable[[datetime], int] | None = None
    """Delivers the stand-in's messages that are due; None where Stripe itself sends them."""
    standin: Any = None
    """The stand-in for Stripe, where there is one: for tests, which play its visitors."""


def container(app: Flask | None = None) -> Container:
    """That of the running application, or of this one."""
    found: Container = (app or current_app).extensions["shop"]
    return found


def current_services() -> Services:
    """What keeping orders and having them paid needs, of the running application."""
    return container().services


def trader() -> Trader:
    """Who sells, in the running application."""
    return container().trader

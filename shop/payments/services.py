"""What having orders paid needs, in one place."""

from collections.abc import Callable
from dataclasses import field

from shop.db import Database
from shop.frozen import frozen
from shop.orders.order_services import OrderServices
from shop.payments.gateway import Gateway
from shop.transparency.giving_log import GivingLog


@frozen
class Services(OrderServices):
    """What keeping orders needs, the database, Stripe, and where the shop is."""

    database: Database
    gateway: Gateway
    site_url: str
    giving_log: Callable[[], GivingLog] | None = field(default=None, kw_only=True)
    """The log of giving of this book; its key is read when it is asked for."""

"""What having orders paid needs, in one place."""

from dataclasses import dataclass

from shop.db import Database
from shop.orders.order_services import OrderServices
from shop.payments.gateway import Gateway


@dataclass(frozen=True)
class Services(OrderServices):
    """What keeping orders needs, the database, Stripe, and where the shop is."""

    database: Database
    gateway: Gateway
    site_url: str

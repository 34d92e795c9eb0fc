"""What settling an order needs, in one place."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement

from shop.db import Database
from shop.dedications.vault import Vault
from shop.giving.ledger import Book
from shop.orders.models import Order
from shop.payments.gateway import Gateway
from shop.settings import PaymentMode


@dataclass(frozen=True)
class Services:
    """The database, Stripe, the vault, and whose money it is."""

    database: Database
    gateway: Gateway
    vault: Vault
    secret_key: str
    site_url: str
    mode: PaymentMode
    book: Book

    def owns(self, order: Order) -> bool:
        """Whether the order is paid where we ask: those of test payments and test keys stay apart."""
        return order.mode == self.mode and order.book == self.book

    @property
    def own(self) -> ColumnElement[bool]:
        """The same, for a query."""
        return (Order.mode == self.mode) & (Order.book == self.book)

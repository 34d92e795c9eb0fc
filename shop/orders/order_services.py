"""What keeping orders needs, in one place."""

from dataclasses import field

from sqlalchemy import ColumnElement

from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.giving.ledger import Book
from shop.orders.models import Order
from shop.settings import PaymentMode


@frozen
class OrderServices:
    """The vault, the key of order links, and whose money it is."""

    vault: Vault
    secret_key: str
    mode: PaymentMode
    book: Book
    known_terms: set[str] = field(default_factory=set, kw_only=True)
    """See keep_terms."""

    def owns(self, order: Order) -> bool:
        """Whether the order is paid where we ask: those of test payments and test keys stay apart."""
        return order.mode == self.mode and order.book == self.book

    @property
    def own(self) -> ColumnElement[bool]:
        """The same, for a query."""
        return (Order.mode == self.mode) & (Order.book == self.book)

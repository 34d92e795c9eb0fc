"""What settling an order needs, in one place."""

from dataclasses import dataclass

from shop.db import Database
from shop.dedications.vault import Vault
from shop.giving.ledger import Book
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

"""Rows that wait to be written, and what is said of an order's units."""

from collections import defaultdict
from datetime import timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Table

from shop.catalogue.views import PieceView, VariantView
from shop.dedications.models import OrderKey, SealedText, WallEntry
from shop.demo.prepared import Prepared
from shop.fulfilment.models import Parcel, Unit, UnitStep
from shop.mail.models import QueuedEmail
from shop.orders.models import Order, OrderEvent, OrderLine, OrderLink
from shop.payments.models import CheckoutAttempt, PaymentEntry, RefundRequest
from shop.stock.models import Hold, HoldLine, StockMovement
from shop.webhooks.models import InboxEvent

MINUTE: Final = timedelta(minutes=1)

TABLES: Final[tuple[Table, ...]] = tuple(
    model.__table__  # type: ignore[misc]
    for model in (
        Hold, HoldLine, Order, OrderLine, OrderEvent, OrderLink, CheckoutAttempt, PaymentEntry, RefundRequest,
        QueuedEmail, OrderKey, SealedText, StockMovement, InboxEvent, WallEntry, Parcel, Unit, UnitStep,
    )
)  # fmt: skip
"""In the order in which they can be written."""


class Chosen(NamedTuple):
    """One unit of an order."""

    piece: PieceView
    variant: VariantView
    words: Prepared | None


class Rows:
    """The rows of each table, in the order in which they came."""

    def __init__(self) -> None:
        self.rows: dict[Table, list[dict[str, Any]]] = defaultdict(list)

    def put(self, model: Any, **row: Any) -> None:
        """Add a row to a model's table."""
        self.rows[model.__table__].append(row)

    def taken(self) -> dict[Table, list[dict[str, Any]]]:
        """The rows so far, to be written; from now on others are collected."""
        rows, self.rows = self.rows, defaultdict(list)
        return {table: rows[table] for table in TABLES}

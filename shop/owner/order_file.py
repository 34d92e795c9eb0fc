"""The orders as a file for the accountant: what was paid, what went back, and no name unless asked for."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from shop import clock
from shop.dedications.vault import Vault
from shop.fulfilment.order_lists import OrderFilter, listed
from shop.giving.models import LedgerEntry, LedgerTxn
from shop.giving.transitions import Account
from shop.orders.models import Order
from shop.payments.kinds import EntryKind
from shop.payments.models import PaymentEntry
from shop.payments.order_record import PRINCIPAL

COLUMNS: Final = (
    "order", "placed", "paid", "payments", "state", "currency", "goods", "postage", "total", "vat_within",
    "received", "refunded", "taken_by_disputes", "kept", "donation",
)  # fmt: skip
AT_A_TIME: Final = 500
"""Orders in memory."""

REFUNDS: Final = frozenset({EntryKind.REFUND, EntryKind.REFUND_FAILED})
DISPUTES: Final = frozenset({EntryKind.DISPUTE_WITHDRAWN, EntryKind.DISPUTE_REINSTATED})

_COST: Final = case((LedgerEntry.account == Account.COST.value, LedgerEntry.amount_pence), else_=0)
"""As a condition it would have SQLite read every entry of the account for each batch."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for a formula's first character (OWASP, "CSV Injection")."""


def batches(session: Session, wanted: OrderFilter) -> Iterator[Sequence[Order]]:
    """The orders that are wanted, newest first, some at a time."""
    before = ""
    while orders := listed(session, wanted, before=before, most=AT_A_TIME):
        yield orders
        before = orders[-1].reference


def rows(session: Session, wanted: OrderFilter, names: Vault | None = None) -> Iterator[str]:
    """The file, piece by piece; with `names`, the vault opens each buyer's name and e-mail."""
    yield _line([*COLUMNS, *(("name", "email") if names else ())])
    for orders in batches(session, wanted):
        money, gifts = _money(session, orders), _gifts(session, orders)
        opened = names.reveal_each(session, [order.id for order in orders]) if names else {}
        for order in orders:
            cells = _cells(order, money[order.id], gifts.get(order.reference, 0))
            yield _line([*cells, *(_name(opened.get(order.id, {})) if names else ())])


def _cells(order: Order, entries: Sequence[PaymentEntry], gift_pence: int) -> list[str]:
    paid = next((entry.event_at for entry in entries if entry.kind in PRINCIPAL), None)
    refunded = -_sum(entries, REFUNDS)
    disputed = -_sum(entries, DISPUTES)
    kept = sum(entry.amount_pence for entry in entries)
    sums = (order.goods_pence, order.postage_pence, order.total_pence)
    return [
        order.reference,
        f"{clock.in_britain(order.placed_at):%Y-%m-%d}",
        f"{clock.in_britain(paid):%Y-%m-%d}" if paid else "",
        order.book,
        order.state,
        order.currency.upper(),
        *map(_pounds, sums),
        "" if order.vat_pence is None else _pounds(order.vat_pence),
        *map(_pounds, (kept + refunded + disputed, refunded, disputed, kept, gift_pence)),
    ]


def _sum(entries: Sequence[PaymentEntry], kinds: frozenset[EntryKind]) -> int:
    return sum(entry.amount_pence for entry in entries if entry.kind in kinds)


def _money(session: Session, orders: Sequence[Order]) -> Mapping[int, list[PaymentEntry]]:
    found: dict[int, list[PaymentEntry]] = defaultdict(list)
    of_these = PaymentEntry.order_id.in_([order.id for order in orders])
    for entry in session.scalars(select(PaymentEntry).where(of_these).order_by(PaymentEntry.id)):
        found[entry.order_id].append(entry)
    return found


def _gifts(session: Session, orders: Sequence[Order]) -> dict[str, int]:
    """What each order gives as it stands now, in pence."""
    given = (
        select(LedgerTxn.order_reference, func.sum(_COST))
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(LedgerTxn.order_reference.in_([order.reference for order in orders]))
        .group_by(LedgerTxn.order_reference)
    )
    return {str(reference): int(pence) for reference, pence in session.execute(given)}


def _name(sealed: Mapping[str, Any]) -> tuple[str, str]:
    contact: Mapping[str, Any] = sealed.get("contact") or {}
    return _safe(contact.get("name", "")), _safe(contact.get("email", ""))


def _safe(text: str) -> str:
    """What somebody typed, so that no spreadsheet works it out."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _pounds(pence: int) -> str:
    sign = "-" if pence < 0 else ""
    return f"{sign}{abs(pence) // 100}.{abs(pence) % 100:02d}"


def _line(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()

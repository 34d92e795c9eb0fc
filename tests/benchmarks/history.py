"""Years of trade: thousands of paid orders with all that hangs on them, written straight into the tables."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.orm import Session

from shop import triggers
from shop.checkout.models import Basket
from shop.db import Database
from shop.giving import ledger_triggers, policies, posting
from shop.giving.canonical import Facts, Request, sha256
from shop.giving.models import GENESIS, LedgerEntry, LedgerHead, LedgerPeriod, LedgerTxn, Policy
from shop.giving.transitions import Kind, lines
from shop.mail.models import QueuedEmail
from shop.money import CURRENCY
from shop.orders.models import Order, OrderEvent, OrderLine, OrderLink
from shop.orm import Base
from shop.payments.models import CheckoutAttempt, PaymentEntry
from shop.standin.models import StandinDelivery, StandinEvent, StandinKey, StandinObject
from shop.stock.models import Hold, HoldLine, StockMovement
from shop.webhooks.models import InboxEvent

THEN = datetime(2025, 1, 1, tzinfo=UTC)
SKU, PENCE, BATCH = "OLD-1", 4900, 1000
EVENTS = ("charge.succeeded", "payment_intent.succeeded", "checkout.session.completed")

Rows = Iterator[tuple[type[Base], dict[str, Any]]]


def fill(url: str, orders: int, *, ledger_only: bool = False) -> None:
    """Add that many paid orders to a furnished database that has none, the ledger's chain included."""
    database = Database(url)
    with database.transaction() as session:
        connection = session.connection()
        _unguard(connection)
        policy = session.scalars(select(Policy)).one()
        session.add(LedgerPeriod(name="2025-01"))
        session.flush()
        posting.open_books(session)
        last = GENESIS
        for first in range(1, orders + 1, BATCH):
            rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
            for number in range(first, min(first + BATCH, orders + 1)):
                if not ledger_only:
                    _collect(rows, _order(number, policy.id))
                last = _post(rows, number, policy, last)
            for table, values in rows.items():
                session.execute(insert(table), values)
        session.execute(update(LedgerHead).values(last_seq=orders, last_hash=last))
        _after(session)
        triggers.install(connection, ledger_triggers.TRIGGERS)
    _analyse(database)


def _collect(into: dict[type[Base], list[dict[str, Any]]], rows: Rows) -> None:
    for table, row in rows:
        into[table].append(row)


def _order(number: int, policy_id: int) -> Rows:
    at, reference = THEN + timedelta(seconds=number), f"OLD-{number}"
    name = f"old{number}"
    yield Hold, {"id": number, "state": "sold", "created_at": at, "expires_at": at, "settled_at": at}
    yield HoldLine, {"hold_id": number, "variant_id": 1, "quantity": 1}
    yield (
        Order,
        {
            "id": number, "reference": reference, "mode": "stand-in", "book": "test", "state": "paid",
            "version": 3, "buyer_hash": name, "hold_id": number, "fingerprint": name, "currency": CURRENCY,
            "goods_pence": PENCE, "postage_pence": 0, "total_pence": PENCE, "postage_service": "tracked-48",
            "policy_id": policy_id, "donation_pence": 0, "placed_at": at,
        },
    )  # fmt: skip
    yield (
        OrderLine,
        {
            "order_id": number, "number": 1, "variant_id": 1, "sku": SKU, "piece_slug": "disc",
            "piece_name": "Disc", "metal_slug": "silver", "metal_name": "Silver", "chain_inches": 16,
            "price_pence": PENCE, "donation_pence": 500, "engraved": False,
        },
    )  # fmt: skip
    for kind in ("placed", "paid"):
        yield (
            OrderEvent,
            {"order_id": number, "kind": kind, "event_at": at, "booked_at": at, "actor": "old", "data": {}},
        )
    yield OrderLink, {"token_hash": name, "order_id": number, "nonce": name, "created_at": at}
    yield Basket, {"token_hash": name, "order_id": number, "created_at": at, "touched_at": at}
    yield (
        StockMovement,
        {
            "variant_id": 1, "quantity": -1, "reason": "sold", "note": "", "actor": "old", "at": at,
            "order_reference": reference,
        },
    )  # fmt: skip
    yield (
        QueuedEmail,
        {
            "kind": "order-confirmation", "order_id": number, "dedupe_key": name, "message_id": name,
            "created_at": at, "due_at": at, "attempts": 1, "sent_at": at,
        },
    )  # fmt: skip
    yield from _payment(number, name, at)


def _payment(number: int, name: str, at: datetime) -> Rows:
    intent, seconds = f"pi_{name}", int(at.timestamp())
    yield (
        CheckoutAttempt,
        {
            "order_id": number, "number": 1, "key": name, "request": {}, "expires_at": at,
            "stripe_id": f"cs_{name}", "url": "/", "created_at": at,
        },
    )  # fmt: skip
    yield (
        PaymentEntry,
        {
            "order_id": number, "key": name, "kind": "payment", "stripe_id": f"ch_{name}",
            "payment_intent": intent, "amount_pence": PENCE, "currency": CURRENCY, "event_at": at,
            "booked_at": at,
        },
    )  # fmt: skip
    yield StandinKey, {"key": name, "fingerprint": name, "status": 200, "answer": {}, "created_at": at}
    kinds = {"checkout.session": "complete", "payment_intent": "succeeded", "charge": "succeeded"}
    for kind, status in {**kinds, "balance_transaction": "available"}.items():
        body = {"id": f"{kind}_{name}", "object": kind, "status": status, "net": PENCE}
        yield (
            StandinObject,
            {
                "id": body["id"], "kind": kind, "created": seconds, "status": status,
                "payment_intent": intent,
                "charge": None, "due_at": None, "body": body, "kept": {},
            },
        )  # fmt: skip
    for kind in EVENTS:
        event = f"evt_{kind}_{name}"
        yield StandinEvent, {"id": event, "type": kind, "created": seconds, "body": {"id": event}}
        yield (
            StandinDelivery,
            {"event_id": event, "state": "delivered", "attempts": 1, "due_at": at, "settled_at": at},
        )
        yield (
            InboxEvent,
            {
                "id": event,
                "type": kind,
                "created_at": at,
                "received_at": at,
                "done_at": at,
                "order_id": number,
            },
        )


def _post(rows: dict[type[Base], list[dict[str, Any]]], seq: int, policy: Policy, previous: str) -> str:
    """One accrual, chained as the shop chains it. Give its hash."""
    at = THEN + timedelta(seconds=seq)
    written = [(account.value, pence, CURRENCY) for account, pence in lines(Kind.ACCRUE, policy.amount_pence)]
    asked = {
        "book": "test", "kind": Kind.ACCRUE.value, "order_reference": f"OLD-{seq}", "unit": 1, "sku": SKU,
        "policy_id": policy.id, "reverses_seq": None, "event_at": at, "cause": "payment",
    }  # fmt: skip
    facts = {
        **asked, "seq": seq, "idempotency_key": f"OLD-{seq}:1:1", "policy_digest": policies.digest(policy),
        "request_hash": Request(**asked).digest(written), "period": "2025-01", "booked_at": at,
        "actor": "old", "previous_hash": previous,
    }  # fmt: skip
    canonical = Facts(**facts).canonical(written)
    rows[LedgerTxn].append({**facts, "hash": sha256(canonical), "canonical": canonical})
    rows[LedgerEntry] += [
        {"txn_seq": seq, "line": n, "account": account, "amount_pence": pence, "currency": currency}
        for n, (account, pence, currency) in enumerate(written, start=1)
    ]
    return sha256(canonical)


def _unguard(connection: Connection) -> None:
    """Without its guards the ledger takes a whole chain at once; `fill` puts them back."""
    for trigger in ledger_triggers.PROTECTING[connection.dialect.name]:
        on = f" ON {trigger.table}" if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER IF EXISTS {trigger.name}{on}"))


def _after(session: Session) -> None:
    """PostgreSQL counts ids by itself: move its counters past the ids given here."""
    if session.get_bind().dialect.name == "postgresql":
        for table in ("hold", "order"):
            session.execute(
                text(f"""SELECT setval(pg_get_serial_sequence('"{table}"', 'id'), max(id)) FROM "{table}" """)
            )


def _analyse(database: Database) -> None:
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ANALYZE"))
    database.dispose()

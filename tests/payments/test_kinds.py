"""States, kinds and reasons are words the shop knows: the database itself takes no others."""

import json
from collections.abc import Iterable
from typing import get_args

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError

from shop import migrations
from shop.db import Database
from shop.giving.ledger import Book
from shop.orders.states import EventKind, State
from shop.payments.kinds import EntryKind, RefundReason, RefundState, SupplementState
from shop.payments.refunds import ask
from shop.schema_checks import refuse_unguarded
from shop.settings import PaymentMode
from tests.fulfilment.conftest import Bench
from tests.harness import Harness
from tests.payments.test_migrating_refunds import ORDER, put
from tests.payments.test_supplements import Dearer

COLUMNS = [
    ("order", "state", State),
    ("order", "mode", PaymentMode),
    ("order", "book", get_args(Book)),
    ("order", "currency", ["gbp"]),
    ("order_event", "kind", EventKind),
    ("payment_entry", "kind", EntryKind),
    ("refund_request", "reason", RefundReason),
    ("refund_request", "state", RefundState),
    ("supplement", "state", SupplementState),
]
SETTLED = ", settled_at = CASE WHEN CAST(:kind AS VARCHAR) = 'asked' THEN NULL ELSE created_at END"
"""A supplement that is asked for has no such moment, and any other has one."""
BEFORE = "0016"  # before states_and_kinds


@pytest.mark.parametrize(("table", "column", "kinds"), COLUMNS)
def test_the_database_takes_every_word_the_shop_knows_and_no_other(
    harness: Harness, table: str, column: str, kinds: Iterable[str]
) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.sync(order)
    with harness.database.transaction() as session:
        ask(session, order, lines=[2], postage=True, actor="owner@example.com")
    Dearer(Bench(harness), order).ask()
    change = text(f'UPDATE "{table}" SET {column} = :kind{SETTLED if table == "supplement" else ""}')
    for kind in kinds:
        with harness.database.transaction() as session:
            session.execute(change, {"kind": kind})
    for wrong in ("", "Paid", "paid ", "owner, with postage", "unknown"):
        with pytest.raises((IntegrityError, DataError)), harness.database.transaction() as session:
            session.execute(change, {"kind": wrong})


def test_every_state_an_order_comes_to_can_be_told() -> None:
    assert {state.value for state in State} <= {kind.value for kind in EventKind}


def test_old_histories_are_brought_along_and_what_is_known_no_more_keeps_its_words(
    empty_database_url: str,
) -> None:
    database = Database(empty_database_url)
    migrations.upgrade(database, BEFORE)
    at = ORDER["placed_at"]
    with database.engine.execution_options(shop_writer=True).begin() as connection:
        put(connection, "hold", id=1, state="held", expires_at=at, created_at=at)
        put(connection, "order", id=1, **{**ORDER, "state": "disputed"})
        for number, kind in enumerate(("paid", "waved goodbye"), start=1):
            said = {"order_id": 1, "kind": kind, "event_at": at, "booked_at": at, "actor": "x"}
            put(connection, "order_event", id=number, **said, data=json.dumps({"amount_pence": 1}))
    migrations.upgrade(database)
    refuse_unguarded(database)
    with database.engine.connect() as connection:
        assert connection.execute(text('SELECT state FROM "order"')).scalar_one() == "disputed"
        found = connection.execute(text("SELECT kind, data FROM order_event ORDER BY id")).all()
    told = [(kind, json.loads(data) if isinstance(data, str) else data) for kind, data in found]
    assert told == [
        ("paid", {"amount_pence": 1}),
        ("something else", {"amount_pence": 1, "was": "waved goodbye"}),
    ]
    database.dispose()

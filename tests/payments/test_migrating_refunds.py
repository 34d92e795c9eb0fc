"""Refunds decided before their state was a column are brought along; what nobody can know is said."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text

from shop import migrations
from shop.db import Database

BEFORE = "0011"  # before refunds_that_are_owed
ORDER = {
    "reference": "PM-OLD1-22",
    "mode": "stripe",
    "book": "test",
    "state": "review",
    "version": 1,
    "buyer_hash": "x",
    "hold_id": 1,
    "fingerprint": "x",
    "currency": "gbp",
    "goods_pence": 8400,
    "postage_pence": 360,
    "total_pence": 8760,
    "postage_service": "tracked-48",
    "donation_pence": 0,
    "placed_at": "2026-01-01 00:00:00+00:00",
}


@pytest.fixture
def old(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    migrations.upgrade(database, BEFORE)
    with database.engine.execution_options(shop_writer=True).begin() as connection:
        put(
            connection,
            "hold",
            id=1,
            state="held",
            expires_at=ORDER["placed_at"],
            created_at=ORDER["placed_at"],
        )
        put(connection, "order", id=1, **ORDER)
    yield database
    database.dispose()


def put(connection: Connection, table: str, **row: Any) -> None:
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({values})'), row)


def refund(connection: Connection, number: int, **row: Any) -> None:
    asked = {
        "id": number,
        "order_id": 1,
        "key": f"key {number}",
        "payment_intent": "pi_1",
        "amount_pence": 100,
        "reason": "owner",
        "lines": "[]",
        "actor": "owner@example.com",
        "requested_at": "2026-02-01 00:00:00+00:00",
    }
    put(connection, "refund_request", **{**asked, **row})


def test_each_old_refund_is_what_it_had_come_to(old: Database) -> None:
    with old.engine.execution_options(shop_writer=True).begin() as connection:
        refund(connection, 1, stripe_id="re_1", reason="owner, with postage", lines="[1]")
        refund(connection, 2, refused="parameter_invalid", lines="[2]")
        refund(connection, 3, stripe_id="re_3", refused="failed", lines="[3]")
        refund(connection, 4, stripe_id="re_4", lines="[3]")
        refund(connection, 5, stripe_id="re_5", refused="failed", reason="unfillable")
        refund(connection, 6, reason="surplus")
    migrations.upgrade(old)
    with old.engine.connect() as connection:
        found = connection.execute(
            text("SELECT id, reason, with_postage, state, refused FROM refund_request ORDER BY id")
        )
        assert [tuple(row) for row in found] == [
            (1, "owner", True, "sent", None),
            (2, "owner", False, "refused", "parameter_invalid"),
            (3, "owner", False, "asked again", "failed"),
            (4, "owner", False, "sent", None),
            (5, "unfillable", False, "sent back", "failed"),
            (6, "surplus", False, "refused", "not known"),
        ]
        told = connection.execute(text("SELECT kind, about FROM alert ORDER BY id"))
        assert [tuple(row) for row in told] == [
            ("refund refused", "PM-OLD1-22"),
            ("refund sent back", "PM-OLD1-22"),
        ]

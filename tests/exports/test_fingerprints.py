"""Whoever has a file of the ledger can make each fingerprint again, by what the README says alone."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from shop.giving import remittances
from shop.giving.ledger import Standing
from tests.engines import ONE_ENGINE
from tests.exports.files import text_of
from tests.giving.conftest import Books

Row = dict[str, Any]


@pytest.fixture
def books_of_a_year(books: Books, clock_at: Callable[[datetime], None]) -> Books:
    """Each kind of row, on both sides of a clock change, with and without parts of a second."""
    for standings, at in (
        ([Standing.ACCRUED] * 3, datetime(2026, 10, 24, 23, 30, 0, 120, tzinfo=UTC)),
        ([Standing.HELD, Standing.HELD], datetime(2026, 10, 25, 1, tzinfo=UTC)),
        ([Standing.ACCRUED, Standing.NONE], datetime(2026, 11, 3, tzinfo=UTC)),
        ([Standing.NONE], datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)),
    ):
        clock_at(at)
        books.bring("PM-1", *standings, at=at, cause="ch_1")
    books.bring("PM-T", Standing.ACCRUED, book="test")
    with books.database.transaction() as session:
        said = {"book": "live", "policy_id": books.policy, "actor": "finance 2"}
        paid = remittances.record_remittance(
            session, amount_pence=500, paid_on=date(2026, 11, 29), bank_reference="POM NOV",
            receipt="Letter of 2 December, “thank you”, in the folder", key="k", **said,
        )  # fmt: skip
        remittances.undo_remittance(session, paid.seq, reason="typed twice", actor="finance 2")
    return books


def of_csv(text: str) -> list[Row]:
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row in rows:
        for name in ("seq", "unit", "policy", "reverses_seq"):
            row[name] = int(row[name]) if row[name] else None  # type: ignore[assignment]
    return [dict(row) for row in rows]


def of_json(text: str) -> list[Row]:
    return [json.loads(line) for line in text.splitlines()]


def sha256_of(what: Row) -> str:
    text = json.dumps(what, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(row: Row) -> str:
    asked = {name: row[name] or None for name in ("order_reference", "unit", "sku", "reverses_seq")}
    asked["unit"] = row["unit"]
    asked |= {name: row[name] for name in ("book", "kind", "cause")}
    asked["policy_id"] = row["policy"]
    asked["event_at"] = moment(row["event_at"])
    pairs = (entry.split(":") for entry in row["entries"].split())
    asked["lines"] = [[account, int(pence), "gbp"] for account, pence in pairs]
    written = {name: row[name] for name in ("seq", "idempotency_key", "period", "actor", "previous_hash")}
    written["policy_digest"] = row["policy_digest"] or None
    written["booked_at"] = moment(row["booked_at"])
    return sha256_of(asked | written | {"request_hash": sha256_of(asked), "version": 1})


def moment(text: str) -> str:
    return datetime.fromisoformat(text).isoformat(timespec="microseconds")


@ONE_ENGINE
@pytest.mark.parametrize(("name", "read"), [("csv", of_csv), ("json", of_json)])
def test_each_fingerprint_can_be_made_again_of_a_file_alone(
    books_of_a_year: Books, name: str, read: Callable[[str], list[Row]]
) -> None:
    with books_of_a_year.database.reading() as session:
        rows = read(text_of(session, name))
    assert {row["kind"] for row in rows} == {
        "accrue", "dispute_opened", "dispute_won", "dispute_lost", "reverse", "remit",
    }  # fmt: skip
    assert [fingerprint(row) for row in rows] == [row["hash"] for row in rows]
    for column in (
        "cause",
        "actor",
        "entries",
        "period",
        "policy_digest",
        "previous_hash",
        "idempotency_key",
    ):
        changed = rows[0] | {column: rows[0][column].replace(rows[0][column][-1], "x")}
        with pytest.raises((AssertionError, ValueError)):
            assert fingerprint(changed) == changed["hash"]


@ONE_ENGINE
@pytest.mark.parametrize(("name", "read"), [("csv", of_csv), ("json", of_json)])
def test_each_row_of_one_book_is_chained_to_the_one_before(
    books: Books, name: str, read: Callable[[str], list[Row]]
) -> None:
    books.bring("PM-1", *[Standing.ACCRUED] * 3)
    with books.database.reading() as session:
        rows = read(text_of(session, name))
    assert [row["previous_hash"] for row in rows] == ["0" * 64, *(row["hash"] for row in rows[:-1])]


@ONE_ENGINE
def test_an_address_does_not_get_into_the_ledger(books: Books) -> None:
    """A row is for good, so it says the role; who a number is, the list of staff knows."""
    with books.database.transaction() as session:
        paid = remittances.record_remittance(
            session, book="live", policy_id=books.policy, amount_pence=500, paid_on=date(2026, 11, 20),
            bank_reference="POM", key="k", actor="anna@example.com", more_than_owed=True,
        )  # fmt: skip
    assert paid.actor == "staff"
    assert books.problems() == []

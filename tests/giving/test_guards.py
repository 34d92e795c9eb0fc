"""What somebody with a connection to the database and bad intent, or a slip of the hand, cannot do."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from shop import triggers
from shop.db import Database
from shop.giving import guards, ledger_triggers
from shop.giving.ledger import Standing
from shop.giving.models import GENESIS, Policy
from shop.orm import Base
from tests.giving.conftest import Books

CLOSE_NOVEMBER = """
    UPDATE ledger_period SET closed_at = '2026-12-01 00:00:00', closed_by = 'finance',
    last_seq = (SELECT max(seq) FROM ledger_txn), statement_sha256 = 'abc',
    last_hash = (SELECT hash FROM ledger_txn ORDER BY seq DESC LIMIT 1)
"""

TABLES = {
    "ledger_txn": ("seq", "actor"),
    "ledger_entry": ("txn_seq", "amount_pence"),
    "ledger_head": ("id", "last_hash"),
    "ledger_period": ("name", "closed_by"),
    "policy": ("id", "amount_pence"),
}
"""The protected tables, each with its key and a column somebody might want to change."""


@pytest.fixture
def closed(books: Books) -> Books:
    """One accrual, one reversal, and a closed month."""
    books.bring("PM-1", Standing.ACCRUED, Standing.ACCRUED)
    books.bring("PM-1", Standing.NONE)
    books.close_all()
    return books


def is_sqlite(books: Books) -> bool:
    return books.database.engine.dialect.name == "sqlite"


def refused(books: Books, *statements: str, saying: str = ".") -> None:
    with pytest.raises(DBAPIError, match=saying):
        books.run(*statements)


def columns(table: str) -> str:
    return ", ".join(column.name for column in Base.metadata.tables[table].columns)


@pytest.mark.parametrize("table", TABLES)
def test_an_update_is_refused(closed: Books, table: str) -> None:
    _, column = TABLES[table]
    refused(closed, f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("table", TABLES)
def test_a_delete_is_refused(closed: Books, table: str) -> None:
    refused(closed, f"DELETE FROM {table}", saying=r"delete|keeps its head")


@pytest.mark.parametrize("table", TABLES)
def test_an_upsert_is_refused(closed: Books, table: str) -> None:
    key, column = TABLES[table]
    conflict = "(txn_seq, line)" if table == "ledger_entry" else f"({key})"
    names = columns(table)
    refused(
        closed,
        f"INSERT INTO {table} ({names}) SELECT {names} FROM {table} WHERE true"
        f" ON CONFLICT {conflict} DO UPDATE SET {column} = excluded.{column}",
    )


@pytest.mark.parametrize("table", TABLES)
def test_nothing_replaces_a_row(closed: Books, table: str) -> None:
    """By INSERT OR REPLACE (even where recursive_triggers was never set); by MERGE on PostgreSQL."""
    key, column = TABLES[table]
    names = columns(table)
    before = closed.value(f"SELECT count(*) FROM {table}")
    if is_sqlite(closed):
        with closing(sqlite3.connect(str(closed.database.engine.url.database))) as connection:
            for verb in ("INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"):
                with pytest.raises(sqlite3.IntegrityError):
                    connection.execute(f"{verb} INTO {table} ({names}) SELECT {names} FROM {table}")
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(f"UPDATE OR REPLACE {table} SET {column} = {column}")
    else:
        refused(
            closed,
            f"MERGE INTO {table} old USING {table} new ON old.{key} = new.{key}"
            f" WHEN MATCHED THEN UPDATE SET {column} = new.{column}",
        )
    assert closed.value(f"SELECT count(*) FROM {table}") == before
    assert closed.problems() == []


@pytest.mark.parametrize("table", [*TABLES, "ledger_account"])
def test_no_table_is_emptied_at_once(closed: Books, table: str) -> None:
    empty = f"DELETE FROM {table}" if is_sqlite(closed) else f"TRUNCATE {table} CASCADE"
    refused(closed, empty)
    assert closed.problems() == []


def test_a_replication_role_does_not_slip_past_the_guards(closed: Books) -> None:
    if not is_sqlite(closed):
        refused(
            closed, "SET session_replication_role = replica", "DELETE FROM ledger_entry", saying="deleted"
        )
        refused(closed, "SET session_replication_role = replica", "TRUNCATE ledger_entry", saying="emptied")
    refused(closed, "DELETE FROM ledger_entry", saying="deleted")


def test_a_temporary_table_does_not_pose_as_the_head(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    refused(
        books,
        "CREATE TEMPORARY TABLE ledger_head (id int, last_seq int, last_hash text)",
        "INSERT INTO ledger_head VALUES (1, 0, 'x')",
        "INSERT INTO ledger_entry VALUES (1, 3, 'held', 5, 'gbp')",
        saying="sealed",
    )


TXN = """
    INSERT INTO ledger_txn (seq, idempotency_key, request_hash, book, kind, order_reference, unit, sku,
      policy_id, policy_digest, reverses_seq, period, event_at, booked_at, actor, cause, previous_hash, hash,
      canonical)
    SELECT {seq}, '{key}', 'r', 'live', '{kind}', '{order}', 1, 'A', 1, 'd', {reverses}, {period},
      '2026-11-20 00:00:00', '2026-11-20 00:00:00', 'a', 'c', {previous}, '{hash}', '{{}}' FROM ledger_head
"""


def txn(**changed: str) -> str:
    facts = {
        "seq": "last_seq + 1",
        "key": "k",
        "kind": "accrue",
        "order": "PM-9",
        "reverses": "NULL",
        "period": "(SELECT max(name) FROM ledger_period)",
        "previous": "last_hash",
        "hash": "h",
    }
    return TXN.format(**(facts | changed))


def line(number: int, pence: int, account: str = "cost") -> str:
    return (
        "INSERT INTO ledger_entry (txn_seq, line, account, amount_pence, currency)"
        f" SELECT last_seq + 1, {number}, '{account}', {pence}, 'gbp' FROM ledger_head"
    )


SEAL = "UPDATE ledger_head SET last_seq = last_seq + 1, last_hash = 'h'"


def test_what_the_guards_allow_is_a_chained_balanced_sealed_transaction(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    books.run(txn(), line(1, 5), line(2, -5, "held"), SEAL)
    assert books.value("SELECT last_seq FROM ledger_head") == 2
    assert books.problems() != []  # it stands in the chain, and still nobody takes it for the shop's own


@pytest.mark.parametrize(
    "changed",
    [
        {"seq": "last_seq"},
        {"seq": "last_seq + 2"},
        {"seq": "-1"},
        {"seq": "NULL"},
        {"previous": "'forged'"},
        {"key": "PM-1:1:1"},
        {"kind": "reverse", "reverses": "1"},
        {"kind": "reverse", "reverses": "3"},
        {"kind": "reverse"},
        {"kind": "reverse", "reverses": "99"},
        {"reverses": "1"},
    ],
    ids=str,
)
def test_a_transaction_out_of_line_is_refused(books: Books, changed: dict[str, str]) -> None:
    books.bring("PM-1", Standing.ACCRUED, Standing.ACCRUED)
    books.bring("PM-1", Standing.NONE)
    with pytest.raises(IntegrityError):
        books.run(txn(**changed), line(1, 5), line(2, -5, "held"), SEAL)
    assert books.problems() == []


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [line(1, 5)],
        [line(1, 5), line(2, -4, "held")],
        [line(1, 5), line(1, -5)],
        [line(1, 0), line(2, 0)],
        [line(1, 5), line(2, -5, "somebody")],
        [line(1, 5), line(2, -5).replace("gbp", "eur")],
    ],
    ids=[
        "none",
        "one",
        "a penny off",
        "the same line twice",
        "noughts",
        "no such account",
        "another currency",
    ],
)
def test_an_unbalanced_transaction_is_never_sealed(books: Books, lines: list[str]) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    with pytest.raises(IntegrityError):
        books.run(txn(), *lines, SEAL)
    assert books.problems() == []


def test_half_a_penny_is_no_money(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    half = line(1, 5).replace("5, 'gbp'", "0.5, 'gbp'")
    refused(books, txn(), half, half.replace("1,", "2,", 1).replace("0.5", "-0.5"), SEAL)


def test_a_transaction_left_unsealed_stops_at_the_commit_or_is_told_of(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    unsealed = (txn(), line(1, 5), line(2, -5, "held"))
    if is_sqlite(books):
        books.run(*unsealed)
        assert books.problems() == ["transaction 2 was never sealed"]
        refused(books, txn(key="k2", hash="h2"), saying="already")
    else:
        refused(books, *unsealed, saying="sealed before it is committed")
        assert books.problems() == []


@pytest.mark.parametrize(
    "jump",
    [
        "UPDATE ledger_head SET last_seq = last_seq + 1",
        "UPDATE ledger_head SET last_seq = last_seq + 2",
        "UPDATE ledger_head SET (last_seq, last_hash) = (SELECT seq, hash FROM ledger_txn WHERE seq = 1)",
        "UPDATE ledger_head SET last_hash = 'forged'",
        f"UPDATE ledger_head SET last_seq = 0, last_hash = '{GENESIS}'",
        "UPDATE ledger_head SET id = 2",
        "INSERT INTO ledger_head (id, last_seq, last_hash) VALUES (2, 0, 'x')",
        "DELETE FROM ledger_head",
    ],
)
def test_the_head_never_jumps(books: Books, jump: str) -> None:
    books.bring("PM-1", Standing.ACCRUED, Standing.ACCRUED)
    refused(books, jump)
    assert books.problems() == []


def test_the_head_only_follows_the_chain(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    refused(books, txn(), line(1, 5), line(2, -5, "held"), SEAL.replace("'h'", "'other'"), saying="chained")


def test_no_line_joins_a_sealed_transaction(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    late = [line(3, 5).replace("last_seq + 1", "last_seq"), line(4, -5).replace("last_seq + 1", "last_seq")]
    refused(books, *late, saying="sealed")


def test_a_closed_month_takes_nothing_more_and_the_next_one_does(closed: Books) -> None:
    month = str(closed.value("SELECT name FROM ledger_period"))
    refused(closed, txn(period=f"'{month}'"), saying="closed or older")
    refused(closed, "INSERT INTO ledger_period (name) VALUES ('2020-01')", saying="begins once")
    refused(closed, txn(period="'2020-01'"))
    (late,) = closed.bring("PM-7", Standing.ACCRUED)
    assert late.period > month
    assert closed.problems() == []


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("last_seq = (SELECT max(seq) FROM ledger_txn)", "last_seq = 1"),
        ("last_hash = (SELECT hash FROM ledger_txn ORDER BY seq DESC LIMIT 1)", "last_hash = 'x'"),
        ("closed_by = 'finance'", "closed_by = NULL"),
        ("closed_by = 'finance'", "closed_by = 'finance', name = '2030-01'"),
    ],
)
def test_a_month_is_closed_whole_and_at_its_last_transaction(books: Books, what: str, instead: str) -> None:
    books.bring("PM-1", Standing.ACCRUED, Standing.ACCRUED)
    assert what in CLOSE_NOVEMBER
    refused(books, CLOSE_NOVEMBER.replace(what, instead))


def test_months_are_closed_in_their_order(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    books.run("INSERT INTO ledger_period (name) VALUES ('2099-01')")
    refused(books, CLOSE_NOVEMBER + " WHERE name = '2099-01'", saying="in its turn")
    books.close_all()
    assert books.problems() == []


def test_no_month_is_born_closed(books: Books) -> None:
    refused(
        books,
        "INSERT INTO ledger_period (name, closed_at, closed_by, last_seq, last_hash, statement_sha256)"
        f" VALUES ('2026-01', '2026-02-01 00:00:00', 'x', 0, '{GENESIS}', 'x')",
        saying="begins once",
    )


def test_an_unused_policy_can_still_be_corrected(books: Books) -> None:
    books.run(
        "UPDATE policy SET amount_pence = 600, ends_on = '2030-01-01'", "UPDATE policy SET ends_on = NULL"
    )
    books.run("DELETE FROM policy")


def test_a_used_policy_can_only_be_ended_and_only_once(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    books.run("UPDATE policy SET ends_on = '2030-01-01'")
    refused(books, "UPDATE policy SET ends_on = '2031-01-01'", saying="ended once")
    refused(books, "UPDATE policy SET ends_on = NULL", saying="ended once")
    assert books.problems() == []


def test_no_word_of_a_used_policy_changes(books: Books) -> None:
    books.bring("PM-1", Standing.ACCRUED)
    for column in guards.POLICY_PROMISE:
        refused(books, f"UPDATE policy SET {column} = {column}", saying="never changed")


def test_every_column_of_a_policy_but_its_end_is_promised() -> None:
    assert set(guards.POLICY_PROMISE) == {column.name for column in Policy.__table__.columns} - {"ends_on"}


def test_all_guards_are_there_once_installed_and_installing_again_is_no_harm(books: Books) -> None:
    for _ in range(2):
        with books.database.engine.begin() as connection:
            triggers.install(connection, ledger_triggers.TRIGGERS)
            assert triggers.missing(connection, ledger_triggers.TRIGGERS) == []


def test_a_database_without_guards_lacks_every_one(database: Database) -> None:
    with database.engine.connect() as connection:
        lacking = triggers.missing(connection, ledger_triggers.TRIGGERS)
        assert lacking == [trigger.name for trigger in ledger_triggers.TRIGGERS[connection.dialect.name]]
    assert len(lacking) >= 20


def test_each_missing_guard_is_told_by_its_name(books: Books) -> None:
    with books.database.engine.connect() as connection:
        for trigger in ledger_triggers.TRIGGERS[connection.dialect.name]:
            on = "" if is_sqlite(books) else f" ON {trigger.table}"
            connection.execute(text(f"DROP TRIGGER {trigger.name}{on}"))
            assert triggers.missing(connection, ledger_triggers.TRIGGERS) == [trigger.name]
            triggers.install(connection, ledger_triggers.TRIGGERS)


def test_a_guard_that_was_weakened_or_switched_off_is_missing(books: Books) -> None:
    name = "ledger_txn_no_update"
    weaker = (
        [
            [
                f"DROP TRIGGER {name}",
                f"CREATE TRIGGER {name} BEFORE UPDATE ON ledger_txn BEGIN SELECT 1; END",
            ],
            [f"DROP TRIGGER {name}", f"CREATE TRIGGER {name} BEFORE UPDATE ON policy BEGIN SELECT 1; END"],
        ]
        if is_sqlite(books)
        else [
            [f"ALTER TABLE ledger_txn DISABLE TRIGGER {name}"],
            [f"ALTER TABLE ledger_txn ENABLE TRIGGER {name}"],
            [
                (
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
                    " AS 'BEGIN RETURN NEW; END'"
                )
            ],
            [f"ALTER FUNCTION {name}() RESET search_path"],
            [
                (
                    f"CREATE OR REPLACE TRIGGER {name} BEFORE UPDATE ON ledger_txn FOR EACH ROW"
                    f" WHEN (false) EXECUTE FUNCTION {name}()"
                )
            ],
        ]
    )
    for statements in weaker:
        with books.database.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
            assert triggers.missing(connection, ledger_triggers.TRIGGERS) == [name], statements
            triggers.install(connection, ledger_triggers.TRIGGERS)

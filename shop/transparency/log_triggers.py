"""What the database itself refuses of the log, whoever asks; made as the ledger's guards are."""

from typing import Final

from shop.giving.guards import Guard, triggers_of
from shop.triggers import Triggers

TABLES: Final = (
    "log_announcement", "log_anchor", "log_leaf", "log_tile", "log_checkpoint", "log_cosignature",
)  # fmt: skip


def _written_once(table: str) -> list[Guard]:
    return [
        Guard(f"{table}_no_update", table, "UPDATE", f"{table} is written once and never changed"),
        Guard(f"{table}_no_delete", table, "DELETE", f"{table} is never deleted from"),
    ]


def _is_new(table: str, *key: str) -> Guard:
    """SQLite's INSERT OR REPLACE would delete the row that is there without asking its triggers."""
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    refused = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608
    return Guard(f"{table}_is_new", table, "INSERT", f"this is in {table} already", refused)


GUARDS: Final = [
    *(guard for table in TABLES for guard in _written_once(table)),
    _is_new("log_announcement", "id"),
    _is_new("log_anchor", "announcement_id"),
    _is_new("log_tile", "book", "level", "position"),
    _is_new("log_cosignature", "book", "size", "witness"),
    Guard(
        "log_leaf_follows",
        "log_leaf",
        "INSERT",
        "a leaf follows the last one, and is made of what is in the log not yet",
        "COALESCE(NEW.number, -1)"
        " <> COALESCE((SELECT max(number) FROM log_leaf WHERE book = NEW.book), 0) + 1"
        " OR EXISTS (SELECT 1 FROM log_leaf WHERE ledger_seq = NEW.ledger_seq)"
        " OR EXISTS (SELECT 1 FROM log_leaf WHERE announcement_id = NEW.announcement_id)",
    ),
    Guard(
        "log_checkpoint_follows",
        "log_checkpoint",
        "INSERT",
        "a checkpoint covers all leaves there are, and more than the one before",
        "NEW.size <> COALESCE((SELECT max(number) FROM log_leaf WHERE book = NEW.book), 0)"
        " OR EXISTS (SELECT 1 FROM log_checkpoint WHERE book = NEW.book AND size >= NEW.size)",
    ),
]

TRIGGERS: Final[Triggers] = triggers_of(GUARDS)
"""By dialect."""

"""What the database itself refuses, whoever asks: each guard's condition, and its SQL for both databases.

SQLite compares NEW.seq as -1 when it is missing; PostgreSQL as null: hence the COALESCE. The existence guards
are for SQLite, whose INSERT OR REPLACE deletes the old row without firing a DELETE trigger on any connection
that has not set recursive_triggers.
"""

from collections.abc import Sequence
from typing import Final

from shop.frozen import frozen
from shop.giving.models import GENESIS
from shop.triggers import Trigger, Triggers, postgresql

IMMUTABLE: Final = ("ledger_txn", "ledger_entry")
POLICY_PROMISE: Final = (
    "id", "charity_name", "charity_description", "charity_number", "charity_url", "amount_pence", "basis",
    "agreement_reference", "agreement_signed_on", "starts_on", "pay_within_days", "statement_version",
)  # fmt: skip
"""The columns of a policy that its digest seals: all but its end."""

_GENESIS: Final = f"'{GENESIS}'"

LOCK_HEAD: Final = "PERFORM 1 FROM public.ledger_head FOR UPDATE; "


@frozen
class Guard:
    """`event` on `table` is refused with `message` where `refused` (a condition on NEW and OLD) holds."""

    name: str
    table: str
    event: str
    message: str
    refused: str = "TRUE"
    locks_head: bool = False
    """PostgreSQL: look only after whoever is posting has finished. SQLite has one writer anyway."""
    sqlite_refused: str = ""
    """Where SQLite must refuse more than PostgreSQL."""

    def sqlite(self) -> str:
        """The trigger for SQLite."""
        refused = f"({self.refused}) OR {self.sqlite_refused}" if self.sqlite_refused else self.refused
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"BEGIN SELECT RAISE(ABORT, '{self.message}') WHERE {refused}; END"
        )

    def postgresql(self) -> str:
        """The function and the trigger for PostgreSQL, which fires for replication roles too."""
        returned = "OLD" if self.event == "DELETE" else "NEW"
        body = (
            f"BEGIN {LOCK_HEAD if self.locks_head else ''}IF {self.refused} THEN "
            f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'check_violation'; END IF; "
            f"RETURN {returned}; END"
        )
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        made = f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH {each}"
        return postgresql(self.table, body, made, name=self.name)


def triggers_of(guards: Sequence[Guard]) -> Triggers:
    """By dialect. PostgreSQL refuses to empty any of their tables, too: SQLite has no TRUNCATE."""
    emptied = [
        Guard(f"{table}_no_truncate", table, "TRUNCATE", f"{table} is never emptied")
        for table in dict.fromkeys(guard.table for guard in guards)
    ]
    return {
        "sqlite": [Trigger(guard.name, guard.table, guard.sqlite()) for guard in guards],
        "postgresql": [Trigger(guard.name, guard.table, guard.postgresql()) for guard in (*guards, *emptied)],
    }


def _written_once(table: str) -> list[Guard]:
    return [
        Guard(f"{table}_no_update", table, "UPDATE", f"{table} is written once and never changed"),
        Guard(f"{table}_no_delete", table, "DELETE", f"{table} is never deleted from"),
    ]


_TXN: Final = [
    Guard(
        "ledger_txn_follows_head",
        "ledger_txn",
        "INSERT",
        "a transaction must follow the head of the ledger",
        "COALESCE(NEW.seq, -1) <> COALESCE((SELECT last_seq + 1 FROM ledger_head), -2)"
        " OR COALESCE(NEW.previous_hash, '') <> COALESCE((SELECT last_hash FROM ledger_head), '-')",
        locks_head=True,
    ),
    Guard(
        "ledger_txn_is_new",
        "ledger_txn",
        "INSERT",
        "this transaction is in the ledger already",
        "EXISTS (SELECT 1 FROM ledger_txn WHERE seq = NEW.seq OR idempotency_key = NEW.idempotency_key"
        " OR reverses_seq = NEW.reverses_seq OR hash = NEW.hash)",
    ),
    Guard(
        "ledger_txn_period_open",
        "ledger_txn",
        "INSERT",
        "nothing is posted into a closed or older period",
        "EXISTS (SELECT 1 FROM ledger_period WHERE closed_at IS NOT NULL AND name >= NEW.period)"
        " OR NEW.period < COALESCE("
        "(SELECT period FROM ledger_txn WHERE seq = (SELECT last_seq FROM ledger_head)), '')",
    ),
    Guard(
        "ledger_txn_reverses_accrual",
        "ledger_txn",
        "INSERT",
        "a reversal must name the accrual of its own unit",
        "NEW.reverses_seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_txn accrual"
        " WHERE accrual.seq = NEW.reverses_seq AND accrual.kind = 'accrue' AND accrual.book = NEW.book"
        " AND accrual.order_reference = NEW.order_reference AND accrual.unit = NEW.unit)",
    ),
]

_ENTRY: Final = [
    Guard(
        "ledger_entry_unsealed",
        "ledger_entry",
        "INSERT",
        "no line joins a sealed transaction",
        "COALESCE(NEW.txn_seq, -1) <> COALESCE((SELECT last_seq + 1 FROM ledger_head), -2)",
        locks_head=True,
    ),
    Guard(
        "ledger_entry_is_new",
        "ledger_entry",
        "INSERT",
        "this line is in the ledger already",
        "EXISTS (SELECT 1 FROM ledger_entry WHERE txn_seq = NEW.txn_seq AND line = NEW.line)",
        sqlite_refused="typeof(NEW.amount_pence) <> 'integer'",  # SQLite would keep half a penny
    ),
]

_HEAD: Final = [
    Guard(
        "ledger_head_is_first",
        "ledger_head",
        "INSERT",
        "the ledger has its head already",
        "EXISTS (SELECT 1 FROM ledger_head) OR EXISTS (SELECT 1 FROM ledger_txn)"  # noqa: S608
        " OR NEW.last_seq <> 0 OR NEW.last_hash <> " + _GENESIS,
    ),
    Guard(
        "ledger_head_seals_next",
        "ledger_head",
        "UPDATE",
        "the head moves by one, to a transaction that is chained and balanced",
        "NEW.id <> OLD.id OR NEW.last_seq <> OLD.last_seq + 1"
        " OR NOT EXISTS (SELECT 1 FROM ledger_txn WHERE seq = NEW.last_seq AND hash = NEW.last_hash"
        " AND previous_hash = OLD.last_hash)"
        " OR (SELECT count(*) FROM ledger_entry WHERE txn_seq = NEW.last_seq) < 2"
        " OR (SELECT sum(amount_pence) FROM ledger_entry WHERE txn_seq = NEW.last_seq) <> 0",
    ),
    Guard("ledger_head_no_delete", "ledger_head", "DELETE", "the ledger keeps its head"),
]

_PERIOD: Final = [
    Guard(
        "ledger_period_is_new",
        "ledger_period",
        "INSERT",
        "a period begins once, open, and after every closed one",
        "NEW.closed_at IS NOT NULL OR EXISTS (SELECT 1 FROM ledger_period"
        " WHERE name = NEW.name OR (closed_at IS NOT NULL AND name > NEW.name))",
    ),
    Guard(
        "ledger_period_closes_once",
        "ledger_period",
        "UPDATE",
        "a period is closed once, in its turn, at its last transaction",
        "OLD.closed_at IS NOT NULL OR NEW.name <> OLD.name OR (NEW.closed_at IS NOT NULL AND ("  # noqa: S608
        "EXISTS (SELECT 1 FROM ledger_period WHERE name < NEW.name AND closed_at IS NULL)"
        " OR NEW.last_seq <> COALESCE((SELECT max(seq) FROM ledger_txn WHERE period <= NEW.name), 0)"
        " OR NEW.last_hash <> COALESCE((SELECT hash FROM ledger_txn WHERE seq = NEW.last_seq), "
        + _GENESIS
        + ")))",
        locks_head=True,
    ),
    Guard("ledger_period_no_delete", "ledger_period", "DELETE", "a period is never deleted"),
]

_USED: Final = "EXISTS (SELECT 1 FROM ledger_txn WHERE policy_id = OLD.id)"
_POLICY: Final = [
    Guard(
        "policy_is_new",
        "policy",
        "INSERT",
        "this policy exists already",
        "EXISTS (SELECT 1 FROM policy WHERE id = NEW.id)",
    ),
    Guard(
        "policy_promise_kept",
        "policy",
        f"UPDATE OF {', '.join(POLICY_PROMISE)}",
        "a policy the ledger has used is never changed",
        _USED,
    ),
    Guard(
        "policy_ends_once",
        "policy",
        "UPDATE OF ends_on",
        "a policy the ledger has used is ended once",
        f"OLD.ends_on IS NOT NULL AND {_USED}",
    ),
    Guard("policy_no_delete", "policy", "DELETE", "a policy the ledger has used is never deleted", _USED),
]

GUARDS: Final = [
    *(guard for table in IMMUTABLE for guard in _written_once(table)),
    *_TXN,
    *_ENTRY,
    *_HEAD,
    *_PERIOD,
    *_POLICY,
]

SEALED_AT_COMMIT: Final = postgresql(
    "ledger_txn",
    "BEGIN IF COALESCE((SELECT last_seq FROM ledger_head), 0) < NEW.seq THEN "
    "RAISE EXCEPTION 'a transaction must be sealed before it is committed' "
    "USING ERRCODE = 'check_violation'; END IF; RETURN NULL; END",
    "CREATE CONSTRAINT TRIGGER ledger_txn_sealed_at_commit AFTER INSERT ON ledger_txn "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
    name="ledger_txn_sealed_at_commit",
)
"""PostgreSQL only: SQLite defers no trigger. There an unsealed one blocks the next, and `verify` tells."""

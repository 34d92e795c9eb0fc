"""Reconciliation: its runs, the differences they found, and what became of each"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"

MOMENT = sa.DateTime(timezone=True)
STAGES = (
    "reading", "gifts", "ledger", "rest", "looking", "open", "moves", "entries", "payouts", "balance",
    "refunds", "ended",
)  # fmt: skip
RESULTS = ("agrees", "differs", "other account")
KINDS = (
    "amount", "unknown here", "missing there", "currency", "other product", "other currency", "payout",
    "payout row", "balance", "refund owed", "order sum", "gift missing", "gift wrong", "gift invented",
    "gift put back", "entries changed", "ledger", "log",
)  # fmt: skip
STEPS = ("found", "changed", "gone", "past", "explained", "listed")
GUARDS = (
    (
        "reconciliation_run_is_new",
        "reconciliation_run",
        "INSERT",
        "a run begins once, and has not ended then",
        "NEW.ended_at IS NOT NULL OR EXISTS (SELECT 1 FROM reconciliation_run WHERE id = NEW.id)",
    ),
    (
        "reconciliation_run_ends_once",
        "reconciliation_run",
        "UPDATE",
        "a run that has ended is never changed",
        "OLD.ended_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.begun_at <> OLD.begun_at OR NEW.begun_by <> OLD.begun_by OR NEW.mode <> OLD.mode OR NEW.book <> OLD.book",
    ),
    (
        "difference_is_new",
        "difference",
        "INSERT",
        "this difference is written down already",
        "EXISTS (SELECT 1 FROM difference WHERE id = NEW.id OR (mode = NEW.mode AND book = NEW.book AND kind = NEW.kind AND about = NEW.about))",
    ),
    (
        "difference_only_seen_again",
        "difference",
        "UPDATE",
        "a difference is never changed",
        "NEW.id <> OLD.id OR NEW.mode <> OLD.mode OR NEW.book <> OLD.book OR NEW.kind <> OLD.kind OR NEW.about <> OLD.about OR COALESCE(NEW.order_reference, '') <> COALESCE(OLD.order_reference, '') OR NEW.first_run_id <> OLD.first_run_id OR NEW.last_run_id < OLD.last_run_id",
    ),
    (
        "difference_step_no_update",
        "difference_step",
        "UPDATE",
        "what became of a difference is never changed",
        "TRUE",
    ),
    (
        "difference_step_is_next",
        "difference_step",
        "INSERT",
        "what became of a difference is written once, one after the other",
        "NEW.number <> COALESCE((SELECT max(number) FROM difference_step WHERE difference_id = NEW.difference_id), 0) + 1 OR EXISTS (SELECT 1 FROM difference_step WHERE id = NEW.id)",
    ),
    (
        "reconciliation_run_no_delete",
        "reconciliation_run",
        "DELETE",
        "reconciliation_run is never deleted from",
        "TRUE",
    ),
    (
        "difference_no_delete",
        "difference",
        "DELETE",
        "difference is never deleted from",
        "TRUE",
    ),
    (
        "difference_step_no_delete",
        "difference_step",
        "DELETE",
        "difference_step is never deleted from",
        "TRUE",
    ),
)


def upgrade() -> None:
    _run()
    _difference()
    _difference_step()
    op.create_index("ix_balance_transaction_read_at", "balance_transaction", ["mode", "book", "read_at"])
    for guard in GUARDS:
        for statement in _guard(*guard):
            op.execute(statement)


def _run() -> None:
    op.create_table(
        "reconciliation_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("book", sa.String(4), nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("begun_by", sa.String(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("since", MOMENT, nullable=True),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=True),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("step", "compared", "looked", "missed", "waiting", "rest_to")
        ),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.Column("found_new", sa.Integer(), nullable=True),
        sa.Column("found_open", sa.Integer(), nullable=True),
        sa.Column("entries_to", sa.Integer(), nullable=False),
        sa.Column("entries_count", sa.Integer(), nullable=False),
        sa.Column("entries_pence", sa.BigInteger(), nullable=False),
        sa.Column("events_to", sa.Integer(), nullable=False),
        sa.Column("ledger_seq", sa.Integer(), nullable=False),
        sa.Column("ledger_hash", sa.String(), nullable=False),
        *_whose("reconciliation_run"),
        _known("reconciliation_run", "stage", STAGES),
        _known("reconciliation_run", "result", RESULTS),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (result IS NULL)", name=op.f("ck_reconciliation_run_ended_with_a_result")
        ),
        sa.CheckConstraint(
            "(stage = 'ended') = (ended_at IS NOT NULL)",
            name=op.f("ck_reconciliation_run_ended_at_its_last_stage"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reconciliation_run")),
    )
    op.create_index("ix_reconciliation_run_ended", "reconciliation_run", ["mode", "book", "id"])
    op.execute(
        "CREATE UNIQUE INDEX ix_reconciliation_run_under_way ON reconciliation_run (mode, book)"
        " WHERE ended_at IS NULL"
    )


def _difference() -> None:
    op.create_table(
        "difference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("book", sa.String(4), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("order_reference", sa.String(), nullable=True),
        sa.Column("first_run_id", sa.Integer(), nullable=False),
        sa.Column("last_run_id", sa.Integer(), nullable=False),
        *_whose("difference"),
        _known("difference", "kind", KINDS),
        *(
            sa.ForeignKeyConstraint([name], ["reconciliation_run.id"], name=op.f(f"fk_difference_{name}"))
            for name in ("first_run_id", "last_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference")),
        sa.UniqueConstraint("mode", "book", "kind", "about", name=op.f("uq_difference_mode_book_kind_about")),
    )


def _difference_step() -> None:
    op.create_table(
        "difference_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("difference_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("theirs_pence", sa.BigInteger(), nullable=True),
        sa.Column("ours_pence", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        _known("difference_step", "kind", STEPS),
        sa.CheckConstraint(
            "(kind = 'explained') = (why IS NOT NULL)",
            name=op.f("ck_difference_step_explained_with_a_reason"),
        ),
        sa.CheckConstraint(
            "kind = 'explained' OR run_id IS NOT NULL", name=op.f("ck_difference_step_seen_by_a_run")
        ),
        sa.CheckConstraint("why IS NULL OR length(why) > 2", name=op.f("ck_difference_step_reason_said")),
        sa.ForeignKeyConstraint(
            ["difference_id"], ["difference.id"], name=op.f("fk_difference_step_difference_id")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["reconciliation_run.id"], name=op.f("fk_difference_step_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference_step")),
        sa.UniqueConstraint("difference_id", "number", name=op.f("uq_difference_step_difference_id_number")),
    )
    op.create_index(op.f("ix_difference_step_run_id"), "difference_step", ["run_id"])


def _whose(table: str) -> list[sa.CheckConstraint]:
    return [_known(table, "mode", ("stand-in", "stripe")), _known(table, "book", ("live", "test"))]


def _known(table: str, column: str, words: Sequence[str]) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}_known"))


def _guard(name: str, table: str, event: str, message: str, refused: str) -> list[str]:
    if op.get_bind().dialect.name == "sqlite":
        made = f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
        return [f"{made} BEGIN SELECT RAISE(ABORT, '{message}') WHERE {refused}; END"]
    returned = "OLD" if event == "DELETE" else "NEW"
    body = (
        f"BEGIN IF {refused} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {returned}; END"
    )
    placed = _placed(name, table, body, f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW")
    if event != "DELETE":
        return placed
    emptied = f"{table}_no_truncate"
    body = (
        f"BEGIN IF TRUE THEN RAISE EXCEPTION '{table} is never emptied' "
        "USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END"
    )
    trigger = f"CREATE TRIGGER {emptied} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
    return [*placed, *_placed(emptied, table, body, trigger)]


def _placed(name: str, table: str, body: str, trigger: str) -> list[str]:
    function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
    return [
        f"{function} SET search_path = public, pg_temp AS $guard${body}$guard$",
        f"{trigger} EXECUTE FUNCTION {name}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    ]

"""A log of what was given that cannot be rewritten in secret: leaves, tiles, checkpoints, cosignatures"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"

TABLES = ("log_announcement", "log_anchor", "log_leaf", "log_tile", "log_checkpoint", "log_cosignature")
IS_NEW = {
    "log_announcement": ("id",),
    "log_anchor": ("announcement_id",),
    "log_tile": ("book", "level", "position"),
    "log_cosignature": ("book", "size", "witness"),
}
FOLLOWS = (
    "COALESCE(NEW.number, -1) <> COALESCE((SELECT max(number) FROM log_leaf WHERE book = NEW.book), 0) + 1"
    " OR EXISTS (SELECT 1 FROM log_leaf WHERE ledger_seq = NEW.ledger_seq)"
    " OR EXISTS (SELECT 1 FROM log_leaf WHERE announcement_id = NEW.announcement_id)"
)
COVERS = (
    "NEW.size <> COALESCE((SELECT max(number) FROM log_leaf WHERE book = NEW.book), 0)"
    " OR EXISTS (SELECT 1 FROM log_checkpoint WHERE book = NEW.book AND size >= NEW.size)"
)
GUARDS = [
    *((f"{t}_no_update", t, "UPDATE", f"{t} is written once and never changed", "TRUE") for t in TABLES),
    *((f"{t}_no_delete", t, "DELETE", f"{t} is never deleted from", "TRUE") for t in TABLES),
    *(
        (
            f"{t}_is_new",
            t,
            "INSERT",
            f"this is in {t} already",
            f"EXISTS (SELECT 1 FROM {t} WHERE {' AND '.join(f'{c} = NEW.{c}' for c in key)})",
        )
        for t, key in IS_NEW.items()
    ),
    (
        "log_leaf_follows",
        "log_leaf",
        "INSERT",
        "a leaf follows the last one, and is made of what is in the log not yet",
        FOLLOWS,
    ),
    (
        "log_checkpoint_follows",
        "log_checkpoint",
        "INSERT",
        "a checkpoint covers all leaves there are, and more than the one before",
        COVERS,
    ),
]
"""The guards of the log as they were when this was written (shop/transparency/log_triggers.py has today's)."""


def guard_on_sqlite(name: str, table: str, event: str, message: str, refused: str) -> None:
    op.execute(
        sa.text(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{message}') WHERE {refused}; END"
        )
    )


def guard_on_postgresql(name: str, table: str, event: str, message: str, refused: str) -> None:
    returned, each = ("OLD" if event == "DELETE" else "NEW"), ("STATEMENT" if event == "TRUNCATE" else "ROW")
    body = (
        f"BEGIN IF {refused} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; "
        f"RETURN {returned}; END"
    )
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"SET search_path = public, pg_temp AS $guard${body}$guard$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {each} EXECUTE FUNCTION {name}()")
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def upgrade() -> None:
    op.create_table(
        "log_announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("book IN ('live', 'test')", name=op.f("ck_log_announcement_book_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_announcement")),
    )
    op.create_index("ix_log_announcement_book", "log_announcement", ["book", "id"])
    op.create_table(
        "log_anchor",
        sa.Column("announcement_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["log_announcement.id"],
            name=op.f("fk_log_anchor_announcement_id"),
        ),
        sa.PrimaryKeyConstraint("announcement_id", name=op.f("pk_log_anchor")),
    )
    op.create_table(
        "log_leaf",
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ledger_seq", sa.Integer(), nullable=True),
        sa.Column("announcement_id", sa.Integer(), nullable=True),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("book IN ('live', 'test')", name=op.f("ck_log_leaf_book_known")),
        sa.CheckConstraint("number > 0", name=op.f("ck_log_leaf_number_positive")),
        sa.CheckConstraint(
            "(ledger_seq IS NULL) <> (announcement_id IS NULL)", name=op.f("ck_log_leaf_of_one_thing")
        ),
        sa.ForeignKeyConstraint(["ledger_seq"], ["ledger_txn.seq"], name=op.f("fk_log_leaf_ledger_seq")),
        sa.ForeignKeyConstraint(
            ["announcement_id"], ["log_announcement.id"], name=op.f("fk_log_leaf_announcement_id")
        ),
        sa.PrimaryKeyConstraint("book", "number", name=op.f("pk_log_leaf")),
        sa.UniqueConstraint("ledger_seq", name=op.f("uq_log_leaf_ledger_seq")),
        sa.UniqueConstraint("announcement_id", name=op.f("uq_log_leaf_announcement_id")),
    )
    op.create_table(
        "log_tile",
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("book", "level", "position", name=op.f("pk_log_tile")),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=True),
        sa.CheckConstraint("reason IN ('day', 'close')", name=op.f("ck_log_checkpoint_reason_known")),
        sa.PrimaryKeyConstraint("book", "size", name=op.f("pk_log_checkpoint")),
    )
    op.create_table(
        "log_cosignature",
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["book", "size"],
            ["log_checkpoint.book", "log_checkpoint.size"],
            name=op.f("fk_log_cosignature_book_size"),
        ),
        sa.PrimaryKeyConstraint("book", "size", "witness", name=op.f("pk_log_cosignature")),
    )
    if op.get_context().dialect.name == "sqlite":
        for guard in GUARDS:
            guard_on_sqlite(*guard)
        return
    for guard in GUARDS:
        guard_on_postgresql(*guard)
    for table in TABLES:
        guard_on_postgresql(f"{table}_no_truncate", table, "TRUNCATE", f"{table} is never emptied", "TRUE")

"""Signed agreements and receipts are kept as files, added at any time"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"

REFUSALS = (
    (
        "giving_document_is_new", "INSERT", "this document is there already",
        "EXISTS (SELECT 1 FROM giving_document WHERE id = NEW.id OR takes_back = NEW.takes_back)",
    ),
    ("giving_document_no_update", "UPDATE", "a document is never changed", "TRUE"),
    (
        "giving_document_no_delete", "DELETE", "a document of what was given is never deleted",
        "OLD.policy_id IS NULL OR EXISTS (SELECT 1 FROM ledger_txn WHERE policy_id = OLD.policy_id)",
    ),
    ("giving_document_no_truncate", "TRUNCATE", "giving_document is never emptied", "TRUE"),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "giving_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("payment_seq", sa.Integer(), nullable=True),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("takes_back", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(policy_id IS NULL) <> (payment_seq IS NULL)", name=op.f("ck_giving_document_about_one")
        ),
        sa.CheckConstraint(
            "(content IS NULL) = (takes_back IS NOT NULL)", name=op.f("ck_giving_document_file_or_taken_back")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy.id"], name=op.f("fk_giving_document_policy_id_policy")
        ),
        sa.ForeignKeyConstraint(
            ["payment_seq"], ["ledger_txn.seq"], name=op.f("fk_giving_document_payment_seq_ledger_txn")
        ),
        sa.ForeignKeyConstraint(
            ["takes_back"], ["giving_document.id"], name=op.f("fk_giving_document_takes_back_giving_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_giving_document")),
        sa.UniqueConstraint("takes_back", name=op.f("uq_giving_document_takes_back")),
    )
    for column in ("policy_id", "payment_seq"):
        op.create_index(op.f(f"ix_giving_document_{column}"), "giving_document", [column])
    for refusal in REFUSALS:
        _refuse(*refusal)


def _refuse(name: str, event: str, message: str, refused: str) -> None:
    made = f"CREATE TRIGGER {name} BEFORE {event} ON giving_document"
    if op.get_bind().dialect.name == "sqlite":
        if event != "TRUNCATE":
            op.execute(f"{made} BEGIN SELECT RAISE(ABORT, '{message}') WHERE {refused}; END")
        return
    returned, each = "OLD" if event == "DELETE" else "NEW", "STATEMENT" if event == "TRUNCATE" else "ROW"
    body = (
        f"BEGIN IF {refused} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; "
        f"END IF; RETURN {returned}; END"
    )
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"SET search_path = public, pg_temp AS $guard${body}$guard$"
    )
    op.execute(f"{made} FOR EACH {each} EXECUTE FUNCTION {name}()")
    op.execute(f"ALTER TABLE giving_document ENABLE ALWAYS TRIGGER {name}")

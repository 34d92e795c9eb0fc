"""What the site said of giving is noted each time that it changes"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"

REFUSALS = (
    (
        "shown_statement_follows", "INSERT", "what the site said is noted as it changes, and in turn",
        "EXISTS (SELECT 1 FROM shown_statement WHERE id = NEW.id OR (book = NEW.book AND since >= NEW.since))",
    ),
    ("shown_statement_no_update", "UPDATE", "what the site said is never changed", "TRUE"),
    ("shown_statement_no_delete", "DELETE", "what the site said is never deleted", "TRUE"),
    ("shown_statement_no_truncate", "TRUNCATE", "shown_statement is never emptied", "TRUE"),
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "shown_statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.CheckConstraint("book IN ('live', 'test')", name=op.f("ck_shown_statement_book_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shown_statement")),
    )
    op.create_index(op.f("ix_shown_statement_book_since"), "shown_statement", ["book", "since"])
    for refusal in REFUSALS:
        _refuse(*refusal)


def _refuse(name: str, event: str, message: str, refused: str) -> None:
    made = f"CREATE TRIGGER {name} BEFORE {event} ON shown_statement"
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
    op.execute(f"ALTER TABLE shown_statement ENABLE ALWAYS TRIGGER {name}")

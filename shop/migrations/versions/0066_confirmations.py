"""The charity's keys, as agreements name them, and the payments it has confirmed with them"""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"

KEY, CONFIRMATION = "charity_key", "payment_confirmation"
THERE, SAME_KEY = "EXISTS (SELECT 1 FROM", "fingerprint = NEW.fingerprint"
REFUSALS = (
    ("charity_key_no_update", KEY, "UPDATE", "a key of the charity is never changed", "TRUE"),
    (
        "charity_key_no_delete", KEY, "DELETE", "a key of an agreement in use is never deleted",
        "EXISTS (SELECT 1 FROM ledger_txn WHERE policy_id = OLD.policy_id)",
    ),
    (
        "charity_key_is_new", KEY, "INSERT", "this key is there already",
        f"{THERE} charity_key WHERE id = NEW.id OR (policy_id = NEW.policy_id AND {SAME_KEY}))",
    ),
    ("payment_confirmation_no_update", CONFIRMATION, "UPDATE", "a confirmation is never changed", "TRUE"),
    ("payment_confirmation_no_delete", CONFIRMATION, "DELETE", "a confirmation is never deleted", "TRUE"),
    (
        "payment_confirmation_is_new", CONFIRMATION, "INSERT", "this confirmation is there already",
        f"{THERE} payment_confirmation WHERE id = NEW.id OR (payment_seq = NEW.payment_seq AND {SAME_KEY}))",
    ),
    ("charity_key_no_truncate", KEY, "TRUNCATE", "charity_key is never emptied", "TRUE"),
    (
        "payment_confirmation_no_truncate", CONFIRMATION, "TRUNCATE",
        "payment_confirmation is never emptied", "TRUE",
    ),
)  # fmt: skip


def upgrade() -> None:
    announced = ["announcement_id"], ["log_announcement.id"]
    op.create_table(
        KEY,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by", sa.String(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_charity_key_policy_id_policy")),
        sa.ForeignKeyConstraint(*announced, name=op.f("fk_charity_key_announcement_id_log_announcement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charity_key")),
        sa.UniqueConstraint("policy_id", "fingerprint", name=op.f("uq_charity_key_policy_id_fingerprint")),
    )
    op.create_index(op.f("ix_charity_key_fingerprint"), KEY, ["fingerprint"])
    op.create_table(
        CONFIRMATION,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_seq", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("spki", sa.LargeBinary(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("authenticator_data", sa.LargeBinary(), nullable=False),
        sa.Column("client_data", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_seq"], ["ledger_txn.seq"], name=op.f("fk_payment_confirmation_payment_seq_ledger_txn")
        ),
        sa.ForeignKeyConstraint(
            *announced, name=op.f("fk_payment_confirmation_announcement_id_log_announcement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_confirmation")),
        sa.UniqueConstraint(
            "payment_seq", "fingerprint", name=op.f("uq_payment_confirmation_payment_seq_fingerprint")
        ),
    )
    for refusal in REFUSALS:
        _refuse(*refusal)


def _refuse(name: str, table: str, event: str, message: str, refused: str) -> None:
    made = f"CREATE TRIGGER {name} BEFORE {event} ON {table}"
    if op.get_bind().dialect.name == "sqlite":
        if event != "TRUNCATE":
            op.execute(sa.text(f"{made} BEGIN SELECT RAISE(ABORT, '{message}') WHERE {refused}; END"))
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
    op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")

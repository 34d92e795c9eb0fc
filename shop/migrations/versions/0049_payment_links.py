"""Orders put together for somebody who telephones or writes, and their links"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "payment_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("begun_at", moment, nullable=False),
        sa.Column("sent_at", moment, nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("until", moment, nullable=True),
        sa.Column("total_pence", sa.Integer(), nullable=True),
        sa.Column("hold_id", sa.Integer(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", moment, nullable=True),
        sa.Column("email_due_at", moment, nullable=True),
        sa.Column("email_tries", sa.Integer(), nullable=False),
        sa.Column("emailed_at", moment, nullable=True),
        sa.Column("email_refused_at", moment, nullable=True),
        sa.CheckConstraint("via IN ('telephone', 'letter')", name=op.f("ck_payment_link_via_known")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_payment_link_hold_id")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_payment_link_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_link")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_payment_link_code_hash")),
        sa.UniqueConstraint("key_id", name=op.f("uq_payment_link_key_id")),
    )
    for column in ("email_due_at", "order_id", "until"):
        op.create_index(op.f(f"ix_payment_link_{column}"), "payment_link", [column])
    # Both databases read this; alembic's own way would make SQLite's table anew.
    op.execute(
        "ALTER TABLE basket ADD COLUMN payment_link_id INTEGER "
        "CONSTRAINT fk_basket_payment_link_id REFERENCES payment_link (id)"
    )

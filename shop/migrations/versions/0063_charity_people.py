"""People of a charity are invited into its room"""

import sqlalchemy as sa
from alembic import op

from shop.migrations.checks import widen

revision = "0063"
down_revision = "0062"


def upgrade() -> None:
    widen("account", "role", ("owner", "finance", "charity"))
    op.create_table(
        "charity_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("charity_name", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("seed", sa.String(64), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_charity_invitation_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charity_invitation")),
        sa.UniqueConstraint("message_id", name=op.f("uq_charity_invitation_message_id")),
    )
    op.create_index(op.f("ix_charity_invitation_account_id"), "charity_invitation", ["account_id"])

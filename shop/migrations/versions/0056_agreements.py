"""Who wrote an agreement with a charity down, and what they had looked at"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("policy_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("number_looked_up_on", sa.Date(), nullable=True),
        sa.Column("clauses", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_agreement_policy_id_policy")),
        sa.PrimaryKeyConstraint("policy_id", name=op.f("pk_agreement")),
    )

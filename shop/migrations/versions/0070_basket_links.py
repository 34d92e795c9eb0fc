"""Links by which a basket is opened on another device"""

import sqlalchemy as sa
from alembic import op

revision = "0070"
down_revision = "0069"


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "basket_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("basket_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("until", moment, nullable=False),
        sa.Column("email_key_id", sa.String(length=32), nullable=True),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email_due_at", moment, nullable=True),
        sa.Column("email_tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["basket_id"], ["basket.id"], name=op.f("fk_basket_link_basket_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basket_link")),
        sa.UniqueConstraint("basket_id", name=op.f("uq_basket_link_basket_id")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_basket_link_code_hash")),
        sa.UniqueConstraint("email_key_id", name=op.f("uq_basket_link_email_key_id")),
    )
    for column in ("email_due_at", "until"):
        op.create_index(op.f(f"ix_basket_link_{column}"), "basket_link", [column])

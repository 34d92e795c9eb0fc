"""Photographs of artwork, of baskets and of orders"""

import sqlalchemy as sa
from alembic import op

revision = "0072"
down_revision = "0071"


def upgrade() -> None:
    op.create_table(
        "artwork_upload",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("photograph", sa.LargeBinary(), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("outline", sa.LargeBinary(), nullable=True),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_artwork_upload_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artwork_upload")),
    )
    for column in ("order_id", "token_hash", "touched_at"):
        op.create_index(op.f(f"ix_artwork_upload_{column}"), "artwork_upload", [column])
    op.create_table(
        "order_photograph",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=False),
        sa.Column("upload_id", sa.String(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("opening", sa.LargeBinary(), nullable=False),
        sa.Column("photograph", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_photograph_order_id")),
        sa.PrimaryKeyConstraint("order_id", "line_number", "upload_id", name=op.f("pk_order_photograph")),
        sa.UniqueConstraint("key_id", name=op.f("uq_order_photograph_key_id")),
    )

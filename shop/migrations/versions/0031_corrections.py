"""Corrections of paid orders, and which wording of a unit stands"""

import sqlalchemy as sa
from alembic import op

from shop.migrations.checks import widen

revision = "0031"
down_revision = "0030"

ACTIONS = (
    "checked", "engraving begun", "engraved", "inspected", "packed", "posted", "delivered", "put on hold",
    "off hold", "to be made again", "refunded", "refund came back", "words corrected", "undone",
)  # fmt: skip


def upgrade() -> None:
    worded = sa.CheckConstraint("wording >= 1", name=op.f("ck_unit_worded_once_or_more"))
    op.add_column("unit", sa.Column("wording", sa.Integer(), worded, nullable=False, server_default="1"))
    widen("unit_step", "action", ACTIONS)
    widen("hand_drawing_step", "kind", ("sent", "approved", "change asked", "words changed"))
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("line_number", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint("subject IN ('words')", name=op.f("ck_correction_subject_known")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_correction_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_order_id"), "correction", ["order_id"])

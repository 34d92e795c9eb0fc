"""The owner's days of work, days away, the day promised with each order, and what became of it"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

NATIONS = "'England and Wales', 'Scotland', 'Northern Ireland'"
NEWS = "'told it will be late', 'waits', 'wants the money back'"


def upgrade() -> None:
    op.create_table(
        "work_week",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pace", sa.Integer(), nullable=False),
        sa.Column("weekdays", sa.String(), nullable=False),
        sa.Column("last_post", sa.String(), nullable=False),
        sa.Column("nation", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.CheckConstraint("pace > 0", name=op.f("ck_work_week_something_is_done")),
        sa.CheckConstraint("weekdays <> ''", name=op.f("ck_work_week_some_day_is_worked")),
        sa.CheckConstraint(f"nation IN ({NATIONS})", name=op.f("ck_work_week_nation_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_week")),
    )
    op.create_table(
        "closed_days",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.String(), nullable=True),
        sa.CheckConstraint("first <= last", name=op.f("ck_closed_days_in_their_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_days")),
    )
    op.create_table(
        "date_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("posted_by", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint(f"kind IN ({NEWS})", name=op.f("ck_date_step_kind_known")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_date_step_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_step")),
    )
    op.create_index(op.f("ix_date_step_order_id"), "date_step", ["order_id"])
    for day in ("posted_by", "post_from", "arrives_by"):
        op.add_column("order", sa.Column(day, sa.Date(), nullable=True))

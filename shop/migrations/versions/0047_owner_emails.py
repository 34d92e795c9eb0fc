"""E-mails to the owners: news besides alerts, when they want it, and an outbox of its own"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

MOMENT = sa.DateTime(timezone=True)
WHEN = ("at once", "in the morning")


def upgrade() -> None:
    op.create_table(
        "owner_news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('new order', 'late')", name=op.f("ck_owner_news_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_news")),
    )
    untold = sa.text("told_at IS NULL")
    op.create_index(
        "ix_owner_news_untold", "owner_news", ["id"], sqlite_where=untold, postgresql_where=untold
    )
    op.create_table(
        "owner_email_times",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("orders", sa.String(), nullable=False),
        sa.Column("others", sa.String(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.CheckConstraint(f"orders IN {WHEN}", name=op.f("ck_owner_email_times_orders_known")),
        sa.CheckConstraint(f"others IN {WHEN}", name=op.f("ck_owner_email_times_others_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_email_times")),
    )
    op.create_table(
        "owner_email",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("morning", sa.Date(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("dropped", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_owner_email_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owner_email")),
        sa.UniqueConstraint("account_id", "morning", name=op.f("uq_owner_email_account_id_morning")),
        sa.UniqueConstraint("message_id", name=op.f("uq_owner_email_message_id")),
    )
    waiting = sa.text("sent_at IS NULL AND dropped IS NULL")
    op.create_index(
        "ix_owner_email_due", "owner_email", ["due_at", "id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.drop_column("alert", "telling_until")

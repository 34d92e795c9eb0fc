"""Comments beneath the journal's posts, and what was done with them"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=True),
        sa.Column("words", sa.String(length=2000), nullable=True),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("at_risk", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('held', 'shown', 'hidden', 'removed')", name=op.f("ck_comment_state_known")
        ),
        sa.CheckConstraint(
            "state <> 'removed' OR (name IS NULL AND words IS NULL AND email_sealed IS NULL)",
            name=op.f("ck_comment_removed_is_empty"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_comment_token_hash")),
    )
    op.create_index("ix_comment_post_state", "comment", ["post", "state"])
    op.create_table(
        "comment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('shown', 'hidden', 'removed', 'withdrawn', 'reported', 'address-read', 'address-erased', "
            "'expired')",
            name=op.f("ck_comment_event_kind_known"),
        ),
        sa.ForeignKeyConstraint(["comment_id"], ["comment.id"], name=op.f("fk_comment_event_comment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_event")),
    )
    op.create_index(op.f("ix_comment_event_comment_id"), "comment_event", ["comment_id"])

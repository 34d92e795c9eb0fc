"""A comment is sealed under a key of its own, what readers said of it too, and its e-mail under another"""

from typing import Any

import sqlalchemy as sa
from alembic import context, op

from shop.migrations import VaultNeeded

revision = "0014"
down_revision = "0013"

MOMENT = sa.DateTime(timezone=True)
COMMENT = sa.table(
    "comment",
    *(
        sa.column(name)
        for name in (
            "id",
            "post",
            "key_id",
            "sealed",
            "email_key_id",
            "email_sealed",
            "token_hash",
            "state",
            "at_risk",
        )
    ),
    *(sa.column(name, MOMENT) for name in ("written_at", "decided_at", "reported_at")),
)
EVENT = sa.table(
    "comment_event",
    *(sa.column(name) for name in ("id", "comment_id", "kind", "actor", "note_sealed")),
    sa.column("at", MOMENT),
)


def upgrade() -> None:
    connection = op.get_bind()
    comments = connection.execute(
        sa.text(
            "SELECT id, post, name, words, email_sealed, token_hash, state, at_risk, written_at, decided_at, reported_at"
            " FROM comment ORDER BY id"
        ).columns(written_at=MOMENT, decided_at=MOMENT, reported_at=MOMENT, at_risk=sa.Boolean())
    ).all()
    events = connection.execute(
        sa.text("SELECT id, comment_id, kind, actor, note, at FROM comment_event ORDER BY id").columns(
            at=MOMENT
        )
    ).all()
    op.drop_table("comment_event")
    op.drop_table("comment")
    _create()
    if comments:
        _move(connection, comments, events)


def _create() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=80), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email_key_id", sa.String(length=32), nullable=True),
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
            "(state = 'removed' AND key_id IS NULL AND sealed IS NULL AND email_sealed IS NULL)"
            " OR (state <> 'removed' AND key_id IS NOT NULL AND sealed IS NOT NULL)",
            name=op.f("ck_comment_removed_is_empty"),
        ),
        sa.CheckConstraint(
            "(email_key_id IS NULL) = (email_sealed IS NULL)", name=op.f("ck_comment_e_mail_with_its_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_comment_token_hash")),
        sa.UniqueConstraint("key_id", name=op.f("uq_comment_key_id")),
        sa.UniqueConstraint("email_key_id", name=op.f("uq_comment_email_key_id")),
    )
    op.create_index("ix_comment_post_state", "comment", ["post", "state"])
    op.create_table(
        "comment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=254), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
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


def _move(connection: sa.Connection, comments: Any, events: Any) -> None:
    mover = context.config.attributes["mover"]
    if mover is None:
        raise VaultNeeded
    sealed = mover.seal_comments(comments)
    for row in comments:
        connection.execute(
            sa.insert(COMMENT).values(
                id=row.id,
                post=row.post,
                token_hash=row.token_hash,
                at_risk=row.at_risk,
                written_at=row.written_at,
                decided_at=row.decided_at,
                reported_at=row.reported_at,
                **sealed[row.id],
            )
        )
    for row in events:
        connection.execute(
            sa.insert(EVENT).values(
                id=row.id,
                comment_id=row.comment_id,
                kind=row.kind,
                actor=row.actor,
                at=row.at,
                note_sealed=mover.seal_note(sealed[row.comment_id]["key_id"], row.note),
            )
        )
    if connection.dialect.name == "postgresql":
        for table in ("comment", "comment_event"):
            connection.execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
                    f" WHERE EXISTS (SELECT 1 FROM {table})"
                )
            )

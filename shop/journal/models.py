"""What people wrote beneath the journal's posts, and what was done with it by whom."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.db import Base


class State(StrEnum):
    """Where a comment stands. Removed is final: nothing of it is left but that it was."""

    HELD = "held"
    SHOWN = "shown"
    HIDDEN = "hidden"
    REMOVED = "removed"


class Comment(Base):
    """One comment. The e-mail is sealed; the writer's link is kept as its SHA-256 alone."""

    __tablename__ = "comment"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'shown', 'hidden', 'removed')", name="state_known"),
        CheckConstraint(
            "state <> 'removed' OR (name IS NULL AND words IS NULL AND email_sealed IS NULL)",
            name="removed_is_empty",
        ),
        Index("ix_comment_post_state", "post", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post: Mapped[str] = mapped_column(String(80))
    name: Mapped[str | None] = mapped_column(String(60))
    words: Mapped[str | None] = mapped_column(String(2000))
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(8), default=State.HELD)
    at_risk: Mapped[bool] = mapped_column(default=False)
    """Whether the words sounded as if the writer might not be safe."""
    written_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    """When staff last showed or hid it, or it was removed."""
    reported_at: Mapped[datetime | None]
    """When a reader last asked for it to be looked at again, until somebody does."""


class CommentEvent(Base):
    """One thing that was done with a comment, when and by whom. Written once."""

    __tablename__ = "comment_event"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('shown', 'hidden', 'removed', 'withdrawn', 'reported', 'address-read', "
            "'address-erased', 'expired')",
            name="kind_known",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(254))
    """A member of staff's e-mail; or `writer`, `reader`, `worker`."""
    note: Mapped[str | None] = mapped_column(String(500))
    """What a reader said of why; erased with the comment."""
    at: Mapped[datetime]

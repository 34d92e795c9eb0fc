"""What people wrote beneath the journal's posts, and what was done with it by whom."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from shop.orm import Base, one_of


class State(StrEnum):
    """Where a comment stands. Removed is final: nothing of it is left but that it was."""

    HELD = "held"
    SHOWN = "shown"
    HIDDEN = "hidden"
    REMOVED = "removed"


class Comment(Base):
    """One comment, sealed under a key of its own; the writer's link is kept as its SHA-256 alone."""

    __tablename__ = "comment"
    __table_args__ = (
        one_of("state", State),
        CheckConstraint(
            "(state = 'removed' AND key_id IS NULL AND sealed IS NULL AND email_sealed IS NULL)"
            " OR (state <> 'removed' AND key_id IS NOT NULL AND sealed IS NOT NULL)",
            name="removed_is_empty",
        ),
        CheckConstraint("(email_key_id IS NULL) = (email_sealed IS NULL)", name="e_mail_with_its_key"),
        Index("ix_comment_post_state", "post", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    post: Mapped[str] = mapped_column(String(80))
    key_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    """Which key in the KeyStore opens the comment and what readers said of it."""
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Name and words."""
    email_key_id: Mapped[str | None] = mapped_column(String(32), unique=True)
    """The e-mail has a key of its own: it is erased before the words are."""
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    link_due_at: Mapped[datetime | None] = mapped_column(index=True)
    """From when on the writer's link may be e-mailed; None when it is not to be."""
    link_tries: Mapped[int] = mapped_column(default=0, server_default="0")
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
        one_of(
            "kind",
            (
                "shown",
                "hidden",
                "removed",
                "withdrawn",
                "reported",
                "address-read",
                "address-erased",
                "expired",
            ),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    comment_id: Mapped[int] = mapped_column(ForeignKey("comment.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    actor: Mapped[str] = mapped_column(String(254))
    """A member of staff's e-mail; or `writer`, `reader`, `worker`."""
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What a reader said of why, under the comment's own key; erased with it."""
    at: Mapped[datetime]

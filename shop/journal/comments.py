"""Comments: held until somebody has read them, and gone for good when their writer wishes.

Who may see what: everybody, the name and the words of a comment that is shown; the owner, those of every
comment, and the sealed e-mail when she asks for it, which is written down each time. The e-mail is erased a
month after the comment was decided on. Functions here never commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.orm import Session

from shop import clock, keeping
from shop.accounts import tokens
from shop.db import is_sqlite
from shop.dedications.sealing import SealBroken, open_with, seal_with
from shop.journal.models import Comment, CommentEvent, State

MOST_LISTED: Final = 200

WRITER: Final = "writer"
READER: Final = "reader"
WORKER: Final = "worker"


class UnknownComment(Exception):
    """There is no such comment, or it has been removed."""


@dataclass(frozen=True)
class Draft:
    """What somebody wrote, checked."""

    post: str
    name: str
    email: str
    """Empty when she gave none."""
    words: str
    at_risk: bool


@dataclass(frozen=True)
class Listed:
    """A comment as staff see it, with what was done with it, oldest first."""

    row: Comment
    events: tuple[CommentEvent, ...]

    @property
    def waits(self) -> bool:
        """Whether somebody has to look at it."""
        return self.row.state == State.HELD or self.row.reported_at is not None


def leave(session: Session, draft: Draft, *, token: str, vault_key: bytes) -> None:
    """Hold a comment. The same token again is the same comment, sent twice, and changes nothing."""
    token_hash = tokens.digest(token)
    sealed = seal_with(vault_key, {"comment": token_hash, "email": draft.email}) if draft.email else None
    insert = insert_sqlite if is_sqlite(session) else insert_postgresql
    row = {
        "post": draft.post,
        "name": draft.name,
        "words": draft.words,
        "email_sealed": sealed,
        "token_hash": token_hash,
        "state": State.HELD,
        "at_risk": draft.at_risk,
        "written_at": clock.now(),
    }
    session.execute(insert(Comment).values(row).on_conflict_do_nothing(index_elements=["token_hash"]))


def shown(session: Session, post: str) -> Sequence[Comment]:
    """The comments that everybody may read beneath a post, oldest first."""
    return session.scalars(
        select(Comment)
        .where(Comment.post == post, Comment.state == State.SHOWN)
        .order_by(Comment.written_at, Comment.id)
    ).all()


def of_writer(session: Session, token: str) -> Comment:
    """The comment that this link belongs to, removed or not. Raises UnknownComment."""
    found = session.scalars(select(Comment).where(Comment.token_hash == tokens.digest(token))).one_or_none()
    if found is None:
        raise UnknownComment
    return found


def withdraw(session: Session, token: str) -> None:
    """Take a comment away for its writer, for good; twice is fine. Raises UnknownComment."""
    comment = _locked(session, Comment.token_hash == tokens.digest(token))
    if comment.state != State.REMOVED:
        _remove(session, comment, "withdrawn", WRITER)


def report(session: Session, post: str, comment_id: int, note: str) -> None:
    """Ask staff to look again at a comment that is shown. It stays until they have. Raises UnknownComment."""
    comment = _locked(session, Comment.id == comment_id, Comment.post == post, Comment.state == State.SHOWN)
    comment.reported_at = clock.now()
    _note(session, comment, "reported", READER, note or None)


def decide(session: Session, comment_id: int, state: State, *, actor: str) -> None:
    """Show, hide or remove a comment; a decision already taken is not taken twice. Raises UnknownComment."""
    comment = _locked(session, Comment.id == comment_id, Comment.state != State.REMOVED)
    if state is State.REMOVED:
        _remove(session, comment, "removed", actor)
    elif comment.state != state or comment.reported_at is not None:
        comment.state, comment.decided_at, comment.reported_at = state, clock.now(), None
        _note(session, comment, state, actor)


def address(session: Session, comment_id: int, *, vault_key: bytes, actor: str) -> str | None:
    """The writer's e-mail, and a note that it was read; None when she gave none or it was erased.

    Raises UnknownComment.
    """
    comment = _locked(session, Comment.id == comment_id, Comment.state != State.REMOVED)
    if comment.email_sealed is None:
        return None
    opened = open_with(vault_key, comment.email_sealed)
    if opened["comment"] != comment.token_hash:
        raise SealBroken
    _note(session, comment, "address-read", actor)
    return str(opened["email"])


def listed(session: Session, *, everything: bool = False, comment_id: int | None = None) -> list[Listed]:
    """Comments for staff, oldest first: those that wait for somebody, or all that still have words."""
    query = select(Comment).where(Comment.state != State.REMOVED).order_by(Comment.written_at, Comment.id)
    if comment_id is not None:
        query = query.where(Comment.id == comment_id)
    elif not everything:
        query = query.where(or_(Comment.state == State.HELD, Comment.reported_at.is_not(None)))
    rows = session.scalars(query.limit(MOST_LISTED)).all()
    events = session.scalars(
        select(CommentEvent)
        .where(CommentEvent.comment_id.in_([row.id for row in rows]))
        .order_by(CommentEvent.at, CommentEvent.id)
    ).all()
    return [Listed(row, tuple(e for e in events if e.comment_id == row.id)) for row in rows]


def forget_old(session: Session) -> int:
    """Erase the e-mails and the hidden words that were kept long enough; how many comments that touched."""
    now = clock.now()
    addresses = session.scalars(
        select(Comment)
        .where(
            Comment.email_sealed.is_not(None),
            Comment.decided_at < now - keeping.lasts(keeping.COMMENT_ADDRESS),
        )
        .with_for_update(skip_locked=True)
    ).all()
    for comment in addresses:
        comment.email_sealed = None
        _note(session, comment, "address-erased", WORKER)
    hidden = session.scalars(
        select(Comment)
        .where(
            Comment.state == State.HIDDEN, Comment.decided_at < now - keeping.lasts(keeping.COMMENT_HIDDEN)
        )
        .with_for_update(skip_locked=True)
    ).all()
    for comment in hidden:
        _remove(session, comment, "expired", WORKER)
    return len({comment.id for comment in [*addresses, *hidden]})


def _locked(session: Session, *which: object) -> Comment:
    found = session.scalars(select(Comment).where(*which).with_for_update()).one_or_none()  # type: ignore[arg-type]
    if found is None:
        raise UnknownComment
    return found


def _remove(session: Session, comment: Comment, kind: str, actor: str) -> None:
    comment.name = comment.words = comment.email_sealed = comment.reported_at = None
    comment.state, comment.decided_at = State.REMOVED, clock.now()
    session.execute(
        update(CommentEvent)
        .where(CommentEvent.comment_id == comment.id)
        .values(note=None)
        .execution_options(synchronize_session=False)
    )
    _note(session, comment, kind, actor)


def _note(session: Session, comment: Comment, kind: str, actor: str, note: str | None = None) -> None:
    at: datetime = clock.now()
    session.add(CommentEvent(comment_id=comment.id, kind=kind, actor=actor, note=note, at=at))

"""Comments: held until somebody has read them, and gone for good when their writer wishes.

Who may see what: everybody, the name and the words of a comment that is shown; the owner, those of every
comment, and the e-mail when the owner asks for it, which is written down each time. All of it is sealed: each
comment under a key of its own, the e-mail under another, since it is erased a month after the comment was
decided on. What is taken away loses its key. Functions here never commit.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from shop import clock
from shop.accounts import tokens
from shop.dedications.sealing import SealBroken
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.journal.comment_erasure import note_event, remove
from shop.journal.models import Comment, CommentEvent, State

MOST_LISTED: Final = 200
SENT_TWICE: Final = timedelta(minutes=2)

SEALED_AS: Final = "comment"
E_MAIL: Final = "comment e-mail"
NOTE: Final = "comment note"
"""What the vault calls them: words sealed as one thing do not open as another."""

WRITER: Final = "writer"
READER: Final = "reader"


class UnknownComment(Exception):
    """There is no such comment, or it has been removed."""


@frozen
class Draft:
    """What somebody wrote, checked."""

    post: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    """Empty when none was given."""
    words: str = field(repr=False)
    at_risk: bool


@frozen
class Opened:
    """A comment as it can be read; name and words are empty once it was removed."""

    row: Comment
    name: str = field(repr=False)
    words: str = field(repr=False)

    @property
    def id(self) -> int:
        """Its number."""
        return self.row.id

    @property
    def state(self) -> State:
        """Where it stands."""
        return State(self.row.state)


@frozen
class Done:
    """One thing that was done with a comment."""

    at: datetime
    kind: str
    actor: str
    note: str | None = field(repr=False)


@frozen
class Listed:
    """A comment as staff see it, with what was done with it, oldest first."""

    comment: Opened
    events: tuple[Done, ...]
    sent_again: bool
    """Whether the same words came once more a moment later, as when a button is pressed twice."""


def leave(session: Session, vault: Vault, draft: Draft, *, token: str, emailed: bool = False) -> None:
    """Hold a comment under its writer's own token, a fresh one each time: nobody is led to another's.

    `emailed`: the token is sent to the address that was given, and sealed with it until then.
    """
    token_hash = tokens.digest(token)
    said = {"comment": token_hash, "name": draft.name, "words": draft.words}
    ((key_id, sealed),) = vault.seal_alone([said], SEALED_AS)
    email_key_id = email_sealed = None
    if draft.email:
        said = {"comment": token_hash, "email": draft.email} | ({"token": token} if emailed else {})
        ((email_key_id, email_sealed),) = vault.seal_alone([said], E_MAIL)
    session.add(
        Comment(
            post=draft.post,
            key_id=key_id,
            sealed=sealed,
            email_key_id=email_key_id,
            email_sealed=email_sealed,
            link_due_at=clock.now() if emailed and email_sealed else None,
            token_hash=token_hash,
            state=State.HELD,
            at_risk=draft.at_risk,
            written_at=clock.now(),
        )
    )


def shown(session: Session, vault: Vault, post: str) -> list[Opened]:
    """The comments that everybody may read beneath a post, oldest first."""
    rows = session.scalars(
        select(Comment)
        .where(Comment.post == post, Comment.state == State.SHOWN)
        .order_by(Comment.written_at, Comment.id)
    ).all()
    return _opened(vault, rows)


def of_writer(session: Session, vault: Vault, token: str) -> Opened:
    """The comment that this link belongs to, removed or not. Raises UnknownComment."""
    found = session.scalars(select(Comment).where(Comment.token_hash == tokens.digest(token))).one_or_none()
    if found is None:
        raise UnknownComment
    return next(iter(_opened(vault, [found])), Opened(found, "", ""))


def withdraw(session: Session, vault: Vault, token: str) -> None:
    """Take a comment away for its writer, for good; twice is fine. Raises UnknownComment."""
    comment = _locked(session, Comment.token_hash == tokens.digest(token))
    if comment.state != State.REMOVED:
        remove(session, vault, comment, "withdrawn", WRITER)


def report(session: Session, vault: Vault, post: str, comment_id: int, note: str) -> None:
    """Ask staff to look again at a comment that is shown. It stays until they have. Raises UnknownComment."""
    comment = _locked(session, Comment.id == comment_id, Comment.post == post, Comment.state == State.SHOWN)
    comment.reported_at = clock.now()
    sealed = vault.seal_with_key(comment.key_id or "", note, NOTE) if note else None
    note_event(session, comment, "reported", READER, sealed)


def decide(session: Session, vault: Vault, comment_id: int, state: State, *, actor: str) -> None:
    """Show, hide or remove a comment; a decision already taken is not taken twice. Raises UnknownComment."""
    comment = _locked(session, Comment.id == comment_id, Comment.state != State.REMOVED)
    if state is State.REMOVED:
        remove(session, vault, comment, "removed", actor)
    elif comment.state != state or comment.reported_at is not None:
        comment.state, comment.decided_at, comment.reported_at = state, clock.now(), None
        note_event(session, comment, state, actor)


def address(session: Session, vault: Vault, comment_id: int, *, actor: str) -> str | None:
    """The writer's e-mail, and a note that it was read; None when none was given or it was erased.

    Raises UnknownComment.
    """
    comment = _locked(session, Comment.id == comment_id, Comment.state != State.REMOVED)
    if comment.email_key_id is None or comment.email_sealed is None:
        return None
    said = vault.open_alone([(comment.email_key_id, comment.email_sealed)], E_MAIL).get(comment.email_key_id)
    if said is None:
        return None
    if said["comment"] != comment.token_hash:
        raise SealBroken
    note_event(session, comment, "address-read", actor)
    return str(said["email"])


def listed(
    session: Session, vault: Vault, *, everything: bool = False, comment_id: int | None = None, after: int = 0
) -> tuple[list[Listed], int | None]:
    """Some comments for staff, oldest first: those that wait for somebody, or all that still have words.

    `after` is where the page before ended; with the comments comes where this one does, if there are more.
    """
    query = select(Comment).where(Comment.state != State.REMOVED, Comment.id > after).order_by(Comment.id)
    if comment_id is not None:
        query = query.where(Comment.id == comment_id)
    elif not everything:
        query = query.where(or_(Comment.state == State.HELD, Comment.reported_at.is_not(None)))
    rows = session.scalars(query.limit(MOST_LISTED + 1)).all()
    more, rows = len(rows) > MOST_LISTED, rows[:MOST_LISTED]
    opened = _opened(vault, rows)
    done = _done(session, vault, [comment.row for comment in opened])
    found = [
        Listed(comment, tuple(done[comment.id]), any(_repeats(other, comment) for other in opened))
        for comment in opened
    ]
    return found, rows[-1].id if more else None


def count_waiting(session: Session) -> int:
    """How many comments wait for somebody."""
    waits = or_(Comment.state == State.HELD, Comment.reported_at.is_not(None))
    return session.scalar(select(func.count()).where(Comment.state != State.REMOVED, waits)) or 0


def _repeats(later: Opened, comment: Opened) -> bool:
    same = (later.row.post, later.name, later.words) == (comment.row.post, comment.name, comment.words)
    return same and later.id > comment.id and later.row.written_at - comment.row.written_at < SENT_TWICE


def _locked(session: Session, *which: object) -> Comment:
    found = session.scalars(select(Comment).where(*which).with_for_update()).one_or_none()  # type: ignore[arg-type]
    if found is None:
        raise UnknownComment
    return found


def _opened(vault: Vault, rows: Sequence[Comment]) -> list[Opened]:
    """The rows that have words; withdrawn in this moment, they are left out."""
    sealed = [(row.key_id, row.sealed) for row in rows if row.key_id and row.sealed]
    said = vault.open_alone(sealed, SEALED_AS)
    there = [(row, said[row.key_id]) for row in rows if row.key_id in said]
    if any(words["comment"] != row.token_hash for row, words in there):
        raise SealBroken
    return [Opened(row, words["name"], words["words"]) for row, words in there]


def _done(session: Session, vault: Vault, rows: Iterable[Comment]) -> dict[int, list[Done]]:
    key_ids = {row.id: row.key_id or "" for row in rows}
    events = session.scalars(
        select(CommentEvent)
        .where(CommentEvent.comment_id.in_(key_ids))
        .order_by(CommentEvent.at, CommentEvent.id)
    ).all()
    done: dict[int, list[Done]] = defaultdict(list)
    for event in events:
        sealed = [(key_ids[event.comment_id], event.note_sealed)] if event.note_sealed else []
        note = next(iter(vault.open_alone(sealed, NOTE).values()), None) if sealed else None
        done[event.comment_id].append(Done(event.at, event.kind, event.actor, note))
    return done

"""How comments go: at a word, by themselves once kept for long enough, and again in a restored copy."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from shop import clock, retention
from shop.dedications.vault import Vault
from shop.journal.models import Comment, CommentEvent, State

WORKER: Final = "worker"


def forget_old(session: Session, vault: Vault) -> int:
    """Erase the e-mails and the hidden words that were kept long enough; how many comments that touched."""
    addresses = _old(session, Comment.email_sealed.is_not(None), retention.COMMENT_ADDRESS)
    _forget_addresses(session, vault, addresses, WORKER)
    hidden = _old(session, Comment.state == State.HIDDEN, retention.COMMENT_HIDDEN)
    for comment in hidden:
        remove(session, vault, comment, "expired", WORKER)
    return len({comment.id for comment in [*addresses, *hidden]})


def _old(session: Session, which: ColumnElement[bool], rule: retention.RetentionRule) -> Sequence[Comment]:
    """Those that were decided upon longer ago than that, but for any that somebody is at work on."""
    decided = Comment.decided_at < clock.now() - retention.lasts(rule)
    return session.scalars(select(Comment).where(which, decided).with_for_update(skip_locked=True)).all()


def remove(session: Session, vault: Vault, comment: Comment, kind: str, actor: str) -> None:
    """Leave nothing of a comment but that it was; its keys are destroyed."""
    vault.destroy(filter(None, [comment.key_id, comment.email_key_id]), [comment_name(comment)])
    comment.key_id = comment.sealed = comment.email_key_id = comment.email_sealed = None
    comment.link_due_at = None
    comment.state, comment.decided_at, comment.reported_at = State.REMOVED, clock.now(), None
    session.execute(
        update(CommentEvent)
        .where(CommentEvent.comment_id == comment.id)
        .values(note_sealed=None)
        .execution_options(synchronize_session=False)
    )
    note_event(session, comment, kind, actor)


def withdraw_gone(session: Session, vault: Vault, gone: Collection[str], *, actor: str) -> int:
    """Remove again what the list (digests of names) says is gone and this database still has; how many."""
    rows = session.scalars(select(Comment).where(Comment.state != State.REMOVED).order_by(Comment.id)).all()
    whole = [row for row in rows if vault.digest(comment_name(row)) in gone]
    addresses = [row for row in rows if row.email_sealed and vault.digest(address_name(row)) in gone]
    for row in whole:
        remove(session, vault, row, "removed", actor)
    _forget_addresses(session, vault, [row for row in addresses if row not in whole], actor)
    return len({row.id for row in [*whole, *addresses]})


def comment_name(comment: Comment) -> str:
    """What a comment is called on the list of what is gone."""
    return f"comment {comment.token_hash}"


def address_name(comment: Comment) -> str:
    """What its e-mail is called there."""
    return f"comment e-mail {comment.token_hash}"


def _forget_addresses(session: Session, vault: Vault, comments: Sequence[Comment], actor: str) -> None:
    if comments:
        ids = filter(None, [comment.email_key_id for comment in comments])
        vault.destroy(ids, [address_name(comment) for comment in comments])
    for comment in comments:
        comment.email_key_id = comment.email_sealed = comment.link_due_at = None
        note_event(session, comment, "address-erased", actor)


def note_event(
    session: Session, comment: Comment, kind: str, actor: str, note_sealed: bytes | None = None
) -> None:
    """Write down what was done with a comment."""
    session.add(
        CommentEvent(comment_id=comment.id, kind=kind, actor=actor, note_sealed=note_sealed, at=clock.now())
    )

"""Files behind what was given: the signed agreement, and what the charity sent for a payment.

They lie in the database, so they are in its copies and on every host, and are added whenever they come. None
is ever changed: one that was added by mistake is taken back by another row, and both stay.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session, aliased

from shop import clock
from shop.frozen import frozen
from shop.giving.models import GivingDocument, LedgerTxn, Policy
from shop.giving.transitions import Kind

MOST: Final = 20
"""Files of one agreement or payment that are not taken back."""

ENDINGS: Final = {"application/pdf": "pdf", "image/webp": "webp"}
"""What is kept, and how the name of such a file ends."""


class NoSuchThing(Exception):
    """There is no agreement, payment or document of this number, or it was taken back before."""


class TooMany(Exception):
    """There are as many files as there can be."""

    def __init__(self) -> None:
        super().__init__(f"There are {MOST} files already. Please take one back that was added by mistake.")


@frozen
class About:
    """What a document belongs to: an agreement (its policy's id) or a payment (its transaction)."""

    policy_id: int | None = None
    payment_seq: int | None = None

    @property
    def condition(self) -> ColumnElement[bool]:
        """Its documents."""
        if self.policy_id is not None:
            return GivingDocument.policy_id == self.policy_id
        return GivingDocument.payment_seq == self.payment_seq


@frozen(kw_only=True)
class Document:
    """A file, without what is in it."""

    id: int
    about: About
    media_type: str
    size: int
    """In bytes."""
    sha256: str
    note: str
    added_at: datetime
    added_by: str
    taken_back: str
    """Why it was taken back; empty while it stands."""

    @property
    def name(self) -> str:
        """What the file is called when it is saved."""
        of = self.about
        what = f"receipt-{of.payment_seq}" if of.policy_id is None else f"agreement-{of.policy_id}"
        return f"{what}-{self.id}.{ENDINGS[self.media_type]}"


def add(session: Session, about: About, *, media_type: str, content: bytes, note: str, actor: str) -> int:
    """Keep a file; give its id. The same file once more is the one that is there.

    Raises NoSuchThing and TooMany.
    """
    if not _lock(session, about):
        raise NoSuchThing
    digest = hashlib.sha256(content).hexdigest()
    standing = [one for one in listed(session, about) if not one.taken_back]
    if known := next((one.id for one in standing if one.sha256 == digest), None):
        return known
    if len(standing) >= MOST:
        raise TooMany
    file = {"media_type": media_type, "content": content, "size": len(content), "sha256": digest}
    return _added(session, about, actor, note=note, **file)


def take_back(session: Session, document_id: int, *, reason: str, actor: str) -> About:
    """Write down that a file was added by mistake. Raises NoSuchThing."""
    found = one(session, document_id)
    if found is None or found.taken_back:
        raise NoSuchThing
    _lock(session, found.about)
    if one(session, document_id) != found:
        raise NoSuchThing
    of = {"media_type": found.media_type, "content": None, "size": 0, "sha256": found.sha256}
    _added(session, found.about, actor, note=reason, takes_back=found.id, **of)
    return found.about


def carry_over(session: Session, old: About, new: About) -> None:
    """Let another payment have the files of one that it stands for, as they were added."""
    for one in reversed([one for one in listed(session, old) if not one.taken_back]):
        row = session.get_one(GivingDocument, one.id)
        file = {"media_type": row.media_type, "content": row.content, "size": row.size, "sha256": row.sha256}
        _added(session, new, row.added_by, note=row.note, **file)


def listed(session: Session, about: About) -> Sequence[Document]:
    """The files of an agreement or a payment, the newest first."""
    return _found(session, about.condition)


def of_payments(session: Session, payments: Collection[int]) -> dict[int, list[Document]]:
    """What the charity sent for each of these payments, the newest first."""
    found: dict[int, list[Document]] = {seq: [] for seq in payments}
    for document in _found(session, GivingDocument.payment_seq.in_(payments)):
        found[document.about.payment_seq or 0].append(document)
    return found


def one(session: Session, document_id: int) -> Document | None:
    """One of them."""
    return next(iter(_found(session, GivingDocument.id == document_id)), None)


def content(session: Session, document_id: int) -> bytes | None:
    """What is in a file, whether or not it was taken back."""
    return contents(session, [document_id]).get(document_id)


def contents(session: Session, ids: Collection[int]) -> dict[int, bytes]:
    """What is in each of these files."""
    query = select(GivingDocument.id, GivingDocument.content).where(GivingDocument.id.in_(ids))
    return {number: found or b"" for number, found in session.execute(query)}


def receipts_of(session: Session, payments: Collection[int]) -> set[int]:
    """Those of these payments that have a file from the charity."""
    back = aliased(GivingDocument)
    query = (
        select(GivingDocument.payment_seq)
        .outerjoin(back, back.takes_back == GivingDocument.id)
        .where(
            GivingDocument.payment_seq.in_(payments), GivingDocument.takes_back.is_(None), back.id.is_(None)
        )
    )
    return {seq for seq in session.scalars(query) if seq is not None}


def forget_of_unused(session: Session, policy_id: int) -> None:
    """Delete the files of an agreement under which nothing was given; the database refuses any other."""
    whose = GivingDocument.policy_id == policy_id
    session.execute(delete(GivingDocument).where(whose, GivingDocument.takes_back.is_not(None)))
    session.execute(delete(GivingDocument).where(whose))


def _found(session: Session, which: ColumnElement[bool]) -> list[Document]:
    back = aliased(GivingDocument)
    query = (
        select(GivingDocument, back.note)
        .outerjoin(back, back.takes_back == GivingDocument.id)
        .where(which, GivingDocument.takes_back.is_(None))
        .order_by(GivingDocument.id.desc())
    )
    return [_document(row, why) for row, why in session.execute(query)]


def _added(session: Session, about: About, actor: str, **said: Any) -> int:
    row = GivingDocument(
        policy_id=about.policy_id,
        payment_seq=about.payment_seq,
        added_at=clock.now(),
        added_by=actor,
        **said,
    )
    session.add(row)
    session.flush()
    return row.id


def _document(row: GivingDocument, taken_back: str | None) -> Document:
    return Document(
        id=row.id,
        about=About(row.policy_id, row.payment_seq),
        media_type=row.media_type,
        size=row.size,
        sha256=row.sha256,
        note=row.note,
        added_at=row.added_at,
        added_by=row.added_by,
        taken_back=taken_back or "",
    )


def _lock(session: Session, about: About) -> bool:
    """Stand in line for what the file belongs to, if it is there."""
    if about.policy_id is not None:
        query = select(Policy.id).where(Policy.id == about.policy_id).with_for_update()
        return session.scalar(query) is not None
    payment = select(LedgerTxn.seq).where(
        LedgerTxn.seq == about.payment_seq, LedgerTxn.kind == Kind.REMIT.value
    )
    return session.scalar(payment.with_for_update()) is not None

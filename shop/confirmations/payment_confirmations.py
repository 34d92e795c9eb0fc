"""That the charity has confirmed a payment: signed, kept, announced, and checked again by `ledger verify`."""

from base64 import b64encode
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.confirmations import assertions
from shop.confirmations.assertions import Assertion
from shop.confirmations.models import CharityKey, PaymentConfirmation
from shop.frozen import frozen
from shop.giving.models import LedgerTxn, Policy
from shop.giving.payments_made import one
from shop.giving.sums import Book
from shop.transparency import publishing
from shop.transparency.announcements import announce
from shop.transparency.checkpoints import Checkpoint, NotACheckpoint
from shop.transparency.log_check import UNREADABLE
from shop.transparency.models import LogAnnouncement, LogCheckpoint

KIND: Final = "confirmation"
NO_CHECKPOINT: Final = "no checkpoint yet"
"""What stands in its place before the log has its first. The entry alone is bound then, and all before it."""


class NotConfirmable(Exception):
    """There is no such payment, or it was undone; or what was signed is not this."""


@frozen
class Confirmed:
    """That a payment was confirmed: when, with which key, and whether an agreement names that key."""

    at: datetime
    fingerprint: str
    counts: bool


def checkpoint_now(session: Session, book: Book) -> str:
    """What is signed beside a payment: the text of the latest checkpoint, as the public log has it."""
    latest = publishing.latest(session, book)
    if latest is not None:
        return latest.note.partition("\n\n")[0] + "\n"
    return f"{NO_CHECKPOINT}\n"


def to_sign(session: Session, book: Book, seq: int) -> tuple[bytes, str]:
    """The challenge for a device, and the checkpoint in it. Raises NotConfirmable."""
    checkpoint = checkpoint_now(session, book)
    return assertions.challenge(_entry_hash(session, book, seq), checkpoint), checkpoint


def confirm(session: Session, book: Book, seq: int, checkpoint: str, signed: Assertion, *, by: str) -> None:
    """Keep what was signed, and say so in the log. The same key confirms a payment once.

    Raises NotConfirmable.
    """
    entry_hash = _entry_hash(session, book, seq)
    if why := assertions.problem(signed, entry_hash, checkpoint):
        raise NotConfirmable(why)
    if any(one.fingerprint == signed.fingerprint for one in of(session, [seq]).get(seq, ())):
        return
    announced = announce(session, KIND, _public(entry_hash, checkpoint, signed), book=book)
    row = {"payment_seq": seq, "fingerprint": signed.fingerprint, "checkpoint": checkpoint, **vars(signed)}
    session.add(
        PaymentConfirmation(**row, confirmed_at=clock.now(), confirmed_by=by, announcement_id=announced.id)
    )
    session.flush()


def of(session: Session, payments: Collection[int]) -> dict[int, list[Confirmed]]:
    """What was confirmed of these payments, the first first."""
    query = (
        select(PaymentConfirmation, _COUNTS)
        .where(PaymentConfirmation.payment_seq.in_(payments))
        .order_by(PaymentConfirmation.id)
    )
    found: dict[int, list[Confirmed]] = {}
    for row, counts in session.execute(query):
        found.setdefault(row.payment_seq, []).append(Confirmed(row.confirmed_at, row.fingerprint, counts))
    return found


def first_that_counts(session: Session, payments: Collection[int]) -> dict[int, datetime]:
    """When each of these payments was confirmed with a key that an agreement names."""
    counting = {seq: [one.at for one in rows if one.counts] for seq, rows in of(session, payments).items()}
    return {seq: at[0] for seq, at in counting.items() if at}


def files_of(session: Session, seq: int) -> list[Mapping[str, str]]:
    """What was signed for a payment, for anyone who wants to check it; what was undone since stays signed."""
    entry_hash = session.get_one(LedgerTxn, seq).hash
    query = select(PaymentConfirmation).where(PaymentConfirmation.payment_seq == seq)
    rows = session.scalars(query.order_by(PaymentConfirmation.id)).all()
    return [_public(entry_hash, row.checkpoint, _assertion(row)) for row in rows]


def problems(session: Session) -> Iterator[str]:
    """What is wrong with confirmations and keys, a sentence each, also where a row cannot even be read."""
    for what, check in (("confirmations", _not_what_was_signed), ("charity's keys", _unannounced)):
        try:
            yield from check(session)
        except UNREADABLE:
            yield f"the {what} cannot be read: something there is not what was written"


def _not_what_was_signed(session: Session) -> Iterator[str]:
    query = select(PaymentConfirmation, LedgerTxn.hash, LedgerTxn.book).join(
        LedgerTxn, LedgerTxn.seq == PaymentConfirmation.payment_seq
    )
    for row, entry_hash, book in session.execute(query.order_by(PaymentConfirmation.id)):
        name = f"the confirmation of payment {row.payment_seq}"
        signed = _assertion(row)
        if why := assertions.problem(signed, entry_hash, row.checkpoint):
            yield f"{name} is not what the charity signed: {why}"
        if signed.fingerprint != row.fingerprint:
            yield f"{name} names another key than it was signed with"
        if not _is_in_log(session, book, row.checkpoint):
            yield f"{name} rests on a checkpoint that the log does not have"


def _entry_hash(session: Session, book: Book, seq: int) -> str:
    made = one(session, book, seq)
    if made is None or made.undone:
        raise NotConfirmable("there is no such payment, or it was undone")
    return session.get_one(LedgerTxn, seq).hash


def _public(entry_hash: str, checkpoint: str, signed: Assertion) -> Mapping[str, str]:
    """What anyone may see of it: nothing in it is about a buyer."""
    parts = ("spki", "authenticator_data", "client_data", "signature")
    said = {part: b64encode(getattr(signed, part)).decode() for part in parts}
    return {"entry": entry_hash, "checkpoint": checkpoint, "fingerprint": signed.fingerprint, **said}


def _assertion(row: PaymentConfirmation) -> Assertion:
    return Assertion(row.spki, row.authenticator_data, row.client_data, row.signature)


def _is_in_log(session: Session, book: str, text: str) -> bool:
    """Whether the log has made this checkpoint; before its first there is none to have."""
    if text.startswith(NO_CHECKPOINT):
        return True
    try:
        found = Checkpoint.read(text)
    except NotACheckpoint:
        return False
    root = session.scalar(
        select(LogCheckpoint.root).where(LogCheckpoint.book == book, LogCheckpoint.size == found.size)
    )
    return root == found.root


def _unannounced(session: Session) -> Iterator[str]:
    """Keys that the log says nothing of, or something else."""
    query = select(CharityKey, LogAnnouncement.said).outerjoin(
        LogAnnouncement, LogAnnouncement.id == CharityKey.announcement_id
    )
    for key, said in session.execute(query.order_by(CharityKey.id)):
        if f'"{key.fingerprint}"' not in (said or ""):
            yield f"the charity's key {key.fingerprint[:8]}… is not the one that the log names"


_PAID: Final = select(Policy.charity_name).join(LedgerTxn, LedgerTxn.policy_id == Policy.id)
_COUNTS: Final = (
    select(CharityKey.id)
    .join(Policy, Policy.id == CharityKey.policy_id)
    .where(
        CharityKey.fingerprint == PaymentConfirmation.fingerprint,
        Policy.charity_name
        == _PAID.where(LedgerTxn.seq == PaymentConfirmation.payment_seq)
        .correlate(PaymentConfirmation)
        .scalar_subquery(),
    )
    .exists()
)
"""Whether an agreement with the charity that was paid names the key."""

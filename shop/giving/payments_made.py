"""The payments that were made to the charity, as the ledger has them, and what is owed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.giving.documents import receipts_of
from shop.giving.ledger import Book
from shop.giving.models import LedgerEntry, LedgerTxn, Policy
from shop.giving.months import owed_by_charity, read_sums
from shop.giving.policies import SAMPLE_AGREEMENT
from shop.giving.transitions import Account, legible


@frozen(kw_only=True)
class Remittance:
    """One payment to a charity, or the undoing of one: then its amount is below zero."""

    seq: int
    charity_name: str
    amount_pence: int
    paid_on: date
    bank_reference: str
    receipt: str
    """What was said of a receipt when it was written down."""
    has_document: bool
    """Whether a file from the charity is kept with it."""
    reason: str
    """Why it was undone."""
    undoes: int | None
    undone: bool
    corrects: int | None
    """The payment whose facts were written down wrongly, which this one stands for."""
    corrected_by: int | None
    actor: str
    booked_at: datetime


def charities(session: Session, book: Book) -> dict[str, int]:
    """The charities that may be paid, each with the id of its newest policy; the sample's in tests only."""
    query = select(Policy.charity_name, Policy.id).order_by(Policy.id)
    if book == "live":
        query = query.where(Policy.agreement_reference != SAMPLE_AGREEMENT)
    return {row.charity_name: row.id for row in session.execute(query)}


def owed(session: Session, book: Book) -> dict[str, int]:
    """What is owed to each charity now, in pence: accrued, not held in a dispute, not paid over yet."""
    return owed_by_charity(session, read_sums(session, book))


def paid(session: Session, book: Book) -> int:
    """What was paid over in all, in pence."""
    return sum(made.amount_pence for made in remittances(session, book))


def remittances(
    session: Session, book: Book, *, before: int | None = None, most: int | None = None
) -> Sequence[Remittance]:
    """The payments and undoings in a book, newest first: all, or `most` of them before a transaction.

    Found by account: no other kind is read.
    """
    query = (
        select(LedgerTxn, LedgerEntry.amount_pence, Policy.charity_name)
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .join(Policy, Policy.id == LedgerTxn.policy_id)
        .where(LedgerEntry.account == Account.REMITTED.value, LedgerTxn.book == book)
        .order_by(LedgerEntry.txn_seq.desc())
        .limit(most)
    )
    if before is not None:
        query = query.where(LedgerEntry.txn_seq < before)
    rows = session.execute(query).all()
    numbers = [txn.seq for txn, *_ in rows]
    later, documented = _followed(session, numbers), receipts_of(session, numbers)
    return [
        _remittance(txn, -pence, charity, later=later, has_document=txn.seq in documented)
        for txn, pence, charity in rows
    ]


def one(session: Session, book: Book, seq: int) -> Remittance | None:
    """One payment; None where there is none of this number, or it is the undoing of one."""
    found = remittances(session, book, before=seq + 1, most=1)
    return next((made for made in found if made.seq == seq and not made.undoes), None)


def _remittance(
    txn: LedgerTxn, amount_pence: int, charity_name: str, *, later: Mapping[str, int], has_document: bool
) -> Remittance:
    said = legible(txn.cause)
    return Remittance(
        seq=txn.seq,
        charity_name=charity_name,
        amount_pence=amount_pence,
        paid_on=clock.in_britain(txn.event_at).date(),
        bank_reference=said.get("bank_reference", ""),
        receipt=said.get("receipt", ""),
        has_document=has_document,
        reason=said.get("reason", ""),
        undoes=said.get("undoes"),
        undone=undoing(txn.seq) in later,
        corrects=said.get("corrects"),
        corrected_by=later.get(correcting(txn.seq)),
        actor=txn.actor,
        booked_at=txn.booked_at,
    )


def _followed(session: Session, numbers: Sequence[int]) -> dict[str, int]:
    """What undid or corrected these payments, by its key."""
    keys = [key for seq in numbers for key in (undoing(seq), correcting(seq))]
    query = select(LedgerTxn.idempotency_key, LedgerTxn.seq).where(LedgerTxn.idempotency_key.in_(keys))
    return dict(session.execute(query).all())


def undoing(seq: int) -> str:
    """The key of the transaction that undoes a payment."""
    return f"remit-undone:{seq}"


def correcting(seq: int) -> str:
    """The key of the payment that stands for one which was written down wrongly."""
    return f"remit-corrected:{seq}"

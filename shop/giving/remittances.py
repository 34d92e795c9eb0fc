"""Money paid over to the charity. Each payment is one transaction; a wrong one is undone by another.

SI 1994/3024, regulation 6: what falls to the charity is passed on within 28 days of its receipt, unless the
agreement says otherwise. What was typed about a payment stands in the transaction's sealed text.
"""

import json
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop import clock
from shop.giving.canonical import Request
from shop.giving.documents import About, carry_over
from shop.giving.ledger import Book
from shop.giving.models import LedgerEntry, LedgerTxn, Policy
from shop.giving.months import owed_by_charity, read_sums
from shop.giving.payments_made import (
    Remittance,
    charities,
    correcting,
    one,
    owed,
    paid,
    remittances,
    undoing,
)
from shop.giving.policies import SAMPLE_AGREEMENT
from shop.giving.posting import PLAIN, NotPlain, lock_head, post
from shop.giving.transitions import Account, Kind, paid_over, said_of_payment
from shop.money import pounds_and_pence

__all__ = [
    "AlreadyUndone", "BeforeTheAgreement", "MoreThanOwed", "NoSuchRemittance", "NotYet", "Remittance",
    "charities", "correct_remittance", "one", "owed", "paid", "record_remittance", "remittances",
    "undo_remittance",
]  # fmt: skip

LONGEST: Final = 200
"""Characters of a bank reference, a receipt's note or a reason."""


class MoreThanOwed(Exception):
    """The payment would be more than the charity is owed."""

    def __init__(self, owed_pence: int) -> None:
        super().__init__(f"That is more than is owed, which is {pounds_and_pence(owed_pence)}.")
        self.owed_pence = owed_pence


class BeforeTheAgreement(Exception):
    """The day lies before the first agreement with the charity begins: nothing could be owed."""

    def __init__(self, begins: date) -> None:
        super().__init__(f"The agreement with this charity begins on {begins:%-d %B %Y}.")
        self.begins = begins


class NotYet(Exception):
    """The day has not come."""

    def __init__(self) -> None:
        super().__init__("That day has not come yet. Please record it when the money has left.")


REFUSALS: Final = (MoreThanOwed, BeforeTheAgreement, NotYet)
"""Why a payment is not written down."""


class NoSuchRemittance(Exception):
    """There is no payment with this number, or it is itself the undoing of one."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"Transaction {seq} is not a payment to a charity.")
        self.seq = seq


class AlreadyUndone(Exception):
    """The payment was undone before."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"Payment {seq} was undone before.")
        self.seq = seq


def record_remittance(
    session: Session,
    *,
    book: Book,
    policy_id: int,
    amount_pence: int,
    paid_on: date,
    bank_reference: str,
    receipt: str = "",
    key: str,
    actor: str,
    more_than_owed: bool = False,
    corrects: int | None = None,
) -> LedgerTxn:
    """Write down that money was paid over, to the charity of that policy.

    `key` is any text of the caller's own: the same payment recorded twice under it is one. Raises
    BeforeTheAgreement or NotYet for a day on which it cannot have been paid, MoreThanOwed unless
    `more_than_owed` allows it, IdempotencyConflict for a key that belongs to another payment, NotPlain for a
    bank reference that no export could carry safely, and ValueError for an amount that is not above zero.
    """
    if amount_pence <= 0:
        raise ValueError("a payment has an amount above zero")
    if not PLAIN.fullmatch(bank_reference):
        raise NotPlain(bank_reference)
    charity = session.get_one(Policy, policy_id).charity_name
    _check_day(session, book, charity, paid_on)
    lock_head(session)
    known_by = correcting(corrects) if corrects else f"remit:{key}"
    known = session.scalar(select(LedgerTxn.seq).where(LedgerTxn.idempotency_key == known_by))
    owing = owed_by_charity(session, read_sums(session, book)).get(charity, 0)
    if known is None and amount_pence > owing and not more_than_owed:
        raise MoreThanOwed(max(owing, 0))
    said: dict[str, Any] = {"bank_reference": bank_reference, "receipt": receipt}
    said |= {"corrects": corrects} if corrects else {}
    request = _request(book, policy_id, clock.begins(paid_on), said)
    return post(session, request, paid_over(amount_pence), key=known_by, actor=actor)


def _check_day(session: Session, book: Book, charity: str, paid_on: date) -> None:
    first = select(func.min(Policy.starts_on)).where(Policy.charity_name == charity)
    if book == "live":
        first = first.where(Policy.agreement_reference != SAMPLE_AGREEMENT)
    begins = session.scalar(first)
    if begins is not None and paid_on < begins:
        raise BeforeTheAgreement(begins)
    if paid_on > clock.today():
        raise NotYet


def undo_remittance(session: Session, seq: int, *, reason: str, actor: str) -> LedgerTxn:
    """Undo a payment that was written down by mistake: both stay in the ledger for good.

    Raises NoSuchRemittance or AlreadyUndone.
    """
    lock_head(session)
    txn = session.get(LedgerTxn, seq)
    if txn is None or txn.kind != Kind.REMIT or said_of_payment(txn.cause).get("undoes"):
        raise NoSuchRemittance(seq)
    key = undoing(seq)
    if session.scalar(select(LedgerTxn.seq).where(LedgerTxn.idempotency_key == key)):
        raise AlreadyUndone(seq)
    amount = session.scalars(
        select(LedgerEntry.amount_pence).where(
            LedgerEntry.txn_seq == seq, LedgerEntry.account == Account.REMITTED.value
        )
    ).one()
    book: Book = "live" if txn.book == "live" else "test"
    request = _request(book, txn.policy_id, clock.now(), {"reason": reason, "undoes": seq})
    return post(session, request, paid_over(amount), key=key, actor=actor)


def correct_remittance(
    session: Session,
    seq: int,
    *,
    amount_pence: int,
    paid_on: date,
    bank_reference: str,
    reason: str,
    actor: str,
    more_than_owed: bool = False,
) -> LedgerTxn:
    """Put right what was written down of a payment: it is undone, and another stands for it, both for good.

    What was said of a receipt, and the files from the charity, go along. Raises NoSuchRemittance,
    AlreadyUndone, and what `record_remittance` does.
    """
    wrong = undo_remittance(session, seq, reason=reason, actor=actor)
    before = session.get_one(LedgerTxn, seq)
    made = record_remittance(
        session,
        book="live" if wrong.book == "live" else "test",
        policy_id=before.policy_id or 0,
        amount_pence=amount_pence,
        paid_on=paid_on,
        bank_reference=bank_reference,
        receipt=said_of_payment(before.cause).get("receipt", ""),
        key="",
        actor=actor,
        more_than_owed=more_than_owed,
        corrects=seq,
    )
    carry_over(session, About(payment_seq=seq), About(payment_seq=made.seq))
    return made


def _request(book: Book, policy_id: int | None, at: datetime, said: dict[str, Any]) -> Request:
    return Request(
        book=book,
        kind=Kind.REMIT.value,
        order_reference=None,
        unit=None,
        sku=None,
        policy_id=policy_id,
        reverses_seq=None,
        event_at=at,
        cause=json.dumps(said, sort_keys=True, ensure_ascii=False),
    )

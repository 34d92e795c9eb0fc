"""The ledger's rows as the log tells them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.giving.models import LedgerEntry, LedgerTxn
from shop.transparency.commitments import OrderSalts
from shop.transparency.groups import Waiting
from shop.transparency.leaves import Gift
from shop.transparency.models import LogLeaf

COLUMNS: Final = (
    LedgerTxn.seq,
    LedgerTxn.kind,
    LedgerTxn.period,
    LedgerTxn.order_reference,
    LedgerTxn.idempotency_key,
    LedgerTxn.policy_digest,
    LedgerEntry.amount_pence,
)
"""What a leaf is made of. The first line of a transaction is what it moved."""

FIRST_LINE: Final = and_(LedgerEntry.txn_seq == LedgerTxn.seq, LedgerEntry.line == 1)


@frozen(kw_only=True)
class LedgerRow:
    """A row of the ledger as far as the log is about it."""

    seq: int
    order: str | None
    committed: str
    """What its commitment is to: the key under which it was posted, which is its order, unit and step."""
    kind: str
    month: str
    pence: int
    policy: str | None

    @classmethod
    def of(cls, row: Row[Any]) -> "LedgerRow":
        """A row of COLUMNS."""
        return cls(
            seq=row.seq,
            order=row.order_reference,
            committed=row.idempotency_key,
            kind=row.kind,
            month=row.period,
            pence=row.amount_pence,
            policy=row.policy_digest,
        )

    def gift(self, commitment: str | None) -> Gift:
        """What its leaf says."""
        return Gift(
            kind=self.kind,
            month=self.month,
            pence=self.pence,
            policy=self.policy,
            commitment=commitment,
        )

    def commitment(self, salts: Mapping[str, OrderSalts]) -> str | None:
        """Its commitment, if its order has a key."""
        of_order = salts.get(self.order or "")
        return of_order.commitment(self.committed) if of_order else None

    def waiting(self, *, committed: bool) -> Waiting:
        """The same, to be chosen from."""
        return Waiting(self.seq, self.order, self.month, (self.kind, self.pence, self.policy, committed))


def not_in_log(
    session: Session, book: str, *, before: datetime, known: str, ended: str, most: int
) -> Sequence[LedgerRow]:
    """Rows of the months after `known` that are in no leaf yet, by months; `most` of them.

    They were booked before that moment, or in a month up to `ended`.
    """
    booked = or_(LedgerTxn.booked_at < before, LedgerTxn.period <= ended)
    lacking = _without_leaf(book).where(LedgerTxn.period > known, booked)
    return [
        LedgerRow.of(row)
        for row in session.execute(lacking.order_by(LedgerTxn.period, LedgerTxn.seq).limit(most))
    ]


def _without_leaf(book: str) -> Select[*tuple[Any, ...]]:
    return (
        select(*COLUMNS)
        .join(LedgerEntry, FIRST_LINE)
        .outerjoin(LogLeaf, LogLeaf.ledger_seq == LedgerTxn.seq)
        .where(LedgerTxn.book == book, LogLeaf.number.is_(None))
    )

"""One transaction of the ledger as the files and the finance pages show it."""

from collections.abc import Iterator, Sequence
from dataclasses import field
from datetime import date
from itertools import groupby
from typing import Any, Final

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.giving.actors import without_address
from shop.giving.booking_days import Part, counts_on
from shop.giving.models import LedgerEntry, LedgerTxn, Policy
from shop.giving.transitions import Account, Kind, legible
from shop.money import CURRENCY

BATCH: Final = 500
"""Rows in memory at a time."""


@frozen(kw_only=True)
class Record:
    """One transaction. `amount` and `amount_pence`: by how much it changes what the charity is given.

    Plus for an accrual, minus for a reversal or a lost dispute, zero while money only changes its standing.
    `paid_pence`: what the transaction paid over to the charity; minus where a payment was undone.
    """

    seq: int
    event_at: str
    booked_at: str
    period: str
    book: str
    kind: str
    order_reference: str
    unit: int | None
    sku: str
    charity: str
    policy: int | None
    policy_digest: str
    amount: str
    amount_pence: int
    paid_pence: int
    currency: str
    entries: str
    """Each of its lines: account, colon, signed pence; with spaces between."""
    stripe_id: str
    """Its cause, where that is an id of Stripe's."""
    cause: str
    actor: str
    remittance: str
    """The bank's reference, where it is a payment to the charity."""
    idempotency_key: str
    reverses_seq: int | None
    previous_hash: str
    hash: str
    happened_on: date = field(metadata={"column": False})
    counts_on: date = field(metadata={"column": False})
    """The day of its booking; both by Britain's calendar."""
    lines: tuple[tuple[Account, int], ...] = field(metadata={"column": False})


def listed(session: Session, part: Part, *, before: int | None = None, most: int) -> list[Record]:
    """The part's transactions, the last booked first: `most` of them, from transaction `before` on back."""
    query = select(LedgerTxn.seq).where(part.condition)
    if before is not None:
        period = session.scalar(select(LedgerTxn.period).where(LedgerTxn.seq == before))
        query = query.where(tuple_(LedgerTxn.period, LedgerTxn.seq) < tuple_(literal(period), before))
    numbers = session.scalars(query.order_by(LedgerTxn.period.desc(), LedgerTxn.seq.desc()).limit(most)).all()
    found = {record.seq: record for record in records(session, numbers)}
    return [found[seq] for seq in numbers]


def all_of(session: Session, part: Part, *, kind: Kind | None = None) -> Iterator[Record]:
    """The part's transactions in order of seq, some in memory at a time; all, or of one kind."""
    after = 0
    query = select(LedgerTxn.seq).where(part.condition).order_by(LedgerTxn.seq).limit(BATCH)
    if kind:
        query = query.where(LedgerTxn.kind == kind)
    while numbers := session.scalars(query.where(LedgerTxn.seq > after)).all():
        yield from records(session, numbers)
        after = numbers[-1]


def records(session: Session, numbers: Sequence[int]) -> Iterator[Record]:
    """The transactions of these numbers, in order of seq."""
    rows = session.execute(_QUERY.where(LedgerTxn.seq.in_(numbers)))
    for _, group in groupby(rows, key=lambda row: row.seq):
        yield _record(list(group))


_QUERY: Final = (
    select(
        LedgerTxn.seq, LedgerTxn.event_at, LedgerTxn.booked_at, LedgerTxn.period, LedgerTxn.book,
        LedgerTxn.kind, LedgerTxn.order_reference, LedgerTxn.unit, LedgerTxn.sku, LedgerTxn.policy_id,
        LedgerTxn.policy_digest, LedgerTxn.cause, LedgerTxn.actor, LedgerTxn.idempotency_key,
        LedgerTxn.reverses_seq, LedgerTxn.previous_hash, LedgerTxn.hash, LedgerEntry.account,
        LedgerEntry.amount_pence, Policy.charity_name,
    )
    .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
    .outerjoin(Policy, Policy.id == LedgerTxn.policy_id)
    .order_by(LedgerTxn.seq, LedgerEntry.line)
)  # fmt: skip


def _record(rows: Sequence[Any]) -> Record:
    txn = rows[0]
    lines = tuple((Account(row.account), row.amount_pence) for row in rows)
    given = sum(pence for account, pence in lines if account is Account.COST)
    return Record(
        seq=txn.seq,
        event_at=txn.event_at.isoformat(),
        booked_at=txn.booked_at.isoformat(),
        period=txn.period,
        book=txn.book,
        kind=txn.kind,
        order_reference=txn.order_reference or "",
        unit=txn.unit,
        sku=txn.sku or "",
        charity=txn.charity_name or "",
        policy=txn.policy_id,
        policy_digest=txn.policy_digest or "",
        amount=decimal(given),
        amount_pence=given,
        paid_pence=-sum(pence for account, pence in lines if account is Account.REMITTED),
        currency=CURRENCY.upper(),
        entries=" ".join(f"{account}:{pence}" for account, pence in lines),
        stripe_id=txn.cause if "_" in {txn.cause[2:3], txn.cause[3:4]} else "",
        cause=txn.cause,
        actor=without_address(txn.actor),
        remittance=_bank_reference(txn),
        idempotency_key=txn.idempotency_key,
        reverses_seq=txn.reverses_seq,
        previous_hash=txn.previous_hash,
        hash=txn.hash,
        happened_on=clock.in_britain(txn.event_at).date(),
        counts_on=counts_on(txn.period, txn.booked_at),
        lines=lines,
    )


def _bank_reference(txn: Any) -> str:
    return str(legible(txn.cause).get("bank_reference", "")) if txn.kind == Kind.REMIT else ""


def decimal(pence: int) -> str:
    """Pence as plain decimal pounds: -500 is -5.00."""
    whole, part = divmod(abs(pence), 100)
    return f"{'-' if pence < 0 else ''}{whole}.{part:02d}"

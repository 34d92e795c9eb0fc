"""What the ledger of gifts is in the books: the same lines, in one month, never posted again."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.bookkeeping.chart_of_accounts import OF_GIFTS, JournalEntry, lines_of
from shop.bookkeeping.month_bounds import Bounds
from shop.giving.booking_days import counts_on
from shop.giving.models import LedgerEntry, LedgerTxn
from shop.giving.transitions import Account, Kind
from shop.payments.services import Services

BATCH: Final = 500
SAID: Final[Mapping[str, str]] = {
    Kind.ACCRUE: "Gift accrued",
    Kind.REVERSE: "Gift taken back",
    Kind.DISPUTE_OPENED: "Gift held in a dispute",
    Kind.DISPUTE_WON: "Gift owed again: dispute won",
    Kind.DISPUTE_LOST: "Gift taken back: dispute lost",
    Kind.CLOSE: "Month closed",
    Kind.REMIT: "Paid over to the charity",
}


def gift_entries(session: Session, services: Services, bounds: Bounds) -> Iterator[JournalEntry]:
    """The ledger's transactions of these months."""
    return _entries(session, services, LedgerTxn.period.between(bounds.first, bounds.last))


def gift_entries_of_order(session: Session, services: Services, reference: str) -> Iterator[JournalEntry]:
    """The ledger's transactions about one order."""
    return _entries(session, services, LedgerTxn.order_reference == reference)


def _entries(session: Session, services: Services, which: Any) -> Iterator[JournalEntry]:
    query = (
        select(LedgerTxn, LedgerEntry.account, LedgerEntry.amount_pence)
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(LedgerTxn.book == services.book, which)
        .order_by(LedgerTxn.seq, LedgerEntry.line)
        .execution_options(yield_per=BATCH)
    )
    for _, rows in groupby(session.execute(query), key=lambda row: row[0].seq):
        found = list(rows)
        yield _entry(found[0][0], [(account, pence) for _, account, pence in found])


def _entry(txn: LedgerTxn, entries: list[tuple[str, int]]) -> JournalEntry:
    return JournalEntry(
        key=f"gift:{txn.seq}",
        period=txn.period,
        day=counts_on(txn.period, txn.booked_at),
        happened_on=clock.in_britain(txn.event_at).date(),
        what=SAID[Kind(txn.kind)],
        reference=txn.order_reference,
        stripe_id=None,
        lines=lines_of(*((OF_GIFTS[Account(account)], pence) for account, pence in entries)),
    )

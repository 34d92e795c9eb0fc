"""What became of an order's gifts: given or not, under which number in the log, paid over when."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.giving.models import LedgerEntry, LedgerTxn
from shop.giving.paid_over import Booked, PaidOver, settled_by
from shop.giving.transitions import STEPS, Kind, Standing
from shop.transparency.models import LogLeaf


class State(StrEnum):
    """How a unit's gift stands."""

    GIVEN = "given"
    HELD = "held"
    """While a bank decides."""
    TAKEN_BACK = "taken back"
    """The price of the piece went back."""


@frozen
class GiftEntry:
    """The gift of one unit. Amounts in pence."""

    unit: int
    """The number of the order's line; 0 for a gift of the order as a whole."""
    pence: int
    state: State
    month: str
    """In which it was booked, as in '2026-11'."""
    number: int | None
    """Of its entry in the log; None while it waits to be entered with others."""
    booked: Booked
    """Where it was brought to how it stands: what a bank gave back is owed from then on."""


def gift_entries(session: Session, order_reference: str) -> Sequence[GiftEntry]:
    """The gifts of an order by unit, as they stand; none before it is paid for or if nothing was promised."""
    found: dict[int, GiftEntry] = {}
    for row in session.execute(_ROWS, {"order": order_reference}):
        found[row.unit] = _with(found.get(row.unit), row)
    return [found[unit] for unit in sorted(found)]


def paid_over_by(session: Session, entries: Sequence[GiftEntry]) -> PaidOver | None:
    """The payment with which the last of these gifts was paid over; None while one is not."""
    given = [entry.booked for entry in entries if entry.state is State.GIVEN]
    return settled_by(session, max(given, key=lambda gift: gift.seq)) if given else None


def paid_over_since(session: Session, entries: Sequence[GiftEntry]) -> date | None:
    """The day on which it was."""
    found = paid_over_by(session, entries)
    return found.on if found else None


_STATES: Final = {Standing.ACCRUED: State.GIVEN, Standing.HELD: State.HELD, Standing.NONE: State.TAKEN_BACK}

_ROWS: Final = (
    select(
        LedgerTxn.unit, LedgerTxn.kind, LedgerTxn.book, LedgerTxn.period, LedgerTxn.seq, LedgerTxn.policy_id,
        LedgerEntry.amount_pence, LogLeaf.number,
    )
    .join(LedgerEntry, (LedgerEntry.txn_seq == LedgerTxn.seq) & (LedgerEntry.line == 1))
    .outerjoin(LogLeaf, LogLeaf.ledger_seq == LedgerTxn.seq)
    .where(LedgerTxn.order_reference == bindparam("order"))
    .order_by(LedgerTxn.seq)
)  # fmt: skip


def _with(before: GiftEntry | None, row: Any) -> GiftEntry:
    """The gift after one more row of the ledger: an accrual begins it, or begins it anew."""
    state = _STATES[STEPS[Kind(row.kind)][1]]
    booked = Booked(row.book, row.period, row.seq, row.policy_id)
    if before is None or row.kind == Kind.ACCRUE:
        return GiftEntry(row.unit, row.amount_pence, state, row.period, row.number, booked)
    return replace(before, state=state, booked=booked)

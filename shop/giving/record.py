"""One transaction of the ledger as the files and the finance pages show it."""

from dataclasses import dataclass, field
from datetime import date

from shop.giving.transitions import Account


@dataclass(frozen=True, kw_only=True)
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
    policy: int | None
    amount: str
    amount_pence: int
    paid_pence: int
    currency: str
    reverses_seq: int | None
    hash: str
    happened_on: date = field(metadata={"column": False})
    counts_on: date = field(metadata={"column": False})
    """The day of its booking; both by Britain's calendar."""
    lines: tuple[tuple[Account, int], ...] = field(metadata={"column": False})

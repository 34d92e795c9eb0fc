"""What is known of the ledger after the transactions that a check has read so far."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shop.giving.booking_days import is_month
from shop.giving.canonical import Facts
from shop.giving.models import GENESIS
from shop.giving.month_statements import Promise
from shop.giving.sums import Key
from shop.giving.transitions import Standing


@dataclass
class Walk:
    """What is known after the transactions read so far."""

    policies: dict[int, tuple[str, int]]
    promises: dict[int, Promise]
    seq: int = 0
    hash: str = GENESIS
    period: str = ""
    units: dict[tuple[str, int], tuple[Standing, int]] = field(default_factory=dict)
    ends: dict[str, tuple[int, str]] = field(default_factory=dict)
    paid: dict[int, tuple[str, int | None, int]] = field(default_factory=dict)
    """Payments to the charity that stand: their book, policy and pence, by seq."""
    sums: dict[Key, int] = field(default_factory=lambda: defaultdict(int))
    """What the entries come to."""

    def add(self, facts: Facts, hashed: str, entries: Sequence[tuple[str, Any, str]]) -> None:
        """Go on to this transaction; what of it was damaged adds nothing up."""
        self.seq, self.hash = facts.seq, hashed
        if facts.period != self.period and not is_month(facts.period):
            return
        self.period = facts.period
        self.ends[facts.period] = (facts.seq, hashed)
        for account, pence, _ in entries:
            key = Key(facts.book, facts.period, facts.policy_id or 0, facts.kind, account)
            self.sums[key] += pence if isinstance(pence, int) else 0

    def end_of(self, month: str) -> tuple[int, str]:
        """Number and hash of the last transaction of a month, or before it."""
        return max((end for period, end in self.ends.items() if period <= month), default=(0, GENESIS))

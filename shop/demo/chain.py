"""The ledger of invented orders, chained here. What its guards would have refused, `ledger verify` finds."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from shop import clock
from shop.demo.bulk_insert import Rows
from shop.giving import policies
from shop.giving.canonical import Facts, Request, sha256
from shop.giving.ledger import Book
from shop.giving.models import GENESIS, LedgerEntry, LedgerHead, LedgerTxn, Policy
from shop.giving.transitions import ENDS_ACCRUAL, Account, Kind, lines, paid_over
from shop.money import CURRENCY

BY_STRIPE: Final = "stripe"
FINANCE: Final = "demo"

SUMS: Final = """
    INSERT INTO ledger_sum (book, period, policy_id, kind, account, pence)
    SELECT book, period, COALESCE(policy_id, 0), kind, account, sum(amount_pence)
    FROM ledger_txn JOIN ledger_entry ON txn_seq = seq GROUP BY 1, 2, 3, 4, 5
"""


class Unit(NamedTuple):
    """Whose gift it is."""

    reference: str
    number: int
    sku: str


class Chain:
    """What was posted so far, and what is to be written next."""

    def __init__(self, policy: Policy, book: Book) -> None:
        self.policy_id, self.digest, self.book = policy.id, policies.digest(policy), book
        self.pence = policy.amount_pence
        self.seq, self.hash = 0, GENESIS
        self.begun: list[str] = []
        """The months that have begun and are not written yet."""
        self._period = ""
        self.owed = 0
        """What the charity is owed, in pence."""
        self._txns: list[dict[str, Any]] = []
        self._entries: list[dict[str, Any]] = []

    def step(self, kind: Kind, of: Unit, at: datetime, cause: str, *, accrual: int | None = None) -> int:
        """A unit's first step, or a second one that knows its accrual. Give its seq."""
        asked = Request(
            book=self.book, kind=kind.value, order_reference=of.reference, unit=of.number, sku=of.sku,
            policy_id=self.policy_id, reverses_seq=accrual if kind in ENDS_ACCRUAL else None, event_at=at,
            cause=cause,
        )  # fmt: skip
        number = 1 if accrual is None else 2
        self._post(asked, lines(kind, self.pence), f"{of.reference}:{of.number}:{number}", BY_STRIPE)
        return self.seq

    def pay_over(self, at: datetime) -> None:
        """Pay the charity all it is owed."""
        if self.owed <= 0:
            return
        said = json.dumps({"bank_reference": f"DEMO {clock.month(at)}", "receipt": ""}, sort_keys=True)
        asked = Request(
            book=self.book, kind=Kind.REMIT.value, order_reference=None, unit=None, sku=None,
            policy_id=self.policy_id, reverses_seq=None, event_at=at, cause=said,
        )  # fmt: skip
        self._post(asked, paid_over(self.owed), f"remit:demo-{clock.month(at)}", FINANCE)

    def _post(self, asked: Request, amounts: Sequence[tuple[Account, int]], key: str, actor: str) -> None:
        period = clock.month(asked.event_at)
        if self._period < period:
            self._period = period
            self.begun.append(period)
        entries = [(account.value, pence, CURRENCY) for account, pence in amounts]
        facts = Facts(
            **vars(asked), seq=self.seq + 1, idempotency_key=key, request_hash=asked.digest(entries),
            policy_digest=self.digest, period=period, booked_at=asked.event_at, actor=actor,
            previous_hash=self.hash,
        )  # fmt: skip
        canonical = facts.canonical(entries)
        self.seq, self.hash = facts.seq, sha256(canonical)
        self.owed -= sum(pence for account, pence in amounts if account is Account.ACCRUED)
        self._txns.append({**vars(facts), "hash": self.hash, "canonical": canonical})
        self._entries += [
            {
                "txn_seq": self.seq,
                "line": line,
                "account": account,
                "amount_pence": pence,
                "currency": currency,
            }
            for line, (account, pence, currency) in enumerate(entries, start=1)
        ]

    def taken(self) -> Rows:
        """What was posted since, to be written."""
        txns, self._txns = self._txns, []
        entries, self._entries = self._entries, []
        return {LedgerTxn.__table__: txns, LedgerEntry.__table__: entries}  # type: ignore[dict-item]

    def seal(self, session: Session) -> None:
        """Move the head to the last transaction, and add everything up."""
        session.execute(update(LedgerHead).values(last_seq=self.seq, last_hash=self.hash))
        session.execute(text(SUMS))

"""What is entered into accounting software: a journal for each month, charity and kind of posting.

Payments to the charity are in none: they are lines of the bank's statement there, to be explained by the
account of what is owed. Which codes the accounts have stands in account_codes.toml.
"""

import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.exports.format import NotWritten
from shop.frozen import frozen
from shop.giving.booking_days import Part, counts_on, first_day
from shop.giving.models import LedgerEntry, LedgerTxn, Policy
from shop.giving.transitions import Account, Kind

SHIPPED: Final = Path(__file__).with_name("account_codes.toml")
OWN: Final = "account-codes.toml"
"""The name of one's own file in the instance directory."""

SAID: Final = {
    Kind.ACCRUE: "accrued",
    Kind.REVERSE: "taken back by refunds",
    Kind.DISPUTE_OPENED: "held, disputes opened",
    Kind.DISPUTE_WON: "owed again, disputes won",
    Kind.DISPUTE_LOST: "taken back by disputes lost",
    Kind.CLOSE: "closed",
}


class CodesUnusable(NotWritten):
    """One's own file of account codes cannot be used; the text says what to change."""


@frozen
class MonthlyJournal:
    """The postings of one kind for one charity in a month, added up; its lines come to zero."""

    charity: str
    period: str
    kind: Kind
    on: date
    """The day the last of them counts on."""
    first_seq: int
    last_seq: int
    pence: Mapping[Account, int]
    """Signed: debit is plus."""

    @property
    def of_postings(self) -> str:
        """Which postings it adds up."""
        first, last = self.first_seq, self.last_seq
        return f"posting {first}" if first == last else f"postings {first} to {last}"

    @property
    def narration(self) -> str:
        """What it is, in a line."""
        return f"Giving to {self.charity or 'charity'}, {first_day(self.period):%B %Y}: {SAID[self.kind]}"


def journals(session: Session, part: Part) -> list[MonthlyJournal]:
    """Those of a part, oldest month first; what comes to nothing is none."""
    query = (
        select(
            LedgerTxn.period, Policy.charity_name, LedgerTxn.kind, LedgerEntry.account,
            func.sum(LedgerEntry.amount_pence), func.max(LedgerTxn.booked_at), func.min(LedgerTxn.seq),
            func.max(LedgerTxn.seq),
        )
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .outerjoin(Policy, Policy.id == LedgerTxn.policy_id)
        .where(part.condition, LedgerTxn.kind != Kind.REMIT)
        .group_by(LedgerTxn.period, Policy.charity_name, LedgerTxn.kind, LedgerEntry.account)
        .order_by(LedgerTxn.period, Policy.charity_name, LedgerTxn.kind, LedgerEntry.account)
    )  # fmt: skip
    found: dict[tuple[str, str, str], list[Any]] = {}
    for period, charity, kind, *rest in session.execute(query):
        found.setdefault((period, charity or "", kind), []).append(rest)
    return [_journal(*key, rows) for key, rows in found.items()]


def _journal(period: str, charity: str, kind: str, rows: list[Any]) -> MonthlyJournal:
    return MonthlyJournal(
        charity=charity,
        period=period,
        kind=Kind(kind),
        on=counts_on(period, max(row[2] for row in rows)),
        first_seq=min(row[3] for row in rows),
        last_seq=max(row[4] for row in rows),
        pence={Account(row[0]): int(row[1]) for row in rows if row[1]},
    )


def codes(instance_dir: Path, program: str) -> Mapping[str, str]:
    """The codes that a program knows the accounts by. Raises CodesUnusable."""
    own = instance_dir / OWN
    file = own if own.is_file() else SHIPPED
    try:
        read = tomllib.loads(file.read_text(encoding="utf-8"))[program]
        return {name: str(read[name]) for name in tomllib.loads(SHIPPED.read_text())[program]}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as wrong:
        raise CodesUnusable(f"{file.name}: {wrong} under [{program}] cannot be read.") from None

"""The running sums: the database adds up each entry as it comes, and the sums can be proved.

A trigger keeps them, so an entry and its sum are written in one transaction, whoever writes.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from shop.giving.models import LedgerEntry, LedgerSum, LedgerTxn
from shop.triggers import postgresql

KEEPS_SUMS: Final = "ledger_entry_adds_up"

_ADD: Final = (
    "INSERT INTO ledger_sum (book, period, policy_id, kind, account, pence)"
    " SELECT book, period, COALESCE(policy_id, 0), kind, NEW.account, NEW.amount_pence"
    " FROM ledger_txn WHERE seq = NEW.txn_seq"
    " ON CONFLICT (book, period, policy_id, kind, account)"
    " DO UPDATE SET pence = ledger_sum.pence + excluded.pence"
)


Book = Literal["live", "test"]
"""Real money, or the stand-in's and Stripe's test mode: never counted together."""


class Key(NamedTuple):
    """What entries are added up by."""

    book: str
    period: str
    policy_id: int
    """0 for what rests on no policy."""
    kind: str
    account: str


def keeps_sums(dialect: str) -> str:
    """The trigger that adds up, for "sqlite" or "postgresql"."""
    made = f"CREATE TRIGGER {KEEPS_SUMS} AFTER INSERT ON ledger_entry FOR EACH ROW"
    if dialect == "sqlite":
        return f"{made} BEGIN {_ADD}; END"
    return postgresql("ledger_entry", f"BEGIN {_ADD}; RETURN NULL; END", made, name=KEEPS_SUMS)


_TAKEN_AWAY: Final = select(
    LedgerTxn.book,
    LedgerTxn.period,
    func.coalesce(LedgerTxn.policy_id, 0),
    LedgerTxn.kind,
    LedgerEntry.account,
    -LedgerEntry.amount_pence,
).join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)


def check(session: Session, last_seq: int, found: Mapping[Key, int]) -> Iterator[str]:
    """A sentence for each sum that is not what the entries up to `last_seq` came to (`found`).

    What was posted since is taken away in the same statement, so nobody has to stop posting meanwhile.
    """
    listed = LedgerSum.__table__.columns
    both = union_all(select(*listed), _TAKEN_AWAY.where(LedgerTxn.seq > last_seq)).subquery().columns
    by = [both[column.name] for column in listed if column.primary_key]
    rows = session.execute(select(*by, func.sum(both.pence)).group_by(*by))
    kept = {Key(*key): int(pence) if isinstance(pence, int | Decimal) else 0 for *key, pence in rows}
    for key in sorted(kept.keys() | found.keys(), key=repr):  # damaged ones compare with nothing
        if kept.get(key, 0) != found.get(key, 0):
            of = f"{key.book}, {key.period}, {key.kind}, {key.account}"
            yield f"the sum of {of} says {kept.get(key, 0)}p, its entries come to {found.get(key, 0)}p"

"""Double entry in plain text: what beancount's and hledger's files have in common."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.exports.selection import Selection
from shop.frozen import frozen
from shop.giving import row_texts
from shop.giving.booking_days import Part, counts_on
from shop.giving.models import LedgerEntry, LedgerHead, LedgerTxn
from shop.giving.record import Record, decimal
from shop.giving.row_fields import COUNTS_ON, FIELDS, HAPPENED_ON, WHAT, Field, lines_of
from shop.giving.row_texts import Progress, Template, slow_rows
from shop.giving.transitions import ACCOUNT_NAMES, Account
from shop.money import CURRENCY

NAMES: Final = {
    Account.ACCRUED: "Liabilities:Charity:Accrued",
    Account.HELD: "Liabilities:Charity:Held",
    Account.PAYABLE: "Liabilities:Charity:Payable",
    Account.REMITTED: "Assets:Remitted",
    Account.COST: "Expenses:Giving",
}


class Closing(NamedTuple):
    """The day after the last posting, and what each account came to, by its name there, in signed pence."""

    on: date
    pence: Mapping[str, int]


@frozen
class Journal:
    """How a program wants its file."""

    head: str
    """Of the file's `title`."""
    opened: str
    """The line of an account, of its `account` and `name`."""
    row: tuple[str, str, str, str, str, str, str]
    """The texts before day, kind, order and SKU, number, hash, day it happened, and lines of a posting."""
    indent: str
    quoted: Callable[[str], str]
    """Order and SKU as the file may hold them."""
    closed: Callable[[Closing], str]
    """What has the program check the sums."""

    def written_row(self, record: Record) -> str:
        """A posting, the empty line before it included."""
        what = " ".join(filter(None, (record.order_reference, record.sku)))
        lines = (
            f"{self.indent}{NAMES[account]}  {decimal(pence)} {CURRENCY.upper()}"
            for account, pence in record.lines
        )
        said = (
            record.counts_on, record.kind, self.quoted(what), record.seq, record.hash, record.happened_on,
            "\n".join(lines),
        )  # fmt: skip
        return "".join(f"{before}{it}" for before, it in zip(self.row, said, strict=True)) + "\n"

    def write(self, session: Session, selection: Selection, progress: Progress) -> Iterator[bytes]:
        """The file, piece by piece; its closing balances are of this file alone."""
        yield self.head.format(title="donation ledger").encode()
        for account, name in ACCOUNT_NAMES.items():
            yield self.opened.format(account=NAMES[account], name=name).encode()
        part = selection.part
        if part.last_seq is None:  # so that rows and sums are of one moment
            part = replace(part, last_seq=session.scalar(select(LedgerHead.last_seq)))
        template = Template(self._pieces(), "\n", slow_rows(session, self.written_row))
        yield from row_texts.written(session, part, template, progress)
        if found := _closing(session, part):
            yield self.closed(found).encode()

    def _pieces(self) -> list[str | Field]:
        lines = lines_of({account: f"{self.indent}{name}" for account, name in NAMES.items()})
        said = (COUNTS_ON, FIELDS["kind"], WHAT, FIELDS["seq"], FIELDS["hash"], HAPPENED_ON, lines)
        return [piece for pair in zip(self.row, said, strict=True) for piece in pair]


def _closing(session: Session, part: Part) -> Closing | None:
    query = (
        select(
            LedgerEntry.account,
            func.sum(LedgerEntry.amount_pence),
            func.max(LedgerTxn.period),
            func.max(LedgerTxn.booked_at),
        )
        .join(LedgerTxn, LedgerTxn.seq == LedgerEntry.txn_seq)
        .where(part.condition)
        .group_by(LedgerEntry.account)
    )
    found = session.execute(query).all()
    if not found:
        return None
    balances = {account: int(pence) for account, pence, *_ in found}
    last = max(counts_on(period, booked_at) for *_, period, booked_at in found)
    pence = {name: balances.get(account, 0) for account, name in NAMES.items()}
    return Closing(last + timedelta(days=1), pence)

"""A month of the whole money as a file: for beancount and hledger, and as journals for accounting software.

What is brought forward comes to nothing over all accounts, so it is an entry of its own, and each file can be
checked alone. No name, address or word is in any; a new format is one function and one line in MONEY_FORMATS.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import Final

from shop.accounting.money_months import MonthBooks
from shop.bookkeeping.chart_of_accounts import CHART, JournalEntry, Line, MoneyAccount
from shop.exports import beancount_journal, hledger_journal
from shop.exports.csv_file import csv_line
from shop.exports.format import Office
from shop.exports.freeagent_files import CATEGORY
from shop.exports.monthly_journals import codes
from shop.exports.plain_text_journal import Closing, Journal
from shop.exports.xero_journal import HEADINGS
from shop.frozen import frozen
from shop.giving.booking_days import first_day, next_month
from shop.giving.record import decimal

A = MoneyAccount
NAMES: Final = {
    A.STRIPE: "Assets:Stripe:Balance",
    A.CLEARING: "Assets:Stripe:Clearing",
    A.TRANSIT: "Assets:Payouts",
    A.BANK: "Assets:Bank",
    A.VAT: "Liabilities:VAT",
    A.TO_GO_BACK: "Liabilities:Refundable",
    A.OTHER: "Liabilities:Other",
    A.GIFTS_OWED: "Liabilities:Charity:Owed",
    A.GIFTS_HELD: "Liabilities:Charity:Held",
    A.SALES: "Income:Sales",
    A.POSTAGE: "Income:Postage",
    A.REFUNDS: "Income:Refunds",
    A.DISPUTES: "Expenses:Disputes",
    A.STRIPE_FEES: "Expenses:Fees:Stripe",
    A.DISPUTE_FEES: "Expenses:Fees:Disputes",
    A.GIFTS: "Expenses:Giving",
}
FORWARD: Final = "Brought forward"
COLUMNS: Final = ("key", "day", "happened_on", "what", "order", "at_stripe", "account", "group", "amount")


@frozen
class BookedMonth:
    """A month's accounts, and everything that was booked in it, by day."""

    books: MonthBooks
    entries: Sequence[JournalEntry]

    @property
    def title(self) -> str:
        """As in 'June 2031'."""
        return f"{self.first:%B %Y}"

    @property
    def first(self) -> date:
        """Its first day."""
        return first_day(self.books.name)

    @property
    def forward(self) -> tuple[Line, ...]:
        """How the accounts stood when it began."""
        return tuple((account, pence) for account, pence in self.books.opening.items() if pence)


def _csv(month: BookedMonth, _: Office) -> Iterator[str]:
    """A row for each line, debit as plus."""
    yield csv_line(COLUMNS)
    for account, pence in month.forward:
        yield _csv_row((FORWARD, month.first, month.first, FORWARD, "", ""), account, pence)
    for one in month.entries:
        about = (one.key, one.day, one.happened_on, one.what, one.reference or "", one.stripe_id or "")
        for account, pence in one.lines:
            yield _csv_row(about, account, pence)


def _csv_row(about: Sequence[object], account: MoneyAccount, pence: int) -> str:
    return csv_line([*about, CHART[account].name, CHART[account].group, decimal(pence)])


@frozen
class _Program:
    """How a program for double entry in plain text wants a month: much as it wants the ledger of gifts."""

    journal: Journal
    between: str
    """Stands between what it was and the order's reference."""
    entry: str
    """Begins an entry, of its `day`, `what`, and the day it `happened`."""
    note: str
    """A line of an entry, of its `name` and `value`."""

    def write(self, month: BookedMonth, _: Office) -> Iterator[str]:
        """The file, piece by piece; its closing balances are of all months."""
        yield self.journal.head.format(title=f"money in {month.title}")
        for account, name in NAMES.items():
            yield self.journal.opened.format(account=name, name=CHART[account].name)
        if month.forward:
            yield self._begun(month.first, month.first, FORWARD) + self._lines(month.forward)
        for one in month.entries:
            what = self.between.join(filter(None, (one.what, one.reference)))
            notes = self._note("key", one.key) + self._note("stripe", one.stripe_id)
            yield self._begun(one.day, one.happened_on, what) + notes + self._lines(one.lines)
        closing = {NAMES[account]: pence for account, pence in month.books.closing.items()}
        yield self.journal.closed(Closing(first_day(next_month(month.books.name)), closing))

    def _begun(self, day: date, happened: date, what: str) -> str:
        return self.entry.format(day=day, what=self.journal.quoted(what), happened=happened)

    def _note(self, name: str, value: str | None) -> str:
        return self.note.format(name=name, value=self.journal.quoted(value)) if value else ""

    def _lines(self, lines: Iterable[Line]) -> str:
        indent = self.journal.indent
        return "".join(f"{indent}{NAMES[account]}  {decimal(pence)} GBP\n" for account, pence in lines)


BEANCOUNT: Final = _Program(
    beancount_journal.JOURNAL, " ", '\n{day} * "{what}"\n  happened: {happened}\n', '  {name}: "{value}"\n'
)
HLEDGER: Final = _Program(
    hledger_journal.JOURNAL,
    " | ",
    "\n{day} * {what}\n    ; happened: {happened}\n",
    "    ; {name}: {value}\n",
)


def _xero(month: BookedMonth, office: Office) -> Iterator[str]:
    """For "Import manual journals": see `xero_journal`. What touches the bank is its statement's there."""
    known = codes(office.instance_dir, "xero-money")
    yield csv_line(HEADINGS)
    for what, (on, pence) in _added_up(month):
        for account, amount in pence.items():
            said = f"{what}, {month.title}", f"{on:%d/%m/%Y}", CHART[account].name
            yield csv_line([*said, known[account.replace(" ", "_")], known["tax_rate"], decimal(amount)])


def _freeagent(month: BookedMonth, office: Office) -> Iterator[str]:
    """Journal sets for its API: see `freeagent_files`. What touches the bank is its statement's there."""
    known = codes(office.instance_dir, "freeagent-money")
    for what, (on, pence) in _added_up(month):
        lines = [
            {"category": CATEGORY + known[account.replace(" ", "_")], "debit_value": decimal(amount)}
            for account, amount in pence.items()
        ]
        journal = {
            "dated_on": on.isoformat(),
            "description": f"{what}, {month.title}",
            "journal_entries": lines,
        }
        yield json.dumps({"journal_set": journal}, ensure_ascii=False) + "\n"


def _added_up(month: BookedMonth) -> Iterator[tuple[str, tuple[date, Mapping[MoneyAccount, int]]]]:
    """By what it was: the last day, and what each account got together; without what touches the bank."""
    found = sorted(
        (one for one in month.entries if A.BANK not in dict(one.lines)), key=lambda one: (one.what, one.day)
    )
    for what, entries in groupby(found, key=lambda one: one.what):
        pence: dict[MoneyAccount, int] = {}
        for one in entries:
            on = one.day
            for account, amount in one.lines:
                pence[account] = pence.get(account, 0) + amount
        yield what, (on, {account: amount for account, amount in pence.items() if amount})


@frozen
class MoneyFormat:
    """One format: what people call it, its media type, the end of its files' names, and what writes it."""

    label: str
    media_type: str
    ending: str
    write: Callable[[BookedMonth, Office], Iterator[str]]
    """Gives the file piece by piece. May raise CodesUnusable."""


MONEY_FORMATS: Final[Mapping[str, MoneyFormat]] = {
    "csv": MoneyFormat("CSV", "text/csv", "csv", _csv),
    "beancount": MoneyFormat("beancount", "text/plain", "beancount", BEANCOUNT.write),
    "hledger": MoneyFormat("hledger", "text/plain", "hledger", HLEDGER.write),
    "xero": MoneyFormat("Xero journals", "text/csv", "xero.csv", _xero),
    "freeagent": MoneyFormat("FreeAgent journals", "application/jsonl", "freeagent.json", _freeagent),
}
"""By the names that addresses know them by."""

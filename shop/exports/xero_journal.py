"""Xero: a CSV file for "Import manual journals". It opens as drafts there, to be looked at and posted.

Columns, dates as dd/mm/yyyy, debit as plus, and 300 lines at most in a file: help.xero.com, "Enter multiple
manual journals using an import template" (read in a stored copy, and tried with no account).
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy.orm import Session

from shop.exports.csv_file import csv_line
from shop.exports.format import DoesNotFit, Office
from shop.exports.monthly_journals import codes, journals
from shop.exports.selection import Selection
from shop.giving.record import decimal
from shop.giving.row_texts import Progress

HEADINGS: Final = ("*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount")
MOST_LINES: Final = 300


def write(session: Session, selection: Selection, office: Office, _: Progress) -> Iterator[bytes]:
    """The whole file. Raises DoesNotFit and CodesUnusable at once."""
    known = codes(office.instance_dir, "xero")
    lines = [
        (
            journal.narration, f"{journal.on:%d/%m/%Y}",
            f"{journal.of_postings.capitalize()} of the donation ledger", known[account],
            known["tax_rate"], decimal(pence),
        )
        for journal in journals(session, selection.part)
        for account, pence in journal.pence.items()
    ]  # fmt: skip
    if len(lines) > MOST_LINES:
        raise DoesNotFit(
            f"Xero takes {MOST_LINES} lines in a file, and these days come to {len(lines)}. "
            "Please choose fewer days."
        )
    return iter(["".join(map(csv_line, [HEADINGS, *lines])).encode()])

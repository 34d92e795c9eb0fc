"""The ledger as files for others to read and to check: a month, a payment to the charity, or any days.

No name, address, engraving or dedication is in any. A new format is one module here and one line in FORMATS.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from shop.exports import (
    beancount_journal,
    csv_file,
    freeagent_files,
    hledger_journal,
    json_lines,
    spreadsheet,
    statement_pdf,
    xero_journal,
)
from shop.exports.format import DoesNotFit, Format, NotWritten, Office
from shop.exports.monthly_journals import CodesUnusable
from shop.exports.selection import Selection
from shop.giving.row_texts import Progress
from shop.sql import is_sqlite

__all__ = [
    "FORMATS",
    "CodesUnusable",
    "DoesNotFit",
    "NotWritten",
    "Office",
    "Selection",
    "UnknownFormat",
    "write",
]

FORMATS: Final[dict[str, Format]] = {
    "csv": Format("CSV", "text/csv", csv_file.write),
    "json": Format("JSON lines", "application/jsonl", json_lines.write),
    "xlsx": Format("Excel", spreadsheet.MEDIA_TYPE, spreadsheet.write, most_rows=spreadsheet.MOST_ROWS),
    "pdf": Format("PDF to sign", "application/pdf", statement_pdf.write, most_rows=statement_pdf.MOST_ROWS),
    "beancount": Format("beancount", "text/plain", beancount_journal.write),
    "hledger": Format("hledger", "text/plain", hledger_journal.write),
    "xero": Format("Xero journals", "text/csv", xero_journal.write, ending="xero.csv", has_payments=False),
    "freeagent": Format(
        "FreeAgent journals",
        "application/jsonl",
        freeagent_files.journals,
        ending="freeagent.json",
        has_payments=False,
    ),
    "freeagent-bank": Format(
        "FreeAgent bank file", "text/csv", freeagent_files.bank, ending="freeagent-bank.csv"
    ),
}
"""By the names that commands and addresses know them by."""


class UnknownFormat(Exception):
    """There is no such format."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no format {name!r}; there are {', '.join(sorted(FORMATS))}.")
        self.name = name


def write(
    session: Session, name: str, selection: Selection, office: Office, progress: Progress = bool
) -> Iterator[bytes]:
    """The selection in the format of that name, piece by piece.

    Raises UnknownFormat at once, and NotWritten before the first piece: DoesNotFit where a format is bounded.
    """
    if name not in FORMATS:
        raise UnknownFormat(name)
    if not is_sqlite(session):  # a file may take as long as it needs
        session.execute(text("SET LOCAL statement_timeout = 0"))
    most = FORMATS[name].most_rows
    if most is not None and selection.has_more_than(session, most):
        raise DoesNotFit(
            f"{FORMATS[name].label} holds {most:,} postings at most, and there are more in these days. "
            "Please choose fewer days, or CSV or JSON, which hold any number."
        )
    return FORMATS[name].write(session, selection, office, progress)

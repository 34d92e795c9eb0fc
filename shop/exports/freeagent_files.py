"""FreeAgent: journals for its API, as it imports none from a file; payments to the charity as a bank upload.

Journal sets: dev.freeagent.com/docs/journal_sets (POST one object a line; debit is plus; those of a set come
to zero; a tag would keep them from being edited there, so they have none). Bank upload:
support.freeagent.com, "How to format a CSV file to upload a bank statement" (date as dd/mm/yyyy, amount,
description; no headings, quotes or further commas). Both read in stored copies, tried with no account.
"""

import json
import re
from collections.abc import Iterator
from typing import Final

from sqlalchemy.orm import Session

from shop.exports.csv_file import csv_line
from shop.exports.format import Office
from shop.exports.monthly_journals import codes
from shop.exports.monthly_journals import journals as monthly
from shop.exports.selection import Selection
from shop.giving.record import all_of, decimal
from shop.giving.row_texts import Progress
from shop.giving.transitions import Kind

CATEGORY: Final = "https://api.freeagent.com/v2/categories/"


def journals(session: Session, selection: Selection, office: Office, _: Progress) -> Iterator[bytes]:
    """A journal set a line. Raises CodesUnusable at once."""
    known = codes(office.instance_dir, "freeagent")
    sets = [
        {
            "dated_on": journal.on.isoformat(),
            "description": f"{journal.narration} ({journal.of_postings})",
            "journal_entries": [
                {"category": CATEGORY + known[account], "debit_value": decimal(pence)}
                for account, pence in journal.pence.items()
            ],
        }
        for journal in monthly(session, selection.part)
    ]
    return (json.dumps({"journal_set": one}, ensure_ascii=False).encode() + b"\n" for one in sets)


def bank(session: Session, selection: Selection, _: Office, progress: Progress) -> Iterator[bytes]:
    """What left the bank for the charity, and what was undone of it."""
    for record in all_of(session, selection.part, kind=Kind.REMIT):
        what = f"{record.charity} {record.remittance or 'undone'} ({record.seq})"
        said = re.sub(r'[,"\s]+', " ", what).lstrip("=+-@ ")
        yield csv_line([f"{record.happened_on:%d/%m/%Y}", decimal(-record.paid_pence), said]).encode()
        progress(1)

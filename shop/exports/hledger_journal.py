"""hledger: number and hash of each posting are tags, and balance assertions have it check the sums."""

import re
from collections.abc import Iterator
from typing import Final

from sqlalchemy.orm import Session

from shop.exports.format import Office
from shop.exports.plain_text_journal import Closing, Journal
from shop.exports.selection import Selection
from shop.giving.record import decimal
from shop.giving.row_texts import Progress


def _quoted(text: str) -> str:
    """A semicolon begins a comment, and the end of a line another; nothing can quote one."""
    return re.sub(r"[^\S ]", " ", text.replace(";", ","))


def _closed(closing: Closing) -> str:
    return f"\n{closing.on} * what the accounts come to\n" + "".join(
        f"    {name}  0.00 GBP = {decimal(pence)} GBP\n" for name, pence in closing.pence.items()
    )


JOURNAL: Final = Journal(
    head="; Part of Me: {title}\ncommodity 1000.00 GBP\n\n",
    opened="account {account}  ; {name}\n",
    row=("\n", " * ", " | ", "\n    ; seq: ", "\n    ; hash: ", "\n    ; happened: ", "\n"),
    indent="    ",
    quoted=_quoted,
    closed=_closed,
)


def write(session: Session, selection: Selection, _: Office, progress: Progress) -> Iterator[bytes]:
    """The file, piece by piece."""
    return JOURNAL.write(session, selection, progress)

"""beancount: double entry that `bean-check` can check without us."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy.orm import Session

from shop.exports.format import Office
from shop.exports.plain_text_journal import Closing, Journal
from shop.exports.selection import Selection
from shop.giving.record import decimal
from shop.giving.row_texts import Progress


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _closed(closing: Closing) -> str:
    return "\n" + "".join(
        f"{closing.on} balance {name}  {decimal(pence)} GBP\n" for name, pence in closing.pence.items()
    )


JOURNAL: Final = Journal(
    head='option "title" "Part of Me: {title}"\noption "operating_currency" "GBP"\n\n',
    opened='1970-01-01 open {account} GBP\n  name: "{name}"\n',
    row=("\n", ' * "', '" "', '"\n  seq: ', '\n  hash: "', '"\n  happened: ', "\n"),
    indent="  ",
    quoted=_quoted,
    closed=_closed,
)


def write(session: Session, selection: Selection, _: Office, progress: Progress) -> Iterator[bytes]:
    """The file, piece by piece."""
    return JOURNAL.write(session, selection, progress)

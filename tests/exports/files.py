"""The ledger's files, as tests ask for them."""

from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from shop import exports
from shop.exports.format import Office
from shop.exports.selection import Selection, of_days
from shop.giving.ledger import Book

OFFICE = Office(instance_dir=Path("/nowhere"))


def file_of(session: Session, name: str, selection: Selection, office: Office = OFFICE) -> bytes:
    return b"".join(exports.write(session, name, selection, office))


def text_of(
    session: Session, name: str, book: Book = "live", first: date | None = None, last: date | None = None
) -> str:
    return file_of(session, name, of_days(book, first, last)).decode()

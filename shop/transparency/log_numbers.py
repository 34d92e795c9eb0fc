"""Which entry of the log a row of the ledger is: a buyer knows the one number, the books the other."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.giving.sums import Book
from shop.transparency.models import LogLeaf


def log_numbers(session: Session, seqs: Collection[int]) -> dict[int, int]:
    """The numbers in the log of these rows of the ledger; those that wait to be entered are left out."""
    found = select(LogLeaf.ledger_seq, LogLeaf.number).where(LogLeaf.ledger_seq.in_(seqs))
    return {seq: number for seq, number in session.execute(found) if seq is not None}


def row_of_number(session: Session, book: Book, number: int) -> int | None:
    """The row of the ledger that is this entry of the book's log; None for what is of no row."""
    return session.scalar(select(LogLeaf.ledger_seq).where(LogLeaf.book == book, LogLeaf.number == number))

"""A workbook for Excel and LibreOffice with real numbers and dates: what it came to, and every posting.

Rows are written one after the other and never kept, but the file is only whole at its end.
"""

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from string import ascii_uppercase
from typing import Any, Final

from sqlalchemy.orm import Session

from shop import clock
from shop.exports.csv_file import COLUMNS
from shop.exports.figures import closed, figures
from shop.exports.format import Office
from shop.exports.selection import BOOKS, Selection
from shop.giving.record import Record, all_of
from shop.giving.row_texts import Progress

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS: Final = 20_000
"""Some four seconds of work; Excel itself ends at 1,048,576 rows."""

BLOCK: Final = 1 << 16
DAYS: Final = ("counts_on", "happened_on")
MOMENTS: Final = frozenset({"event_at", "booked_at"})
POUNDS: Final = frozenset({"amount", "paid"})
WIDE: Final = frozenset({"policy_digest", "previous_hash", "hash"})
HEADINGS: Final = (
    *DAYS,
    *(column for column in COLUMNS if column not in {"amount_pence", "paid_pence"}),
    "paid",
)


def write(session: Session, selection: Selection, office: Office, progress: Progress) -> Iterator[bytes]:
    """The file, piece by piece."""
    import xlsxwriter  # noqa: PLC0415 - only for who asks for a workbook

    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(
            file,
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        book.set_properties(
            {"title": selection.title, "author": office.seller, "created": clock.now().replace(tzinfo=None)}
        )
        looks = _looks(book)
        _cover(book.add_worksheet("Statement"), looks, session, selection)
        _postings(book.add_worksheet("Postings"), looks, session, selection, progress)
        book.close()
        file.seek(0)
        while block := file.read(BLOCK):
            yield block


def _looks(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "pounds": book.add_format({"num_format": "#,##0.00"}),
        "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
    }


def _cover(sheet: Any, looks: dict[str, Any], session: Session, selection: Selection) -> None:
    """What it came to, in pounds."""
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 14)
    sheet.write_string(0, 0, selection.title, looks["title"])
    sheet.write_string(
        1, 0, f"{BOOKS[selection.part.book]}. Pounds sterling; moments are UTC, days Britain's."
    )
    for row, (name, pence) in enumerate(figures(session, selection).lines, start=3):
        sheet.write_string(row, 0, name)
        sheet.write_number(row, 1, pence / 100, looks["pounds"])  # a cell holds nothing but a double
    if end := closed(session, selection):
        sheet.write_string(row + 2, 0, f"Closed; the SHA-256 of its statement is {end.digest}")


def _postings(
    sheet: Any, looks: dict[str, Any], session: Session, selection: Selection, progress: Progress
) -> None:
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(HEADINGS):
        sheet.set_column(column, column, 66 if name in WIDE else 20)
    sheet.write_row(0, 0, HEADINGS, looks["head"])
    row = 0
    for row, record in enumerate(all_of(session, selection.part), start=1):
        _row(sheet, row, looks, record)
        progress(1)
    if row:
        _totals(sheet, row + 1, looks)


def _row(sheet: Any, row: int, looks: dict[str, Any], record: Record) -> None:
    for column, name in enumerate(HEADINGS):
        if name in DAYS:
            sheet.write_datetime(row, column, getattr(record, name), looks["day"])
        elif name in MOMENTS:
            at = datetime.fromisoformat(getattr(record, name)).replace(tzinfo=None)
            sheet.write_datetime(row, column, at, looks["moment"])
        elif name in POUNDS:
            sheet.write_number(row, column, getattr(record, f"{name}_pence") / 100, looks["pounds"])
        elif isinstance(value := getattr(record, name), int):
            sheet.write_number(row, column, value)
        elif value:
            sheet.write_string(row, column, value)


def _totals(sheet: Any, row: int, looks: dict[str, Any]) -> None:
    """Under the columns of money, what the sheet itself adds up."""
    sheet.write_string(row, 0, "Together", looks["head"])
    for column in _columns(POUNDS):
        letter = ascii_uppercase[column]
        sheet.write_formula(row, column, f"=SUM({letter}2:{letter}{row})", looks["pounds"])


def _columns(names: frozenset[str]) -> Sequence[int]:
    return [column for column, name in enumerate(HEADINGS) if name in names]

"""Counts as a CSV file for a spreadsheet: written with an empty column to fill in, and read back row by row.

Files come as spreadsheets write them: with or without a byte order mark, with commas, semicolons or tabs.
"""

import csv
import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from shop.frozen import frozen

COLUMNS: Final = (
    "sku", "piece", "metal", "chain", "in drawer", "on hand", "set aside", "sold not begun", "sheet", "count",
)  # fmt: skip
SEPARATORS: Final = ",;\t"
FORMULAS: Final = tuple("=+-@\t\r")
"""A cell that begins with one of these is a formula to a spreadsheet."""
MOST_ROWS: Final = 2000
MOST_BYTES: Final = 256 * 1024
MOST: Final = 10_000
"""Pieces of one variant."""


class NoCounts(Exception):
    """This is no file of counts. The text says why, for a person."""


@frozen
class CountedRow:
    """A row that can be used. `thought` and `sheet`: what the file says was known when it was written."""

    line: int
    sku: str
    count: int
    thought: int | None
    sheet: str


@dataclass
class CountFile:
    """What a file says: rows that can be used, and what is wrong with others, by line."""

    rows: list[CountedRow] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)


def write(rows: Sequence[Sequence[str | int]]) -> str:
    """The file: `rows` are the cells of each variant but the last, which is left empty."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([*(_plain(cell) for cell in row), ""] for row in rows)
    return "\ufeff" + text.getvalue()


def read(raw: bytes, known: Collection[str]) -> CountFile:
    """What a file says of the variants that are `known`, by SKU. Raises NoCounts for one that is none.

    A row without a count is left out: that variant was not counted.
    """
    if len(raw) > MOST_BYTES:
        raise NoCounts(f"The file is larger than {MOST_BYTES // 1024} KiB.")
    text = _decoded(raw)
    first = text.lstrip("\r\n").partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    found = CountFile()
    for names, line, cells in _table(lines, found):
        _read_row(found, line, dict(zip(names, cells, strict=False)), known)
    return found


def _table(lines: Iterator[list[str]], found: CountFile) -> Iterator[tuple[list[str], int, list[str]]]:
    """The column's names with each row that is not empty; a quotation mark that never ends is a fault."""
    names: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(lines, start=1):
            if number > MOST_ROWS:
                raise NoCounts(f"The file has more than {MOST_ROWS} rows.")
            if not any(cell.strip() for cell in cells):
                continue
            if names:
                yield names, number, cells
            else:
                names = [cell.strip().casefold() for cell in cells]
                _refuse_without(names)
    except csv.Error as error:
        found.faults.append((number + 1, f"This row cannot be read ({error}), and none after it was."))
    if not names:
        raise NoCounts("The file is empty.")


def _refuse_without(names: Sequence[str]) -> None:
    for wanted in ("sku", "count"):
        if names.count(wanted) != 1:
            raise NoCounts(f"The first row must name one column “{wanted}”.")


def _read_row(found: CountFile, line: int, cells: dict[str, str], known: Collection[str]) -> None:
    sku = cells.get("sku", "").strip().removeprefix("'")
    typed = cells.get("count", "").strip()
    if not typed:
        return
    if sku not in known:
        found.faults.append((line, f"There is no variant {sku[:40]!r}."))
    elif any(row.sku == sku for row in found.rows):
        found.faults.append((line, f"{sku} was counted in an earlier row already."))
    elif (count := _number(typed)) is None:
        found.faults.append((line, f"{sku}: {typed[:20]!r} is no whole number from 0 to {MOST}."))
    else:
        thought = _number(cells.get("in drawer", "").strip())
        found.rows.append(CountedRow(line, sku, count, thought, cells.get("sheet", "").strip()))


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 7):  # noqa: PLR2004
        return None
    return int(text) if int(text) <= MOST else None


def _decoded(raw: bytes) -> str:
    """The text, in whatever a spreadsheet writes. Raises NoCounts for what is none."""
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NoCounts("This is no text. Please save the sheet as CSV.")


def _plain(cell: str | int) -> str | int:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULAS) else cell

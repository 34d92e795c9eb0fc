"""A file of counts is read as spreadsheets write it, and whatever is wrong with it is named by its row."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.stock import count_file
from shop.stock.count_file import COLUMNS, MOST_BYTES, MOST_ROWS, NoCounts

KNOWN = ("DISC-SILVER-16", "PETAL-GOLD-18", "-HOSTILE")
ROWS: list[list[str | int]] = [
    ["DISC-SILVER-16", "Disc", "Sterling silver", 16, 5, 4, 1, 1, "12.40"],
    ["-HOSTILE", '=HYPERLINK("http://x")', "@x", 16, 0, 0, 0, 0, "12.40"],
]


def counts(raw: bytes) -> list[tuple[int, str, int]]:
    return [(row.line, row.sku, row.count) for row in count_file.read(raw, KNOWN).rows]


def faults(raw: bytes) -> list[tuple[int, str]]:
    return count_file.read(raw, KNOWN).faults


def test_what_was_written_is_read_back_with_what_was_filled_in() -> None:
    rows = list(csv.reader(io.StringIO(count_file.write(ROWS).removeprefix("\ufeff"))))
    assert rows[0] == list(COLUMNS)
    rows[1][-1], rows[2][-1] = "7", "0"
    filled = io.StringIO()
    csv.writer(filled).writerows(rows)
    found = count_file.read(filled.getvalue().encode("utf-8-sig"), KNOWN)
    assert [(row.sku, row.count, row.thought, row.sheet) for row in found.rows] == [
        ("DISC-SILVER-16", 7, 5, "12.40"),
        ("-HOSTILE", 0, 0, "12.40"),
    ]
    assert found.faults == []


def test_no_cell_is_a_formula_to_a_spreadsheet() -> None:
    for row in csv.reader(io.StringIO(count_file.write(ROWS).removeprefix("\ufeff"))):
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in row)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_files_come_as_spreadsheets_write_them(encoding: str, separator: str, end: str) -> None:
    lines = ["SKU,Count ,note", "", "DISC-SILVER-16,3,née", "PETAL-GOLD-18, 4 ,", "-HOSTILE,,"]
    raw = end.join(line.replace(",", separator) for line in lines).encode(encoding)
    assert counts(raw) == [(3, "DISC-SILVER-16", 3), (4, "PETAL-GOLD-18", 4)]
    assert faults(raw) == []


@pytest.mark.parametrize(("row", "said"), [
    ("NO-SUCH,3", "no variant 'NO-SUCH'"),
    ("disc-silver-16,3", "no variant"),
    ("DISC-SILVER-16,-1", "no whole number"),
    ("DISC-SILVER-16,3.5", "no whole number"),
    ("DISC-SILVER-16,three", "no whole number"),
    ("DISC-SILVER-16,=1+1", "no whole number"),
    ("DISC-SILVER-16,10001", "no whole number"),
    ("DISC-SILVER-16,٣", "no whole number"),
    ("DISC-SILVER-16," + "9" * 5000, "no whole number"),
    ("PETAL-GOLD-18,4", "earlier row already"),
    ('DISC-SILVER-16,"3', "cannot be read"),
    ("," + "3", "no variant ''"),
])  # fmt: skip
def test_each_faulty_row_is_named_and_the_others_stand(row: str, said: str) -> None:
    raw = f"sku,count\nPETAL-GOLD-18,2\n{row}".encode()
    assert counts(raw) == [(2, "PETAL-GOLD-18", 2)]
    ((line, why),) = faults(raw)
    assert line == 3
    assert said in why


@pytest.mark.parametrize(("raw", "said"), [
    (b"", "empty"),
    (b"\n\n", "empty"),
    (b"sku,number\nA,1", "column “count”"),
    (b"sku,count,count\nA,1,2", "column “count”"),
    (b"PK\x03\x04\x00\x00", "no text"),
    (b"\xff\xfes", "no text"),
    (b"sku,count\n" + b"A,1\n" * MOST_ROWS, "more than 2000 rows"),
    (b"a" * (MOST_BYTES + 1), "larger than 256 KiB"),
])  # fmt: skip
def test_what_is_no_file_of_counts_is_refused_in_a_sentence(raw: bytes, said: str) -> None:
    with pytest.raises(NoCounts, match=said):
        count_file.read(raw, KNOWN)


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: f"sku,count\n{text}".encode()))
def test_nothing_breaks_it(raw: bytes) -> None:
    try:
        found = count_file.read(raw, KNOWN)
    except NoCounts:
        return
    assert all(row.sku in KNOWN and 0 <= row.count <= 10_000 for row in found.rows)

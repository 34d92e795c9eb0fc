import csv
import io
import itertools
import json
import re
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from string import ascii_uppercase
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import insert, update

from shop import exports
from shop.exports import beancount_journal, csv_file, hledger_journal, json_lines, spreadsheet
from shop.exports.figures import closed
from shop.exports.selection import of_days, of_month
from shop.giving import month_close, remittances, row_texts
from shop.giving.booking_days import Part
from shop.giving.ledger import Standing
from shop.giving.models import LedgerTxn, Policy
from shop.giving.record import Record, listed
from tests.engines import ONE_ENGINE
from tests.exports.files import OFFICE, file_of, text_of
from tests.giving.conftest import Books


@pytest.fixture
def year(books: Books, clock_at: Callable[[datetime], None]) -> Books:
    """Two orders, a refund, a dispute lost and one open; and a test payment that is nobody's business."""
    for order, standings, at in (
        ("PM-1", [Standing.ACCRUED] * 3, datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)),
        ("PM-2", [Standing.ACCRUED] * 2, datetime(2026, 11, 1, tzinfo=UTC)),
        ("PM-1", [Standing.NONE], datetime(2026, 11, 3, tzinfo=UTC)),
        ("PM-2", [Standing.HELD] * 2, datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)),
        ("PM-2", [Standing.NONE], datetime(2026, 12, 1, tzinfo=UTC)),
    ):
        clock_at(at)  # known, and booked, when it happened
        books.bring(order, *standings, at=at)
    books.bring("PM-T", Standing.ACCRUED, book="test")
    return books


def written(books: Books, name: str, first: date | None = None, last: date | None = None) -> str:
    with books.database.reading() as session:
        return text_of(session, name, "live", first, last)


def file_of_days(books: Books, name: str) -> bytes:
    with books.database.reading() as session:
        return file_of(session, name, of_days("live"))


@ONE_ENGINE
def test_the_csv_has_a_row_for_each_transaction_and_sums_to_the_totals(year: Books) -> None:
    rows = list(csv.DictReader(io.StringIO(written(year, "csv"), newline="")))
    assert tuple(rows[0]) == csv_file.COLUMNS
    assert [row["kind"] for row in rows] == [
        *["accrue"] * 5,
        "reverse",
        *["dispute_opened"] * 2,
        "dispute_lost",
    ]
    totals = year.totals()
    assert sum(int(row["amount_pence"]) for row in rows) == totals.net_pence == 1500
    assert sum(Decimal(row["amount"]) for row in rows) * 100 == totals.net_pence
    assert -sum(int(row["amount_pence"]) for row in rows if row["reverses_seq"]) == totals.reversed_pence
    reversal = rows[5]
    assert (reversal["amount"], reversal["amount_pence"], reversal["reverses_seq"]) == ("-5.00", "-500", "1")
    assert {row["book"] for row in rows} == {"live"}


@ONE_ENGINE
def test_the_json_says_the_same_as_the_csv(year: Books) -> None:
    lines = [json.loads(line) for line in written(year, "json").splitlines()]
    rows = list(csv.DictReader(io.StringIO(written(year, "csv"), newline="")))
    assert [
        {key: "" if value is None else str(value) for key, value in line.items()} for line in lines
    ] == rows
    assert lines[0]["amount_pence"] == 500
    assert lines[0]["event_at"] == "2026-10-31T23:59:59+00:00"


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [
        (None, date(2026, 10, 31), 3),
        (date(2026, 11, 1), date(2026, 11, 30), 5),
        (date(2026, 11, 30), None, 3),
        (date(2026, 12, 2), None, 0),
    ],
)
def test_both_days_are_inclusive(year: Books, first: date | None, last: date | None, count: int) -> None:
    assert len(written(year, "json", first, last).splitlines()) == count


def test_the_columns_are_these_and_none_is_about_a_person() -> None:
    assert csv_file.COLUMNS == (
        "seq", "event_at", "booked_at", "period", "book", "kind", "order_reference", "unit", "sku", "charity",
        "policy", "policy_digest", "amount", "amount_pence", "paid_pence", "currency", "entries", "stripe_id",
        "cause", "actor", "remittance", "idempotency_key", "reverses_seq", "previous_hash", "hash",
    )  # fmt: skip


@ONE_ENGINE
def test_no_cell_can_begin_a_formula(year: Books) -> None:
    year.without_guards()
    with year.database.transaction() as session:
        session.execute(update(LedgerTxn).where(LedgerTxn.seq == 2).values(sku="=1+1", cause="@SUM(1)"))
        remittances.record_remittance(
            session, book="live", policy_id=year.policy, amount_pence=5, paid_on=date(2026, 12, 1),
            bank_reference="PAID", key="x", actor="finance",
        )  # fmt: skip
    for charity in ("PANDAS Foundation UK", "=HYPERLINK(1)", "+1", "-1", "@A1", "\t=1", "\r=1"):
        with year.database.transaction() as session:
            session.execute(update(Policy).values(charity_name=charity))
        for kind in ("csv", "xero", "freeagent-bank"):
            rows = list(csv.reader(io.StringIO(written(year, kind), newline="")))
            assert rows
            for cell in itertools.chain.from_iterable(rows):
                assert not cell.startswith(("=", "+", "@", "\t", "\r")), (kind, cell)
                assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d\d)?", cell), (kind, cell)
    with zipfile.ZipFile(io.BytesIO(file_of_days(year, "xlsx"))) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
    formulas = set(re.findall("<f>(.*?)<", sheet))
    assert [formula.partition("(")[0] for formula in formulas] == ["SUM", "SUM"]


@ONE_ENGINE
def test_a_workbook_has_real_numbers_and_dates(year: Books) -> None:
    with zipfile.ZipFile(io.BytesIO(file_of_days(year, "xlsx"))) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
    letters = {name: ascii_uppercase[column] for column, name in enumerate(spreadsheet.HEADINGS)}
    first = {
        name: re.search(rf'<c r="{letters[name]}2"( s="\d+")?><v>([\d.]+)</v>', sheet)
        for name in ("seq", "counts_on", "happened_on", "event_at", "booked_at", "unit", "amount", "paid")
    }
    assert {name: float(found[2]) if found else None for name, found in first.items()} == {
        "seq": 1, "unit": 1, "amount": 5, "paid": 0,
        "counts_on": 46326, "happened_on": 46326,  # 31 October 2026, in days since 30 December 1899
        "event_at": pytest.approx(46326 + 86399 / 86400), "booked_at": pytest.approx(46326 + 86399 / 86400),
    }  # fmt: skip


@ONE_ENGINE
def test_the_statement_of_a_month_that_is_closed_has_the_hash_that_was_kept(
    year: Books, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(datetime(2027, 1, 4, tzinfo=UTC))
    with year.database.transaction() as session:
        ending = month_close.ending(session, "2026-10")
        month_close.close_month(session, "2026-10", seen=ending.digest, actor="finance@example.com")
    with year.database.reading() as session:
        october, november = (of_month("live", month) for month in ("2026-10", "2026-11"))
        first = PdfReader(io.BytesIO(file_of(session, "pdf", october))).pages[0].extract_text()
        assert "closed on 4 January 2027" in first
        assert ending.digest in first
        assert "agreement SAMPLE-NOT-AN-AGREEMENT" in first
        assert "finance@" not in first
        assert closed(session, november) is None
        assert closed(session, of_days("live", date(2026, 10, 1), date(2026, 10, 30))) is None
        with zipfile.ZipFile(io.BytesIO(file_of(session, "xlsx", october))) as book:
            assert ending.digest in book.read("xl/worksheets/sheet1.xml").decode()


@ONE_ENGINE
@pytest.mark.parametrize("name", sorted(exports.FORMATS))
def test_a_file_of_no_postings_is_still_one(books: Books, name: str) -> None:
    whole = file_of_days(books, name)
    if name == "xlsx":
        assert zipfile.ZipFile(io.BytesIO(whole)).testzip() is None
    elif name == "pdf":
        assert "Nothing was booked." in PdfReader(io.BytesIO(whole)).pages[1].extract_text()
    else:
        assert len(whole.splitlines()) == {"csv": 1, "xero": 1, "beancount": 13, "hledger": 8}.get(name, 0)


@ONE_ENGINE
def test_the_beancount_file_carries_every_line_and_closes_at_its_own_balances(year: Books) -> None:
    text = written(year, "beancount")
    amounts = re.findall(r"^  (\S+)  (-?\d+\.\d\d) GBP$", text, re.MULTILINE)
    assert len(amounts) == 18
    assert sum(Decimal(amount) for _, amount in amounts) == 0
    assert "2026-12-02 balance Liabilities:Charity:Accrued  -10.00 GBP" in text
    assert "2026-12-02 balance Liabilities:Charity:Held  -5.00 GBP" in text
    assert "2026-12-02 balance Expenses:Giving  15.00 GBP" in text


@ONE_ENGINE
def test_a_beancount_file_of_no_transactions_is_still_one(books: Books) -> None:
    text = written(books, "beancount")
    assert text.count(" open ") == 5
    assert "balance" not in text


@ONE_ENGINE
def test_an_unknown_format_is_named_with_those_there_are(books: Books) -> None:
    with pytest.raises(exports.UnknownFormat, match="'xls'; there are beancount, csv, freeagent"):
        written(books, "xls")


@ONE_ENGINE
def test_a_reader_may_leave_half_way(year: Books) -> None:
    with (
        year.database.reading() as session,
        closing(exports.write(session, "csv", of_days("live"), OFFICE)) as pieces,
    ):
        assert next(pieces).startswith(b"seq,")
        assert next(pieces).startswith(b"1,")


ODD = [
    "=1+1",
    '"quoted"',
    "a,b",
    "two\nlines",
    "two\r\nlines",
    "back\\slash",
    "Zo\u00eb",
    "!7",
    "%s",
    "",
    "end ",
    "\x1f1\x1f",
    "-1+1",
    "+1",
    "@x",
]


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("csv", csv_file.csv_row),
        ("json", json_lines.json_row),
        ("beancount", beancount_journal.JOURNAL.written_row),
        ("hledger", hledger_journal.JOURNAL.written_row),
    ],
)
def test_the_text_of_the_database_is_what_python_writes_row_by_row(
    year: Books, name: str, row: Callable[[Record], str]
) -> None:
    """Also of texts that only SQL by hand can bring into the ledger."""
    year.bring("PM-3", *[Standing.ACCRUED] * len(ODD), at=datetime(2026, 12, 3, 4, 5, 6, 7, tzinfo=UTC))
    with year.database.transaction() as session:
        remittances.record_remittance(
            session, book="live", policy_id=year.policy, amount_pence=1205, paid_on=date(2026, 12, 1),
            bank_reference="PAID", key="x", actor="finance",
        )  # fmt: skip
    year.without_guards()
    with year.database.transaction() as session:
        session.execute(update(Policy).values(charity_name='St "Anne" & Co, of <Bath>\\n'))
        session.execute(update(LedgerTxn).where(LedgerTxn.seq == 2).values(actor="owner@example.com"))
        for unit, odd in enumerate(ODD, start=1):
            which = (LedgerTxn.unit == unit, LedgerTxn.order_reference == "PM-3")
            session.execute(update(LedgerTxn).where(*which).values(sku=odd))
            if unit % 2:
                session.execute(update(LedgerTxn).where(*which).values(order_reference=odd))
    with year.database.reading() as session:
        found = listed(session, Part("live"), most=1000)
    slow = "".join(row(record) for record in sorted(found, key=lambda record: record.seq))
    assert len(found) > len(ODD)
    assert slow in written(year, name)
    tail = written(year, name).split(slow)[1]
    assert (tail == "") == (name in {"csv", "json"})


def test_a_charity_written_down_just_before_the_rows_are_read_is_named(
    year: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    year.without_guards()

    def later(read: Callable[..., Any], *asked: Any) -> Any:
        with year.database.transaction() as session:
            policy = session.get_one(Policy, year.policy)
            kept = {column.name: getattr(policy, column.name) for column in Policy.__table__.columns}
            session.execute(insert(Policy).values(kept | {"id": 77, "charity_name": "The Later Trust"}))
            session.execute(update(LedgerTxn).where(LedgerTxn.seq == 1).values(policy_id=77))
        return read(*asked)

    for name in ("_from_sqlite", "_from_postgresql"):
        monkeypatch.setattr(row_texts, name, partial(later, getattr(row_texts, name)))
    assert written(year, "csv").count(",The Later Trust,77,") == 1


def test_pages_of_the_ledger_have_every_posting_once_the_latest_first(year: Books) -> None:
    with year.database.reading() as session:
        everything = listed(session, Part("live"), most=1000)
        paged: list[Record] = []
        while page := listed(session, Part("live"), before=paged[-1].seq if paged else None, most=2):
            paged += page
        november = listed(session, Part("live", date(2026, 11, 1), date(2026, 11, 30)), most=1000)
    assert paged == everything
    assert [record.seq for record in paged] == list(range(9, 0, -1))
    assert len(everything) == 9
    assert len(november) == 5

"""The finance lead's pages: to the penny, by any period, as any file, with nobody's name."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.orm import Session

from shop import clock, exports
from shop.container import container
from shop.giving import ledger_triggers
from shop.payments import refunds
from tests.harness import Harness
from tests.shopper import Shopper, form_on, reason_beside, soup, summary, title


def shown(finance: Shopper, query: str = "") -> list[list[str]]:
    rows = soup(finance.get(f"/finance/{query}")).select("#ledger tbody tr")
    return [[cell.text for cell in row.select("th, td")] for row in rows]


def stats(finance: Shopper) -> dict[str, str]:
    groups = soup(finance.get("/finance/")).select(".stat")
    return {str(group.dt.text): str(group.dd.text) for group in groups}  # type: ignore[union-attr]


def test_what_was_given_is_there_to_the_penny(finance: Shopper, harness: Harness, paid: str) -> None:
    assert stats(finance)["For the charity"] == "£10.00"
    harness.refunds(1, harness.price_of("petal"))
    harness.sync(1)
    assert stats(finance) == {
        "For the charity": "£5.00", "Accrued in all": "£10.00", "Taken back": "£5.00",
        "Held in dispute": "£0.00", "Paid over": "£0.00", "Owed now": "£5.00",
    }  # fmt: skip
    assert [row[6] for row in shown(finance)] == ["-£5.00", "£5.00", "£5.00"]
    assert all(row[4] == paid for row in shown(finance))
    assert [row[3] for row in shown(finance)] == ["Gift taken back", "Gift accrued", "Gift accrued"]


def test_a_posting_leads_to_its_orders_money_and_a_payment_to_its_page(finance: Shopper, paid: str) -> None:
    made = {"amount": "5", "paid_on": clock.today().isoformat(), "bank_reference": "POM 1"}
    assert finance.send("/finance/remittances", "/finance/remittances", made).status_code == 303
    for link in soup(finance.get("/finance/")).select("#ledger a"):
        assert finance.get(str(link["href"])).status_code == 200
    found = {str(link["href"]) for link in soup(finance.get("/finance/")).select("#ledger a")}
    assert found == {f"/finance/money/orders/{paid}", "/finance/remittances/3"}
    assert not soup(finance.get("/finance/?book=live")).select("#ledger a")


def test_pages_lead_to_each_posting_once_and_back_to_the_latest(
    finance: Shopper, harness: Harness, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    harness.refunds(1, harness.price_of("petal"))
    harness.sync(1)
    monkeypatch.setattr("shop.finance.routes.MOST_ROWS", 2)
    first = soup(finance.get("/finance/?book=test&from=2000-01-01"))
    older = str(first.find("a", string="Earlier postings")["href"])  # type: ignore[index]
    assert [row[0] for row in shown(finance, "?book=test")] == ["3", "2"]
    assert [row[0] for row in shown(finance, older.removeprefix("/finance/"))] == ["1"]
    last = soup(finance.get(older))
    assert last.find("a", string="Earlier postings") is None
    latest = str(last.find("a", string="The latest")["href"])  # type: ignore[index]
    assert latest == "/finance/?book=test&from=2000-01-01"
    assert shown(finance, "?before=999999999") == [["No postings in this period."]]


def test_a_dispute_holds_and_gives_back(finance: Shopper, harness: Harness, paid: str) -> None:
    harness.disputes(1)
    harness.sync(1)
    assert stats(finance)["Held in dispute"] == "£10.00"


def test_test_orders_are_said_to_be_tests_and_never_mixed_with_real_ones(finance: Shopper, paid: str) -> None:
    assert "No money moved for these" in finance.get("/finance/").text
    assert shown(finance, "?book=live") == [["No postings in this period."]]
    assert len(shown(finance, "?book=test")) == 2


@pytest.mark.parametrize(("query", "rows"), [
    ("?from=2000-01-01&to=9999-12-31", 2),
    ("?from=0001-01-01", 2),
    ("?to=9999-12-31", 2),
    ("?to=2000-01-01", 0),
    ("?from=9999-12-31", 0),
    ("?from=&to=&book=", 2),
    ("?nonsense=1", 2),
])  # fmt: skip
@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"])
def test_a_period_holds_what_happened_in_it(finance: Shopper, paid: str, query: str, rows: int) -> None:
    found = shown(finance, query)
    assert len(found) == max(rows, 1)
    if not rows:
        assert found == [["No postings in this period."]]
    file = finance.get(f"/finance/ledger.json{query}")
    assert file.status_code == 200
    assert len(file.text.splitlines()) == rows


@pytest.mark.parametrize(("query", "field"), [
    ("?from=yesterday", "from"),
    ("?from=2026-02-30", "from"),
    ("?to=10000-01-01", "to"),
    ("?from=2026-02-01&to=2026-01-31", "to"),
    ("?book=both", "book"),
    ("?from=%F0%9F%95%8A", "from"),
    ("?from=<script>", "from"),
])  # fmt: skip
def test_a_period_that_is_none_is_refused_beside_its_field_and_as_a_file(
    finance: Shopper, paid: str, query: str, field: str
) -> None:
    answer = finance.get(f"/finance/{query}")
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ")
    assert summary(answer) == {f"#{field}": reason_beside(answer, field)}
    if field != "book":
        assert form_on(answer, "/finance/")[1][field] in query or "%" in query
    assert finance.get(f"/finance/ledger.csv{query}").status_code == 422


@pytest.mark.parametrize("address", ["/finance/", "/checkout/thanks", "/sign-in", "/engravings/preview.svg"])
def test_an_address_with_broken_letters_is_refused(finance: Shopper, address: str) -> None:
    answer = finance.client.get(address, environ_overrides={"QUERY_STRING": "from=\xff\xfe"})
    assert answer.status_code == 400


def all_of_it(file: bytes) -> str:
    """A file's text, that of a workbook's parts and of a PDF's pages included."""
    if file.startswith(b"%PDF"):
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(file)).pages)
    if not file.startswith(b"PK"):
        return file.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(file)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


@pytest.mark.parametrize("kind", sorted(exports.FORMATS))
def test_every_format_is_a_file_without_a_name_in_it(
    finance: Shopper, harness: Harness, paid: str, kind: str
) -> None:
    page = "/finance/remittances"
    payment = {"amount": "5.00", "paid_on": "2026-11-20", "bank_reference": "POM NOV"}
    assert finance.send(page, page, payment).location == page
    with harness.database.transaction() as session:
        refunds.ask(session, 1, lines=[2], postage=False, actor="owner@example.com")
    harness.sync(1)
    answer = finance.get(f"/finance/ledger.{kind}")
    assert answer.status_code == 200
    ending = exports.FORMATS[kind].ending or kind
    assert answer.headers["Content-Disposition"] == f'attachment; filename="ledger-test.{ending}"'
    assert answer.headers["Cache-Control"] == "no-store"
    said = all_of_it(answer.data)
    assert {"xero": "taken back", "freeagent": "taken back", "freeagent-bank": "POM NOV"}.get(
        kind, paid
    ) in said
    for private in ("Byron", "ada@example.com", "Quiet Street", "Bath", "finance@", "owner@"):
        assert private not in said
    assert finance.get(f"/finance/ledger?format={kind}").data[:64] == answer.data[:64]


def test_the_files_say_what_the_page_says(finance: Shopper, harness: Harness, paid: str) -> None:
    harness.refunds(1, harness.price_of("petal"))
    harness.sync(1)
    table = list(csv.DictReader(io.StringIO(finance.get("/finance/ledger.csv").text)))
    lines = [json.loads(line) for line in finance.get("/finance/ledger.json").text.splitlines()]
    assert (
        [int(row["amount_pence"]) for row in table]
        == [line["amount_pence"] for line in lines]
        == [500, 500, -500]
    )
    assert [row["hash"] for row in table] == [line["hash"] for line in lines]


def test_what_is_shown_is_saved_from_the_same_form(finance: Shopper, paid: str) -> None:
    page = finance.get("/finance/?from=2026-01-01&to=2026-01-31&book=test&x=%22%3E")
    button = soup(page).select_one("form[action='/finance/'] button[formaction]")
    assert button
    chosen = {**form_on(page, "/finance/")[1], "format": "csv"}
    answer = finance.get(f"{button['formaction']}?{urlencode(chosen)}")
    assert answer.status_code == 200
    assert len(answer.text.splitlines()) == 1
    assert answer.headers["Content-Disposition"].endswith('"ledger-test-2026-01-01-2026-01-31.csv"')


def test_whoever_leaves_half_way_keeps_no_session_open(
    finance: Shopper, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Session] = []
    reading = finance.database.reading

    @contextmanager
    def watched() -> Iterator[Session]:
        with reading() as session:
            opened.append(session)
            try:
                yield session
            finally:
                opened.remove(session)

    monkeypatch.setattr(finance.database, "reading", watched)
    with finance.client.get("/finance/ledger.csv", buffered=False) as answer:
        assert next(answer.iter_encoded()).startswith(b"seq,")
        assert len(opened) == 1
    assert opened == []
    finance.client.head("/finance/ledger.csv").close()
    assert opened == []


def test_what_a_format_cannot_hold_is_said_and_not_cut(
    finance: Shopper, paid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.exports.xero_journal.MOST_LINES", 1)
    monkeypatch.setitem(exports.FORMATS, "xlsx", replace(exports.FORMATS["xlsx"], most_rows=1))
    for kind, said in (("xero", "takes 1 lines"), ("xlsx", "holds 1 postings at most")):
        answer = finance.get(f"/finance/ledger.{kind}")
        assert answer.status_code == 422
        assert said in answer.text


@pytest.mark.parametrize("kind", ["doc", "", "csv.exe", "..", "%00"])
def test_a_format_there_is_not_is_not_found(finance: Shopper, kind: str) -> None:
    assert finance.get(f"/finance/ledger.{kind}").status_code in {400, 404}


def test_what_the_public_log_does_not_bear_out_is_said_too(finance: Shopper, paid: str) -> None:
    log = container(finance.app).services.giving_log
    assert log
    log().keep_up()
    assert "are sound" in finance.get("/finance/?check=all").text
    with finance.database.transaction() as session:
        session.execute(text("DROP TRIGGER log_leaf_no_update"))
        session.execute(text("UPDATE log_leaf SET leaf = 'x'"))
    assert "Leaf 1 of the log says otherwise" in finance.get("/finance/?check=all").text


def test_a_ledger_somebody_changed_is_said_to_be_unsound(finance: Shopper, paid: str) -> None:
    assert "are sound" in finance.get("/finance/?check=all").text
    with finance.database.transaction() as session:
        guards = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger_entry'"
        for name in session.scalars(text(guards)).all():
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("UPDATE ledger_entry SET amount_pence = amount_pence * 2"))
    page = finance.get("/finance/?check=all").text
    assert "The ledger is not sound" in page
    assert "are sound" not in page


@pytest.mark.parametrize(
    "damage",
    [
        "ledger_txn SET kind = 'gift' WHERE seq = 2",
        "ledger_txn SET cause = 'thanks' WHERE seq = 3",
        "ledger_sum SET pence = 'five' WHERE kind = 'accrue'",
        "policy SET amount_pence = 0",
        "ledger_period SET closed_at = 'once', closed_by = '', last_seq = 'x', statement_sha256 = ''",
    ],
)
def test_a_damaged_ledger_is_named_on_a_page_that_opens_and_the_others_open_too(
    finance: Shopper, paid: str, damage: str
) -> None:
    sent = {"amount": "5", "paid_on": clock.today().isoformat(), "bank_reference": "POM"}
    assert finance.send("/finance/remittances", "/finance/remittances", sent).status_code == 303
    with finance.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        for trigger in ledger_triggers.TRIGGERS["sqlite"]:
            connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}")
        connection.exec_driver_sql(f"UPDATE {damage}")
        connection.commit()
    named = soup(finance.get("/finance/?check=all")).select(".notice-bad li")
    assert any("guard" not in problem.text for problem in named), named
    for page in ("/finance/", "/finance/months", "/finance/remittances", "/giving"):
        assert finance.get(page).status_code == 200, page

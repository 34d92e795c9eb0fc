"""The worked quarter of the README: the same sums by hand, on every statement, and in every other program."""

import csv
import io
import json
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Transaction
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from sqlalchemy.orm import Session

from shop import exports
from shop.db import Database
from shop.exports.figures import figures
from shop.exports.selection import of_days, of_month, of_payment
from shop.giving import month_close
from shop.money import pounds_and_pence
from shop.signing_certificate import SigningCertificate
from tests.conftest import copy_of
from tests.exports.certificates import PASSWORD, make_certificate
from tests.exports.files import file_of
from tests.exports.quarter import (
    FIRST,
    LAST,
    MONTHS,
    POSTINGS,
    WORKED,
    Quarter,
    lived,
    of_quarter,
    selections,
)
from tests.harness import open_harness

pytestmark = pytest.mark.slow

ON_SQLITE = pytest.mark.parametrize("session", ["sqlite"], indirect=True)
"""For what starts programs, or reads what no SQL made."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def session(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """The quarter on each database, lived once for all that is asked of it."""
    with copy_of("furnished", request.param, request, tmp_path_factory.mktemp("quarter")) as url:
        database = Database(url)
        with pytest.MonkeyPatch.context() as patch:
            harness = open_harness(database)
            lived(Quarter(harness, lambda moment: patch.setattr("shop.clock.now", lambda: moment)))
            assert harness.sound() == []
            with database.reading() as opened:
                yield opened
        database.dispose()


def text_of(session: Session, name: str) -> str:
    return file_of(session, name, of_quarter()).decode()


def test_the_readme_shows_the_same_table() -> None:
    readme = (Path(exports.__file__).parents[2] / "README.md").read_text()
    table = re.findall(r"^\| (\w[\w ]+) \| ([-\d |]+) \|$", readme, re.MULTILINE)
    assert {name: tuple(map(int, cells.split(" | "))) for name, cells in table} == WORKED


def hand(line: str, month: int) -> int:
    """Pence, as they were worked out."""
    return WORKED[line][month] * 100


def test_each_statement_is_what_was_worked_out_by_hand(session: Session) -> None:
    for number, selection in enumerate(selections()):
        said = [pence for _, pence in figures(session, selection).lines]
        assert said == [hand(line, number) for line in WORKED], selection.title
    for number, month in enumerate(MONTHS):
        ending = month_close.ending(session, month)
        found = next(one for one in ending.statements if one.book == "test")
        assert found.balances
        assert (found.accrued_pence, found.owed_pence, found.held_pence) == (
            hand("accrued", number), hand("owed at the end", number), hand("held at the end", number),
        )  # fmt: skip


def test_what_stood_before_any_day_is_in_the_running_sums(session: Session) -> None:
    """From each day on: what was before it, and what came in it, make what is owed and held at the end."""
    whole = figures(session, of_days("test", None, LAST))
    day = FIRST
    while day <= LAST:
        found = figures(session, of_days("test", day, LAST))
        assert (found.owed_pence, found.held_pence) == (whole.owed_pence, whole.held_pence) == (2500, 0), day
        so_far = figures(session, of_days("test", None, day))
        day += timedelta(days=1)
        after = figures(session, of_days("test", day, LAST))
        assert (after.opening_owed_pence, after.opening_held_pence) == (so_far.owed_pence, so_far.held_pence)


def test_csv_and_json_have_each_posting_and_the_same_sums(session: Session) -> None:
    for selection, rows in zip(selections(), POSTINGS, strict=True):
        table = list(csv.DictReader(io.StringIO(file_of(session, "csv", selection).decode(), newline="")))
        lines = [json.loads(line) for line in file_of(session, "json", selection).splitlines()]
        assert len(table) == len(lines) == rows
        number = selections().index(selection)
        for found in ([int(row["amount_pence"]) for row in table], [line["amount_pence"] for line in lines]):
            assert sum(found) == hand("accrued", number) + hand("taken back", number)
        assert -sum(line["paid_pence"] for line in lines) == hand("paid over", number)


def test_what_a_payment_is_made_of_leads_from_the_one_before_to_it(session: Session) -> None:
    rows = [json.loads(line) for line in text_of(session, "json").splitlines()]
    first, second = (row["seq"] for row in rows if row["kind"] == "remit")
    october, november = (of_payment(session, "test", seq) for seq in (first, second))
    assert october
    assert november
    assert [pence for _, pence in figures(session, october).lines] == [0, 0, 7500, -500, -3000, 4000, 0]
    assert [pence for _, pence in figures(session, november).lines] == [4000, 0, 2000, -1500, -2500, 2000, 0]
    assert of_payment(session, "test", 1) is None
    assert of_payment(session, "live", first) is None


@ON_SQLITE
def test_hledger_loads_it_checks_the_closing_balances_and_adds_up_the_same(
    session: Session, tmp_path: Path
) -> None:
    file = tmp_path / "quarter.hledger"
    file.write_bytes(file_of(session, "hledger", of_quarter()))
    hledger(file, "check", "--strict")
    assert balances(hledger(file, "balance", "--flat", "--empty", "-O", "csv")) == {
        "Expenses:Giving": 8000,
        "Liabilities:Charity:Accrued": -2500,
        "Assets:Remitted": -5500,
    }
    for number, month in enumerate(MONTHS):
        found = balances(hledger(file, "balance", "--flat", "-O", "csv", f"date:{month}", "Expenses"))
        assert found == {"Expenses:Giving": hand("accrued", number) + hand("taken back", number)}
    file.write_text(file.read_text().replace("5.00 GBP\n", "5.01 GBP\n", 1))
    with pytest.raises(subprocess.CalledProcessError):
        hledger(file, "check")


def hledger(file: Path, *asked: str) -> str:
    done = subprocess.run(["hledger", "-f", file, *asked], check=True, capture_output=True, text=True)
    return done.stdout


def balances(table: str) -> dict[str, int]:
    """Pence by account, those that are zero left out."""
    rows = csv.DictReader(io.StringIO(table))
    found = {row["account"]: int(Decimal(row["balance"].removesuffix(" GBP")) * 100) for row in rows}
    return {name: pence for name, pence in found.items() if pence and name != "total"}


@ON_SQLITE
def test_beancount_loads_it_and_adds_up_the_same(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "quarter.beancount"
    file.write_bytes(file_of(session, "beancount", of_quarter()))
    entries, errors, _ = loader.load_file(str(file))
    assert errors == []
    sums: Counter[str] = Counter()
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            sums[posting.account] += int(posting.units.number * 100)
    assert {name: pence for name, pence in sums.items() if pence} == {
        "Expenses:Giving": 8000,
        "Liabilities:Charity:Accrued": -2500,
        "Assets:Remitted": -5500,
    }
    file.write_text(file.read_text().replace("Expenses:Giving  5.00 GBP", "Expenses:Giving  5.01 GBP", 1))
    assert loader.load_file(str(file))[1]


def test_journals_for_xero_balance_and_leave_what_is_owed_before_any_payment(session: Session) -> None:
    rows = list(csv.DictReader(io.StringIO(text_of(session, "xero"), newline="")))
    by_journal: defaultdict[tuple[str, str], list[Decimal]] = defaultdict(list)
    by_account: Counter[str] = Counter()
    for row in rows:
        assert re.fullmatch(r"\d\d/\d\d/2026", row["*Date"])
        assert row["*TaxRate"] == "No VAT"
        by_journal[row["*Narration"], row["*Date"]].append(Decimal(row["*Amount"]))
        by_account[row["*AccountCode"]] += int(Decimal(row["*Amount"]) * 100)
    assert {sum(amounts) for amounts in by_journal.values()} == {0}
    assert not [row for row in rows if re.search(r"(\d+) to \1 ", row["Description"])]
    assert by_account == {"GIVE-COST": 8000, "GIVE-DUE": -8000, "GIVE-HELD": 0}
    assert [narration.partition(", ")[2] for narration, _ in by_journal] == [
        "October 2026: accrued", "October 2026: taken back by refunds",
        "November 2026: accrued", "November 2026: held, disputes opened",
        "November 2026: taken back by refunds",
        "December 2026: accrued", "December 2026: taken back by disputes lost",
    ]  # fmt: skip


def test_freeagents_journals_balance_and_its_bank_file_is_what_was_paid(session: Session) -> None:
    sets = [json.loads(line)["journal_set"] for line in text_of(session, "freeagent").splitlines()]
    assert len(sets) == 7
    by_category: Counter[str] = Counter()
    for one in sets:
        assert FIRST <= date.fromisoformat(one["dated_on"]) <= LAST
        assert sum(Decimal(entry["debit_value"]) for entry in one["journal_entries"]) == 0
        for entry in one["journal_entries"]:
            by_category[entry["category"].rpartition("/")[2]] += int(Decimal(entry["debit_value"]) * 100)
    assert by_category == {"give-cost": 8000, "give-due": -8000, "give-held": 0}
    bank = text_of(session, "freeagent-bank").splitlines()
    assert [line[:-3].rstrip("0123456789") for line in bank] == [
        "21/11/2026,-30.00,PANDAS Foundation UK POM OCT (",
        "28/12/2026,-25.00,PANDAS Foundation UK POM NOV (",
    ]  # fmt: skip


def test_one_s_own_account_codes_are_used_and_said_to_be_wrong_where_they_are(
    session: Session, tmp_path: Path
) -> None:
    office = exports.Office(instance_dir=tmp_path)
    own = tmp_path / "account-codes.toml"
    shipped = Path(exports.__file__).with_name("account_codes.toml").read_text()
    own.write_text(shipped.replace("GIVE-COST", "429"))
    assert b",429,No VAT," in file_of(session, "xero", of_quarter(), office)
    own.write_text("[xero]\ncost = '1'\n")
    with pytest.raises(exports.CodesUnusable, match=r"account-codes\.toml"):
        file_of(session, "xero", of_quarter(), office)


def in_pdf(pdf: bytes, folder: Path) -> list[str]:
    """Its lines as Poppler reads them, each with single spaces."""
    file = folder / "statement.pdf"
    file.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", file, "-"], check=True, capture_output=True, text=True)
    return [" ".join(line.split()) for line in done.stdout.splitlines() if line.strip()]


@ON_SQLITE
def test_the_pdf_says_the_same_sums_and_has_a_field_to_sign(session: Session, tmp_path: Path) -> None:
    november, quarter = selections()[1], selections()[3]
    for number, selection in ((1, november), (3, quarter)):
        lines = in_pdf(file_of(session, "pdf", selection), tmp_path)
        assert selection.title in lines
        first = lines.index("What Amount") + 1
        sums = [line.rpartition(" ")[2] for line in lines[first : first + len(WORKED)]]
        assert sums == [pounds_and_pence(hand(line, number)) for line in WORKED]
        postings = [line for line in lines[lines.index("Postings") :] if re.match(r"\d+ \d\d ", line)]
        assert len(postings) == POSTINGS[number]
    assert quarter.title == "From 1 October 2026 to 31 December 2026"
    kept = pounds_and_pence(hand("accrued", 3) + hand("taken back", 3))
    assert f"PANDAS Foundation UK, agreement SAMPLE-NOT-AN-AGREEMENT £5.00 20 4 {kept}" in lines
    assert "21 November 2026 PANDAS Foundation UK POM OCT £30.00" in lines
    last = json.loads(text_of(session, "json").splitlines()[-1])
    assert last["hash"] in lines
    assert "The signature form field is not signed." in pdfsig(tmp_path / "statement.pdf")


def pdfsig(file: Path) -> str:
    return subprocess.run(["pdfsig", "-nocert", file], check=False, capture_output=True, text=True).stdout


@ON_SQLITE
def test_a_statement_that_is_signed_passes_with_pyhanko_and_poppler_and_no_byte_of_it_may_change(
    session: Session, tmp_path: Path
) -> None:
    both, alone = make_certificate(tmp_path)
    office = exports.Office(instance_dir=tmp_path, certificate=SigningCertificate(both, PASSWORD))
    pdf = file_of(session, "pdf", of_month("test", MONTHS[0]), office)
    told = pdfsig(file := written_to(tmp_path, pdf))
    assert "Signature is Valid." in told
    assert "Signature Type: ETSI.CAdES.detached" in told
    assert "Total document signed" in told
    assert "Signed by In Remembrance" in " ".join(in_pdf(pdf, tmp_path))
    status = checked(pdf, alone)
    assert status.bottom_line
    assert status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    forged = pdf.replace(b" 841.8", b" 840.8", 1)  # the height of a page
    assert forged != pdf
    assert not checked(forged, alone).bottom_line
    file.write_bytes(forged)
    assert "Signature is Valid." not in pdfsig(file)


@ON_SQLITE
def test_with_a_certificate_that_has_ended_no_statement_pretends_to_be_signed(
    session: Session, tmp_path: Path
) -> None:
    both, _ = make_certificate(tmp_path, days=-1)
    office = exports.Office(instance_dir=tmp_path, certificate=SigningCertificate(both, PASSWORD))
    with pytest.raises(exports.NotWritten, match="the certificate has ended"):
        file_of(session, "pdf", of_month("test", MONTHS[0]), office)


def written_to(folder: Path, pdf: bytes) -> Path:
    (file := folder / "signed.pdf").write_bytes(pdf)
    return file


def checked(pdf: bytes, certificate: Path) -> PdfSignatureStatus:
    """What pyHanko says, to whom this certificate is good and no other.

    In a thread of its own: a browser's loop may be running in this one.
    """
    trusted = ValidationContext(trust_roots=[load_cert_from_pemder(certificate)], allow_fetching=False)
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(validate_pdf_signature, signature, trusted).result()


@ON_SQLITE
def test_libreoffice_adds_the_workbooks_up_to_the_same(session: Session, tmp_path: Path) -> None:
    """Its own sums, under columns of real numbers: it is told to reckon formulas anew."""
    for number, selection in enumerate(selections()):
        (tmp_path / f"{number}.xlsx").write_bytes(file_of(session, "xlsx", selection))
    in_libreoffice(tmp_path, *sorted(tmp_path.glob("*.xlsx")))
    for number in range(len(selections())):
        cover = list(csv.reader((tmp_path / f"{number}-Statement.csv").read_text().splitlines()))
        assert [Decimal(row[1]) * 100 for row in cover[3:]] == [hand(line, number) for line in WORKED]
        rows = list(csv.DictReader((tmp_path / f"{number}-Postings.csv").read_text().splitlines()))
        *postings, together = rows
        assert len(postings) == POSTINGS[number]
        given = hand("accrued", number) + hand("taken back", number)
        assert Decimal(together["amount"]) * 100 == given
        assert Decimal(together["paid"]) * 100 == -hand("paid over", number)
        assert all(re.fullmatch(r"2026-\d\d-\d\d", row["counts_on"]) for row in postings)
        assert all(re.fullmatch(r"[0-9a-f]{64}", row["hash"]) for row in postings)


def in_libreoffice(folder: Path, *books: Path) -> None:
    """Each sheet as CSV beside its workbook; it starts slowly, so once for all of them."""
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    (profile / "registrymodifications.xcu").write_text(RECKONS_ANEW)
    program = ("soffice", f"-env:UserInstallation=file://{profile.parent}")
    every_sheet = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    subprocess.run(
        [*program, "--headless", "--convert-to", every_sheet, "--outdir", folder, *books],
        check=True,
        capture_output=True,
        timeout=120,
    )


RECKONS_ANEW = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""

"""What the site promised on a day and whether it was kept: answered on a page, sent away without a name."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from pypdf import PdfReader
from sqlalchemy import text

from shop import clock
from shop.giving import shown_statements
from tests.finance.test_documents import PDF, attach, payment
from tests.finance.test_months import close
from tests.finance.test_remittances import PAGE as PAYMENTS
from tests.finance.test_remittances import pay
from tests.harness import Harness
from tests.shopper import Shopper, reason_beside, soup

PAGE = "/finance/evidence"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, finance: Shopper) -> Callable[[int, int], None]:
    """Set the shop's clock to noon of a day of 2031; the finance lead comes in."""

    def set_to(month: int, day: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime(2031, month, day, 12, tzinfo=UTC))
        finance.sign_in("finance")

    return set_to


def sells(harness: Harness, *pieces: str) -> str:
    order = harness.place(*pieces)
    harness.pays(order)
    harness.sync(order)
    return harness.order(order).reference


def test_the_question_about_4_june_is_answered_and_the_pack_sent(
    finance: Shopper, harness: Harness, at: Callable[[int, int], None]
) -> None:
    at(6, 4)
    assert shown_statements.note(finance.database, "test")
    reference = sells(harness, "disc", "petal")
    assert "Not due yet" in finance.get(f"{PAGE}?day=2031-06-04").text
    at(7, 3)
    sells(harness, "petal")
    assert "Overdue" in finance.get(f"{PAGE}?day=2031-06-04").text
    close(finance, "2031-06")
    assert (
        pay(finance, amount="10.00", paid_on="2031-07-02", bank_reference="POM JUN 31").location == PAYMENTS
    )
    at(7, 10)
    attach(finance, payment(finance), PDF, note="Letter of thanks")
    page = finance.get(f"{PAGE}?day=2031-06-04")
    words = " ".join(soup(page).main.get_text(" ").split())  # type: ignore[union-attr]
    for said in (
        "£10.00 was paid over in time.",
        "£5 of the price of every piece goes to PANDAS Foundation UK",
        "Seen from 4 Jun 2031, 13:00 on: this sentence.",
        "The one order placed on that day carries this very sentence.",
        f"{reference} DISC-SILVER-16 £5.00 Paid over 2 Jul 2031 by payment 4",
        "Closed 3 Jul 2031",
        "POM JUN 31",
    ):
        assert said in words
    with ZipFile(BytesIO(finance.get(f"{PAGE}/pack.zip?day=2031-06-04").data)) as pack:
        files = {name: pack.read(name) for name in pack.namelist()}
    assert set(files) == {
        "evidence.pdf", "evidence.json", "gifts.csv", "statement-2031-06.json", "receipt-4-1.pdf",
        "SHA256SUMS",
    }  # fmt: skip
    assert files["receipt-4-1.pdf"] == PDF
    for line in files["SHA256SUMS"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[name]).hexdigest() == digest
    assert hashlib.sha256(files["statement-2031-06.json"]).hexdigest() in page.text
    paper = " ".join(
        "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(files["evidence.pdf"])).pages).split()
    )
    assert "Kept: £10.00 was paid over in time." in paper
    assert "POM JUN 31" in paper
    told = json.loads(files["evidence.json"])
    assert (told["answer"], [gift["paid"][0][0]["seq"] for gift in told["gifts"]]) == ("kept", [4, 4])
    assert len(files["gifts.csv"].decode().splitlines()) == 3
    whole = b"".join(files.values()) + paper.encode() + words.encode()
    for private in (b"example.com", b"Ada", b"Byron", b"BA1", b"Quiet Street"):
        assert private not in whole


def test_an_order_that_was_paid_for_and_brought_no_gift_is_named(
    finance: Shopper, harness: Harness, at: Callable[[int, int], None]
) -> None:
    at(6, 4)
    order = harness.place("petal")
    harness.pays(order)
    harness.sync(order)
    with finance.database.transaction() as session:
        session.execute(text("DROP TRIGGER ledger_txn_no_update"))
        session.execute(text("UPDATE ledger_txn SET order_reference = 'PM-ANOTHER'"))
    page = " ".join(finance.get(f"{PAGE}?day=2031-06-04").text.split())
    assert f"without a gift: {harness.order(order).reference} (paid)" in page


def test_a_day_without_a_promise_says_so_also_on_paper(
    finance: Shopper, at: Callable[[int, int], None]
) -> None:
    at(6, 4)
    page = finance.get(f"{PAGE}?day=2031-06-03")
    assert "no order that was paid for on 3 June 2031 brought a gift" in page.text
    pdf = finance.get(f"{PAGE}/paper.pdf?day=2031-06-03")
    assert pdf.mimetype == "application/pdf"
    assert "Nothing was to be given" in PdfReader(BytesIO(pdf.data)).pages[0].extract_text()


@pytest.mark.parametrize("asked", ["", "in June", "2031-06-31", "2031-06-05", "1031-06-04"])
def test_what_is_no_day_that_has_come_is_refused(
    finance: Shopper, at: Callable[[int, int], None], asked: str
) -> None:
    at(6, 4)
    answer = finance.get(f"{PAGE}?day={asked}")
    assert answer.status_code == 422
    assert reason_beside(answer, "day")
    for file in ("paper.pdf", "pack.zip"):
        assert finance.get(f"{PAGE}/{file}?day={asked}").status_code == 422

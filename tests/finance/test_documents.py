"""The charity's receipt and the signed agreement are added whenever they come, and kept as they are."""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image
from werkzeug.test import TestResponse

from shop import clock
from shop.finance.uploads import MOST_BYTES, NotADocument, read_document
from tests.finance.test_agreements import AGREED
from tests.finance.test_agreements import NEW as NEW_AGREEMENT
from tests.finance.test_remittances import pay, shown
from tests.shopper import Shopper, form_on, reason_beside, soup, summary, title

PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\nstartxref\n0\n%%EOF\n"


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Set the shop's clock to noon of a day of November 2026."""
    return lambda day: monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, day, 12, tzinfo=UTC))


def attach(who: Shopper, page: str, content: bytes, name: str = "scan.pdf", note: str = "") -> TestResponse:
    sent = form_on(who.get(page), f"{page}/documents")[1]
    return who.client.post(
        f"{page}/documents", data={**sent, "note": note, "document": (BytesIO(content), name)}
    )


def payment(who: Shopper) -> str:
    """The page of the last payment."""
    (link,) = soup(who.get("/finance/remittances")).select("#payments tbody th a")[:1]
    return str(link["href"])


def files(who: Shopper, page: str) -> list[str]:
    return [str(link["href"]) for link in soup(who.get(page)).select("#documents tbody a")]


def picture() -> bytes:
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (40, 30), "white").save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_a_receipt_that_comes_a_week_later_is_kept_with_its_payment(
    finance: Shopper, paid: str, at: Callable[[int], None]
) -> None:
    at(20)
    finance.sign_in("finance")
    pay(finance, receipt="")
    assert shown(finance)[0][5] == "Add it, the receipt of payment 3"
    assert "Receipt on file" not in finance.get("/giving").text
    at(27)
    finance.sign_in("finance")
    page = payment(finance)
    assert attach(finance, page, PDF, note="Letter of thanks").location == page
    (row,) = soup(finance.get(page)).select("#documents tbody tr")
    assert [cell.text.strip() for cell in row.select("td")] == ["Letter of thanks", "27 Nov 2026", ""]
    assert shown(finance)[0][5] == "On file"
    (address,) = files(finance, page)
    told = finance.get(address).text
    assert hashlib.sha256(PDF).hexdigest() in told
    assert "27 Nov 2026, 12:00, by finance@example.com" in told
    file = finance.get(f"{address}/file")
    assert file.data == PDF
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Content-Security-Policy"].startswith("sandbox")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "choose a file"),
        (b"Thank you", "could not be read"),
        (b"<html><script>alert(1)</script>%PDF-1.7 %%EOF", "could not be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "could not be read"),
        (PDF[:-10], "breaks off"),
    ],
    ids=["nothing", "text", "page with a PDF in it", "svg", "half a PDF"],
)
def test_what_is_no_document_is_refused_beside_its_field(
    finance: Shopper, paid: str, content: bytes, said: str
) -> None:
    pay(finance)
    page = payment(finance)
    answer = attach(finance, page, content, note="Letter")
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ")
    assert said in reason_beside(answer, "document")
    assert summary(answer) == {"#document": reason_beside(answer, "document")}
    assert form_on(answer, f"{page}/documents")[1]["note"] == "Letter"
    assert files(finance, page) == []


def test_a_pdf_may_have_five_megabytes() -> None:
    with pytest.raises(NotADocument, match="5 MB at most"):
        read_document(PDF + b" " * MOST_BYTES + PDF)
    assert read_document(PDF + b" " * (MOST_BYTES - 2 * len(PDF)) + PDF)[0] == "application/pdf"


def test_a_picture_is_made_anew_and_says_nothing_of_where_it_was_taken(finance: Shopper, paid: str) -> None:
    pay(finance)
    page = payment(finance)
    attach(finance, page, picture(), "receipt.jpg")
    file = finance.get(f"{files(finance, page)[0]}/file")
    assert file.mimetype == "image/webp"
    assert b"taken at home" not in file.data


def test_a_file_sent_twice_is_one_and_a_wrong_one_is_taken_back_and_stays_on_record(
    app: Flask, finance: Shopper, paid: str
) -> None:
    pay(finance)
    page = payment(finance)
    for _ in range(2):
        assert attach(finance, page, PDF).status_code == 303
    (address,) = files(finance, page)
    assert finance.send(address, f"{address}/removal", {"reason": " "}).status_code == 422
    owner = Shopper(app).sign_in("owner")
    form = form_on(owner.get(address), f"{address}/removal")[1]
    assert finance.send(address, f"{address}/removal", {"reason": "Another's"}).location == page
    assert owner.post(f"{address}/removal", {**form, "reason": "Mine"}).location == address
    assert "Nothing was changed" in owner.get(address).text
    assert "Another&#39;s" in owner.get(address).text
    assert "Taken back" in finance.get(page).text
    assert shown(finance)[0][5] == "Letter, in file 3"
    assert finance.get(f"{address}/file").data == PDF
    assert attach(finance, page, PDF).status_code == 303
    assert len(files(finance, page)) == 2
    assert finance.get("/finance/documents/99").status_code == 404
    assert attach(finance, page, PDF, note="x\u202e").status_code == 422


def test_what_is_no_payment_takes_no_receipt(finance: Shopper, paid: str) -> None:
    pay(finance)
    page = payment(finance)
    sent = form_on(finance.get(page), f"{page}/documents")[1]
    for number in ("1", "99"):
        other = f"/finance/remittances/{number}"
        assert finance.get(other).status_code == 404
        data = {**sent, "document": (BytesIO(PDF), "a.pdf")}
        assert finance.client.post(f"{other}/documents", data=data).status_code == 404


def test_the_signed_agreement_is_kept_with_its_digest_and_goes_with_one_that_was_a_mistake(
    finance: Shopper, at: Callable[[int], None]
) -> None:
    at(20)
    finance.sign_in("finance")
    changes = {"agreement_signed_on": "2026-11-02", "number_looked_up_on": "2026-11-02"}
    days = {"starts_on": "2026-12-01", "ends_on": ""}
    page = finance.send(NEW_AGREEMENT, NEW_AGREEMENT, {**AGREED, **changes, **days}).location
    assert attach(finance, page, PDF, note="Signed by both").location == page
    (address,) = files(finance, page)
    assert hashlib.sha256(PDF).hexdigest() in finance.get(address).text
    assert attach(finance, page, b"no").status_code == 422
    assert finance.send(page, f"{page}/removal", {}).location == "/finance/agreements"
    assert finance.get(address).status_code == 404

"""A file of counts says what it would change, and changes it when the button is pressed, and not before."""

import csv
import io

from werkzeug.test import TestResponse

from tests.harness import Harness
from tests.shopper import Shopper, form_on, reason_beside, soup

PAGE, SHEET = "/owner/stock/file", "/owner/stock/count"


def upload(owner: Shopper, raw: bytes) -> TestResponse:
    token = form_on(owner.get(PAGE), PAGE)[1]["csrf_token"]
    return owner.client.post(PAGE, data={"csrf_token": token, "file": (io.BytesIO(raw), "counts.csv")})


def filled(owner: Shopper, **counted: str) -> bytes:
    """The file as it is downloaded, with counts of first variants."""
    rows = list(csv.reader(io.StringIO(owner.get("/owner/stock/counts.csv").text.removeprefix("\ufeff"))))
    for row in rows[1:]:
        row[-1] = next((n for slug, n in counted.items() if row[0] == owner.variant(slug).sku), "")
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def test_a_file_is_shown_first_and_written_by_its_button(owner: Shopper, harness: Harness) -> None:
    harness.set_stock("disc", 3)
    harness.set_stock("petal", 4)
    looked = upload(owner, filled(owner, disc="5", petal="4"))
    assert looked.status_code == 200
    said = [" ".join(row.text.split()) for row in soup(looked).select("#changes li")]
    assert [row.partition("counted ")[2] for row in said] == ["5, we think 3: +2", "4, we think 4: as it is"]
    assert harness.level("disc").on_hand == 3, "nothing is written before the button"
    assert owner.post(SHEET, form_on(looked, SHEET)[1]).status_code == 303
    assert (harness.level("disc").on_hand, harness.level("petal").on_hand) == (5, 4)


def test_a_file_from_before_the_drawer_was_opened_is_counted_again(owner: Shopper, harness: Harness) -> None:
    harness.set_stock("disc", 3)
    old = filled(owner, disc="4")
    harness.set_stock("disc", 6)
    looked = upload(owner, old)
    answer = owner.post(SHEET, form_on(looked, SHEET)[1])
    assert answer.status_code == 422
    assert "after this sheet was opened" in answer.text
    assert harness.level("disc").on_hand == 6


def test_faulty_rows_are_named_beside_what_can_be_written(owner: Shopper, harness: Harness) -> None:
    sku = owner.variant("disc").sku
    looked = upload(owner, f"sku,count\n{sku},2\n<b>NO</b>,1\n".encode())
    assert looked.status_code == 200
    assert "Row 3: There is no variant" in looked.text
    assert "<b>NO" not in looked.text
    assert owner.post(SHEET, form_on(looked, SHEET)[1]).status_code == 303
    assert harness.level("disc").on_hand == 2


def test_what_is_no_file_is_refused_beside_its_field(owner: Shopper) -> None:
    for raw, said in ((b"", "choose a file"), (b"\0\0", "no text"), (b"hello", "column")):
        answer = upload(owner, raw)
        assert answer.status_code == 422
        assert said in reason_beside(answer, "file")


def test_a_file_without_a_count_that_can_be_used_offers_no_button(owner: Shopper) -> None:
    looked = upload(owner, b"sku,count\nNO-SUCH,1\n")
    assert "no count that can be used" in looked.text
    assert not soup(looked).select(f"form[action='{SHEET}']")

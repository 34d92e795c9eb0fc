"""The file for Royal Mail: a line for each parcel, no formula in it, and columns as the owner wants them."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from shop.paper.click_and_drop import OWN, SHIPPED, LayoutUnusable, load_layout, to_csv
from tests.harness import CONTACT
from tests.paper.conftest import Print

BARE = ("petal", "", None)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_line_says_where_a_parcel_goes_and_how(shop: Print, tmp_path: Path) -> None:
    contact = replace(CONTACT, name="Zoë, née “Smith”", line2="Flat 2", phone="+44 1225 496 000")
    (one,) = shop.chosen(shop.paid(BARE, BARE, contact=contact, postage="tracked-24"))
    (row,) = rows(to_csv([one], load_layout(tmp_path)))
    assert row == {
        "Order reference": one.reference,
        "Date": row["Date"],
        "Full name": "Zoë, née “Smith”",
        "Address Line 1": "12 Quiet Street",
        "Address Line 2": "Flat 2",
        "City": "Bath",
        "Postcode": "BA1 1AA",
        "Country": "United Kingdom",
        "Phone": "0044 1225 496 000",
        "Weight": "0.150",
        "Package Size": "Small parcel",
        "Service code": "TOLP24",
    }


def test_the_file_holds_no_words_no_message_and_no_price(shop: Print, tmp_path: Path) -> None:
    order = shop.paid(("disc", "Wren", "For you, always"), gift_message="With love", as_gift=True)
    text = to_csv(shop.chosen(order), load_layout(tmp_path))
    assert [word for word in ("Wren", "always", "love", "£", "84", CONTACT.email) if word in text] == []


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"])
def test_no_cell_begins_a_formula(shop: Print, tmp_path: Path, start: str) -> None:
    contact = replace(CONTACT, name=start, line1=start, town=start)
    text = to_csv(shop.chosen(shop.paid(BARE, contact=contact)), load_layout(tmp_path))
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert f"'{start}" in cells, "and nothing of it is lost"


def test_the_owners_columns_hold(shop: Print, tmp_path: Path) -> None:
    own = SHIPPED.read_text(encoding="utf-8").replace('"City" = "town"', '"Town" = "town"\n"Many" = "pieces"')
    (tmp_path / OWN).write_text(own, encoding="utf-8")
    (row,) = rows(to_csv(shop.chosen(shop.paid(BARE, BARE)), load_layout(tmp_path)))
    assert (row["Town"], row["Many"]) == ("Bath", "2")
    assert "City" not in row


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("[columns]", "[columns", "cannot be used"),
        ('"reference"', '"colour"', "there is no colour"),
        ('weight_kg = "0.150"', "weight_kg = 0.15", "in quotes"),
        ("[services]", "[sevices]", "cannot be used"),
        ("[columns]", "columns = 1\n[other]", "cannot be used"),
        ("number = [", "nummer = [", "list of headings"),
    ],
)
def test_a_layout_that_cannot_be_used_says_what_to_change(
    tmp_path: Path, was: str, becomes: str, says: str
) -> None:
    (tmp_path / OWN).write_text(
        SHIPPED.read_text(encoding="utf-8").replace(was, becomes, 1), encoding="utf-8"
    )
    with pytest.raises(LayoutUnusable, match=says):
        load_layout(tmp_path)

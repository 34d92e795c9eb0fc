"""What comes out of the printer, read back by Poppler, a reader of QR codes and a measure."""

import re
import unicodedata
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from shop.fulfilment import units
from shop.fulfilment.parcel_corrections import correct_delivery, delivery_stamp
from shop.fulfilment.stages import Hold
from shop.fulfilment.ticket_codes import read_code
from shop.money import pounds_and_pence
from shop.orders.lifecycle import State, lock
from shop.paper.cards import cards
from shop.paper.label_sheets import SHEETS, LabelSheet
from shop.paper.labels import labels
from shop.paper.slips import slips
from shop.paper.tickets import tickets
from shop.paper.written import STAND_IN
from shop.planning.planner import Wishes
from tests.harness import CONTACT
from tests.paper.conftest import SELLER, Print, Printed

WORDS, DEDICATION, MESSAGE = "Wren", "For you,\nalways and always", "With love from all of us"
SITE = "https://shop.example"
DISC, BARE = ("disc", WORDS, DEDICATION), ("petal", "", None)

MARKUP = '#import "@preview/x" \\ $a_1$ *b* _c_ <d> @e `f` = g // h /* i */ ~ -- ... "j" #read("/etc/passwd")'
NAMES = {
    "arabic": "فاطمة",
    "hebrew": "נֹעָה",
    "chinese": "李明",
    "japanese": "さくら",
    "korean": "지우",
    "greek": "Ελένη",
    "cyrillic": "Зоя",
    "vietnamese": "Nguyễn",
    "hindi": "आन्या",
    "tamil": "கயல்",
    "thai": "น้ำ",
    "heart": "🤍 Ada 🕊️",
    "polish": "Łucja Żółć",
}

POINTS_TO_MM = 25.4 / 72


def ink(printed: Printed, page: int = 1, dpi: int = 200) -> np.ndarray:
    """Where a page is not white."""
    return np.array(Image.open(printed.picture(page, dpi)).convert("L")) < 250


def box_mm(dark: np.ndarray, dpi: int = 200) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the ink, in mm."""
    rows, columns = np.nonzero(dark)
    return tuple(
        float(edge) * 25.4 / dpi for edge in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    )  # type: ignore[return-value]


def letters(text: str) -> list[str]:
    """The letters of a text whatever their order: a line from right to left comes back either way."""
    kept = unicodedata.normalize("NFKD", text)
    return sorted(character for character in kept if unicodedata.category(character)[0] in "LNS")


def test_a_slip_says_who_it_is_for_what_is_inside_and_the_message(shop: Print) -> None:
    order = shop.paid(DISC, BARE, gift_message=MESSAGE, as_gift=True)
    said = shop.of(slips(shop.chosen(order), SELLER)).text
    for expected in ("For Ada Byron", MESSAGE, "Disc", "Petal", "engraved", SELLER.name, SELLER.email):
        assert expected in said


@pytest.mark.parametrize(("as_gift", "said"), [(True, True), (False, False)])
def test_a_gift_says_who_it_is_from_when_its_buyer_said_so(shop: Print, as_gift: bool, said: bool) -> None:
    order = shop.paid(BARE, contact=replace(CONTACT, buyer_name="Grace"), as_gift=as_gift)
    assert ("A gift from Grace" in shop.of(slips(shop.chosen(order), SELLER)).text) is said


def test_there_is_no_price_on_a_slip(shop: Print) -> None:
    order = shop.paid(DISC, BARE)
    (one,) = shop.chosen(order)
    said = shop.of(slips([one], SELLER)).text
    row = one.order.row
    amounts = {
        row.total_pence,
        row.goods_pence,
        row.postage_pence,
        *(line.row.price_pence for line in one.lines),
    }
    assert {pence for pence in amounts if pounds_and_pence(pence)[1:] in said} == set()
    without_spaces = re.sub(r"\s", "", said)
    statement = re.sub(r"\s", "", row.donation_statement or "")
    assert statement in without_spaces
    assert "£" not in without_spaces.replace(statement, "")


def test_nothing_in_the_box_of_a_gift_or_on_it_speaks_of_money(shop: Print) -> None:
    contact = replace(CONTACT, buyer_name="Grace")
    order = shop.paid(DISC, BARE, contact=contact, as_gift=True, gift_message=MESSAGE)
    them = shop.chosen(order)
    said = shop.of(slips(them, SELLER), cards(them), labels(them, SELLER, SHEETS["14"])).text
    assert "A gift from Grace" in said
    money = r"[£€$]|\b(gbp|pence|paid|total|vat)\b|\b(pric|cost)|\d[.,]\d\d\b"
    assert re.findall(money, said.casefold()) == []


def test_a_slip_keeps_words_dedication_and_the_buyers_address_to_itself(shop: Print) -> None:
    order = shop.paid(DISC)
    said = shop.of(slips(shop.chosen(order), SELLER)).text
    assert [word for word in (WORDS, "always", CONTACT.email, CONTACT.line1) if word in said] == []


def test_a_slip_says_what_of_the_order_comes_otherwise(shop: Print) -> None:
    order = shop.paid(DISC, BARE, BARE)
    shop.bench.act(order, 2, *("checked", "packed"))
    shop.bench.post(order, 2)
    (one,) = shop.chosen(order)
    first = replace(one, lines=one.lines[:1])
    said = " ".join(shop.of(slips([first], SELLER)).text.split())
    assert "One more piece of this order went before. One more piece of this order will come later." in said


def test_a_ticket_says_what_is_cut_and_neither_dedication_nor_price_nor_address(shop: Print) -> None:
    order = shop.paid(DISC, gift_message=MESSAGE, as_gift=True)
    (one,) = shop.chosen(order)
    said = shop.of(tickets([one], SITE)).text
    for expected in (one.reference, "Disc", WORDS, "Marcellus", "With a dedication on the card."):
        assert expected in said
    private = (
        "always",
        MESSAGE,
        CONTACT.name,
        CONTACT.line1,
        CONTACT.postcode,
        "£",
        pounds_and_pence(8400)[1:],
    )
    assert [word for word in private if word in said] == []


def test_a_ticket_says_before_which_day_its_parcel_must_not_leave(shop: Print) -> None:
    (one,) = shop.chosen(shop.paid(BARE))
    one.order.row.post_from = date(2026, 12, 3)
    said = shop.of(tickets([replace(one, posted_by=date(2026, 12, 5))], SITE)).text
    assert "Not before Thu 3 Dec 2026" in " ".join(said.split())


def test_a_ticket_says_by_which_day_its_parcel_is_needed_and_which_it_was_before(shop: Print) -> None:
    order = shop.paid(DISC, wishes=Wishes(needed_by=date(2026, 12, 23)))
    said = shop.of(tickets(shop.chosen(order), SITE)).text
    assert "Needed by Wed 23 Dec 2026" in said
    assert "it was" not in said
    vault = shop.bench.harness.services.vault
    with shop.bench.harness.database.transaction() as session:
        sealed = vault.reveal_all(session, order)
        seen = delivery_stamp(session, vault, order) or ""
        days = {"needed_by": "2026-12-18"}
        correct_delivery(session, vault, order, sealed["contact"], {}, wishes=days, seen=seen, actor="buyer")
    said = " ".join(shop.of(tickets(shop.chosen(order), SITE)).text.split())
    assert "Needed by Fri 18 Dec 2026" in said
    assert "The days asked for were changed: it was to arrive by Wed 23 Dec 2026." in said


def test_the_code_on_a_ticket_leads_to_its_unit(shop: Print) -> None:
    order = shop.paid(DISC, BARE)
    (one,) = shop.chosen(order)
    found = zxingcpp.read_barcodes(Image.open(shop.of(tickets([one], SITE)).picture()))
    said = sorted(code.text for code in found)
    assert said == [f"{SITE}/owner/bench/scan?code={one.reference}-{number}&wording=1" for number in (1, 2)]
    assert [read_code(text) for text in said] == [(one.reference, 1), (one.reference, 2)]


def test_a_drawing_on_a_ticket_is_as_large_as_the_metal(shop: Print) -> None:
    order = shop.paid(DISC)
    printed = shop.of(tickets(shop.chosen(order), SITE))
    dark = ink(printed, dpi=300)
    ticket = dark[: int(148 / 25.4 * 300), : int(104 / 25.4 * 300)]
    below = ticket[int(100 / 25.4 * 300) : int(125.5 / 25.4 * 300)]
    left, top, right, bottom = box_mm(below, 300)
    assert right - left == pytest.approx(16.0, abs=0.5)
    assert bottom - top == pytest.approx(16.0, abs=0.5)


def test_tickets_are_four_to_a_sheet(shop: Print) -> None:
    order = shop.paid(DISC, BARE, BARE, BARE, BARE)
    printed = shop.of(tickets(shop.chosen(order), SITE))
    assert printed.sizes_mm == [pytest.approx((210, 297), abs=0.1)] * 2


def test_a_card_holds_the_dedication_as_it_was_written(shop: Print) -> None:
    order = shop.paid(DISC, BARE)
    printed = shop.of(cards(shop.chosen(order)))
    assert "For you,\nalways and always" in printed.text
    assert len(printed.sizes_mm) == 1, "the petal has none"


@pytest.mark.parametrize("text", ["\n".join("abcdefgh" * 20), "W" * 400, "word " * 80, "  two  spaces  "])
def test_nothing_of_a_long_dedication_is_cut_off(shop: Print, text: str) -> None:
    order = shop.paid(("disc", WORDS, text))
    (one,) = shop.chosen(order)
    printed = shop.of(cards([one]))
    kept = "".join(printed.text.replace("\N{ZERO WIDTH SPACE}", "").split()).replace(f"{one.reference}-1", "")
    assert kept == "".join(text.split())
    for page in range(1, len(printed.sizes_mm) + 1):
        left, top, right, bottom = box_mm(ink(printed, page))
        assert min(left, top, 105 - right, 148 - bottom) > 3, page


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_names_of_every_script_are_printed_whole(shop: Print, name: str) -> None:
    order = shop.paid(
        ("disc", WORDS, name), contact=replace(CONTACT, name=name), gift_message=name, as_gift=True
    )
    them = shop.chosen(order)
    for part in (slips(them, SELLER), cards(them), labels(them, SELLER, SHEETS["14"])):
        said = letters(shop.of(part).text)
        assert [letter for letter in letters(name) if letter not in said] == []
        assert STAND_IN not in said


@pytest.mark.parametrize(
    ("name", "font"), [("Nguyễn", "NewsreaderViet"), ("Ọ́lá", "NotoSerif"), ("M̃bo", "NotoSerif")]
)
def test_no_letter_is_put_together_of_a_letter_and_an_accent_beside_it(
    shop: Print, name: str, font: str
) -> None:
    order = shop.paid(BARE, contact=replace(CONTACT, name=name))
    assert font in shop.of(slips(shop.chosen(order), SELLER)).fonts


def test_what_people_wrote_is_never_read_as_the_typesetters_own_language(shop: Print) -> None:
    order = shop.paid(
        ("disc", WORDS, MARKUP), contact=replace(CONTACT, name=MARKUP), gift_message=MARKUP, as_gift=True
    )
    them = shop.chosen(order)
    for part in (slips(them, SELLER), cards(them), labels(them, SELLER, SHEETS["8"])):
        assert "".join(MARKUP.split()) in "".join(shop.of(part).text.split())


def test_what_no_font_can_draw_is_named_for_the_hand_that_writes_it(shop: Print) -> None:
    order = shop.paid(("disc", WORDS, "For 𓂀 you"))
    said = shop.of(cards(shop.chosen(order))).text
    assert "For □ you" in said
    assert "EGYPTIAN HIEROGLYPH" in said.replace("\n", " ")


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS.keys())
@pytest.mark.parametrize("longest", [False, True])
def test_a_label_fits_its_place_on_the_sheet(shop: Print, sheet: LabelSheet, longest: bool) -> None:
    contact = CONTACT
    if longest:
        contact = replace(CONTACT, name="Wilhelmina " * 9, line1="The Old Rectory " * 6, line2="Lower " * 16)
    order = shop.paid(BARE, contact=contact)
    them = shop.chosen(order)
    printed = shop.of(labels(them * sheet.places, SELLER, sheet))
    assert printed.sizes_mm == [pytest.approx(sheet.page, abs=0.1)]
    dark = ink(printed)
    for number in range(sheet.places):
        (left, top), (width, height) = sheet.place(number), sheet.label
        edges = (left + 0.5, top + 0.5, left + width - 0.5, top + height - 0.5)
        x0, y0, x1, y1 = (round(edge / 25.4 * 200) for edge in edges)
        assert dark[y0:y1, x0:x1].any()
        dark[y0:y1, x0:x1] = False
    assert not dark.any(), "some ink lies outside every label"


@pytest.mark.parametrize("start", [1, 2, 9, 14])
def test_labels_begin_where_the_sheet_is_still_full(shop: Print, start: int) -> None:
    sheet = SHEETS["14"]
    them = shop.chosen(shop.paid(BARE))
    printed = shop.of(labels(them * 2, SELLER, sheet, start))
    assert len(printed.sizes_mm) == (2 if start == 14 else 1)
    left, top, *_ = box_mm(ink(printed))
    assert 0.5 < left - sheet.place(start - 1)[0] < 12 or start == 2
    assert 0.5 < top - sheet.place(start - 1)[1] < 20


def test_a_label_says_nothing_of_us_but_where_it_comes_back_to(shop: Print) -> None:
    said = shop.of(labels(shop.chosen(shop.paid(BARE)), SELLER, SHEETS["6x4"])).text
    assert "Ada Byron\n12 Quiet Street\nBath\nBA1 1AA" in said
    assert "1 Sample Street" in said
    assert SELLER.name not in said


def test_a_paper_is_tagged_for_screen_readers_and_brings_its_fonts(shop: Print) -> None:
    order = shop.paid(DISC, gift_message=MESSAGE, as_gift=True)
    them = shop.chosen(order)
    printed = shop.of(
        tickets(them, SITE), slips(them, SELLER), cards(them), labels(them, SELLER, SHEETS["14"])
    )
    reader = PdfReader(printed.file)
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en-GB"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    assert printed.fonts <= {"Figtree", "Newsreader", "CourierPrime-Regular"}


def test_what_is_refunded_on_hold_or_in_dispute_gets_no_paper(shop: Print) -> None:
    order = shop.paid(DISC, BARE, BARE)
    shop.bench.refund(order, 2)
    with shop.bench.harness.database.transaction() as session:
        units.hold(session, order, 3, Hold.QUESTION, actor="owner@example.com")
    (one,) = shop.chosen(order)
    assert [line.row.number for line in one.lines] == [1]
    with shop.bench.harness.database.transaction() as session:
        lock(session, order).state = State.DISPUTED
    assert shop.chosen(order) == []
    assert shop.chosen(shop.bench.ordered(("petal", ""))) == [], "nobody has paid for it"

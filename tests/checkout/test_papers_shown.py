"""The card and the slip on the buyer's pages are those that are printed: word by word and line by line."""

import unicodedata
from collections import Counter
from io import BytesIO
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from pypdf import PdfReader

from shop.checkout.papers_shown import shown
from shop.paper.cards import card
from shop.paper.slips import piece_inside, slip
from shop.paper.typesetting import typeset
from shop.text.direction import is_leftwards
from tests.paper.conftest import SELLER
from tests.shopper import Shopper, soup

WORDS = (
    *(
        "Wren",
        "For you,\nalways and always",
        "A\n\nB\n\n\nC",
        "“Siân”, O’Shea – 14 May",
        "1. 2. 3.",
        "<b>&amp;</b> {{ x }}",
    ),
    *(
        "#import *b* _c_ $a$",
        "Nguyễn Thị Ánh",
        "Łucja Żółć",
        "Ọ́lá",
        "M̃bo",
        "Ελένη",
        "Зоя",
        "İrem ışık",
        "Ő ű",
        "Ærø ß",
    ),
    *(
        "فاطمة",
        "נֹעָה",
        "נֹעָה (2018)!",
        "(2018) נֹעָה",
        "Ada and נֹעָה\nעדה and Ada",
        "李明",
        "さくら",
        "지우",
        "आन्या",
        "கயல்",
    ),
    *("น้ำ", "🤍", "🤍 Ada 🕊️", "For 𓂀 you", "👩‍👧", "é à ü", "½ ℅ ☘ ★ ♥", "word " * 30, "word " * 60),
    *(
        "word " * 90,
        "W" * 90,
        "\n".join("abcdefgh"),
        "\n".join(["our days"] * 14),
        "Wilhelmina-Alexandrina " * 4,
    ),
)
INSIDE = [piece_inside("Disc", "Sterling silver", 18, engraved=True)]
SHORT = 20
"""Letters of a line that no card breaks."""
MACROS = "{% import 'ui/papers.html' as papers %}{{ papers.card(card) }}{{ papers.slip(slip) }}"


def papers_of(words: str) -> tuple[Any, Any]:
    """A card with these words; a slip with them as names and message."""
    name = words.replace("\n", " ")[:100]
    contact = {"name": name, "buyer_name": name}
    return card(words), slip(SELLER, contact, {"as_gift": True, "message": words}, INSIDE, given="£5 goes")


def letters(text: str) -> list[str]:
    """Letters, digits and signs in any order: a PDF gives back what runs leftwards either way."""
    kept = unicodedata.normalize("NFKD", text)
    return sorted(each for each in kept if unicodedata.category(each)[0] in "LNSP")


def lines_of(text: str) -> list[str]:
    """What stands on each line; an empty one has no trace in a PDF."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def agree(shown: str, printed: str, words: str) -> bool:
    """Whether they have the same letters. One that a font puts together of parts comes back for each."""
    on_page, on_paper = Counter(letters(shown)), Counter(letters(printed))
    has_parts = any(unicodedata.combining(each) for each in unicodedata.normalize("NFD", words))
    if has_parts or is_leftwards(words) or not words.isascii():
        return not on_page - on_paper and on_page.keys() == on_paper.keys()
    return on_page == on_paper


@pytest.fixture(scope="module")
def pages() -> list[tuple[str, str]]:
    """A card and a slip for each of these words, as they come out of the printer."""
    made = [one for words in WORDS for one in papers_of(words)]
    parts = [
        {"kind": kind, "items": [one]} for one, kind in zip(made, cycle(("cards", "slips")), strict=False)
    ]
    pdf = PdfReader(BytesIO(typeset(parts, title="Papers", seller=SELLER.name)))
    read = [page.extract_text() for page in pdf.pages]
    assert len(read) == len(made), "each fits its paper"
    return list(zip(read[::2], read[1::2], strict=True))


@pytest.mark.parametrize("number", range(len(WORDS)))
def test_pages_show_what_is_printed_whatever_was_written(
    shared_app: Flask, pages: list[tuple[str, str]], number: int
) -> None:
    words, printed = WORDS[number], pages[number]
    made, on_slip = papers_of(words)
    with shared_app.test_request_context():
        page = shared_app.jinja_env.from_string(MACROS).render(card=shown(made), slip=shown(on_slip))
    on_card, slip_shown = (sheet.text for sheet in BeautifulSoup(page, "html.parser").select(".sheet"))
    assert agree(on_card + made["missing"], printed[0], words)
    assert agree(slip_shown, printed[1], words)
    if max(map(len, words.split("\n"))) < SHORT and words.isascii():
        assert lines_of(on_card) == lines_of(printed[0])


def test_a_buyer_sees_card_and_slip_before_paying_and_on_the_orders_page(shopper: Shopper) -> None:
    shopper.add(dedication="For you,\nalways")
    shopper.tell_details(name="Ada Byron", buyer_name="Grace", gift_message="With love\nfrom us", as_gift="y")
    look = soup(shopper.get("/checkout/payment"))
    paying = urlsplit(shopper.press_pay().headers["Location"]).path
    thanks = shopper.get(shopper.send(paying, None, {"outcome": "pays"}).headers["Location"])
    order = soup(shopper.get(str(soup(thanks).find("a", string="See your order")["href"])))
    for page in (look, order):
        assert page.select_one(".printed-card .own-words").text == "For you,\nalways"
        said = page.select_one(".printed-slip .sheet").text
        assert [
            each for each in ("For Ada Byron", "A gift from Grace", "With love\nfrom us") if each not in said
        ] == []
        assert "£" not in said
    help_ = look.select_one(".sheet-help").text.strip()
    assert "If something is not right, please write to " in help_
    assert "order" not in help_, "there is no number to say yet"
    assert "and say" not in help_
    assert order.select_one("h1 .whole").text in order.select_one(".sheet-help").text

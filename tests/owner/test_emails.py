"""The owner reads every e-mail in every case before any buyer does."""

import re
from datetime import date

import pytest
from bs4 import BeautifulSoup

from shop.emails.email_cases import CASES
from shop.emails.email_kinds import KINDS
from shop.emails.other_cases import OTHER_CASES
from shop.emails.owner_cases import TO_OWNER, owner_cases
from tests.emails.truth import of_html, of_text
from tests.own_words import stray
from tests.shopper import Shopper, soup

EVERY_CASE = [(kind, number) for kind, cases in CASES.items() for number in range(len(cases))]
TO_OWNER_CASES = [(TO_OWNER, number) for number in range(len(owner_cases("", date(2026, 12, 1))))]
WITHOUT_ORDER = [(kind, number) for kind, cases in OTHER_CASES.items() for number in range(len(cases))]
OTHERS = [*TO_OWNER_CASES, *WITHOUT_ORDER]


def text_of(owner: Shopper, kind: str, number: int) -> str:
    shown = soup(owner.get(f"/owner/emails/{kind}/{number}")).select_one(".email-text")
    assert shown is not None
    return shown.text


def test_every_kind_has_its_cases() -> None:
    assert CASES.keys() == KINDS.keys()


def test_every_case_is_a_link_away(owner: Shopper) -> None:
    links = [str(link["href"]) for link in soup(owner.get("/owner/emails")).select("main section a")]
    assert links == [f"/owner/emails/{kind}/{number}" for kind, number in OTHERS + EVERY_CASE]


@pytest.mark.parametrize(("kind", "number"), OTHERS + EVERY_CASE)
def test_a_case_is_shown_as_text_and_alone_in_a_frame(owner: Shopper, kind: str, number: int) -> None:
    text = text_of(owner, kind, number)
    assert "PM-SAMPLE" in text or (kind, number) in OTHERS
    frame = owner.get(f"/owner/emails/{kind}/{number}/html")
    assert of_html(frame.text) == of_text(text)
    assert stray(frame.text) == [], "words of theirs that are not shown as theirs"
    policy = frame.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    page = owner.get(f"/owner/emails/{kind}/{number}")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    sources = [str(tag["src"]) for tag in BeautifulSoup(frame.text, "html.parser").select("[src]")]
    assert all(source.startswith("data:image/jpeg;base64,") for source in sources), "nothing from elsewhere"
    assert len(sources) == frame.text.count("The piece as it will be")


def test_a_frame_is_dark_when_it_is_asked_to_be(owner: Shopper) -> None:
    light, dark = (owner.get(f"/owner/emails/refund/0/html{how}").text for how in ("", "?in=dark"))
    assert "@media not all {" in light
    assert "@media all {" in dark


def test_cases_of_one_kind_differ_in_what_they_say(owner: Shopper) -> None:
    for kind, cases in CASES.items():
        assert len({text_of(owner, kind, number) for number in range(len(cases))}) == len(cases), kind


def test_the_case_without_words_has_none_about_words(owner: Shopper) -> None:
    own, terms, _ = text_of(owner, "order-confirmation", 1).partition("\nTerms\n")
    assert terms
    assert re.findall(r"engrav|letter|proof", own, re.IGNORECASE) == []


def test_no_other_address_is_an_email(owner: Shopper) -> None:
    for address in (
        "refund/99",
        "refund/5",
        "nothing/0",
        "refund/x",
        "to-you/99",
        "back-in-stock/2",
        "payment-link/2",
    ):
        assert owner.get(f"/owner/emails/{address}").status_code == 404

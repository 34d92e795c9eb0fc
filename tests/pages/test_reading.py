"""Shop pages, story and e-mails are plain English: short sentences, and words that people know."""

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from tests.owner.test_emails import EVERY_CASE, WITHOUT_ORDER
from tests.pages.every_page import every_page
from tests.reading import LEAST, reading_ease, sentences_in, sentences_of, words_in
from tests.shopper import Shopper

EASE = 75
LONGEST = 25
"""Words of a sentence."""
LAW = ("/privacy", "/terms", "/hallmarking", "/accessibility")
STAFF = ("/owner", "/finance", "/sign-in/password", "/styleguide", "owner", "dashboard", "pay page")
SCIENCE = ("/journal/",)
LAW_AND_SCIENCE = "#cancel, #wrong, #cancellation-form, .sources, .facts"
"""What a page says in the law's words, or a study's."""
TRANSLATED = re.compile(
    r"look everything over|it comes to|stands here|goes? back the way it came|can be had"
    r"|should be otherwise|until when",
    re.IGNORECASE,
)
"""What nobody here would say."""


@pytest.fixture(scope="module")
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def pages(app: Flask) -> dict[str, list[str]]:
    """The sentences of each page, by its name."""
    return {
        name: list(_of_page(text))
        for name, text in every_page(app).items()
        if not name.startswith((*LAW, *STAFF, *SCIENCE))
    }


@pytest.fixture
def emails(app: Flask) -> dict[str, list[str]]:
    """The sentences of each e-mail to a buyer, by its kind and case, without the terms below it."""
    owner = Shopper(app).sign_in("owner")
    return {
        f"{kind} {number}": list(_of_email(owner.get(f"/owner/emails/{kind}/{number}").text))
        for kind, number in EVERY_CASE + WITHOUT_ORDER
    }


def _of_page(text: str) -> Iterator[str]:
    main = BeautifulSoup(text, "html.parser").main
    assert main
    for part in main.select(LAW_AND_SCIENCE):
        part.decompose()
    yield from sentences_of(main)


def _of_email(page: str) -> Iterator[str]:
    shown = BeautifulSoup(page, "html.parser").select_one(".email-text")
    assert shown
    said = shown.text.split("\n--\n")[0].split("\nTerms\n")[0]
    for line in said.splitlines():
        if "“" not in line and not line.strip().startswith(("http", "- ", "Letter by letter:")):
            yield from sentences_in(line)


def test_shop_pages_and_emails_are_plain_english(
    pages: dict[str, list[str]], emails: dict[str, list[str]]
) -> None:
    everything = pages | emails
    said = [(name, sentence) for name, found in everything.items() for sentence in found]
    assert [each for each in said if len(each[1].split()) > LONGEST] == []
    assert [each for each in said if TRANSLATED.search(each[1])] == []
    full = {name: found for name, found in everything.items() if len(words_in(found)) >= LEAST}
    assert len(full) > 70
    assert {name: ease for name, found in full.items() if (ease := reading_ease(found)) < EASE} == {}


def test_the_measure_tells_plain_from_stiff() -> None:
    plain = ["The cat sat on the mat.", "It was warm there."]
    stiff = ["Notwithstanding institutional considerations, remuneration necessitates authorisation."]
    assert reading_ease(plain) > 100
    assert reading_ease(stiff) < 0

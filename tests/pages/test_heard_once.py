"""On pages of buying nothing is heard twice, each thing in the box has one word, each length one place."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask

from shop.catalogue.piece_facts import PLACES
from shop.owner.paper_choices import HINTS, KINDS
from tests.pages.every_page import every_page
from tests.planning.test_one_day_everywhere import pay
from tests.shopper import Shopper, soup

TITLES = "legend, figcaption, caption, h2, h3, .metal-name, summary"
OTHER_WORDS = re.compile(
    r"packing slip|gift (?:note|message|slip)|(?:note|greeting|message|dedication) card|card message"
    r"|\binscription\b|change the card|add a card|enclosure",
    re.IGNORECASE,
)
"""What the dedication, the card it is printed on, the slip and the message on it are never called."""
LENGTH = re.compile(
    r"\b(\d\d)[ -]inch(?:es)?\b[^.,;]*?\b((?:at the base|on the|just below the|below the)[^.,;]*)"
)


@pytest.fixture(scope="module")
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def pages(app: Flask) -> dict[str, BeautifulSoup]:
    """The pages that somebody passes who buys a gift, and those on which an order is changed."""
    buyer = Shopper(app)
    buyer.add()
    line = buyer.lines()[0]
    found = {"piece": buyer.get("/pieces/disc"), "line": buyer.get(f"/basket/lines/{line}")}
    found |= {"basket": buyer.get("/basket"), "details": buyer.get("/checkout")}
    buyer.tell_details(needed_by="")
    found["last look"] = buyer.get("/checkout/payment")
    found["thanks"] = pay(buyer)
    order = str(soup(found["thanks"]).select_one("a.button[href*='/orders/']")["href"])  # type: ignore[index]
    for name in (
        "",
        "/delivery",
        "/cancellation",
        "/lines/1/words",
        "/lines/1/variant",
        "/lines/1/dedication",
    ):
        found[f"order{name}"] = buyer.get(order + name)
    return {name: BeautifulSoup(page.text, "html.parser") for name, page in found.items()}


def plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def named_twice(page: BeautifulSoup) -> Iterator[str]:
    """The names of groups, figures and parts that are also heard as text inside."""
    for group in page.select("fieldset, figure, section, [role=group], [role=region]"):
        name = name_of(page, group)
        inside = [
            title for title in group.select(TITLES) if not title.find_parent(attrs={"aria-hidden": "true"})
        ]
        heard = {plain(title.text) for title in inside if title.get("aria-hidden") != "true"}
        if name and name in heard:
            yield name


def name_of(page: BeautifulSoup, group: Tag) -> str:
    if label := group.get("aria-label"):
        return plain(str(label))
    by = group.get("aria-labelledby")
    own = (
        page.find(id=str(by))
        if by
        else group.find({"fieldset": "legend", "figure": "figcaption"}.get(group.name, ""))
    )
    return plain(own.text) if isinstance(own, Tag) else ""


def test_no_title_of_a_group_is_heard_twice(pages: dict[str, BeautifulSoup]) -> None:
    assert {name: found for name, page in pages.items() if (found := [*named_twice(page)])} == {}


def test_every_group_of_choices_has_a_name(pages: dict[str, BeautifulSoup]) -> None:
    unnamed = {
        name: [str(group)[:80] for group in page.select("fieldset, [role=group]") if not name_of(page, group)]
        for name, page in pages.items()
    }
    assert {name: found for name, found in unnamed.items() if found} == {}
    signs = pages["piece"].select_one("details.signs")
    assert signs
    assert signs["aria-label"] == "Small signs"


def test_the_things_in_the_box_are_called_by_one_word_each(app: Flask) -> None:
    shown = {name: BeautifulSoup(text, "html.parser").get_text(" ") for name, text in every_page(app).items()}
    shown["what is printed for an order"] = ", ".join([*KINDS.values(), *HINTS.values()])
    assert {name: found for name, text in shown.items() if (found := OTHER_WORDS.findall(text))} == {}


def test_each_of_them_is_explained_where_it_is_first_met(pages: dict[str, BeautifulSoup]) -> None:
    told = {name: plain(page.get_text(" ")) for name, page in pages.items()}
    assert "words of yours, printed on a card in the box." in told["piece"]
    assert "then a slip in the box says who it is from, with your message to them" in told["piece"]
    assert (
        "the slip in the box says who it is from and what is in it. we print your message there"
        in told["details"]
    )


def test_a_chain_lies_in_one_place_wherever_that_is_said(app: Flask) -> None:
    texts = [BeautifulSoup(text, "html.parser").get_text(" ") for text in every_page(app).values()]
    texts.append(Path("shop/sample/pieces.toml").read_text(encoding="utf-8"))
    pieces = tomllib.loads(texts[-1])
    assert pieces
    said = {(int(inches), plain(place)) for text in texts for inches, place in LENGTH.findall(text)}
    assert {
        each for each in said if not each[1].startswith(PLACES[each[0]].removesuffix(" the collarbone"))
    } == set()
    assert {(16, PLACES[16]), (18, PLACES[18])} <= said


def test_what_a_style_sheet_puts_beside_a_cell_is_for_the_eye_alone() -> None:
    rules = re.findall(
        r"content: (attr\(data-label\)[^;]*);", Path("static/site.css").read_text(encoding="utf-8")
    )
    assert len(rules) == 4, "each has one without it before, for a browser that does not know the last"
    assert [rule.endswith('/ ""') for rule in rules] == [False, True] * 2

"""What is asked of handwriting, paper that comes by post and a piece with words, its page says itself."""

import pytest
from flask import Flask

from tests.shopper import Shopper, soup


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def reader(app: Flask) -> Shopper:
    return Shopper(app)


def said(reader: Shopper, address: str) -> str:
    main = soup(reader.get(address)).main
    assert main
    return " ".join(main.get_text(" ").split())


@pytest.mark.parametrize("address", ["/pieces/disc/artwork/front", "/paper-and-post"])
def test_handwriting_is_said_to_cost_nothing_more_where_it_is_offered(reader: Shopper, address: str) -> None:
    assert "costs nothing more than the piece" in said(reader, address)


def test_paper_that_is_posted_has_an_answer_in_time_and_an_end(reader: Shopper) -> None:
    told = said(reader, "/paper-and-post")
    assert "You have it within two working days of the day your copy reaches us." in told
    assert "send it back tracked. That costs you nothing." in told
    assert "We shred it once your piece has been with you for 90 days" in told


def test_nobody_is_told_to_ring_a_shop_that_gives_no_number(reader: Shopper) -> None:
    told = said(reader, "/privacy")
    assert "ring us" not in told
    assert "by telephone" not in told


def test_a_field_that_opens_a_photograph_says_so(reader: Shopper) -> None:
    page = soup(reader.get("/pieces/disc/artwork/front"))
    field = page.select_one("input[type=file]")
    assert field
    label = page.find("label", attrs={"for": field["id"]})
    assert label
    assert label.text == "Choose the photograph"


def test_the_first_page_says_who_makes_part_of_me(reader: Shopper) -> None:
    hero = soup(reader.get("/")).select_one(".hero")
    assert hero
    assert "Necklaces by In Remembrance" in " ".join(hero.text.split())


def test_the_picture_of_a_piece_in_the_basket_is_called_by_its_words(reader: Shopper) -> None:
    reader.add()
    page = soup(reader.get(f"/basket/lines/{reader.lines()[0]}"))
    called = [picture["alt"] for picture in page.select("#stage .stage-view[data-shows=silver] img")]
    assert called == ["The front, with “Caoimhe”, “14 May” on it.", "The back, with “Síle” on it."]

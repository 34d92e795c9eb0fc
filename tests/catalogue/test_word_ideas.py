"""Ideas for words: the same on their own page and at each piece, put where they fit, never cut as given."""

import json

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from shop.catalogue import snapshot
from shop.catalogue.face_choices import first_face
from shop.catalogue.views import PieceView
from shop.catalogue.word_ideas import BLANKS, IDEAS, places, still_blank
from shop.checkout.line_item_form import engraving_problems
from shop.engraving import Area, check, words_in
from tests.browser import axe
from tests.engines import ONE_ENGINE

pytestmark = ONE_ENGINE
STARTS = {start.label: start for idea in IDEAS for start in idea.starts}
ENGRAVED = ("heart", "two-rings", "disc", "thread", "keeping")


def piece_called(app: Flask, slug: str) -> PieceView:
    with app.extensions["shop"].database.reading() as session:
        return snapshot.load(session).by_slug[slug]


@pytest.mark.parametrize("slug", ENGRAVED)
def test_every_idea_has_a_place_on_every_piece_with_words_and_fits_there(app: Flask, slug: str) -> None:
    piece = piece_called(app, slug)
    face = first_face(piece)
    for start in STARTS.values():
        found = places(start, tuple(piece.sides), face, piece.tool)
        assert found, start.label
        for names in found:
            words = words_in(dict(zip(names, start.lines, strict=True)), piece.sides)
            assert check(piece.sides, face, words, piece.tool), (start.label, names)


def test_days_go_to_two_sides_and_coordinates_below_each_other_but_not_along_a_rim(app: Flask) -> None:
    disc = piece_called(app, "disc")

    def best(label: str) -> tuple[str, ...]:
        return places(STARTS[label], tuple(disc.sides), first_face(disc), disc.tool)[0]

    assert best("A first day and a last") == ("engraving-front-1", "engraving-back-1")
    assert best("Coordinates") == ("engraving-back-1", "engraving-back-2")


def test_words_are_put_nowhere_where_they_do_not_fit(app: Flask) -> None:
    disc = piece_called(app, "disc")
    sides = (Area("front", "Front", "bar", 3.0, 2.0, 1),)
    assert places(STARTS["A number of weeks"], sides, first_face(disc), disc.tool) == []


def test_a_blank_is_refused_until_somebody_writes_over_it(app: Flask) -> None:
    disc = piece_called(app, "disc")
    typed = {"face": "great-vibes", "engraving-front-1": "Name ", "engraving-back-1": "part of me"}
    problems = engraving_problems(disc, typed)
    assert list(problems) == ["engraving-front-1"]
    assert problems["engraving-front-1"].startswith("This still says “Name”.")
    assert engraving_problems(disc, typed | {"engraving-front-1": "Names"}) == {}
    assert still_blank("Mum") is None
    assert "Mum" not in BLANKS


def test_the_page_of_ideas_and_each_piece_tell_of_the_same_situations(client: FlaskClient) -> None:
    page = BeautifulSoup(client.get("/what-to-write").text, "html.parser")
    for slug in ENGRAVED:
        links = BeautifulSoup(client.get(f"/pieces/{slug}").text, "html.parser").select("[data-ideas] a")
        assert [(link["href"], link.get_text()) for link in links] == [
            (f"/what-to-write#{idea.key}", idea.title) for idea in IDEAS
        ]
        for link in links:
            assert page.select_one(str(link["href"]).removeprefix("/what-to-write")), link
    petal = BeautifulSoup(client.get("/pieces/petal").text, "html.parser")
    assert not petal.select("[data-ideas]"), "it has no words"


@pytest.mark.browser
def test_without_script_an_idea_is_a_link_and_no_button_that_does_nothing(
    browser: Browser, live_server: str
) -> None:
    page = browser.new_page(java_script_enabled=False)
    try:
        page.goto(f"{live_server}/pieces/heart")
        page.get_by_text("Not sure what to write?").click()
        assert not page.get_by_role("button", name="Coordinates").count()
        page.get_by_role("link", name="A place", exact=True).click()
        assert page.url == f"{live_server}/what-to-write#place"
    finally:
        page.close()


def typed(page: Page) -> dict[str, str]:
    fields = page.locator("[name^=engraving-]")
    found: dict[str, str] = json.loads(
        fields.evaluate_all("all => JSON.stringify(Object.fromEntries(all.map(f => [f.name, f.value])))")
    )
    return {name.removeprefix("engraving-"): text for name, text in found.items() if text}


@pytest.mark.browser
def test_an_idea_goes_into_empty_lines_over_words_only_when_asked_and_can_be_undone(
    browser: Browser, live_server: str
) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 667})

    def press(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).click()

    try:
        page.goto(f"{live_server}/pieces/heart")
        page.get_by_role("textbox", name="Line 1").fill("Siân")
        page.get_by_text("Not sure what to write?").click()
        press("One day")
        assert typed(page) == {"front-1": "Siân", "front-2": "00.00.0000"}
        expect(page.locator("[data-ideas] [role=status]")).to_have_text(
            "Front, line 2: “00.00.0000”. You can write over it."
        )
        page.locator("[data-words] svg path").nth(9).wait_for()  # it is drawn, too
        press("A number of weeks")
        assert typed(page) == {"front-1": "Siân", "front-2": "00 weeks"}, "another way to say the same"
        press("Undo")
        assert typed(page) == {"front-1": "Siân"}
        press("Coordinates")
        assert typed(page) == {"front-1": "Siân"}, "nothing is put over words"
        assert axe(page) == []
        press("Leave my words")
        press("Coordinates")
        press("Put it there")
        assert typed(page) == {"front-1": "00.000° N", "front-2": "0.000° W"}
        press("Undo")
        assert typed(page) == {"front-1": "Siân"}, "her own words are back"
        press("One day")
        press("Write over it")
        page.keyboard.type("1 May")
        assert typed(page) == {"front-1": "Siân", "front-2": "1 May"}
        assert not page.get_by_role("button", name="Undo").count(), "what she wrote since is not to be undone"
    finally:
        page.close()

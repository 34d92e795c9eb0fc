"""The buyer's own words in each face, and what speaks against one, before it is tried."""

import re

import pytest
from bs4 import BeautifulSoup

from shop.engraving import GENERAL
from tests.engines import ONE_ENGINE

pytestmark = ONE_ENGINE


def in_faces(client, piece, **words):
    asked = {"piece": piece} | {f"engraving-{place.replace('_', '-')}": text for place, text in words.items()}
    return client.get("/engravings/faces.json", query_string=asked)


def why(html):
    found = BeautifulSoup(html, "html.parser").select_one(".tile-why")
    return found.get_text() if found else ""


def test_each_face_shows_the_first_line_that_was_written_and_its_own_name_beside_it(client):
    shown = in_faces(client, "disc", front_2="Siân", back_1="14 May").json
    assert list(shown) == [face.slug for face in GENERAL]
    for face in GENERAL:
        assert shown[face.slug].count("<path") == 4
        assert BeautifulSoup(shown[face.slug], "html.parser").get_text().strip().startswith(f"{face.name}. ")
        assert why(shown[face.slug]) == ""
    assert "Siân" not in str(shown)


@pytest.mark.parametrize(
    ("piece", "words", "slug", "says"),
    [
        ("two-rings", {"small_1": "Abigail"}, "great-vibes", r"Too tall by \d\.\d mm\."),
        ("heart", {"front_1": "Alexandra Rosemary Elizabeth"}, "courier-prime", r"Too long by \d+\.\d mm\."),
        ("disc", {"front_1": "Zoë", "back_1": "Ελένη"}, "great-vibes", r"Has no Greek.*\."),
    ],
)
def test_a_face_that_cannot_carry_or_fit_the_words_says_why_before_it_is_tried(
    client, piece, words, slug, says
):
    assert re.fullmatch(says, why(in_faces(client, piece, **words).json[slug]))


def test_what_no_other_face_would_mend_is_said_of_none(client):
    shown = in_faces(client, "disc", front_1="a\u200bb", back_1="x" * 300).json
    assert {why(html) for html in shown.values()} == {""}


def test_without_words_each_face_shows_its_name_and_long_words_are_shown_in_part(client):
    assert 'hidden">Marcellus.</span>' in in_faces(client, "disc").json["marcellus"]
    whole = in_faces(client, "thread", front_1="for ever and ever and ever ours").json["marcellus"]
    assert whole.count("<path") == len("foreverandever")


def test_after_a_preview_the_page_shows_them_without_a_script(client):
    token = BeautifulSoup(client.get("/pieces/disc").text, "html.parser").find(
        "input", {"name": "csrf_token"}
    )
    sent = {"csrf_token": token["value"], "piece": "disc", "preview": "words", "engraving-front-1": "Ελένη"}
    page = BeautifulSoup(client.post("/basket/lines", data=sent).text, "html.parser")
    tile = page.select_one("[name=face][value=great-vibes]").parent
    assert "Has no Greek" in tile.get_text()


def test_who_reads_that_another_lettering_may_fit_reads_which_one_does(client):
    token = BeautifulSoup(client.get("/pieces/two-rings").text, "html.parser").find(
        "input", {"name": "csrf_token"}
    )
    sent = {"csrf_token": token["value"], "piece": "two-rings", "preview": "words", "face": "great-vibes"}
    page = BeautifulSoup(
        client.post("/basket/lines", data=sent | {"engraving-small-1": "Abigail"}).text, "html.parser"
    )
    assert "another lettering may fit" in page.find(id="engraving-small-1-error").get_text()
    fits = [tile for tile in page.select(".tiles-faces .tile") if not tile.select_one(".tile-why")]
    assert "Cormorant SC" in fits[0].get_text()


def test_a_name_costs_a_pause_few_bytes(client):
    asked = {"piece": "disc", "engraving-front-1": "Abigail"}
    answer = client.get("/engravings/faces.json", query_string=asked, headers={"Accept-Encoding": "gzip"})
    assert answer.content_encoding == "gzip"
    assert len(answer.data) < 5_000
    assert answer.headers["Cache-Control"].startswith("private")


def test_of_a_piece_without_words_nothing_is_shown(client):
    for piece in ("petal", "nothing", ""):
        assert in_faces(client, piece).status_code == 404

"""A name that the chosen face cannot cut is never a dead end, with a script or without."""

import pytest
from bs4 import Tag

from tests.shopper import Shopper, form_on, reason_beside, soup

ADD = "/basket/lines"


def buttons(page, name: str) -> list[Tag]:
    return list(soup(page).select(f"[data-ways='{name}'] button[name=instead]"))


@pytest.mark.parametrize(
    ("text", "face"),
    [
        ("Ελένη", "noto-serif"),
        ("लक्ष्मी", "noto-sans-devanagari"),
        ("ہاجرہ", "noto-nastaliq-urdu"),
        ("李明", "noto-japanese"),
    ],
)
def test_a_name_in_another_script_is_refused_with_a_button_that_sets_it_in_the_face_for_it(
    her: Shopper, text: str, face: str
) -> None:
    refused = her.add(engraving_front_1=text, engraving_front_2="")
    assert refused.status_code == 422
    assert "has no" in reason_beside(refused, "engraving-front-1")
    offered = {str(button["value"]): button.text for button in buttons(refused, "engraving-front-1")}
    assert f"face {face}" in offered

    _, sent = form_on(refused, ADD)
    sent["instead"] = f"face {face}"
    set_anew = her.post(ADD, sent)
    assert set_anew.status_code == 200
    assert not buttons(set_anew, "engraving-front-1")
    _, sent = form_on(set_anew, ADD)
    assert sent["face"] == face
    assert sent["engraving-front-1"] == text
    assert her.lines() == []

    assert her.post(ADD, sent).status_code == 303
    (line,) = her.lines()
    _, again = form_on(her.get(f"/basket/lines/{line}"), f"/basket/lines/{line}")
    assert again["face"] == face


def test_a_face_for_one_script_is_not_on_the_page_before_the_words_need_it(her: Shopper) -> None:
    faces = [str(radio["value"]) for radio in soup(her.get("/pieces/disc")).select("[name=face]")]
    assert faces == ["great-vibes", "marcellus", "courier-prime", "cormorant-sc", "rubik"]
    refused = her.add(engraving_front_1="Ελένη", engraving_front_2="")
    assert [str(radio["value"]) for radio in soup(refused).select("[name=face]")] == [*faces, "noto-serif"]

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
    shopper: Shopper, text: str, face: str
) -> None:
    refused = shopper.add(engraving_front_1=text, engraving_front_2="")
    assert refused.status_code == 422
    assert "has no" in reason_beside(refused, "engraving-front-1")
    offered = {str(button["value"]): button.text for button in buttons(refused, "engraving-front-1")}
    assert f"face {face}" in offered

    _, sent = form_on(refused, ADD)
    sent["instead"] = f"face {face}"
    set_anew = shopper.post(ADD, sent)
    assert set_anew.status_code == 200
    assert not buttons(set_anew, "engraving-front-1")
    _, sent = form_on(set_anew, ADD)
    assert sent["face"] == face
    assert sent["engraving-front-1"] == text
    assert shopper.lines() == []

    assert shopper.post(ADD, sent).status_code == 303
    (line,) = shopper.lines()
    _, again = form_on(shopper.get(f"/basket/lines/{line}"), f"/basket/lines/{line}")
    assert again["face"] == face


def test_a_face_for_one_script_is_not_on_the_page_before_the_words_need_it(shopper: Shopper) -> None:
    faces = [str(radio["value"]) for radio in soup(shopper.get("/pieces/disc")).select("[name=face]")]
    assert faces == ["great-vibes", "marcellus", "courier-prime", "cormorant-sc", "rubik"]
    refused = shopper.add(engraving_front_1="Ελένη", engraving_front_2="")
    assert [str(radio["value"]) for radio in soup(refused).select("[name=face]")] == [*faces, "noto-serif"]


def test_a_pasted_emoji_is_asked_about_and_the_sign_is_put_in_when_its_button_is_pressed(
    shopper: Shopper,
) -> None:
    refused = shopper.add(engraving_front_1="Zoë 🤍", engraving_front_2="")
    assert "a small sign it could be: heart, in outline" in reason_beside(refused, "engraving-front-1")
    (button,) = buttons(refused, "engraving-front-1")
    assert button.select_one("svg use")
    _, sent = form_on(refused, ADD)
    assert sent["engraving-front-1"] == "Zoë 🤍"
    sent["instead"] = str(button["value"])
    _, sent = form_on(shopper.post(ADD, sent), ADD)
    assert sent["engraving-front-1"] == "Zoë ♡"
    assert shopper.post(ADD, sent).status_code == 303


@pytest.mark.parametrize(
    ("pasted", "label", "written"),
    [("ﬁnn & Steﬀi", "Write ff", "ﬁnn & Steffi"), ("Ａｄａ", "Write A, d, a", "Ada")],
    ids=["ligatures", "wide"],
)
def test_pasted_ligatures_and_wide_letters_that_the_face_lacks_are_written_plainly_by_a_button(
    shopper: Shopper, pasted: str, label: str, written: str
) -> None:
    refused = shopper.add(engraving_front_1=pasted, engraving_front_2="", face="rubik")
    _, sent = form_on(refused, ADD)
    assert sent["engraving-front-1"] == pasted
    (button,) = [found for found in buttons(refused, "engraving-front-1") if "Write" in found.text]
    assert button.text == label
    sent["instead"] = str(button["value"])
    _, sent = form_on(shopper.post(ADD, sent), ADD)
    assert sent["engraving-front-1"] == written
    assert shopper.post(ADD, sent).status_code == 303


def test_figures_set_high_and_fractions_are_never_written_otherwise(shopper: Shopper) -> None:
    for value in ("plain engraving-front-1 x²", "plain engraving-front-1 ½", "plain variant ﬁ"):
        _, sent = form_on(shopper.get("/pieces/disc"), ADD)
        sent["engraving-front-1"], sent["instead"] = "x² ½", value
        _, sent = form_on(shopper.post(ADD, sent), ADD)
        assert sent["engraving-front-1"] == "x² ½"


def test_a_sign_is_chosen_from_the_page_of_signs_without_a_script(shopper: Shopper) -> None:
    page = shopper.get("/pieces/disc")
    names = [button.text.strip() for button in soup(page).select(".signs button[name=instead]")]
    assert len(names) == len(set(names)) >= 30
    _, sent = form_on(page, ADD)
    for name, value in {
        "engraving-back-2": "Mia ",
        "sign-line": "engraving-back-2",
        "instead": "add 🦋",
    }.items():
        sent[name] = value
    _, sent = form_on(shopper.post(ADD, sent), ADD)
    assert sent["engraving-back-2"] == "Mia 🦋"
    assert sent["sign-line"] == "engraving-back-2"


def test_enter_presses_the_button_that_changes_nothing(shopper: Shopper) -> None:
    form, _ = form_on(shopper.get("/pieces/disc"), ADD)
    first = form.select_one("button")
    assert first is not None
    assert first["name"] == "preview"

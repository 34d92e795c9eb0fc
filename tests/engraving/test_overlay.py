"""The buyer's words on a picture: at their place, in their metal, cut off at the edge, and never as text."""

import json
import math
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.engraving import FACES, INSTEAD, Area, Placement, over_picture, remarks, taken
from shop.engraving.groove_filter import TONES

SVG = "{http://www.w3.org/2000/svg}"
DISC = Area("front", "Front", "disc", 16, 16, 2, rim=True)
BACK = Area("back", "Back", "disc", 16, 16, 3)
RING = Area("large", "Large ring", "ring", 20, 2.6, 1)
HERE = Placement("front", (40.0, 0.0, 0.0, 40.0, 500.0, 700.0))


def over(params: dict[str, str], areas: list[Area], places: list[Placement], metal: str = "silver") -> str:
    asked = {"face": "marcellus", **params}
    return over_picture(asked, areas, places, size=(1000, 1250), metal=metal, name="here")


def said(svg: str) -> dict[str, list[object]]:
    found: dict[str, list[object]] = told(svg)["lines"]
    return found


def told(svg: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ET.fromstring(svg).findtext(f"{SVG}metadata") or "")
    return found


def test_a_picture_without_words_gets_none() -> None:
    svg = over({}, [DISC], [HERE])
    assert said(svg) == {}
    assert "filter" not in svg


def test_words_lie_where_the_picture_says_the_side_is() -> None:
    svg = ET.fromstring(over({"engraving-front-1": "Zoë"}, [DISC], [HERE]))
    assert svg.get("viewBox") == "0 0 1000 1250"
    transforms = [group.get("transform", "") for group in svg.iter(f"{SVG}g")]
    assert "matrix(40 0 0 40 500 700)" in transforms


def test_every_metal_is_cut_in_its_own_tone() -> None:
    for metal, tone in TONES.items():
        assert tone.floor in over({"engraving-front-1": "Zoë"}, [DISC], [HERE], metal)
    assert TONES["silver"].floor in over({"engraving-front-1": "Zoë"}, [DISC], [HERE], "platinum")


def test_only_the_sides_in_the_picture_are_drawn_but_every_line_is_spoken_of() -> None:
    words = {"engraving-front-1": "Zoë", "engraving-back-1": "Wren"}
    svg = over(words, [DISC, BACK], [HERE])
    assert svg.count("matrix(") == 1
    assert set(said(svg)) == set(words)


def test_it_says_how_much_room_is_left_and_what_is_wrong() -> None:
    words = {"engraving-front-1": "Zoë", "engraving-front-2": "小", "engraving-back-1": "a" * 40}
    found = remarks([DISC, BACK], FACES["marcellus"], words)
    assert "Room for " in found["engraving-front-1"][0]
    assert found["engraving-front-1"][1] is False
    assert "Chinese" in found["engraving-front-2"][0]
    assert found["engraving-front-2"][1] is True
    assert "too long" in found["engraving-back-1"][0]
    assert remarks([DISC], FACES["marcellus"], {"engraving-front-1": "   "}) == {}


def test_a_name_in_another_script_is_led_to_the_face_that_has_it_by_a_button() -> None:
    svg = over({"engraving-front-1": "Ελένη", "engraving-front-2": "Zoë"}, [DISC], [HERE])
    sentence, wrong, ways = said(svg)["engraving-front-1"]
    assert (sentence, wrong) == ("Marcellus has no Greek letters. Noto Greek has them.", True)
    assert ways == [["face noto-serif", "Set it in Noto Greek", ""]]
    assert said(svg)["engraving-front-2"][2] == []
    assert [face[0] for face in told(svg)["faces"]] == ["noto-serif"]
    pressed = taken({"face": "marcellus", "engraving-front-1": "Ελένη", INSTEAD: "face noto-serif"})
    assert pressed == {"face": "noto-serif", "engraving-front-1": "Ελένη"}
    assert said(over(pressed, [DISC], [HERE]))["engraving-front-1"][1:] == [False, []]


@pytest.mark.parametrize("value", ["", "face", "face none", "face noto-serif x", "nonsense noto-serif"])
def test_a_button_that_is_not_ours_changes_nothing(value: str) -> None:
    assert taken({"face": "marcellus", INSTEAD: value}) == {"face": "marcellus"}


def test_a_line_without_a_millimetre_left_is_full() -> None:
    for count in range(1, 60):
        sentence, wrong, _ = remarks([BACK], FACES["marcellus"], {"engraving-back-1": "i" * count})[
            "engraving-back-1"
        ]
        if wrong:
            break
        last = sentence
    assert last.endswith(" This line is full.")


def test_what_lies_in_front_of_the_metal_stays_in_front_of_the_words() -> None:
    place = Placement("large", (30.0, 0.0, 0.0, 30.0, 500.0, 600.0), clip="M0 0L10 0L10 10Z")
    svg = over({"engraving-large-1": "Zoë"}, [RING], [place])
    assert '<path clip-rule="evenodd" d="M0 0L10 0L10 10Z"/>' in svg


def test_a_placement_is_read_from_what_the_picture_says() -> None:
    place = Placement.of("front", {"matrix": [0, 20, -20, 0, 5, 6], "clip": None})
    assert place.clip == ""
    assert place.px_per_mm == pytest.approx(20)
    assert place.at(1, 2) == (-35, 26)
    with pytest.raises(KeyError):
        Placement.of("front", {})
    with pytest.raises(ValueError, match="unpack"):
        Placement.of("front", {"matrix": [1, 2]})


def test_the_light_covers_every_side_in_the_picture() -> None:
    left = Placement("front", (20.0, 0.0, 0.0, 20.0, 200.0, 300.0))
    right = Placement("back", (0.0, 20.0, -20.0, 0.0, 700.0, 300.0))
    svg = ET.fromstring(
        over({"engraving-front-1": "Zoë", "engraving-back-1": "Zoë"}, [DISC, BACK], [left, right])
    )
    light = svg.find(f"{SVG}filter")
    assert light is not None
    x, y, wide, high = (float(light.get(name, "nan")) for name in ("x", "y", "width", "height"))
    assert (x, y, wide, high) == (40, 140, 820, 320)


def test_no_word_of_the_buyers_and_nothing_hostile_is_in_the_markup() -> None:
    hostile = "</metadata><script>alert(1)</script>&\"'"
    for field in ("engraving-front-1", "face", "side", "metal"):
        svg = over({"engraving-front-1": "Zoë", field: hostile}, [DISC], [HERE])
        assert "<script" not in svg
        ET.fromstring(svg)
    assert "Zoë" not in over({"engraving-front-1": "Zoë"}, [DISC], [HERE])


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=70), st.sampled_from(sorted(FACES)), st.floats(1, 100), st.floats(0, 2 * math.pi))
def test_any_text_gives_a_drawing_that_a_browser_can_read(
    text: str, face: str, size: float, turn: float
) -> None:
    a, b = size * math.cos(turn), size * math.sin(turn)
    place = Placement("front", (a, b, -b, a, 500.0, 700.0))
    svg = over({"engraving-front-1": text, "engraving-front-2": text, "face": face}, [DISC], [place])
    ET.fromstring(svg)
    assert set(said(svg)) <= {"engraving-front-1", "engraving-front-2"}

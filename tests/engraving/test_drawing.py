import re
from xml.etree import ElementTree as ET

import pytest

from shop.engraving import FACES, Area, EngravedLine, check, preview, proof, svg
from shop.engraving.layout import lay_out
from tests.engraving.outlines import ink, inks, stray_mm

HOSTILE = '"><script>alert(1)</script><svg onload=x>&\x00'


def cap_mm(area: Area, face: str, *lines: str) -> float:
    return lay_out(area, FACES[face], dict(enumerate(lines, start=1))).cap_mm


@pytest.mark.parametrize("face", FACES)
def test_a_side_is_drawn_as_large_as_life(face: str, disc: Area) -> None:
    drawn = ET.fromstring(svg(disc, [EngravedLine("front", 1, "H")], FACES[face]))
    assert drawn.get("width") == "16.2mm"  # the metal and the stroke of its edge
    assert drawn.get("viewBox") == "-8.1 -8.1 16.2 16.2"


def test_a_short_name_gets_the_largest_capitals_and_a_long_one_smaller(bar: Area, disc: Area) -> None:
    points = ink(svg(bar, [EngravedLine("front", 1, "H")], FACES["marcellus"]))
    high = max(y for _, y in points) - min(y for _, y in points)
    assert high == pytest.approx(FACES["marcellus"].cap_max_mm, rel=0.05)
    assert cap_mm(disc, "marcellus", "Zoë") > cap_mm(disc, "marcellus", "Zoë Margaret")


def test_words_stand_in_the_middle_and_lines_do_not_touch(disc: Area) -> None:
    one = ink(svg(disc, [EngravedLine("front", 1, "  Siân")], FACES["great-vibes"]))
    assert min(x for x, _ in one) == pytest.approx(-max(x for x, _ in one), abs=0.02)
    face = FACES["great-vibes"]
    side = lay_out(disc, face, {1: "gypsy", 2: "Ŵyn"})
    upper, lower = side.lines
    assert upper.y + side.cap_mm * upper.shaped.bottom > lower.y + side.cap_mm * lower.shaped.top


def test_words_round_a_ring_run_both_ways_from_its_top(ring: Area) -> None:
    points = ink(svg(ring, [EngravedLine("large", 1, "nonnon")], FACES["marcellus"]))
    assert all(y < 0 for _, y in points)
    assert min(x for x, _ in points) == pytest.approx(-max(x for x, _ in points), abs=0.3)


@pytest.mark.parametrize(("face", "name"), [("cormorant-sc", "Adérẹ̀mí"), ("rubik", "מִרְיָם")])
def test_a_letter_with_its_marks_turns_as_one_and_lies_within_the_band(face: str, name: str) -> None:
    band = Area("large", "Large", "ring", 20, 3.6, 1)
    assert not lay_out(band, FACES[face], {1: name}).problems
    drawing = svg(band, [EngravedLine("large", 1, name)], FACES[face])
    assert len(inks(drawing)) < len(name)
    assert stray_mm(band, drawing, FACES[face].thicken_mm) < 0.01


def test_the_drawing_holds_outlines_and_never_the_words(disc: Area) -> None:
    drawing = svg(disc, [EngravedLine("front", 1, "Siobhan")], FACES["great-vibes"])
    assert "Siobhan" not in drawing
    assert "style" not in drawing
    assert "<text" not in drawing
    assert set(re.findall(r"<(\w+)", drawing)) == {"svg", "title", "path", "g"}


def test_a_label_is_escaped() -> None:
    area = Area("front", HOSTILE[:-1], "disc", 16, 16, 1)
    assert ET.fromstring(svg(area, [], FACES["great-vibes"]))[0].text == HOSTILE[:-1]


def test_a_preview_never_refuses(disc: Area, heart: Area) -> None:
    name = "engraving-front-1"
    assert preview({"face": "no such", name: "Zoë"}, [heart]) == preview({name: "Zoë"}, [heart])
    assert ink(preview({name: "a" * 5000}, [disc])) == []
    assert "script" not in preview({"face": HOSTILE, "side": HOSTILE, name: HOSTILE}, [disc])
    assert ink(preview({}, [disc])) == []


def test_a_preview_shows_the_side_that_was_asked_for(disc: Area, ring: Area) -> None:
    assert "<title>Large ring</title>" in preview({"side": "large"}, [disc, ring])
    assert "<title>Front</title>" in preview({}, [disc, ring])


def test_the_proof_is_the_same_bytes_every_time(disc: Area) -> None:
    engraving = check([disc], "great-vibes", {("front", 1): "Zoë", ("front", 3): "14.3.2018"})
    assert engraving is not None
    assert proof(disc, engraving) == proof(disc, engraving)
    assert proof(disc, engraving) != proof(disc, None)
    assert 'class="edge"' not in svg(disc, engraving.lines, FACES["great-vibes"], edge=False)

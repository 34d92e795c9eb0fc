"""A day stands smaller than the name beside it, and never smaller than it can be read."""

import json
import random
import string
from contextlib import suppress
from dataclasses import replace

import pytest
import shapely
from shapely.affinity import affine_transform

from shop.engraving import (
    FACES,
    GENERAL,
    MACHINES,
    Area,
    Engraving,
    EngravingRefused,
    EngravingUnreadable,
    Face,
    check,
)
from shop.engraving.cut_check import checked_cut
from shop.engraving.faces import opened
from shop.engraving.layout import lay_out
from shop.engraving.placement import SideLayout
from shop.engraving.regions import glyph_region
from shop.engraving.room import rooms
from shop.engraving.shaping import shape
from shop.engraving.smaller_days import SMALLER, is_day
from shop.engraving.tool import fitted

DISC = Area("back", "Back", "disc", 16, 16, 3)
HEART = Area("front", "Front", "heart", 15, 14, 2)
BAR = Area("front", "Front", "bar", 35, 5, 2)
AREAS = (DISC, HEART, BAR)
LASER = MACHINES["fibre"].usual
MARCELLUS, SCRIPT = FACES["marcellus"], FACES["great-vibes"]

NAMES = ("Wren", "Caoimhe", "Siobhán", "Nguyễn", "Mia ♥", "Jo", "Angharad", "my little girl", "O’Hara")
DAYS = ("14 May 2018", "3.9.18", "2018", "14th September 2018", "1 Jan", "1984–2018", "May 2018")


def before(face: Face) -> Face:
    """As words were set that were checked until then."""
    return replace(face, setting=1)


def laid(area: Area, face: Face, *lines: str) -> SideLayout:
    return lay_out(area, face, dict(enumerate(lines, start=1)))


@pytest.mark.parametrize(
    "typed", [*DAYS, "14 may", "May 14", "the 14th"[4:], "٢٠١٨", "14/05/2018.", "† 2018"]
)
def test_a_day_is_told_from_other_words(typed: str) -> None:
    assert is_day(typed)


@pytest.mark.parametrize(
    "typed", ["May", "June", "Wren 2018", "6 lb 2 oz", "always", "♥", "", "XIV.V.MMXVIII"]
)
def test_a_name_is_no_day(typed: str) -> None:
    assert not is_day(typed)


@pytest.mark.parametrize("lines", [("Caoimhe", "14 May 2018"), ("14 May 2018", "Caoimhe")])
def test_a_day_is_three_quarters_as_high_as_the_name_which_has_more_room_then(lines: tuple[str, str]) -> None:
    placed = {
        is_day(line): found for line, found in zip(lines, laid(DISC, MARCELLUS, *lines).lines, strict=True)
    }
    even = laid(DISC, before(MARCELLUS), *lines)
    assert placed[True].cap_mm == pytest.approx(SMALLER * placed[False].cap_mm)
    assert placed[False].cap_mm >= even.cap_mm
    assert {line.cap_mm for line in even.lines} == {even.cap_mm}, "one size, as the finding had it"


@pytest.mark.parametrize("lines", [("2014", "2018"), ("Wren", "Rowan"), ("14 May 2018",)])
def test_lines_of_one_kind_are_as_large_as_each_other(lines: tuple[str, ...]) -> None:
    now, then = laid(DISC, MARCELLUS, *lines), laid(DISC, before(MARCELLUS), *lines)
    assert now == then


def test_whatever_fitted_in_one_size_fits_and_no_letter_is_smaller_than_it_can_be() -> None:
    chance = random.Random(8)
    both = {True: 0, False: 0}
    for _ in range(300):
        face = fitted(chance.choice(GENERAL), chance.choice([machine.usual for machine in MACHINES.values()]))
        name, day, area = chance.choice(NAMES), chance.choice(DAYS), chance.choice(AREAS)
        lines = [name, day] if chance.random() < 0.7 else [day, name]
        if not all(face.has(letter) for letter in name + day):
            continue
        now, then = laid(area, face, *lines), laid(area, before(face), *lines)
        assert bool(now.problems) == bool(then.problems), (area, face.slug, lines)
        assert min(line.cap_mm for line in now.lines) >= face.cap_min_mm - 1e-9
        assert max(line.cap_mm for line in now.lines) <= max(face.cap_max_mm, face.cap_min_mm)
        assert now.cap_mm >= 0.95 * then.cap_mm, "the name, which moves up for it, is hardly smaller"
        both[bool(now.problems)] += 1
    assert min(both.values()) >= 10, "some fit, some do not"


def test_what_is_cut_of_a_name_and_its_day_is_held_against_its_drawing() -> None:
    chance, cut = random.Random(9), 0
    for _ in range(60):
        area, face = chance.choice(AREAS), chance.choice(GENERAL)
        lines = [chance.choice(NAMES[:6]), chance.choice(DAYS)]
        words = {(area.key, number): text for number, text in enumerate(lines, start=1)}
        with suppress(EngravingRefused):  # too long for this piece, or a letter the face has not
            engraving = check([area], face.slug, words, LASER)
            assert engraving is not None
            checked_cut([area], engraving)  # raises NotCuttable where they differ
            cut += 1
    assert cut >= 30


def test_while_a_name_grows_neither_it_nor_its_day_grows_taller() -> None:
    name, last = "", (9.0, 9.0)
    for letter in "Maximiliana":
        name += letter
        found = laid(HEART, MARCELLUS, name, "14 May 2018")
        if found.problems:
            break
        sizes = found.lines[0].cap_mm, found.lines[1].cap_mm
        assert sizes[0] <= last[0] + 0.002, name
        assert sizes[1] <= last[1] + 0.002, name
        last = sizes
    assert last[0] < MARCELLUS.cap_max_mm, "it did shrink"


def test_each_line_is_told_its_own_height() -> None:
    told = rooms(DISC, MARCELLUS, {1: "Caoimhe", 2: "14 May 2018"}, [1, 2])
    name, day = told[1], told[2]
    assert name
    assert day
    assert day.tall_mm < 0.8 * name.tall_mm


def test_words_that_were_checked_before_stay_as_they_were() -> None:
    words = {("back", 1): "Caoimhe", ("back", 2): "14 May 2018"}
    engraving = check([DISC], "marcellus", words, LASER)
    assert engraving is not None
    assert Engraving.from_json(engraving.to_json()) == engraving
    content = json.loads(engraving.to_json())
    assert content.pop("setting") == 2
    old = Engraving.from_json(json.dumps(content))
    assert json.loads(old.to_json()) == content
    sizes = {line.cap_mm for line in lay_out(DISC, old.faces_on("back"), old.words_on("back")).lines}
    assert len(sizes) == 1


@pytest.mark.parametrize("setting", [True, "2", None])
def test_a_setting_is_a_number(setting: object) -> None:
    with pytest.raises(EngravingUnreadable):
        Engraving.from_json(json.dumps({"face": "x", "face_version": "y", "lines": [], "setting": setting}))


def inks(face: Face, text: str) -> list[shapely.Geometry]:
    """The ink of each glyph, in capitals' heights."""
    font = opened(face)
    unit = 1 / font.cap_height
    return [
        affine_transform(
            glyph_region(font.paths[glyph.number], 4.0 * unit), [unit, 0, 0, unit, glyph.x, glyph.y]
        )
        for cluster in shape(face, text).inked
        for glyph in cluster.glyphs
        if font.paths[glyph.number]
    ]


def gap(face: Face, text: str) -> float:
    """How far the ink of its "&" is from all other ink."""
    *before_it, last = inks(face, text)
    first, *after_it = inks(face, text)
    return (
        last.distance(shapely.union_all(before_it))
        if text[-1] == "&"
        else first.distance(shapely.union_all(after_it))
    )


@pytest.mark.parametrize("face", GENERAL, ids=lambda face: face.slug)
def test_no_capital_comes_to_the_and_beside_it(face: Face) -> None:
    pairs = [pair for letter in string.ascii_uppercase for pair in (f"{letter} &", f"& {letter}")]
    closed = 2 * face.thicken_mm / face.cap_min_mm
    assert [pair for pair in pairs if gap(face, pair) <= max(closed, 0.05)] == []


@pytest.mark.parametrize("pair", ["T&", "&W", "a&", "&l", "&A"])
def test_the_same_without_a_blank(pair: str) -> None:
    assert gap(before(SCRIPT), pair) < 0.05
    assert gap(SCRIPT, pair) > 2 * SCRIPT.thicken_mm / SCRIPT.cap_min_mm

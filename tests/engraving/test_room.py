"""What is said of a line's room is what the layout does: over real words, on every side of every piece."""

import random
import re
from collections.abc import Iterator, Sequence
from itertools import islice

import pytest

from shop import sample
from shop.engraving import (
    FACES,
    GENERAL,
    MACHINES,
    Area,
    EngravingRefused,
    Face,
    TooTall,
    check,
    field_name,
    remarks,
)
from shop.engraving.grown import Grown
from shop.engraving.layout import lay_out, measured
from shop.engraving.placement import AnyLine
from shop.engraving.room import LETTERS, blank_end, next_letters, rooms
from shop.engraving.shaping import shape
from shop.engraving.tool import Tool, fitted
from tests.engraving.given_names import ALL_NAMES

SIDES = [Area(**side) for piece in sample.read()["piece"] for side in piece.get("side", [])]
TOOLS = [Tool(), *(machine.usual for machine in MACHINES.values())]
OTHERS = ["part of me", "always", "14 May 2018", "my love ", "&", "gypq", "Rhys & Mabli", "forever"]
SAID = re.compile(
    r"Your letters will be up to (\d+\.\d) mm tall\. "
    r"(?:Room for (\d+) mm more(?:, in smaller letters)?|Room for a narrow letter at most|This line is full)"
    r"\."
)


def written(seed: int, tools: Sequence[Tool]) -> Iterator[tuple[Area, Face, Tool, dict[int, str]]]:
    """Names and phrases on some lines of a side, without end."""
    choose = random.Random(seed)
    while True:
        area, face, tool = choose.choice(SIDES), choose.choice(GENERAL), choose.choice(tools)
        words = {
            line: " ".join(
                choose.choice(choose.choice([ALL_NAMES, OTHERS])) for _ in range(choose.choice([1, 2]))
            )
            for line in area.line_numbers
            if choose.random() < 0.7
        }
        if words and all(face.has(letter) for text in words.values() for letter in text):
            yield area, face, tool, words


def check_sentences(seed: int, count: int, tools: Sequence[Tool]) -> int:
    """How many of the lines were full."""
    looked_at, full = 0, 0
    for area, face, tool, words in written(seed, tools):
        typed = {field_name(area.key, line): text for line, text in words.items()}
        said, cut = remarks([area], face, typed, tool), fitted(face, tool)
        if any(remark.wrong for remark in said.values()):
            continue
        side = lay_out(area, cut, words)
        for line, text in words.items():
            found = SAID.fullmatch(said[field_name(area.key, line)].sentence)
            assert found, said
            placed = next(placed for placed in side.lines if placed.number == line)
            assert float(found[1]) == pytest.approx(placed.cap_mm * placed.shaped.top, abs=0.051)
            room, some = int(found[2] or 0), False
            tried = {
                letter: lay_out(area, cut, {**words, line: text + letter}).problems for letter in LETTERS
            }
            tall = any(isinstance(why, TooTall) for problems in tried.values() for why in problems.values())
            for letter, problems in tried.items():
                alone, own = shape(cut, letter), placed.shaped
                stands_out = tall and (alone.top > own.top or alone.bottom < own.bottom)
                if (alone.right - alone.left) * cut.cap_min_mm <= room and not stands_out:
                    assert not problems, (area, face.slug, words, line, letter)
                some = some or not problems
            assert some == ("full" not in found[0]), (area, face.slug, words, line)
            looked_at, full = looked_at + 1, full + ("full" in found[0])
        if looked_at >= count:
            break
    return full


def test_any_letter_narrower_than_the_room_that_is_left_fits_and_none_in_a_full_line() -> None:
    check_sentences(seed=5, count=40, tools=[Tool()])


@pytest.mark.faults_long
@pytest.mark.parametrize("seed", range(6))
def test_the_same_of_thousands_of_lines(seed: int) -> None:
    assert check_sentences(seed, count=500, tools=TOOLS), "some lines were full"


def sides(seed: int, count: int) -> Iterator[tuple[Area, Face, dict[int, str]]]:
    """Sides with words on them, as their tool cuts them."""
    for area, face, tool, words in islice(written(seed, TOOLS), count):
        yield area, fitted(face, tool), words


def test_a_line_that_is_changed_stands_as_if_the_whole_side_were_measured_anew() -> None:
    choose = random.Random(3)
    for area, face, words in sides(seed=11, count=60):
        line = choose.choice(list(words))
        other = choose.choice([name for name in ALL_NAMES if all(map(face.has, name))])
        changed = measured(area, face, shaped(face, words)).changed(line, shape(face, other))
        assert changed.layout == lay_out(area, face, {**words, line: other}), (area, face.slug, words, other)


def test_in_the_room_that_is_told_every_letter_fits_and_along_a_rim_it_is_all_there_is() -> None:
    on_rim = 0
    for area, face, words in sides(seed=13, count=120):
        for line, room in rooms(area, face, words, list(words)).items():
            letters, lines = next_letters(face, words[line]), shaped(face, words)
            assert room
            gap_mm = (letters.gap + blank_end(face, words[line])) * face.cap_min_mm

            def fits(wide_mm: float, line=line, letters=letters, lines=lines, area=area, face=face) -> bool:
                grown = Grown(lines[line], letters, wide_mm / face.cap_min_mm)
                return measured(area, face, lines | {line: grown}).fits

            if not fits(0.0):
                continue  # some letters are too tall, or the words are too long: see above
            most = room.left_mm + gap_mm
            assert room.left_mm == 0 or fits(most), (area, face.slug, words, line, room)
            if area.rim and line == area.lines:
                assert not fits(most + 1), (area, face.slug, words, line, room)
                on_rim += 1
    assert on_rim > 5


def shaped(face: Face, words: dict[int, str]) -> dict[int, AnyLine]:
    return {line: shape(face, text) for line, text in words.items()}


def test_a_name_that_fills_the_disc_is_told_of_no_room_that_no_letter_fits_in() -> None:
    disc = next(side for side in SIDES if side.shape == "disc" and not side.rim)
    for face in GENERAL:
        name = ""
        try:
            while True:
                check([disc], face.slug, {(disc.key, 1): name + "M"})
                name += "M"
        except EngravingRefused:
            sentence = remarks([disc], face, {field_name(disc.key, 1): name})[
                field_name(disc.key, 1)
            ].sentence
        assert "mm more" not in sentence or "1 mm more" in sentence, (face.slug, name, sentence)


def test_letters_are_said_to_grow_smaller_as_words_grow() -> None:
    disc, face, talls = SIDES[0], FACES["marcellus"], []
    for name in ("Al", "Alexand", "Alexandra Rose"):
        sentence = remarks([disc], face, {"engraving-front-1": name})["engraving-front-1"].sentence
        found = SAID.fullmatch(sentence)
        assert found
        talls.append(float(found[1]))
    assert talls == sorted(talls, reverse=True)
    assert talls[0] > talls[-1]
    assert (
        "in smaller letters"
        in remarks([disc], face, {"engraving-front-1": "Al"})["engraving-front-1"].sentence
    )

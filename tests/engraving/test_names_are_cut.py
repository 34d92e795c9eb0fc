"""Names of fifty languages: what is cut, and what other programs find in the files, is the proof's ink."""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pytest

from shop import sample
from shop.engraving import (
    FACES,
    Area,
    Engraving,
    EngravingRefused,
    MissingLetters,
    TooLong,
    TooTall,
    check,
    proof,
)
from shop.engraving.characters import missing, offered
from shop.engraving.contours import polygon
from shop.engraving.cut_check import REACH_PX, Difference, difference
from shop.engraving.faces import Face
from shop.engraving.outlines import CutSide, cut_sides
from shop.engraving.writers import FORMATS
from tests.engraving import rasters
from tests.engraving.files import READERS, STEP_MM
from tests.engraving.given_names import ALL_NAMES, GIVEN_NAMES

pytestmark = pytest.mark.slow

SIDES = sorted(
    {
        Area(
            "side",
            "Side",
            side["shape"],
            side["width_mm"],
            side["height_mm"],
            side["lines"],
            side.get("rim", False),
        )
        for piece in sample.read()["piece"]
        for side in piece.get("side", [])
    },
    key=repr,
)
"""Every side of the sample collection, alike ones once."""

SAMPLE = ("Henry", "Merike", "Þórdís", "Nguyễn", "Ọláwálé", "Žaneta", "Ђорђе", "Милица", "Øystein")
"""Beside them each face that is only for a script is tried with names in it."""


@cache
def takes(name: str) -> tuple[Face, ...]:
    """The faces in which the shop offers the name."""
    return tuple(face for face in offered([name]) if not missing(face, name))


def names_in(face: Face) -> list[str]:
    """A few names in the letters that the face is there for."""
    names = SAMPLE if not face.only_for else ALL_NAMES
    return [name for name in names if face in takes(name)][:4]


TWO_HUNDRED = ALL_NAMES[:: len(ALL_NAMES) // 200][:200]

PAINTERS = {"svg": rasters.of_svg, "pdf": rasters.of_pdf}
"""Formats that other programs paint; the others are read by other programs, and painted as they were read."""


@dataclass
class Figures:
    """What was compared, and the worst of it."""

    begun: float = field(default_factory=time.monotonic)
    compared: int = 0
    area_mm2: float = 0.0
    pixels: int = 0
    names: set[str] = field(default_factory=set)

    def note(self, name: str, found: Difference) -> None:
        self.compared += 1
        self.names.add(name)
        self.area_mm2 = max(self.area_mm2, abs(found.area_mm2))
        self.pixels = max(self.pixels, found.pixels)

    def __str__(self) -> str:
        return (
            f"{self.compared} comparisons of {len(self.names)} names: at most {self.area_mm2:.4f} mm² and "
            f"{self.pixels} pixels of 0.01 mm apart, {time.monotonic() - self.begun:.0f} s"
        )


def engraved(name: str, face: str, side: Area) -> Engraving | None:
    """The name on the side, or None where it does not fit. Raises MissingLetters' refusal."""
    try:
        return check([side], face, {(side.key, 1): name})
    except EngravingRefused as refused:
        (problem,) = refused.problems.values()
        assert isinstance(problem, TooLong | TooTall | MissingLetters), problem
        return None


def compared(engraving: Engraving, side: Area) -> Difference:
    cut = cut_sides([side], engraving)[side.key]
    return difference(proof(side, engraving), cut, most=40)


def fitting(name: str, face: str, first: int) -> tuple[Area, Engraving] | None:
    """A side on which the face can set the name, beginning at one of them; None when there is none."""
    for side in SIDES[first % len(SIDES) :] + SIDES[: first % len(SIDES)]:
        if engraving := engraved(name, face, side):
            return side, engraving
    return None


def read_back(suffix: str, engraving: Engraving, side: Area) -> Difference:
    """How far what another program finds in the file is from the proof."""
    drawing = proof(side, engraving)
    data = FORMATS[suffix].write(cut_sides([side], engraving)[side.key])
    if suffix not in PAINTERS:
        return _as_read(READERS[suffix](data).filled, drawing, side)
    drawn, found = rasters.of_proof(drawing), PAINTERS[suffix](data)
    area = rasters.area_mm2(found) - rasters.area_mm2(drawn)
    return Difference(area, rasters.pixels_apart(drawn, found))


def _as_read(contours: list[np.ndarray], drawing: str, side: Area) -> Difference:
    shapes = tuple(polygon([(float(x), float(y)) for x, y in contour]) for contour in contours)
    return difference(drawing, CutSide(side, shapes), most=40)


def too_far(suffix: str, found: Difference) -> bool:
    """Whether the file is not the proof: in a coarse format, whether an edge is off by more than its step."""
    step = STEP_MM.get(suffix)
    if step is None:
        return found.too_much
    return found.pixels > REACH_PX + step * rasters.PX_PER_MM


@pytest.mark.parametrize("face", FACES)
def test_a_few_names_in_every_face_are_cut_as_they_are_drawn(face: str) -> None:
    names = names_in(FACES[face])
    taken = [placed for index, name in enumerate(names) if (placed := fitting(name, face, index))]
    assert taken
    assert not [found for side, engraving in taken if (found := compared(engraving, side)).too_much]


@pytest.mark.parametrize("suffix", [suffix for suffix in FORMATS if suffix != "png"])
def test_other_programs_find_the_ink_of_the_proof_in_every_file(suffix: str) -> None:
    for index, (name, face) in enumerate((("Merike", "great-vibes"), ("Živilė", "cormorant-sc"))):
        placed = fitting(name, face, index)
        assert placed
        found = read_back(suffix, placed[1], placed[0])
        assert not too_far(suffix, found), found


def test_three_thousand_names_of_forty_languages_are_kept() -> None:
    assert sum(len(names) >= 75 for names in GIVEN_NAMES.values()) >= 40
    assert len(ALL_NAMES) >= 3000
    assert len(TWO_HUNDRED) == 200


@pytest.fixture(scope="module")
def figures() -> Iterator[Figures]:
    kept = Figures()
    yield kept
    sys.stdout.write(f"\nthe cut against the proof: {kept}\n")


@pytest.mark.faults_long
@pytest.mark.parametrize("language", GIVEN_NAMES)
def test_every_name_in_every_face_that_takes_it_is_cut_as_it_is_drawn(
    language: str, figures: Figures
) -> None:
    wrong = []
    for index, name in enumerate(GIVEN_NAMES[language]):
        for face in takes(name):
            if placed := fitting(name, face.slug, index):
                figures.note(name, found := compared(placed[1], placed[0]))
                wrong += [(name, face.slug, placed[0].shape, found)] if found.too_much else []
    assert not wrong


@pytest.fixture(scope="module")
def file_figures() -> Iterator[dict[str, Figures]]:
    kept = {suffix: Figures() for suffix in FORMATS if suffix != "png"}
    yield kept
    for suffix, found in kept.items():
        sys.stdout.write(f"\n{suffix} read back: {found}\n")


@pytest.mark.faults_long
@pytest.mark.parametrize("index", range(200))
def test_two_hundred_names_on_every_side_are_the_same_ink_in_every_file(
    index: int, file_figures: dict[str, Figures]
) -> None:
    name, wrong = TWO_HUNDRED[index], []
    for at, side in enumerate(SIDES):
        taken = [engraving for face in takes(name) if (engraving := engraved(name, face.slug, side))]
        if taken:
            for suffix, figures in file_figures.items():
                found = read_back(suffix, taken[(index + at) % len(taken)], side)
                figures.note(name, found)
                wrong += [(name, suffix, side.shape, found)] if too_far(suffix, found) else []
    assert not wrong

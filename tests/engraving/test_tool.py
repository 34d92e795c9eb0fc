"""What a machine can cut: no letter is smaller, and no stroke finer, than it can do. Measured on rasters."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
import resvg_py
from PIL import Image

from shop.engraving import (
    ANY_TOOL,
    FACES,
    MACHINES,
    Area,
    Engraving,
    EngravingRefused,
    Face,
    Tool,
    TooLong,
    check,
    over_picture,
    preview,
    proof,
    proof_digest,
    remarks,
    svg,
)
from shop.engraving.calibration import Placement
from shop.engraving.engraving import EngravedLine
from shop.engraving.outlines import cut_sides
from shop.engraving.signs import SIGNS
from shop.engraving.tool import fitted

pytestmark = pytest.mark.slow

PX_PER_MM = 100
MISSED = 0.02
"""The share of ink in the points of serifs and the ends of swashes, which no round tool reaches."""
LINES = ["Hamburge", "ëñç & Åse", "0123456"]
SMALL = "xaeonrsuz"
TOOLS = [machine.usual for machine in MACHINES.values()] + [
    Tool("diamond", 0.10, 1.5),
]
LATIN = [face.slug for face in FACES.values() if face.scripts[0] == "Latn"]


def ink(face: str, tool: Tool, text: str) -> np.ndarray:
    """The words at the smallest size that this tool has for the face."""
    as_cut = fitted(FACES[face], tool)
    return drawn(replace(as_cut, cap_max_mm=as_cut.cap_min_mm), text)


def drawn(face: Face, text: str) -> np.ndarray:
    cap = face.cap_max_mm  # every pixel takes its time, so the plate is hardly larger than the words
    plate = Area("front", "Front", "bar", 2 + round(1.1 * cap * len(text)), 2 + round(1.8 * cap), 1)
    drawing = svg(plate, [EngravedLine("front", 1, text)], face, edge=False)
    png = resvg_py.svg_to_bytes(svg_string=drawing, dpi=PX_PER_MM * 25.4, skip_system_fonts=True)
    inked = np.asarray(Image.open(io.BytesIO(png)).getchannel("A")) >= 128
    rows, columns = (np.nonzero(inked.any(axis=axis))[0] for axis in (1, 0))
    assert 0 < rows[0] < rows[-1] < len(inked) - 1, "no word is cut off"
    assert 0 < columns[0] < columns[-1] < len(inked[0]) - 1, "nor its ends"
    return np.pad(inked[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 20)


def reached(inked: np.ndarray, width_mm: float) -> np.ndarray:
    """What a round tool so wide can cut of it without leaving it."""
    radius = width_mm / 2 * PX_PER_MM - 0.5  # pixels at its edge belong to it
    reach = int(radius)
    rows = [(y, int((radius**2 - y * y) ** 0.5)) for y in range(-reach, reach + 1)]
    centres, swept = inked.copy(), np.zeros_like(inked)
    for y, half in rows:
        centres &= np.roll(counted(inked, half) == 2 * half + 1, y, 0)
    for y, half in rows:
        swept |= np.roll(counted(centres, half) > 0, y, 0)
    return swept


def counted(inked: np.ndarray, half: int) -> np.ndarray:
    """How much of each pixel and of so many on either side is ink; the margin is wider than any tool."""
    sums = np.pad(inked.cumsum(1, dtype=np.int32), ((0, 0), (half + 1, half)), mode="edge")
    return sums[:, 2 * half + 1 :] - sums[:, : inked.shape[1]]


def missed(inked: np.ndarray, width_mm: float) -> float:
    return 1 - reached(inked, width_mm).sum() / inked.sum()


@pytest.mark.parametrize("tool", TOOLS, ids=str)
@pytest.mark.parametrize("face", LATIN)
def test_no_letter_is_smaller_than_the_machine_can_cut(face: str, tool: Tool) -> None:
    for letter in SMALL:
        rows = int(ink(face, tool, letter).any(axis=1).sum())
        assert (rows + 1) / PX_PER_MM >= tool.x_height_mm, letter


@pytest.mark.parametrize("tool", TOOLS, ids=str)
@pytest.mark.parametrize("face", LATIN)
def test_no_stroke_is_finer_than_the_machine_can_cut(face: str, tool: Tool) -> None:
    for text in LINES:
        assert missed(ink(face, tool, text), tool.finest_line_mm) < MISSED, text


def eyes(inked: np.ndarray) -> np.ndarray:
    """The bare metal that letters enclose: what no flood from the corner reaches, along rows and columns."""
    high, wide = inked.shape
    starts = np.arange(high)[:, None] * (wide + 1), np.arange(wide) * (high + 1)
    runs = [start + inked.cumsum(axis) for axis, start in zip((1, 0), starts, strict=True)]
    flooded, before = np.zeros_like(inked), -1
    flooded[0, 0] = True
    while flooded.sum() != before:
        before = flooded.sum()
        for run in runs:
            flooded = ~inked & np.isin(run, run[flooded])
    return ~inked & ~flooded


@pytest.mark.parametrize("face", ["courier-prime", "rubik"])
def test_no_sign_is_finer_than_a_diamond_beside_letters_that_are_sturdy(face: str) -> None:
    tool = MACHINES["diamond"].usual
    for sign in SIGNS:
        assert missed(ink(face, tool, sign), tool.finest_line_mm) < 2 * MISSED, sign


@pytest.mark.parametrize("face", LATIN)
def test_thicker_strokes_close_no_eye(face: str) -> None:
    tool = MACHINES["diamond"].usual
    for letter in "aegA4":
        thin = replace(FACES[face], cap_min_mm=1.5, cap_max_mm=1.5, thicken_mm=0.0)
        if eyes(drawn(thin, letter)).any():
            assert reached(eyes(ink(face, tool, letter)), 0.45 * tool.finest_line_mm).any(), letter


@pytest.mark.parametrize("face", ["great-vibes", "marcellus", "cormorant-sc"])
def test_without_a_machine_a_diamond_would_miss_the_hairlines(face: str) -> None:
    assert missed(ink(face, ANY_TOOL, LINES[0]), MACHINES["diamond"].usual.finest_line_mm) > 4 * MISSED


OTHERS = ["noto-serif", "noto-nastaliq-urdu", "noto-sans-devanagari", "noto-serif-ethiopic", "noto-japanese"]
REST = [face.slug for face in FACES.values() if face.slug not in {*LATIN, *OTHERS}]


@pytest.mark.parametrize(
    "face", [*OTHERS, *(pytest.param(face, marks=pytest.mark.faults_long) for face in REST)]
)
def test_in_other_scripts_too_no_stroke_is_finer_than_a_diamond(face: str) -> None:
    tool, said = MACHINES["diamond"].usual, FACES[face].sample
    left = missed(ink(face, tool, said), tool.finest_line_mm)
    assert left < MISSED
    assert left < missed(ink(face, ANY_TOOL, said), tool.finest_line_mm)


@pytest.mark.parametrize("face", [*LATIN, *OTHERS])
def test_a_machine_makes_no_face_smaller_or_thinner_than_it_is_declared(face: str) -> None:
    declared, as_cut = FACES[face], fitted(FACES[face], Tool("fibre", 0.001, 0.001))
    assert as_cut == declared
    assert fitted(declared, ANY_TOOL) == declared


DIAMOND = Tool("diamond", 0.15, 1.4)
DISC = Area("front", "Front", "disc", 16, 16, 2)
LONG = {("front", 1): "September 2018"}


def test_words_that_the_machine_is_too_coarse_for_are_refused_with_the_usual_sentence() -> None:
    assert check([DISC], "marcellus", LONG) is not None
    with pytest.raises(EngravingRefused) as refused:
        check([DISC], "marcellus", LONG, DIAMOND)
    problem = refused.value.problems["front", 1]
    assert isinstance(problem, TooLong)
    assert "too long for the piece" in problem.message


def test_check_proof_preview_picture_and_cut_all_take_the_same_tool() -> None:
    words = {("front", 1): "Wren"}
    engraving = check([DISC], "great-vibes", words, DIAMOND)
    assert engraving is not None
    form = {"face": "great-vibes", "engraving-front-1": "Wren"}
    thick = fitted(FACES["great-vibes"], DIAMOND).thicken_mm
    assert thick > FACES["great-vibes"].thicken_mm
    drawn = proof(DISC, engraving)
    assert preview(form, [DISC], DIAMOND) == drawn != preview(form, [DISC])
    letters = drawn.partition('<g class="words"')[2].removesuffix("</g></svg>")
    places = [Placement("front", (1, 0, 0, 1, 0, 0))]
    picture = over_picture(form, [DISC], places, size=(9, 9), metal="", name="x", tool=DIAMOND)
    assert letters in picture
    assert cut_sides([DISC], engraving)["front"].stroke_mm == thick
    roomy, tight = (remarks([DISC], FACES["great-vibes"], form, tool) for tool in (ANY_TOOL, DIAMOND))
    assert roomy != tight


def test_approved_words_keep_the_tool_they_were_approved_with(monkeypatch: pytest.MonkeyPatch) -> None:
    engraving = check([DISC], "marcellus", {("front", 1): "Wren"}, DIAMOND)
    assert engraving is not None
    stored, digest = engraving.to_json(), proof_digest([DISC], engraving)
    monkeypatch.setattr("shop.engraving.tool._hairline", lambda *_: 0.001)
    monkeypatch.setitem(FACES, "marcellus", replace(FACES["marcellus"], cap_min_mm=1.9, thicken_mm=0.2))  # type: ignore[misc]
    again = Engraving.from_json(stored)
    assert again == engraving
    assert again.tool == DIAMOND
    assert proof_digest([DISC], again) == digest


def test_words_from_before_there_were_tools_are_cut_as_their_face_declares() -> None:
    engraving = check([DISC], "marcellus", {("front", 1): "Wren"})
    assert engraving is not None
    assert set(json.loads(engraving.to_json())) == {"face", "face_version", "lines", "setting"}
    assert Engraving.from_json(engraving.to_json()).own_face.as_cut == FACES["marcellus"]

"""Lines of one side in several faces: a name in a flowing hand, its day below in plain capitals."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
import shapely

from shop.engraving import (
    FACES,
    GENERAL,
    MACHINES,
    Area,
    Engraving,
    EngravingRefused,
    EngravingUnreadable,
    MissingLetters,
    TooLong,
    UnknownFace,
    check,
    preview,
    proof_digest,
    remarks,
)
from shop.engraving.cut_check import checked_cut, difference
from shop.engraving.drawing import proof
from shop.engraving.layout import lay_out, room_left_mm
from shop.engraving.limits import MARGIN_MM
from shop.engraving.line_faces import faces_of, small_letter
from shop.engraving.outlines import CutSide
from shop.engraving.placement import PlacedLine, SideLayout
from shop.engraving.room import rooms
from shop.engraving.writers import FORMATS
from shop.inspection.approved import approved_cut, approved_words

DISC = Area("back", "Back", "disc", 16, 16, 3)
RIM = Area("front", "Front", "disc", 16, 16, 2, rim=True)
HEART = Area("front", "Front", "heart", 15, 14, 2)
RING = Area("large", "Large ring", "ring", 22, 3.0, 2)
AREAS = (DISC, RIM, HEART, RING)
LASER, DRAG = MACHINES["fibre"].usual, MACHINES["diamond"].usual

NAMES = ("Wren", "Siobhán", "Zoë", "Mia ♥", "Nguyễn", "Łukasz", "Angharad", "Jo", "my girl", "Ağan", "O’Hara")
DAYS = ("14 May 2026", "3.9.18", "always", "with us", "♥", "1 Jan", "XIV.V.MMXXVI", "6 lb 2 oz", "hello")


def lettered(
    area: Area, words: Sequence[str], faces: Sequence[str], tool: object = LASER, own: str = "marcellus"
) -> Engraving:
    places = [(area.key, line) for line in area.line_numbers]
    slugs = {place: slug for place, slug in zip(places, faces, strict=False) if slug}
    found = check([area], own, dict(zip(places, words, strict=False)), tool, slugs)  # type: ignore[arg-type]
    assert found is not None
    return found


def laid(area: Area, engraving: Engraving) -> SideLayout:
    return lay_out(area, engraving.faces_on(area.key), engraving.words_on(area.key))


def small_mm(line: PlacedLine, slug: str) -> float:
    return line.cap_mm * small_letter(FACES[slug])


def extent(side: CutSide) -> float:
    return max(abs(complex(*corner)) for contour in side.contours for corner in contour.corners())


def test_small_letters_of_both_faces_are_alike_high() -> None:
    name, day = laid(DISC, lettered(DISC, ("Wren", "14 May 2026"), ("great-vibes", "marcellus"))).lines
    assert small_mm(name, "great-vibes") == pytest.approx(small_mm(day, "marcellus"), abs=0.001)
    assert name.cap_mm > day.cap_mm


def test_a_face_is_never_cut_smaller_than_it_can_be_and_the_other_gives_way() -> None:
    """Small letters of the hand are low: at its least height, Marcellus would be too small beside it."""
    long = "Wren and Rowan"
    name, day = laid(DISC, lettered(DISC, (long, "14 May"), ("great-vibes", ""))).lines
    assert day.cap_mm == FACES["marcellus"].cap_min_mm
    assert FACES["great-vibes"].cap_min_mm <= name.cap_mm < FACES["great-vibes"].cap_max_mm
    assert small_mm(name, "great-vibes") < small_mm(day, "marcellus")


@pytest.mark.parametrize("tool", [LASER, DRAG])
def test_each_line_is_as_large_and_as_thick_as_its_own_face_asks(tool: object) -> None:
    engraving = lettered(DISC, ("Jo", "14 May"), ("great-vibes", "cormorant-sc"), tool)
    for line in laid(DISC, engraving).lines:
        chosen = engraving.lines[line.number - 1].face
        assert chosen is not None
        assert chosen.fit is not None
        assert chosen.fit.cap_min_mm <= line.cap_mm <= chosen.as_cut.cap_max_mm
        assert chosen.fit.tool == tool
    assert len({line.face.fit.thicken_mm for line in engraving.lines if line.face and line.face.fit}) == 2


@pytest.mark.parametrize("pairs", [40, pytest.param(400, marks=pytest.mark.faults_long)])
def test_what_is_cut_is_what_was_approved_for_any_two_faces(pairs: int) -> None:
    """Random words on every shape: the gate passes, nothing leaves the metal, and is stored whole."""
    drawn = random.Random(20260514)
    accepted = 0
    for _ in range(pairs):
        area = drawn.choice(AREAS)
        words = [drawn.choice(DAYS if line > 1 else NAMES) for line in area.line_numbers]
        faces = drawn.sample([face.slug for face in GENERAL], len(words))
        tool = drawn.choice((LASER, LASER, DRAG))
        try:
            engraving = lettered(area, words, faces, tool, own=faces[0])
        except EngravingRefused:
            continue
        accepted += 1
        side = checked_cut([area], engraving).sides[area.key]
        assert not laid(area, engraving).problems
        assert area is HEART or extent(side) <= area.width_mm / 2 - MARGIN_MM[area.shape] + 0.01
        assert Engraving.from_json(engraving.to_json()) == engraving
    assert accepted > pairs / 2


def test_every_file_for_the_cutter_has_the_letters_of_both_faces() -> None:
    both = lettered(DISC, ("Wren", "14 May 2026"), ("great-vibes",))
    one = lettered(DISC, ("Wren", "14 May 2026"), ())
    for form in FORMATS.values():
        written = [form.write(checked_cut([DISC], each).sides["back"]) for each in (both, one)]
        assert written[0] != written[1]
    cut = checked_cut([DISC], both).sides["back"]
    assert difference(proof(DISC, one), cut).too_much
    assert not difference(proof(DISC, both), cut).too_much


def test_words_in_one_face_are_stored_and_proved_as_they_always_were() -> None:
    """Samples of what was sealed before lines had faces."""
    plain = lettered(DISC, ("Zoë", "14 May"), ())
    assert json.loads(plain.to_json())["lines"] == [["back", 1, "Zoë"], ["back", 2, "14 May"]]
    old = (
        '{"face":"great-vibes","face_version":"abc","fit":{"cap_min_mm":1.6,"thicken_mm":0.06,"tool":'
        '{"finest_line_mm":0.05,"machine":"fibre","x_height_mm":0.7}},"joined":true,"lines":[["back",1,"Zoë"]]}'
    )
    assert Engraving.from_json(old).to_json() == old
    older = '{"face":"marcellus","face_version":"abc","lines":[["front",1,"Ana"],["front",2,"♥"]]}'
    assert Engraving.from_json(older).to_json() == older
    version = FACES["marcellus"].version
    assert lettered(DISC, ("Zoë", "14 May"), ("", "marcellus")) == plain
    stored = replace(plain, face_version=version)
    assert proof_digest([DISC], stored) == proof_digest([DISC], Engraving.from_json(stored.to_json()))


def test_a_photograph_of_the_finished_piece_is_held_against_the_letters_of_both_faces() -> None:
    engraving = lettered(DISC, ("Wren", "14 May"), ("great-vibes",))
    letters = approved_words(DISC, engraving.faces_on("back"), engraving.words_on("back")).letters
    assert {letter.line for letter in letters} == {1, 2}
    assert "".join(letter.name for letter in letters if letter.line == 2) == "14May"
    approved = shapely.union_all([part for letter in letters for part in letter.parts])
    cut = approved_cut(checked_cut([DISC], engraving).sides["back"])
    both = shapely.union_all([part for letter in cut.letters for part in letter.parts])
    assert approved.symmetric_difference(both).area < 0.02 * both.area


def test_another_face_for_a_line_is_another_proof() -> None:
    digests = {
        proof_digest([DISC], lettered(DISC, ("Zoë", "14 May"), faces))
        for faces in ((), ("great-vibes",), ("", "great-vibes"), ("great-vibes", "rubik"))
    }
    assert len(digests) == 4


@pytest.mark.parametrize("entry", ["1", "{}", '{"face":"rubik"}', '{"face":1,"face_version":""}'])
def test_a_stored_line_with_no_readable_face_is_refused(entry: str) -> None:
    with pytest.raises(EngravingUnreadable):
        Engraving.from_json(f'{{"face":"a","face_version":"b","lines":[["back",1,"Z",{entry}]]}}')


def test_a_face_that_lacks_a_letter_of_its_line_is_named_with_those_that_have_it() -> None:
    with pytest.raises(EngravingRefused) as refused:
        lettered(DISC, ("Мария", "14 May"), ("marcellus",), own="great-vibes")
    ((place, problem),) = refused.value.problems.items()
    assert place == ("back", 1)
    assert isinstance(problem, MissingLetters)
    assert problem.face == "Marcellus"
    assert "Great Vibes" in problem.faces_that_have
    assert lettered(DISC, ("Мария", "14 May"), ("", "marcellus"), own="great-vibes")


def test_words_too_long_in_the_face_of_their_line_are_said_to_be_too_long() -> None:
    long = "Wren and Rowan"
    with pytest.raises(EngravingRefused) as refused:
        lettered(DISC, (long, "us"), ("courier-prime",), own="great-vibes")
    ((place, problem),) = refused.value.problems.items()
    assert place == ("back", 1)
    assert isinstance(problem, TooLong)
    assert lettered(DISC, (long, "us"), ("", "courier-prime"), own="great-vibes")


def test_a_face_that_is_not_there_is_refused_at_its_line() -> None:
    for slug in ("comic-sans", "by-hand"):
        with pytest.raises(EngravingRefused) as refused:
            lettered(DISC, ("Zoë", "14 May"), ("", slug))
        ((place, problem),) = refused.value.problems.items()
        assert place == ("back", 2)
        assert isinstance(problem, UnknownFace)


def test_each_line_hears_how_tall_its_own_letters_will_be() -> None:
    typed = {"engraving-back-1": "Wren", "engraving-back-2": "14 MAY", "face-back-1": "great-vibes"}
    said = remarks([DISC], FACES["marcellus"], typed, LASER)
    found = laid(DISC, lettered(DISC, ("Wren", "14 MAY"), ("great-vibes",)))
    for line in found.lines:
        tall = f"{line.cap_mm * line.shaped.top:.1f} mm tall"
        assert tall in said[f"engraving-back-{line.number}"].sentence


def test_as_much_as_is_said_still_fits_beside_the_words() -> None:
    for area, below in ((DISC, "14 May"), (RIM, "always"), (RING, "x")):
        words = {1: "Wren", 2: below}
        faces = faces_of(FACES["marcellus"], {1: FACES["great-vibes"]})
        for number, room in rooms(area, faces, words, list(words)).items():
            assert room is not None
            longer = {**words, number: words[number] + "i"}
            assert room.left_mm < 1 or not lay_out(area, faces, longer).problems
            assert room_left_mm(area, faces, words, number) > 0


def test_the_drawing_while_somebody_types_has_the_face_of_each_line() -> None:
    words = {"side": "back", "face": "marcellus", "engraving-back-1": "Wren", "engraving-back-2": "14 May"}
    drawn = preview({**words, "face-back-1": "great-vibes"}, [DISC], LASER)
    assert drawn == proof(DISC, lettered(DISC, ("Wren", "14 May"), ("great-vibes",)))
    assert drawn != preview(words, [DISC], LASER)


def test_it_is_said_which_lettering_each_line_has() -> None:
    both = lettered(DISC, ("Wren", "14 May 2026"), ("great-vibes",))
    assert both.lettered == (("Wren", "Great Vibes"), ("14 May 2026", "Marcellus"))
    assert both.lettering == "Great Vibes and Marcellus"
    alone = lettered(DISC, ("Wren",), ("great-vibes",))
    assert not alone.lettered
    assert alone.lettering == "Great Vibes"


def test_words_drawn_by_hand_have_no_face_a_line() -> None:
    drawn = lettered(DISC, ("Wren", "14 May"), ("great-vibes",), own="by-hand")
    assert not drawn.line_faces
    assert drawn.lettering == "Drawn by hand"


def test_a_face_that_is_gone_is_known_to_be_gone_only_where_letters_need_it() -> None:
    both = lettered(DISC, ("Wren", "14 May"), ("great-vibes", "rubik"))
    assert replace(both, face="lost", face_version="").face_is_current
    assert not replace(lettered(DISC, ("Wren", "14 May"), ("great-vibes",)), face="lost").faces_are_known

"""A wrong letter, accent, face, side, size or unit is seen on the photograph of a finished piece.

Rendered photographs prove nothing of real metal. A photograph that cannot be judged is counted apart: it is
neither caught nor a false alarm, the jeweller is told what to do, and few may be so.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from shop.artwork.photographs import read_photograph
from shop.engraving import Area
from shop.engraving.faces import FACES
from shop.engraving.outlines import cut
from shop.inspection.approved import ApprovedSide, approved_cut, approved_words
from shop.inspection.inspection import BY_EYE, Inspection, Verdict, inspect, said_of
from shop.inspection.judging import inspected
from tests.inspection.finished_pieces import FAULTS, Finished, finished

SEEDS = (44, 55, 66)
"""None of them was looked at while the program was made."""
PHOTOGRAPHS = 300
"""Of each seed; half with a fault, of every kind alike."""
MOST_MISSED, LEAST_CAUGHT, MOST_FALSE, MOST_UNJUDGED = 1 / 150, 0.95, 0.02, 0.05

DISC = Area("back", "Back", "disc", 16.0, 16.0, 3)
RING = Area("large", "Large ring", "ring", 20.0, 2.6, 1)


def approved(piece: Finished) -> ApprovedSide:
    return approved_words(piece.area, piece.face, piece.words)


def judged(piece: Finished) -> Inspection:
    """As `inspect` does, in this process."""
    return said_of(approved(piece), lambda side: inspected(read_photograph(piece.data), side))


def test_letters_together_are_the_ink_that_is_cut() -> None:
    import shapely

    for slug, words in (("marcellus", {1: "Siân", 2: "Zoë"}), ("great-vibes", {1: "Nguyễn"})):
        side = approved_words(DISC, FACES[slug], words)
        ink = shapely.union_all([part for letter in side.letters for part in letter.parts])
        same = approved_cut(cut(DISC, FACES[slug], words))
        whole = shapely.union_all([part for letter in same.letters for part in letter.parts])
        assert ink.symmetric_difference(whole).area < 0.02 * whole.area


def test_each_letter_has_its_name_and_its_accent_is_a_part_of_it() -> None:
    side = approved_words(DISC, FACES["marcellus"], {1: "Siân"})
    assert [letter.name for letter in side.letters] == ["S", "i", "â", "n"]
    assert [len(letter.parts) for letter in side.letters] == [1, 2, 2, 1]


def test_what_is_written_from_right_to_left_is_named_from_the_left_as_it_stands() -> None:
    side = approved_words(DISC, FACES["noto-serif-hebrew"], {1: "שרה"})
    assert [letter.name for letter in side.letters] == ["ה", "ר", "ש"]


def test_a_ring_is_looked_at_by_eye() -> None:
    side = approved_words(RING, FACES["marcellus"], {1: "part of me"})
    found = inspect(b"", side)
    assert (found.cannot_judge, found.verdict) == (BY_EYE, Verdict.NOT_SEEN)


def test_what_is_no_photograph_is_refused_with_a_sentence() -> None:
    side = approved_words(DISC, FACES["marcellus"], {1: "Siân"})
    found = inspect(b"no photograph", side)
    assert found.verdict is Verdict.NOT_SEEN
    assert "could not be read as a photograph" in found.cannot_judge


@pytest.mark.slow
@pytest.mark.parametrize("number", [0, 1, 2, 5, 7, 9])
def test_a_photograph_says_whether_the_piece_is_as_approved(number: int) -> None:
    piece = finished(77, number)
    verdict = Verdict.DIFFERS if piece.fault else Verdict.AS_APPROVED
    assert judged(piece).verdict is verdict, (piece.fault, piece.planted)


@pytest.mark.slow
def test_the_letter_and_the_accent_that_differ_are_named_and_where() -> None:
    piece = finished(77, 3)
    found = inspect(piece.data, approved(piece))
    assert piece.fault == "accent"
    assert found.verdict is Verdict.DIFFERS
    assert [finding.number for finding in found.differences] == [3]
    assert "a dot or an accent is missing" in found.differences[0].said


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "number"), [(11, 62), (11, 144), (22, 28)], ids=["mat", "linen", "paper"])
def test_the_ends_of_a_bar_lie_as_far_apart_as_its_sides_say(seed: int, number: int) -> None:
    bar = finished(seed, number)
    assert (bar.piece, judged(bar).verdict) == ("thread", Verdict.AS_APPROVED)


@pytest.mark.slow
def test_the_edge_of_metal_on_cloth_of_its_colour_is_told_from_the_grain() -> None:
    bar = finished(11, 91)
    assert (bar.ground, judged(bar).verdict) == ("linen", Verdict.DIFFERS)


@pytest.mark.slow
def test_a_lettering_that_is_much_like_the_approved_one_is_seen() -> None:
    assert any("another lettering" in note for note in judged(finished(707, 33)).notes)


@pytest.mark.slow
def test_mirrored_words_are_said_to_be_mirrored() -> None:
    found = judged(finished(77, 13))
    assert found.verdict is Verdict.DIFFERS
    assert "The words are mirrored." in found.notes


@pytest.mark.faults_long
@pytest.mark.parametrize("seed", SEEDS)
def test_of_three_hundred_pieces_at_most_one_fault_in_a_hundred_and_fifty_is_missed(seed: int) -> None:
    counted = Counter(counts(seed, range(PHOTOGRAPHS)))
    for kind in ("", *FAULTS):
        print(f"{kind or 'as approved'}: { ({v.value: counted[kind, v] for v in Verdict}) }")  # noqa: T201
    caught = {kind: counted[kind, Verdict.DIFFERS] for kind in FAULTS}
    missed = {kind: counted[kind, Verdict.AS_APPROVED] for kind in FAULTS}
    right = sum(counted["", verdict] for verdict in Verdict)
    unjudged = sum(number for (_, verdict), number in counted.items() if verdict is Verdict.NOT_SEEN)
    assert sum(missed.values()) <= MOST_MISSED * PHOTOGRAPHS / 2
    assert all(caught[kind] >= LEAST_CAUGHT * (caught[kind] + missed[kind]) for kind in FAULTS), missed
    assert counted["", Verdict.DIFFERS] <= MOST_FALSE * right
    assert unjudged <= MOST_UNJUDGED * PHOTOGRAPHS


def counts(seed: int, numbers: range) -> Iterator[tuple[str, Verdict]]:
    """Of each photograph its fault and what was said of it; what was said wrongly is printed."""
    for number in numbers:
        piece = finished(seed, number)
        found = judged(piece)
        if found.verdict is not (Verdict.DIFFERS if piece.fault else Verdict.AS_APPROVED):
            print(f"{seed} {number} {piece.piece} {piece.face.slug} {piece.ground} {piece.metal}: "  # noqa: T201
                  f"{piece.fault} {piece.planted}: {found.verdict} {found.cannot_judge}")  # fmt: skip
        yield piece.fault, found.verdict

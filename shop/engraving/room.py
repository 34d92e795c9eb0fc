"""How large the letters of a line will be, and what still fits beside them: as the layout itself finds it."""

import math
import string
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from shop.engraving.areas import Area
from shop.engraving.faces import Face
from shop.engraving.geometry import Point, convex_hull
from shop.engraving.grown import Grown, NextLetters
from shop.engraving.layout import Side, inked_words, side_of
from shop.engraving.line_faces import AnyFace, face_on
from shop.engraving.problems import TooTall
from shop.engraving.shaped import Cluster
from shop.engraving.shaping import shape

LETTERS: Final = string.ascii_letters + string.digits
"""What may come next; a face for another script is asked for the letters of the line itself."""
_NARROW: Final = ("i", "l", "j", "e", "I", "1")
"""If none of these fits, the line is full."""
_KEPT: Final = 64


class Room(NamedTuple):
    """Of one line, in mm: how tall its tallest letter stands, and how wide a letter may be that is added.

    `shrinks` says whether letters are larger now than they must be; `narrow` whether one of the narrowest
    letters fits, where no millimetre is left.
    """

    tall_mm: float
    left_mm: int
    shrinks: bool
    narrow: bool


def rooms(
    area: Area, face: AnyFace, words: Mapping[int, str], numbers: Sequence[int]
) -> dict[int, Room | None]:
    """The room of these lines of a side whose words all fit; None for one with nothing to be seen.

    Whatever Latin letter or digit is no wider than `left_mm` at the face's least height fits when it is
    written at the line's end, with what else is on the side as it is; where some letters are too tall for
    the metal, whatever is no taller than the words are.
    """
    inked = tuple(sorted(inked_words(face, words).items()))
    return {number: _room(area, face, inked, number) for number in numbers}


@lru_cache(maxsize=_KEPT)
def _room(area: Area, face: AnyFace, words: tuple[tuple[int, str], ...], number: int) -> Room | None:
    side = side_of(area, face, words)
    placed = next((line for line in side.layout.lines if line.number == number), None) if side else None
    if side is None or placed is None:
        return None
    own = face_on(face, number)
    left = _left_mm(side, own, dict(words)[number], number)
    return Room(
        placed.cap_mm * placed.shaped.top,
        left,
        shrinks=placed.cap_mm > own.cap_min_mm,
        narrow=left < 1 and _narrow_fits(side, own, dict(words)[number], number),
    )


def _left_mm(side: Side, face: Face, text: str, number: int) -> int:
    letters = next_letters(face, text)
    left = _left_for(letters, side, face, text, number)
    if left is None:
        layout = side.changed(number, Grown(shape(face, text), letters)).layout
        if any(isinstance(problem, TooTall) for problem in layout.problems.values()):
            # Others never fit, whatever room there is.
            left = _left_for(_no_taller(face, text), side, face, text, number)
    return left or 0


def _left_for(letters: NextLetters, side: Side, face: Face, text: str, number: int) -> int | None:
    """How wide any of these letters may be; None when none of them fits, were it ever so narrow."""
    line = shape(face, text)
    grown = Grown(line, letters)
    begun = side.changed(number, grown)
    gap_mm = (letters.gap + blank_end(face, text)) * face.cap_min_mm
    if (room_mm := begun.room_with_all_mm(number)) == -math.inf:
        return None
    # A line that is no shorter than any letter grows evenly to both sides: then there is no need to try.
    if room_mm is not None and line.right + letters.line.left >= line.left:
        return math.floor(max(0.0, room_mm - gap_mm))

    def is_over(wide_mm: int) -> bool:
        return not side.changed(number, grown.further((wide_mm + gap_mm) / face.cap_min_mm)).fits

    most = max(0, math.floor(begun.room_mm(number) - gap_mm))
    if most and not is_over(most):
        return most
    return bisect_left(range(1, most), True, key=is_over) if begun.fits else None


def blank_end(face: Face, text: str) -> float:
    """How wide the blanks are that words end with, in capitals' heights.

    They are bare metal until something follows.
    """
    words = text.rstrip()
    if words == text:
        return 0.0
    return shape(face, text + words[-1]).right - shape(face, words + words[-1]).right


def next_letters(face: Face, text: str) -> NextLetters:
    """What may follow these words: Latin letters and digits, or other letters like their own."""
    return _latin_letters(face) or _own_letters(face, text)


@lru_cache(maxsize=_KEPT)
def _latin_letters(face: Face) -> NextLetters | None:
    return _own_letters(face, LETTERS) if all(face.has(letter) for letter in LETTERS) else None


def _no_taller(face: Face, text: str) -> NextLetters:
    """Of letters that may come next those that neither rise nor hang further than these words."""
    line, own = shape(face, text), "".join(sorted(set(text) - set(LETTERS)))
    return _within(face, line.bottom, line.top, own)


@lru_cache(maxsize=_KEPT)
def _within(face: Face, bottom: float, top: float, own: str) -> NextLetters:
    found = own
    for letter in LETTERS:
        if face.has(letter) and (alone := shape(face, letter)).inked:
            found += letter if alone.top <= top and alone.bottom >= bottom else ""
    return _own_letters(face, found)


def _own_letters(face: Face, text: str) -> NextLetters:
    lines = [line for letter in sorted(set(text)) if (line := shape(face, letter)).inked]
    letters = [cluster for line in lines for cluster in line.inked]
    furthest = {letter for outline in _OUTLINES for letter in _furthest(letters, outline)}
    gap = 2 * max([max(0.0, line.left) for line in lines])
    found = [letter for letter in letters if letter in furthest]
    return NextLetters(found, gap, joined=face.joined)


def _furthest(letters: Sequence[Cluster], outline: Callable[[Cluster], Sequence[Point]]) -> set[Cluster]:
    """Those that reach further than all others somewhere: what fits with them fits with any."""
    points = {point: letter for letter in letters for point in outline(letter)}
    return {points[corner] for corner in convex_hull(list(points))}


_OUTLINES: Final[Sequence[Callable[[Cluster], Sequence[Point]]]] = (
    lambda letter: [(x - letter.box[2], y) for x, y in letter.hull],
    lambda letter: letter.heads,
    lambda letter: letter.feet,
)
"""What of letters is held against the metal: of straight lines all, right edge on right edge; of bent ones
what stands out, see Cluster."""


def _narrow_fits(side: Side, face: Face, text: str, number: int) -> bool:
    return any(
        side.changed(number, shape(face, text + letter)).fits for letter in _NARROW if face.has(letter)
    )

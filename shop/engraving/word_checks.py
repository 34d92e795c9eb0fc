"""The check that words can be cut: with this face, into these sides, by this tool."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import replace

from shop.engraving import characters
from shop.engraving.areas import Area
from shop.engraving.directions import is_mixed
from shop.engraving.engraving import HAND, EngravedLine, Engraving, Words
from shop.engraving.faces import FACES, Face
from shop.engraving.layout import lay_out
from shop.engraving.limits import MAX_CHARACTERS
from shop.engraving.problems import (
    FACE_FIELD,
    ControlCharacters,
    EngravingRefused,
    MissingLetters,
    MixedDirections,
    Problem,
    TooManyCharacters,
    UnknownFace,
    UnknownLine,
)
from shop.engraving.tool import ANY_TOOL, Tool, fit, fitted


def check(areas: Sequence[Area], face_slug: str, words: Words, tool: Tool = ANY_TOOL) -> Engraving | None:
    """The engraving these words make with this tool, or None when every line is empty or only spaces.

    The words are brought to normal form C and otherwise kept to the letter: case, spaces within and at the
    ends, and all. Raises EngravingRefused with a problem for each line that cannot be cut.
    """
    kept, problems = _looked_at(areas, face_slug, words, tool)
    if problems:
        raise EngravingRefused(problems)
    if not kept:
        return None
    lines = tuple(EngravedLine(*place, kept[place]) for place in _places(areas) if place in kept)
    face = FACES.get(face_slug)
    if face is None:
        return Engraving(HAND, "", lines)
    cut = None if tool == ANY_TOOL else fit(face, tool)
    return Engraving(face.slug, face.version, lines, cut, face.joined)


def problems_of(
    areas: Sequence[Area], face_slug: str, words: Words, tool: Tool = ANY_TOOL
) -> dict[tuple[str, int], Problem]:
    """What check would refuse, without the engraving that it makes of the rest."""
    return _looked_at(areas, face_slug, words, tool)[1]


def _looked_at(
    areas: Sequence[Area], face_slug: str, words: Words, tool: Tool
) -> tuple[dict[tuple[str, int], str], dict[tuple[str, int], Problem]]:
    """The lines that have words, in normal form; and what is wrong with any."""
    kept, problems = _kept(_places(areas), words)
    problems |= _refused(areas, face_slug, kept, tool) if kept or problems else {}
    return kept, problems


def _places(areas: Sequence[Area]) -> list[tuple[str, int]]:
    return [(area.key, line) for area in areas for line in area.line_numbers]


def _kept(
    places: Collection[tuple[str, int]], words: Words
) -> tuple[dict[tuple[str, int], str], dict[tuple[str, int], Problem]]:
    """The lines that have words, in normal form; and what is wrong with others before any face is asked."""
    kept: dict[tuple[str, int], str] = {}
    problems: dict[tuple[str, int], Problem] = {}
    for place, typed in words.items():
        if place not in places:
            problems[place] = UnknownLine()
        elif too_many := _too_many(typed):
            problems[place] = too_many
        elif not characters.is_blank(text := unicodedata.normalize("NFC", typed)):
            kept[place] = text
    return kept, problems


def _refused(
    areas: Sequence[Area], face_slug: str, kept: Words, tool: Tool
) -> dict[tuple[str, int], Problem]:
    if face_slug == HAND:
        broken = {place: characters.breaks(text) for place, text in kept.items()}
        return {place: ControlCharacters(found) for place, found in broken.items() if found}
    face = FACES.get(face_slug)
    return _unfit(areas, face, kept, tool) if face else {FACE_FIELD: UnknownFace()}


def _unfit(areas: Sequence[Area], face: Face, kept: Words, tool: Tool) -> dict[tuple[str, int], Problem]:
    found: dict[tuple[str, int], Problem] = {}
    for place, text in kept.items():
        if problem := _uncuttable(face, text):
            found[place] = problem
    lacking = [text for place, text in kept.items() if not isinstance(found.get(place), ControlCharacters)]
    for place, problem in found.items():
        if isinstance(problem, MissingLetters):
            found[place] = replace(problem, faces_that_have=characters.faces_with(lacking))
    as_cut = fitted(face, tool)
    for area in areas:
        side = {line: text for (key, line), text in kept.items() if key == area.key}
        if side and not any((area.key, line) in found for line in side):
            found |= {(area.key, line): p for line, p in lay_out(area, as_cut, side).problems.items()}
    return found


def _uncuttable(face: Face, text: str) -> Problem | None:
    if characters.is_plain(face, text):
        return None
    if broken := characters.breaks(text):
        return ControlCharacters(broken)
    if is_mixed(text):
        return MixedDirections()
    if lacking := characters.missing(face, text):
        return characters.lacks(face, lacking)
    if hidden := characters.invisible(text):
        return ControlCharacters(hidden)
    return None


def _too_many(typed: str) -> TooManyCharacters | None:
    # Normal form C shortens no text to a tenth, so a very long one need not be normalised to be refused.
    if len(typed) <= (limit := MAX_CHARACTERS) and typed.isascii():
        return None  # as it is in normal form
    count = len(typed) if len(typed) > 10 * limit else len(unicodedata.normalize("NFC", typed))
    return TooManyCharacters(count, limit) if count > limit else None

"""The check that words can be cut: with this face, into these sides, by this tool."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from shop.engraving import characters
from shop.engraving.areas import Area
from shop.engraving.chosen_face import HAND, ChosenFace
from shop.engraving.directions import is_mixed
from shop.engraving.engraving import EngravedLine, Engraving, Words
from shop.engraving.faces import FACES, Face
from shop.engraving.layout import lay_out
from shop.engraving.limits import MAX_CHARACTERS
from shop.engraving.line_faces import side_faces
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
from shop.engraving.tool import ANY_TOOL, Tool, fit

LineSlugs = Mapping[tuple[str, int], str]
"""The faces chosen for single lines, by side and line."""

NO_OTHERS: Final[LineSlugs] = {}


def check(
    areas: Sequence[Area],
    face_slug: str,
    words: Words,
    tool: Tool = ANY_TOOL,
    line_faces: LineSlugs = NO_OTHERS,
) -> Engraving | None:
    """The engraving these words make with this tool, or None when every line is empty or only spaces.

    The words are brought to normal form C and otherwise kept to the letter: case, spaces within and at the
    ends, and all. Raises EngravingRefused with a problem for each line that cannot be cut.
    """
    kept, problems = _looked_at(areas, face_slug, words, tool, line_faces)
    if problems:
        raise EngravingRefused(problems)
    if not kept:
        return None
    if face_slug == HAND:
        lines = tuple(EngravedLine(*place, kept[place]) for place in _places(areas) if place in kept)
        return Engraving(HAND, "", lines)
    own = _chosen(FACES[face_slug], tool)
    chosen = {place: slug for place, slug in line_faces.items() if place in kept and slug != face_slug}
    others = {place: _chosen(FACES[slug], tool) for place, slug in chosen.items()}
    lines = tuple(
        EngravedLine(*place, kept[place], others.get(place)) for place in _places(areas) if place in kept
    )
    return Engraving(own.slug, own.version, lines, own.fit, own.joined, setting=own.setting)


def _chosen(face: Face, tool: Tool) -> ChosenFace:
    cut = None if tool == ANY_TOOL else fit(face, tool)
    return ChosenFace(face.slug, face.version, cut, face.joined, face.setting)


def problems_of(
    areas: Sequence[Area],
    face_slug: str,
    words: Words,
    tool: Tool = ANY_TOOL,
    line_faces: LineSlugs = NO_OTHERS,
) -> dict[tuple[str, int], Problem]:
    """What check would refuse, without the engraving that it makes of the rest."""
    return _looked_at(areas, face_slug, words, tool, line_faces)[1]


def _looked_at(
    areas: Sequence[Area], face_slug: str, words: Words, tool: Tool, line_faces: LineSlugs
) -> tuple[dict[tuple[str, int], str], dict[tuple[str, int], Problem]]:
    """The lines that have words, in normal form; and what is wrong with any."""
    kept, problems = _kept(_places(areas), words)
    problems |= _refused(areas, face_slug, kept, tool, line_faces) if kept or problems else {}
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
    areas: Sequence[Area], face_slug: str, kept: Words, tool: Tool, line_faces: LineSlugs
) -> dict[tuple[str, int], Problem]:
    if face_slug == HAND:
        broken = {place: characters.breaks(text) for place, text in kept.items()}
        return {place: ControlCharacters(found) for place, found in broken.items() if found}
    face = FACES.get(face_slug)
    if face is None:
        return {FACE_FIELD: UnknownFace()}
    unknown: dict[tuple[str, int], Problem] = {
        place: UnknownFace() for place in kept if line_faces.get(place, face_slug) not in FACES
    }
    return unknown or _unfit(areas, face, kept, tool, line_faces)


def _unfit(
    areas: Sequence[Area], face: Face, kept: Words, tool: Tool, line_faces: LineSlugs
) -> dict[tuple[str, int], Problem]:
    found: dict[tuple[str, int], Problem] = {}
    for place, text in kept.items():
        if problem := _uncuttable(FACES[line_faces.get(place, face.slug)], text):
            found[place] = problem
    for place, problem in found.items():
        if isinstance(problem, MissingLetters):
            them = [kept[place]] if place in line_faces else _in_one(kept, found, line_faces)
            found[place] = replace(problem, faces_that_have=characters.faces_with(them))
    for area in areas:
        side = {line: text for (key, line), text in kept.items() if key == area.key}
        if side and not any((area.key, line) in found for line in side):
            faces = side_faces(face, line_faces, area.key, tool)
            found |= {(area.key, line): p for line, p in lay_out(area, faces, side).problems.items()}
    return found


def _in_one(kept: Words, found: Mapping[tuple[str, int], Problem], line_faces: LineSlugs) -> list[str]:
    """The words that share a face, but for those that none can have."""
    return [
        text
        for place, text in kept.items()
        if place not in line_faces and not isinstance(found.get(place), ControlCharacters)
    ]


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

"""The exact words cut into one unit, and the check that they can be cut."""

import json
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from shop.engraving import characters
from shop.engraving.areas import Area
from shop.engraving.directions import is_mixed
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
from shop.engraving.tool import ANY_TOOL, Fit, Tool, fit, fitted
from shop.text.typed_text import kept_text

HAND: Final = "by-hand"
"""Stands where the slug of a face would, for words that are drawn by hand."""

DRAWN_BY_HAND: Final = "Drawn by hand"
"""What that is called where it is chosen."""

Words = Mapping[tuple[str, int], str]
"""What was typed, by side and line; lines are numbered from 1."""


class EngravingUnreadable(Exception):
    """Stored JSON is not an engraving."""


@dataclass(frozen=True)
class EngravedLine:
    """The words of one line, exactly as typed but for Unicode's normal form C."""

    side: str
    line: int
    text: str = field(repr=False)


@dataclass(frozen=True)
class Engraving:
    """What is cut into one unit, its lines in the order of the piece's sides.

    `face_version` is the SHA-256 of the font file the words were checked with, `fit` what the machine of that
    day made of the face; None when none was named. `joined`: see Face; older words were not, and stay so.
    """

    face: str
    face_version: str
    lines: tuple[EngravedLine, ...]
    fit: Fit | None = None
    joined: bool = False

    def to_json(self) -> str:
        """Canonical JSON: equal engravings give equal text."""
        lines = [(line.side, line.line, line.text) for line in self.lines]
        content: dict[str, Any] = {"face": self.face, "face_version": self.face_version, "lines": lines}
        if self.fit:
            content["fit"] = asdict(self.fit)
        if self.joined:
            content["joined"] = True
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Engraving":
        """Read what to_json wrote. Raises EngravingUnreadable."""
        try:
            content = json.loads(text)
            lines = tuple(_line(*entry) for entry in content["lines"])
            face, version = _text(content["face"]), _text(content["face_version"])
            return cls(face, version, lines, _fit(content), "joined" in content)
        except (ValueError, KeyError, TypeError):
            raise EngravingUnreadable("This is not a stored engraving.") from None

    @property
    def tool(self) -> Tool:
        """What the words were checked for."""
        return self.fit.tool if self.fit else ANY_TOOL

    @property
    def face_as_cut(self) -> Face:
        """The face, as small, as thick and as joined as when the words were checked. Raises KeyError."""
        face = FACES[self.face]
        face = face if face.joined == self.joined else replace(face, joined=self.joined)
        return self.fit.applied(face) if self.fit else face

    @property
    def by_hand(self) -> bool:
        """Whether no face sets these words: they are drawn for the buyer, who approves what is cut."""
        return self.face == HAND

    @property
    def lettering(self) -> str:
        """What the buyer chose, by the name it was chosen by."""
        face = FACES.get(self.face)
        return face.name if face else DRAWN_BY_HAND if self.by_hand else self.face

    @property
    def face_is_current(self) -> bool:
        """Whether the face's font file is still the one these words were checked with."""
        face = FACES.get(self.face)
        return face is not None and face.version == self.face_version


def field_name(side: str, line: int) -> str:
    """The form field of one line."""
    return f"engraving-{side}-{line}"


def words_in(form: Mapping[str, str], areas: Sequence[Area]) -> dict[tuple[str, int], str]:
    """The words of a sent form, as they are kept, for the lines the piece has, as far as they were sent."""
    return {
        (area.key, line): kept_text(form[name])
        for area in areas
        for line in area.line_numbers
        if (name := field_name(area.key, line)) in form
    }


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


def _fit(content: Mapping[str, Any]) -> Fit | None:
    found = content.get("fit")
    return None if found is None else Fit(Tool(**found["tool"]), found["cap_min_mm"], found["thicken_mm"])


def _line(side: Any, line: Any, text: Any) -> EngravedLine:
    if isinstance(line, bool) or not isinstance(line, int):
        raise TypeError
    return EngravedLine(_text(side), line, _text(text))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value

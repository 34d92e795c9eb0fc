"""What is cut into one unit: the exact words, and artwork from a photograph."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from shop.engraving.areas import Area
from shop.engraving.chosen_face import FIRST_SETTING, HAND, ChosenFace, text_of
from shop.engraving.faces import FACES
from shop.engraving.line_faces import AnyFace, faces_of
from shop.engraving.placed_artwork import PlacedArtwork
from shop.engraving.tool import ANY_TOOL, Fit, Tool
from shop.frozen import frozen
from shop.text.listed import listed
from shop.text.typed_text import kept_text

Words = Mapping[tuple[str, int], str]
"""What was typed, by side and line; lines are numbered from 1."""


class EngravingUnreadable(Exception):
    """Stored JSON is not an engraving."""


@frozen
class EngravedLine:
    """The words of one line, exactly as typed but for Unicode's normal form C.

    `face` is None where the line is in the engraving's own face.
    """

    side: str
    line: int
    text: str = field(repr=False)
    face: ChosenFace | None = None

    def written(self) -> tuple[Any, ...]:
        """As JSON has it: a face is a fourth entry, which most lines do not have."""
        words = (self.side, self.line, self.text)
        return (*words, self.face.written()) if self.face else words


@frozen
class Engraving:
    """What is cut into one unit, its lines in the order of the piece's sides.

    `face_version` is the SHA-256 of the font file the words were checked with, `fit` what the machine of that
    day made of the face; None when none was named. `joined` and `setting`: see Face; older words stay as they
    were. Where there is artwork alone, `face` is empty. A line may have another face.
    """

    face: str
    face_version: str
    lines: tuple[EngravedLine, ...]
    fit: Fit | None = None
    joined: bool = False
    artwork: tuple[PlacedArtwork, ...] = ()
    setting: int = FIRST_SETTING

    def to_json(self) -> str:
        """Canonical JSON: equal engravings give equal text."""
        content = self.own_face.written() | {"lines": [line.written() for line in self.lines]}
        if self.artwork:
            content["artwork"] = [artwork.written() for artwork in self.artwork]
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Engraving":
        """Read what to_json wrote. Raises EngravingUnreadable."""
        try:
            content = json.loads(text)
            face = ChosenFace.of(content)
            lines = tuple(_line(*entry) for entry in content["lines"])
            artwork = tuple(map(PlacedArtwork.of, content.get("artwork", ())))
        except (ValueError, KeyError, TypeError):
            raise EngravingUnreadable("This is not a stored engraving.") from None
        return cls(face.slug, face.version, lines, face.fit, face.joined, artwork, face.setting)

    @property
    def engraved(self) -> frozenset[str]:
        """The keys of the sides that have words or artwork."""
        return frozenset(line.side for line in self.lines) | {artwork.side for artwork in self.artwork}

    @property
    def words(self) -> dict[tuple[str, int], str]:
        """All words, by side and line."""
        return {(line.side, line.line): line.text for line in self.lines}

    def words_on(self, side: str) -> dict[int, str]:
        """The words of a side, by line number."""
        return {line.line: line.text for line in self.lines if line.side == side}

    def artwork_on(self, side: str) -> tuple[PlacedArtwork, ...]:
        """The artwork of a side."""
        return tuple(artwork for artwork in self.artwork if artwork.side == side)

    @property
    def tool(self) -> Tool:
        """What the words were checked for."""
        return self.fit.tool if self.fit else ANY_TOOL

    @property
    def own_face(self) -> ChosenFace:
        """The face of every line that has no other."""
        return ChosenFace(self.face, self.face_version, self.fit, self.joined, self.setting)

    @property
    def line_faces(self) -> dict[tuple[str, int], str]:
        """The slugs of the faces that were chosen for single lines."""
        return {(line.side, line.line): line.face.slug for line in self.lines if line.face}

    def faces_on(self, side: str) -> AnyFace:
        """The faces of a side, each as it was when the words were checked. Raises KeyError."""
        own = {line.line: line.face for line in self.lines if line.side == side}
        set_apart = {line: face.as_cut for line, face in own.items() if face}
        if set_apart and len(set_apart) == len(own):  # its own face cuts nothing here, and may be gone
            return faces_of(next(iter(set_apart.values())), set_apart)
        return faces_of(self.own_face.as_cut, set_apart)

    @property
    def by_hand(self) -> bool:
        """Whether no face sets these words: they are drawn for the buyer, who approves what is cut."""
        return self.face == HAND

    @property
    def lettering(self) -> str:
        """What the buyer chose, by the names it was chosen by, each once."""
        return listed(list(dict.fromkeys(name for _, name in self._named)) or [self.own_face.name], "and")

    @property
    def lettered(self) -> tuple[tuple[str, str], ...]:
        """Each line and the name of its face, where they are not all in one."""
        return self._named if len({name for _, name in self._named}) > 1 else ()

    @property
    def _named(self) -> tuple[tuple[str, str], ...]:
        return tuple((line.text, (line.face or self.own_face).name) for line in self.lines)

    @property
    def _faces(self) -> frozenset[ChosenFace]:
        """Those that letters are cut in."""
        return frozenset(line.face or self.own_face for line in self.lines)

    @property
    def faces_are_known(self) -> bool:
        """Whether we still have every face."""
        return all(face.slug in FACES for face in self._faces) if self.lines else self.artwork_alone

    @property
    def face_is_current(self) -> bool:
        """Whether every face's font file is still the one these words were checked with."""
        return all(face.is_current for face in self._faces) if self.lines else self.artwork_alone

    @property
    def artwork_alone(self) -> bool:
        """Whether there are no words, and so no face."""
        return bool(self.artwork) and not self.lines


def with_artwork(engraving: Engraving | None, artwork: Sequence[PlacedArtwork]) -> Engraving | None:
    """The same words with this artwork, or the artwork alone; None when there is neither."""
    if not artwork:
        return engraving
    return replace(engraving or Engraving("", "", ()), artwork=tuple(artwork))


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


def line_face_field(side: str, line: int) -> str:
    """The form field of the face of one line; empty where it is that of the others."""
    return f"face-{side}-{line}"


def faces_in(form: Mapping[str, str], areas: Sequence[Area]) -> dict[tuple[str, int], str]:
    """The slugs that a sent form has for single lines, where a side has several; perhaps of no face."""
    return {
        (area.key, line): slug
        for area in areas
        for line in area.line_numbers
        if area.lines > 1 and (slug := form.get(line_face_field(area.key, line), "").strip())
    }


def _line(side: Any, line: Any, text: Any, face: Any = None) -> EngravedLine:
    if isinstance(line, bool) or not isinstance(line, int):
        raise TypeError
    return EngravedLine(text_of(side), line, text_of(text), None if face is None else ChosenFace.of(face))

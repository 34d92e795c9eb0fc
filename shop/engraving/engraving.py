"""What is cut into one unit: the exact words, and artwork from a photograph."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from shop.engraving.areas import Area
from shop.engraving.faces import FACES, Face
from shop.engraving.placed_artwork import PlacedArtwork
from shop.engraving.tool import ANY_TOOL, Fit, Tool
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
    Where there is artwork alone, `face` is empty.
    """

    face: str
    face_version: str
    lines: tuple[EngravedLine, ...]
    fit: Fit | None = None
    joined: bool = False
    artwork: tuple[PlacedArtwork, ...] = ()

    def to_json(self) -> str:
        """Canonical JSON: equal engravings give equal text."""
        lines = [(line.side, line.line, line.text) for line in self.lines]
        content: dict[str, Any] = {"face": self.face, "face_version": self.face_version, "lines": lines}
        if self.fit:
            content["fit"] = asdict(self.fit)
        if self.joined:
            content["joined"] = True
        if self.artwork:
            content["artwork"] = [artwork.written() for artwork in self.artwork]
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Engraving":
        """Read what to_json wrote. Raises EngravingUnreadable."""
        try:
            content = json.loads(text)
            lines = tuple(_line(*entry) for entry in content["lines"])
            face, version = _text(content["face"]), _text(content["face_version"])
            artwork = tuple(map(PlacedArtwork.of, content.get("artwork", ())))
            return cls(face, version, lines, _fit(content), "joined" in content, artwork)
        except (ValueError, KeyError, TypeError):
            raise EngravingUnreadable("This is not a stored engraving.") from None

    @property
    def engraved(self) -> frozenset[str]:
        """The keys of the sides that have words or artwork."""
        return frozenset(line.side for line in self.lines) | {artwork.side for artwork in self.artwork}

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
        return face.version == self.face_version if face else self.artwork_alone

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

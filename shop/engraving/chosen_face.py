"""A face that words were checked with: which it is, and all that its letters are cut by."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any, Final

from shop.engraving.faces import FACES, Face
from shop.engraving.tool import Fit, Tool
from shop.frozen import frozen

HAND: Final = "by-hand"
"""Stands where the slug of a face would, for words that are drawn by hand."""

FIRST_SETTING: Final = 1
"""That of words which say nothing of any."""

DRAWN_BY_HAND: Final = "Drawn by hand"
"""What that is called where it is chosen."""


@frozen
class ChosenFace:
    """A face as it was on that day.

    `version` is the SHA-256 of the font file, `fit` what the machine made of the face; None when none was
    named. `joined` and `setting`: see Face; older words were not, and stay so.
    """

    slug: str
    version: str
    fit: Fit | None = None
    joined: bool = False
    setting: int = FIRST_SETTING

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "ChosenFace":
        """Read what `written` wrote. Raises KeyError, TypeError or ValueError."""
        slug, version = text_of(content["face"]), text_of(content["face_version"])
        found = content.get("fit")
        fit = None if found is None else Fit(Tool(**found["tool"]), found["cap_min_mm"], found["thicken_mm"])
        setting = content.get("setting", FIRST_SETTING)
        if isinstance(setting, bool) or not isinstance(setting, int):
            raise TypeError
        return cls(slug, version, fit, "joined" in content, setting)

    def written(self) -> dict[str, Any]:
        """As JSON has it."""
        content: dict[str, Any] = {"face": self.slug, "face_version": self.version}
        if self.fit:
            content["fit"] = asdict(self.fit)
        if self.joined:
            content["joined"] = True
        if self.setting != FIRST_SETTING:
            content["setting"] = self.setting
        return content

    @property
    def as_cut(self) -> Face:
        """The face, as small, as thick and as it was set when the words were checked. Raises KeyError."""
        face = FACES[self.slug]
        if (face.joined, face.setting) != (self.joined, self.setting):
            face = replace(face, joined=self.joined, setting=self.setting)
        return self.fit.applied(face) if self.fit else face

    @property
    def is_current(self) -> bool:
        """Whether the font file is still the one the words were checked with."""
        face = FACES.get(self.slug)
        return face is not None and face.version == self.version

    @property
    def name(self) -> str:
        """What it was chosen by."""
        face = FACES.get(self.slug)
        return face.name if face else DRAWN_BY_HAND if self.slug == HAND else self.slug


def text_of(value: Any) -> str:
    """The value, which must be text. Raises TypeError."""
    if not isinstance(value, str):
        raise TypeError
    return value

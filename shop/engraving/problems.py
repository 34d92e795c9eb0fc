"""Why words cannot be engraved as they are, each reason with a sentence for the person who typed them."""

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from shop.engraving.signs import MEANT, SIGN_NAMES
from shop.frozen import frozen
from shop.text.listed import listed

FACE_FIELD: Final = ("face", 0)
"""Where the problem of an unknown face stands among the problems of the lines."""


@frozen
class Letter:
    """A letter as typed (with its marks), and what Unicode calls it."""

    text: str = field(repr=False)
    name: str

    @property
    def shown(self) -> str:
        """The letter in quotation marks, or its name when it would show nothing by itself."""
        return f"'{self.text}'" if self.text.strip() and self.text.isprintable() else self.name.lower()


class Problem:
    """A reason; `message` says it kindly."""

    @property
    def message(self) -> str:
        """One or two plain sentences."""
        raise NotImplementedError

    @property
    def of_face(self) -> str:
        """The same in short, where another face may do; empty where none would."""
        return ""


@frozen
class MissingLetters(Problem):
    """The face called `face` lacks letters; `said` is what to call them, some by their script.

    `faces_that_have` names the faces that have all letters of all the words.
    """

    face: str
    letters: tuple[Letter, ...]
    said: tuple[str, ...]
    faces_that_have: tuple[str, ...]

    @property
    def of_face(self) -> str:
        """Name the letters."""
        return f"Has no {listed(self.said, 'or')}."

    @property
    def message(self) -> str:
        """Name the letters and the faces that have them, or the signs they could be."""
        lacking = f"{self.face} has no {listed(self.said, 'or')}."
        meant = [MEANT[letter.text] for letter in self.letters if letter.text in MEANT]
        if meant and not self.faces_that_have:
            names = [SIGN_NAMES[sign] for sign in dict.fromkeys(meant)]
            return f"{lacking} We have a small sign it could be: {listed(names, 'or')}."
        if not self.faces_that_have:
            return (
                f"{lacking} None of our faces has all the letters of these words. We can draw them for you "
                "by hand, and send you the drawing before anything is cut."
            )
        verb = "has" if len(self.faces_that_have) == 1 else "have"
        them = "it" if len(self.letters) == 1 and self.letters[0].shown in self.said else "them"
        return f"{lacking} {listed(self.faces_that_have, 'and')} {verb} {them}."


@frozen
class TooLong(Problem):
    """The line is wider than the metal at the smallest legible height, by `over_mm`."""

    over_mm: float

    @property
    def of_face(self) -> str:
        """Say by how much."""
        return f"Too long by {_mm(self.over_mm)}."

    @property
    def message(self) -> str:
        """Say by how much."""
        return (
            f"This line is {_mm(self.over_mm)} too long for the piece, even in the smallest letters that "
            "can be read. A shorter line or another lettering may fit: each says whether your words do."
        )


@frozen
class TooTall(Problem):
    """The letters reach above or below the metal at the smallest legible height, by `over_mm`."""

    over_mm: float

    @property
    def of_face(self) -> str:
        """Say by how much."""
        return f"Too tall by {_mm(self.over_mm)}."

    @property
    def message(self) -> str:
        """Say by how much."""
        return (
            f"These letters stand {_mm(self.over_mm)} too tall for the piece, even at the smallest size that "
            "can be read. Fewer lines or another lettering may fit: each says whether your words do."
        )


@frozen
class TooManyCharacters(Problem):
    """The line has more characters than any line can hold; it was not measured."""

    count: int
    limit: int

    @property
    def message(self) -> str:
        """Say how many there are and may be."""
        return f"This line has {self.count} characters; a line can have {self.limit} at most."


@frozen
class ControlCharacters(Problem):
    """The line holds characters that cannot be cut: line breaks, direction marks, invisible joiners."""

    letters: tuple[Letter, ...]

    @property
    def message(self) -> str:
        """Name them, for they cannot be seen."""
        names = listed([letter.name.lower() for letter in self.letters], "and")
        return (
            f"This line holds something that cannot be seen or cut ({names}). It may have come along with "
            "copied text: typing the line afresh leaves it out."
        )


@frozen
class MixedDirections(Problem):
    """The line has letters that read left to right and letters that read right to left."""

    @property
    def message(self) -> str:
        """Ask for one direction a line."""
        return (
            "This line has letters that read from left to right and letters that read from right to left. "
            "Please give each its own line, so that the words are cut in the order you mean."
        )


@frozen
class UnknownFace(Problem):
    """There is no such face."""

    @property
    def message(self) -> str:
        """Ask for one that there is."""
        return "Please choose one of the faces shown."


@frozen
class UnknownLine(Problem):
    """The piece has no such side or line."""

    @property
    def message(self) -> str:
        """Say so."""
        return "This piece has no such line to engrave."


class EngravingRefused(Exception):
    """Some of the words cannot be engraved as they are. Its text quotes none of them."""

    def __init__(self, problems: Mapping[tuple[str, int], Problem]) -> None:
        super().__init__("These words cannot be engraved as they are.")
        self.problems = dict(problems)


def _mm(length: float) -> str:
    # Rounded up: "0.0 mm too long" would help nobody.
    return f"{max(0.1, -(-length * 10 // 1) / 10):.1f} mm"

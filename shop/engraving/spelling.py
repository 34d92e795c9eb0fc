"""Words letter by letter, each with its name: so that l, I and 1, or a hyphen and a dash, are told apart."""

import re
import unicodedata
from typing import Final

from shop.engraving.characters import split
from shop.engraving.problems import Letter
from shop.engraving.signs import SIGN_NAMES

_PLAIN: Final = {
    " ": "space",
    "\N{NO-BREAK SPACE}": "space that does not break",
    "-": "hyphen",
    "\N{NON-BREAKING HYPHEN}": "hyphen that does not break",
    "\N{EN DASH}": "dash",
    "\N{EM DASH}": "long dash",
    "\N{MINUS SIGN}": "minus",
    "'": "straight apostrophe",
    "\N{RIGHT SINGLE QUOTATION MARK}": "curly apostrophe",
    "\N{LEFT SINGLE QUOTATION MARK}": "curly opening quotation mark",
    "&": "and sign",
    ".": "full stop",
    "/": "slash",
    "\N{MIDDLE DOT}": "dot at half height",
    "\N{BULLET}": "round dot",
    "\N{MULTIPLICATION SIGN}": "multiplication cross",
}

_LETTER: Final = re.compile(r"(?P<script>[A-Z -]+?) (?P<case>SMALL|CAPITAL) LETTER (?P<name>[^,]+)")
_MARK: Final = re.compile(r"COMBINING (?P<name>.+?)( ACCENT)?$")


def spelled(text: str) -> tuple[Letter, ...]:
    """Each letter of the text with the marks that belong to it, in the order it was typed, and its name."""
    return tuple(Letter(letter, _called(letter)) for letter in split(unicodedata.normalize("NFC", text)))


def _called(letter: str) -> str:
    alone = "only the mark " if unicodedata.combining(letter[0]) else ""
    return alone + " with ".join(map(_name, letter))


def _name(character: str) -> str:
    known = _PLAIN.get(character) or SIGN_NAMES.get(character)
    if known:
        return known
    name = unicodedata.name(character, f"U+{ord(character):04X}")
    if mark := _MARK.fullmatch(name):
        return mark["name"].lower()
    if not (found := _LETTER.fullmatch(name)):
        return name.lower() if character.isascii() else name.capitalize()
    case, script = found["case"].lower(), found["script"]
    letter, _, accent = found["name"].partition(" WITH ")
    if script == "LATIN" and len(letter) == 1:
        letter = letter if case == "capital" else letter.lower()
    else:
        letter = letter.lower()
    said = f"{case} {letter}{f' with {accent.lower()}' if accent else ''}"
    return said if script == "LATIN" else f"{script.capitalize()} {said}"

"""Words letter by letter, each with its name: so that l, I and 1, or a hyphen and a dash, are told apart."""

import re
import unicodedata
from typing import Final

from shop.engraving.characters import split
from shop.engraving.problems import Letter
from shop.engraving.signs import SIGN_NAMES
from shop.text.direction import is_leftwards

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
_OF_SCRIPT: Final = re.compile(
    r"(?P<script>(?!MODIFIER)[A-Z-]+) (?P<kind>(?:(?:SMALL|CAPITAL) )?LETTER|SYLLABLE|CHARACTER|POINT"
    r"|(?:VOWEL )?SIGN) (?P<name>[^,]+)"
)
"""A letter of any alphabet, as Unicode names it."""
_IDEOGRAPH: Final = re.compile(r"CJK (UNIFIED|COMPATIBILITY) IDEOGRAPH-")
_OURS: Final = "LATIN"


def spelled(text: str) -> tuple[Letter, ...]:
    """Each letter of the text with the marks that belong to it, in the order it was typed, and its name."""
    return tuple(Letter(letter, _called(letter)) for letter in split(unicodedata.normalize("NFC", text)))


def letter_by_letter(text: str) -> str:
    """The text spelled as somebody would on the telephone: "capital S, i, o, b, h, a with acute, n".

    In the order in which it is read. Small letters are said by themselves; an alphabet is named where it
    begins, so that a Cyrillic letter that looks like one of ours is heard to be another.
    """
    said, alphabet = [], _OURS
    for letter in split(unicodedata.normalize("NFC", text)):
        name, alphabet = _spoken(letter, alphabet)
        said.append(name)
    spelled_out = ", ".join(said)
    return f"from right to left: {spelled_out}" if is_leftwards(text) else spelled_out


def _spoken(letter: str, alphabet: str) -> tuple[str, str]:
    """A letter as it is said after one of that alphabet, and its own alphabet."""
    names = []
    for character in letter:
        name = unicodedata.name(character, "")
        own = found["script"] if (found := _OF_SCRIPT.fullmatch(name)) else ""
        named = f"{own.capitalize()} " if own and own != alphabet else ""
        alphabet = own or alphabet
        names.append(named + _plainly(character, name, found))
    alone = "only the mark " if unicodedata.combining(letter[0]) else ""
    return alone + " with ".join(names), alphabet


def _plainly(character: str, name: str, found: re.Match[str] | None) -> str:
    if character.isascii() and character.isalnum() and not character.isupper():
        return character
    if _IDEOGRAPH.match(name):
        return character  # its name is a number: whoever hears the page knows it by its sound
    if found is None or character in SIGN_NAMES:
        return _name(character).replace(", ", " ")
    case, _, of = found["kind"].rpartition(" ")
    letter, _, accent = found["name"].partition(" WITH ")
    letter = letter if found["script"] == _OURS and len(letter) == 1 and case == "CAPITAL" else letter.lower()
    return f"{_kind_said(found, case, of)}{letter}{f' with {accent.lower()}' if accent else ''}"


def _kind_said(found: re.Match[str], case: str, of: str) -> str:
    """What is said of a letter before its name: nothing where no other goes by that name."""
    if case == "CAPITAL" or (case == "SMALL" and _is_named(f"{found['script']} LETTER {found['name']}")):
        return f"{case.lower()} "
    if of == "SIGN":
        return f"{found['kind'].lower()} "
    return "letter " if _is_named(f"{found['script']} SYLLABLE {found['name']}") and of == "LETTER" else ""


def _is_named(name: str) -> bool:
    try:
        return bool(unicodedata.lookup(name))
    except KeyError:
        return False


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

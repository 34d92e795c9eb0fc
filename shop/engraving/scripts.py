"""Which script a letter is of, by its ISO 15924 code, and what a script is called in a sentence."""

import unicodedata
from collections.abc import Iterable
from typing import Final

_SHARED: Final = frozenset({"Zyyy", "Zinh", "Zzzz"})
"""Digits, signs and marks, which every script uses, and what Unicode does not know."""

WOVEN: Final = frozenset(
    "Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Thai Laoo Khmr Mymr".split()  # noqa: SIM905 - a table
)
"""Scripts whose signs are placed and reordered round a letter by rules of their own, run by run."""

_FIRST_WOVEN: Final = "\u0900"

_VIRAMA: Final = 9
"""The canonical combining class of the signs that bind a consonant to the next."""

_JOINERS: Final = "\u200c\u200d"
_VARIANTS: Final = frozenset(map(chr, range(0xE0100, 0xE01F0)))

_CALLED: Final = {
    "Hani": "Chinese characters",
    "Hira": "Japanese letters",
    "Kana": "Japanese letters",
    "Hang": "Korean letters",
    "Guru": "Gurmukhi letters",
    "Laoo": "Lao letters",
}
"""Where Unicode's own name would puzzle; else it is "Greek letters" for Greek."""


def script_of(letter: str) -> str | None:
    """The code of the letter's script ("Grek"), None for what belongs to no script of its own."""
    from fontTools.unicodedata import script  # noqa: PLC0415 - its tables are of no use to most pages

    return next((code for code in map(script, letter) if code not in _SHARED), None)


def scripts_of(text: str) -> frozenset[str]:
    """The codes of all scripts in the text."""
    if text.isascii():
        return frozenset({"Latn"}) if any(map(str.isalpha, text)) else frozenset()
    return frozenset(code for code in map(script_of, set(text)) if code)


def woven_runs(text: str) -> list[tuple[str, str]]:
    """The text in parts, each with the code of the woven script it is in, "" for all other letters.

    What belongs to no script goes with the part before it.
    """
    if max(text) < _FIRST_WOVEN:
        return [(text, "")]
    parts: list[tuple[str, str]] = []
    for character in text:
        script = script_of(character)
        kind = script if script in WOVEN else ""
        if parts and (script is None or kind == parts[-1][1]):
            parts[-1] = parts[-1][0] + character, parts[-1][1]
        else:
            parts.append((character, kind or ""))
    return parts


def binds(character: str) -> bool:
    """Whether this sign binds the consonant before it to the next: a virama, by whatever name."""
    return unicodedata.combining(character) == _VIRAMA


def is_needed(text: str, at: int) -> bool:
    """Whether the character cannot be seen, and yet changes how its neighbours are written: part of a name.

    A joiner beside a virama or an Arabic letter (Unicode 15, 12.1 and 9.2), the selector of a variant after a
    Chinese character; anywhere else they are of no use.
    """
    if text[at] in _VARIANTS:
        return at > 0 and script_of(text[at - 1]) == "Hani"
    if text[at] not in _JOINERS:
        return False
    beside = text[max(0, at - 1) : at] + text[at + 1 : at + 2]
    return any(binds(near) or unicodedata.bidirectional(near) == "AL" for near in beside)


def names_of(scripts: Iterable[str]) -> tuple[str, ...]:
    """What the letters of these scripts are called, each name once: "Greek letters", "Chinese characters"."""
    from fontTools.unicodedata import script_name  # noqa: PLC0415

    named = (_CALLED.get(code) or f"{script_name(code)} letters" for code in scripts)
    return tuple(dict.fromkeys(named))

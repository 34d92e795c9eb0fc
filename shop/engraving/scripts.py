"""Which script a letter is of, by its ISO 15924 code, and what a script is called in a sentence."""

from collections.abc import Iterable
from typing import Final

_SHARED: Final = frozenset({"Zyyy", "Zinh", "Zzzz"})
"""Digits, signs and marks, which every script uses, and what Unicode does not know."""

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


def names_of(scripts: Iterable[str]) -> tuple[str, ...]:
    """What the letters of these scripts are called, each name once: "Greek letters", "Chinese characters"."""
    from fontTools.unicodedata import script_name  # noqa: PLC0415

    named = (_CALLED.get(code) or f"{script_name(code)} letters" for code in scripts)
    return tuple(dict.fromkeys(named))

"""Which way somebody's words read, and in which language they are, as far as their letters tell.

A line reads from right to left if most of its letters do; of as many, the first decides. The first letter
alone, by which a browser's dir="auto" goes, turns a Hebrew line round that begins with a name in ours.
Digits, signs and spaces have no say: a year in brackets or a mark at the end goes with the letters.
"""

import unicodedata
from collections import Counter
from typing import Final

LEFTWARDS: Final = frozenset({"R", "AL"})
"""Unicode's classes of letters that read from right to left."""

_ISOLATE: Final = {False: "\N{LEFT-TO-RIGHT ISOLATE}", True: "\N{RIGHT-TO-LEFT ISOLATE}"}
_END: Final = "\N{POP DIRECTIONAL ISOLATE}"

_LANGUAGES: Final = {
    "ARABIC": "und-Arab",
    "ARMENIAN": "hy",
    "BENGALI": "und-Beng",
    "CHEROKEE": "chr",
    "CJK": "und-Hani",
    "CYRILLIC": "und-Cyrl",
    "DEVANAGARI": "und-Deva",
    "ETHIOPIC": "und-Ethi",
    "GEORGIAN": "ka",
    "GREEK": "el",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HEBREW": "he",
    "HIRAGANA": "ja",
    "KANNADA": "kn",
    "KATAKANA": "ja",
    "KHMER": "km",
    "LAO": "lo",
    "MALAYALAM": "ml",
    "MYANMAR": "my",
    "SINHALA": "si",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
    "TIBETAN": "bo",
}
"""By the first word of a letter's name in Unicode. A script of several languages says no more than itself."""
_TELLING: Final = ("ja", "ko")
"""Kana and Hangul tell which language the Chinese characters beside them are."""


def is_leftwards(text: str) -> bool:
    """Whether the text reads from right to left: see above."""
    if text.isascii():
        return False
    strong = [kind in LEFTWARDS for kind in map(unicodedata.bidirectional, text) if kind in LEFTWARDS | {"L"}]
    left = sum(strong)
    return 2 * left > len(strong) or (2 * left == len(strong) > 0 and strong[0])


def language_of(text: str) -> str:
    """The language of most of its letters as BCP 47 has it, or "": Latin letters are of any language."""
    if text.isascii():
        return ""
    found = Counter(map(_language, filter(str.isalpha, text)))
    for telling in _TELLING:
        if found[telling]:
            return telling
    return found.most_common(1)[0][0] if found else ""


def isolated(text: str) -> str:
    """The text for a place without markup, such as a label or a plain e-mail.

    A line that has letters from right to left is set apart by two invisible marks, so that the signs beside
    it stay where they are; others are as they were.
    """
    return "\n".join(_isolated(line) for line in text.split("\n"))


def _isolated(line: str) -> str:
    if all(kind not in LEFTWARDS for kind in map(unicodedata.bidirectional, line)):
        return line
    return f"{_ISOLATE[is_leftwards(line)]}{line}{_END}"


def _language(letter: str) -> str:
    return _LANGUAGES.get(unicodedata.name(letter, "").partition(" ")[0], "")

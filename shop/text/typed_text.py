"""The one rule for what is kept of what somebody types, pastes or dictates, in every field of the shop.

Kept is what can be seen, to the letter: case, accents, curly and straight quotes, ligatures, spaces of every
kind, emoji and signs. What cannot be seen is left out where it comes along with copied text and means
nothing: marks about a telephone number, soft hyphens, joiners between Latin letters. It is kept where a
script or an emoji is written with it. What would make words read otherwise than they were seen is refused,
never mended.
"""

import re
import unicodedata
from typing import Final

_LINE_ENDS: Final = re.compile("\r\n?|[\u0085\u2028\u2029\v\f]")
_NOTHING: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202c\u2060-\u2064"
    "\u2066-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]"
)
"""Cannot be seen, and changes no letter: soft hyphens, marks of direction, fillers, byte order marks.

Embeddings and isolates say how a text is to stand among others, which the shop sees to itself.
"""
_BINDING: Final = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
"""Joiners and the selectors of a variant: part of some letters and emoji, and nothing elsewhere."""
_JOINERS: Final = frozenset("\u200c\u200d")
_VIRAMA: Final = 9
_REFUSED: Final = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
"""Unassigned ones are not among them: emoji are younger than the tables of this Python."""
_OVERRIDES: Final = "\u202d\u202e"
"""They turn letters round: what was seen is not what was typed."""
CANNOT_BE_PRINTED: Final = "This has a character that cannot be printed. Please type it again."

_MOST: Final = 20_000
"""Longer than any field takes: it is refused for that, and need not be looked at."""


def kept_text(typed: str | None) -> str:
    """What is kept of it, in Unicode's normal form C; line ends are LF, and a tab is a space."""
    text = typed or ""
    if (text.isascii() and text.isprintable()) or len(text) > _MOST:
        return text
    text = _NOTHING.sub("", _LINE_ENDS.sub("\n", text).replace("\t", " "))
    return unicodedata.normalize("NFC", _BINDING.sub(_bound, text))


def kept_line(typed: str | None) -> str:
    """The same of a field of one line, without the spaces around it."""
    return kept_text(typed).strip()


def kept_code(typed: str | None) -> str:
    """The same of an e-mail address, a postcode, a telephone or an order number.

    There wide letters are plain ones, and every run of spaces is one.
    """
    return " ".join(unicodedata.normalize("NFKC", kept_text(typed)).split())


def line_problem(text: str, most: int) -> str:
    """Why no field of one line takes what was kept of a text; "" if one of so many characters does."""
    if len(text) > most:
        return f"This can be {most} characters at most; it has {len(text)}."
    return CANNOT_BE_PRINTED if "\n" in text or unprintable(text) else ""


def unprintable(text: str) -> str:
    """The first character that no field takes, or "": controls, private ones, what is none, overrides."""
    return next((sign for sign in text if sign != "\n" and is_refused(sign)), "")


def is_refused(sign: str) -> bool:
    """Whether no field takes this character; one of a single line takes no line end, either."""
    return unicodedata.category(sign) in _REFUSED or sign in _OVERRIDES or _is_none(ord(sign))


def _is_none(point: int) -> bool:
    """Whether Unicode calls it a noncharacter."""
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF  # noqa: PLR2004


def _bound(found: re.Match[str]) -> str:
    """What binds, where it binds: after a virama, or between what is neither a space nor a Latin letter."""
    text, at, end = found.string, found.start(), found.end()
    before, after = text[at - 1 : at] if at else "", text[end : end + 1]
    if before and unicodedata.combining(before) == _VIRAMA:
        return found[0]
    beside = (before,) if _JOINERS.isdisjoint(found[0]) else (before, after)
    return "" if any(map(_is_plain, beside)) else found[0]


def _is_plain(sign: str) -> bool:
    """Whether nothing can be bound to it: nothing at all, a space, or a Latin letter."""
    return not sign or sign.isspace() or (sign.isalpha() and "LATIN" in unicodedata.name(sign, ""))

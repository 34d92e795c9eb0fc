"""Words as they are searched for: without case, accents and signs, whoever typed them however."""

import re
import unicodedata
from typing import Final

_WRITTEN_OTHERWISE: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "'": None, "’": None}
)
"""Letters that are no base letter with an accent; apostrophes stand within a word."""

_KEPT: Final = frozenset("LN")
"""Letters and figures, and what combines with them visibly (Mc)."""

POSTCODE: Final = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})\b", re.IGNORECASE)


def folded(text: str) -> list[str]:
    """The words of a text, in their order."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    plain = plain.translate(_WRITTEN_OTHERWISE)
    spaced = "".join(_letter(character) for character in plain)
    return spaced.split()


def with_whole_postcodes(text: str) -> str:
    """The text with each postcode written as one word."""
    return POSTCODE.sub(r"\1\2", text)


def _letter(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Mn":
        return ""
    return character if category[0] in _KEPT or category == "Mc" else " "

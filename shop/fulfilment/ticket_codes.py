"""The code on a bench ticket, which a scanner types: the order's reference and the number of the unit."""

import re
from typing import Final
from urllib.parse import parse_qs

from shop.text.typed_text import kept_code

LOOK_UP: Final = "/owner/bench/scan"
"""Where the shop looks a code up."""

LONGEST: Final = 300
"""Characters that are looked at: a scanner types a whole address."""

WORDING: Final = "wording"

_CODE: Final = re.compile(r"PM[- ]?([0-9A-Z]{4})[- ]?([0-9A-Z]{2})(?:[- ]?([1-9][0-9]{0,3}))?", re.ASCII)


def ticket_address(site_url: str, reference: str, number: int, wording: int) -> str:
    """What a ticket's QR code says: where its unit is looked up, and which wording stands on the ticket."""
    return f"{site_url}{LOOK_UP}?code={ticket_code(reference, number)}&{WORDING}={wording}"


def ticket_code(reference: str, number: int) -> str:
    """The code of a unit, such as PM-7K3Q-2F-1."""
    return f"{reference}-{number}"


def printed_wording(text: str) -> int | None:
    """Which wording stands on a ticket, as the address in its QR code says; None of any other text."""
    said = "".join(parse_qs(text.strip()[:LONGEST].partition("?")[2]).get(WORDING, []))
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else None  # noqa: PLR2004


def read_code(text: str) -> tuple[str, int | None] | None:
    """The order's reference and the number of the unit that a code, or the address in its QR code, says.

    Its dashes may be left out: its parts are of a fixed length. The number is None when only a reference was
    typed; the whole None when it is no code at all.
    """
    said = kept_code(text)[:LONGEST]
    if "://" in said:
        said = "".join(parse_qs(said.partition("?")[2]).get("code", []))
    found = _CODE.fullmatch(said.strip().upper())
    if found is None:
        return None
    return f"PM-{found[1]}-{found[2]}", int(found[3]) if found[3] else None

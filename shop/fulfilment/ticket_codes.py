"""The code on a bench ticket, which a scanner types: the order's reference and the number of the unit."""

import re
from typing import Final
from urllib.parse import parse_qs

LONGEST: Final = 300
"""Characters that are looked at: a scanner types a whole address."""

_CODE: Final = re.compile(r"(PM-[0-9A-Z]{4}-[0-9A-Z]{2})(?:-([1-9][0-9]{0,3}))?", re.ASCII)


def ticket_code(reference: str, number: int) -> str:
    """The code of a unit, such as PM-7K3Q-2F-1."""
    return f"{reference}-{number}"


def read_code(text: str) -> tuple[str, int | None] | None:
    """The order's reference and the number of the unit that a code, or the address in its QR code, says.

    The number is None when only a reference was typed; the whole None when it is no code at all.
    """
    said = text.strip()[:LONGEST]
    if "://" in said:
        said = "".join(parse_qs(said.partition("?")[2]).get("code", []))
    found = _CODE.fullmatch(said.strip().upper())
    if found is None:
        return None
    return found[1], int(found[2]) if found[2] else None

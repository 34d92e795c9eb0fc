"""What the slip in the box says before its pieces: on paper, at the last look, on the order's page."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class SlipWords(NamedTuple):
    """Whom it is for and, of a gift whose buyer said it, from; and the message as it was written."""

    for_whom: str
    from_whom: str
    message: str


def slip_words(contact: Mapping[str, Any], *, as_gift: bool, message: str | None) -> SlipWords:
    """The words of a contact, and of what was said of a gift; all empty once they were erased."""
    giver = contact.get("buyer_name") or ""
    return SlipWords(contact.get("name") or "", giver if as_gift else "", message or "")

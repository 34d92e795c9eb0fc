"""What may stand in a dedication, a message or a note: nearly anything, kept exactly as written."""

from typing import Final

from shop.text.typed_text import kept_text, unprintable

DEDICATION_LIMIT: Final = 400
"""Characters that fit the card in the box."""

GIFT_MESSAGE_LIMIT: Final = 240

MESSAGE_LIMIT: Final = 2000

WALL_NAME_LIMIT: Final = 60
"""Characters of a name on the remembrance wall."""

NOTE_LIMIT: Final = 1000
"""Characters of one note of the owner's."""


class DedicationRefused(Exception):
    """The words cannot be printed as they are; `message` says why, without quoting them."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def check_dedication(text: str) -> str | None:
    """The dedication to keep, or None when it is empty or only white space. Raises DedicationRefused.

    What is kept is one rule for all fields: see shop/text/typed_text.py.
    """
    return _check(text, DEDICATION_LIMIT, "The dedication")


def check_gift_message(text: str) -> str | None:
    """The message for the slip to keep; the same rules, with less room. Raises DedicationRefused."""
    return _check(text, GIFT_MESSAGE_LIMIT, "The message")


def check_message(text: str) -> str | None:
    """What is written on an order's page, by either side; the same rules. Raises DedicationRefused."""
    kept = _check(text, MESSAGE_LIMIT, "What you wrote", "one message")
    return kept.strip() if kept else None


def check_wall_name(text: str) -> str:
    """The name to show with a dedication, as written, on one line; "" for none. Raises DedicationRefused."""
    kept = _check(text, WALL_NAME_LIMIT, "The name", "the wall")
    if kept and "\n" in kept:
        raise DedicationRefused("The name goes on one line. Please leave the line end out.")
    return kept or ""


def check_note(text: str) -> str | None:
    """What the owner notes about an order, by the same rules. Raises DedicationRefused."""
    return _check(text, NOTE_LIMIT, "The note", "a note")


def _check(text: str, limit: int, what: str, where: str = "the card") -> str | None:
    if len(text) > 10 * limit:
        raise DedicationRefused(_too_long(what, len(text), limit, where))
    kept = kept_text(text)
    if unprintable(kept):
        raise DedicationRefused(
            f"{what} holds something that cannot be seen or printed. It may have come along with copied "
            "text: typing that part afresh leaves it out."
        )
    if len(kept) > limit:
        raise DedicationRefused(_too_long(what, len(kept), limit, where))
    return kept if kept.strip() else None


def _too_long(what: str, count: int, limit: int, where: str) -> str:
    return f"{what} has {count} characters; {where} has room for {limit}."

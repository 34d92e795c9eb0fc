"""What keyboards, browsers and their extensions may do to a field, by what is typed in it.

Nothing may change what is cut, printed or put on a label: no correction, no capital and no suggestion comes
by itself. Where words are printed, a browser may underline what it doubts. What tells password managers and
writing helpers to keep away is what each of them documents.
"""

from collections.abc import Mapping
from typing import Final

_ALONE: Final = {
    "data-1p-ignore": "true",
    "data-bwignore": "true",
    "data-form-type": "other",
    "data-lpignore": "true",
}
"""1Password, Bitwarden, Dashlane and LastPass offer nothing here."""
_UNREAD: Final = {"data-gramm": "false", "data-lt-active": "false", "writingsuggestions": "false"}
"""Grammarly, LanguageTool and the browser's writing help, which may send words away, leave these alone."""
_EXACT: Final = {"autocorrect": "off", "spellcheck": "false"}
_EITHER_WAY: Final = {"dir": "auto"}

KEYBOARDS: Final[Mapping[str, Mapping[str, str]]] = {
    "letters": {
        "autocomplete": "off", "autocapitalize": "off", "enterkeyhint": "done",
        **_EXACT, **_UNREAD, **_ALONE, **_EITHER_WAY,
    },
    "printed": {
        "autocomplete": "off", "autocapitalize": "sentences", "autocorrect": "off", "spellcheck": "true",
        **_UNREAD, **_ALONE, **_EITHER_WAY,
    },
    "message": {
        "autocomplete": "off", "autocapitalize": "sentences", "spellcheck": "true",
        **_UNREAD, **_ALONE, **_EITHER_WAY,
    },
    "name": {"autocapitalize": "words", **_EXACT, **_UNREAD, **_EITHER_WAY},
    "address": {"autocapitalize": "words", **_EXACT, **_UNREAD, **_EITHER_WAY},
    "postcode": {"autocapitalize": "characters", **_EXACT, "writingsuggestions": "false", "dir": "ltr"},
    "email": {
        "autocapitalize": "none", "inputmode": "email", **_EXACT, "writingsuggestions": "false", "dir": "ltr",
    },
    "code": {
        "autocomplete": "off", "autocapitalize": "characters", **_EXACT,
        "writingsuggestions": "false", "dir": "ltr",
    },
    "day": {"autocomplete": "off", "autocapitalize": "none", **_EXACT, **_UNREAD, **_ALONE, "dir": "ltr"},
    "search": {"autocomplete": "off", "autocapitalize": "none", **_EXACT, **_UNREAD, **_ALONE, **_EITHER_WAY},
    "phone": {"inputmode": "tel", **_EXACT, "writingsuggestions": "false", "dir": "ltr"},
}  # fmt: skip
"""letters: to be cut. printed: a card, a slip, a comment. message: to us, or a note of staff; there a
telephone may help. code: a number of a parcel, a reference of a bank. day: in figures or words. search:
names and references alike."""


def typed_as(attributes: Mapping[str, object]) -> dict[str, object]:
    """The attributes of a field with those that its kind, `typed`, brings; those that are given stand."""
    given = dict(attributes)
    kind = given.pop("typed", None)
    return {**KEYBOARDS[str(kind)], **given} if kind else given

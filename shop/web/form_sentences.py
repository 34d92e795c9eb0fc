"""What WTForms says of a field by itself, said as the shop speaks."""

from collections.abc import Mapping
from typing import Final

_DAY: Final = "Please write the day like 24/12/2026."
_NUMBER: Final = "Please enter a number."
_WHOLE: Final = "Please enter a whole number, such as 5."
_CHOICE: Final = "Please choose one of those that are offered."
_TOO_LONG: Final = "This is too long."

SENTENCES: Final[Mapping[str, str]] = {
    "Not a valid date value.": _DAY,
    "Not a valid integer value.": _WHOLE,
    "Not a valid decimal value.": _NUMBER,
    "Not a valid float value.": _NUMBER,
    "Not a valid choice.": _CHOICE,
    "Invalid Choice: could not coerce.": _CHOICE,
    "This field is required.": "Please fill this in.",
    "Field cannot be longer than %(max)d character.": _TOO_LONG,
    "Field cannot be longer than %(max)d characters.": _TOO_LONG,
}
"""By its own sentence, ours."""

ANY_OTHER: Final = "Please look at this again."
"""For what no field of ours says yet."""


class Sentences:
    """Stands where WTForms asks for a translation."""

    def gettext(self, said: str) -> str:
        """Our sentence instead of this one."""
        return SENTENCES.get(said, ANY_OTHER)

    def ngettext(self, one: str, more: str, number: int) -> str:
        """The same, of a number."""
        return self.gettext(one if number == 1 else more)

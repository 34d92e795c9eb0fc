"""A message or a buyer's name without the tick that it is a gift is asked about before paying, once."""

from typing import Any, Final

from werkzeug.datastructures import MultiDict

ANSWER: Final = "gift-is"
"""The name of the two buttons; the value is YES or NO."""
YES: Final = "yes"
NO: Final = "no"


def answered(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was sent, with the tick set when the button under the question said that it is a gift."""
    if form.get(ANSWER) != YES:
        return form
    told = MultiDict(form)
    told["as_gift"] = "y"
    return told


def asks(form: MultiDict[str, str], said: dict[str, Any], kept: dict[str, Any] | None) -> bool:
    """Whether it may be a gift though nobody said so, and was not asked before with the same words."""
    if said["as_gift"] or form.get(ANSWER) == NO or not any(_meant(said)):
        return False
    return kept is None or bool(kept["as_gift"]) or _meant(kept) != _meant(said)


def _meant(details: dict[str, Any]) -> tuple[str, str]:
    return details["contact"].get("buyer_name") or "", details["gift_message"] or ""

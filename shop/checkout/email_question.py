"""An e-mail address that looks mistyped is asked about before paying, once; what the buyer says stands."""

from typing import Any, Final

from werkzeug.datastructures import MultiDict

from shop.mail.likely_typos import meant

ANSWER: Final = "email-is"
"""The name of the two buttons; the value is the address that is right."""


def answered(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """What was sent, with the address in its field that the button under the question said is right."""
    typed, right = form.get("email", "").strip(), form.get(ANSWER)
    if right is None or right not in {typed, meant(typed)}:
        return form
    told = MultiDict(form)
    told["email"] = right
    return told


def question(form: MultiDict[str, str], email: str, details: dict[str, Any] | None) -> str | None:
    """The address that was probably meant; None when there is nothing to ask, or it was answered before."""
    kept = details["contact"]["email"] if details else None
    return None if email in {form.get(ANSWER), kept} else meant(email)

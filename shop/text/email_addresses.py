"""Whether something is an e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from email_validator import ValidatedEmail


def read_email(text: str, *, accents: bool = True) -> ValidatedEmail | None:
    """What it says when it is written like an address that can receive mail, else None; no network is asked.

    `accents` are taken before the @, too.
    """
    from email_validator import (  # noqa: PLC0415 - it makes its rules as it is loaded, and no page shows any
        EmailNotValidError,
        validate_email,
    )

    try:
        return validate_email(text, check_deliverability=False, allow_smtputf8=accents)
    except EmailNotValidError:
        return None

"""CSRF tokens: by session, or, for pages that are the same for everyone, by the hour."""

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Final, ParamSpec

from flask import current_app
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from wtforms.csrf.core import CSRF
from wtforms.fields import Field
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

csrf = CSRFProtect()

LONGEST_STAMP: Final = 12
"""Digits of an hour's number; more is not ours, and Python reads no number of thousands of digits."""

PUBLIC_TOKEN_HOURS: Final = 24
"""How long a piece page may lie open before its form must be sent again."""

STALE_BUT_KEPT: Final = (
    "This page had been open for a while. Nothing you wrote is lost: please send it once more."
)


class PublicToken(CSRF):
    """A form token for pages that are the same for everyone and so know no session.

    It proves that the form was rendered by this shop within the last day; `same_origin` proves that the
    visitor's own page sent it. Use it through `class Meta: csrf_class = PublicToken`.
    """

    def generate_csrf_token(self, csrf_token_field: Field) -> str:  # noqa: ARG002
        """Give the hour and its signature."""
        return public_token()

    def validate_csrf_token(self, form: BaseForm, field: Field) -> None:  # noqa: ARG002
        """Raise ValidationError unless the token is ours and at most a day old."""
        if not valid_public_token(field.data or ""):
            raise ValidationError("This page had been open for a while. Please send it once more.")


def checks_token_itself(view: View[P]) -> View[P]:
    """For a view that checks its form's token itself, so that a stale form can be shown again as it was.

    Flask-WTF would answer with an error page, and what somebody wrote would be gone.
    """
    csrf.exempt(view)
    return view


def public_token(hour: int | None = None) -> str:
    """A token for a public form: the hour it was made and an HMAC of it."""
    stamp = str(int(time.time() // 3600) if hour is None else hour)
    key = current_app.config["SECRET_KEY"].encode()
    return f"{stamp}.{hmac.new(key, b'public-form:' + stamp.encode(), hashlib.sha256).hexdigest()[:32]}"


def valid_public_token(token: str) -> bool:
    """Whether the token is one of ours and not older than PUBLIC_TOKEN_HOURS."""
    stamp, _, _ = token.partition(".")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= LONGEST_STAMP):
        return False
    age = time.time() // 3600 - int(stamp)
    return (
        hmac.compare_digest(token.encode(), public_token(int(stamp)).encode())
        and -1 <= age <= PUBLIC_TOKEN_HOURS
    )

"""Browsers that have signed in to an account before: a signed cookie that gives them tries of their own.

It opens nothing: without the password it is worth five tries a minute (OWASP, "Slow down online guessing
attacks with device cookies").
"""

import secrets
from datetime import timedelta
from typing import Final

from flask import Response, request
from itsdangerous import BadSignature, URLSafeSerializer

from shop import web
from shop.accounts.rate_limit import email_digest

LASTS: Final = timedelta(days=180)
NONCE_BYTES: Final = 16


def known(email: str) -> str | None:
    """What stands for this browser, if it has signed in to this account before."""
    try:
        said = _signer().loads(request.cookies.get(cookie_name(), ""))
    except BadSignature:
        return None
    return said["device"] if said["email"] == _digest(email) else None


def remember(response: Response, email: str) -> Response:
    """Let the browser show that it signed in to this account."""
    device = known(email) or secrets.token_urlsafe(NONCE_BYTES)
    response.set_cookie(
        cookie_name(),
        str(_signer().dumps({"device": device, "email": _digest(email)})),
        max_age=LASTS,
        path="/",
        secure=web.settings().secure,
        httponly=True,
        samesite="Strict",
    )
    return response


def cookie_name() -> str:
    """The cookie of a known browser; over HTTPS with the prefix that ties it to this host and to HTTPS."""
    return "__Host-device" if web.settings().secure else "device"


def _digest(email: str) -> str:
    return email_digest(email, web.settings().secret_key)[:32]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(web.settings().secret_key, salt="device")

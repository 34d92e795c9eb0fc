"""The session cookie of the people who work here: its name, how it is set and how it is taken away."""

from flask import Response, request

from shop import web
from shop.accounts import sessions


def cookie_name() -> str:
    """The staff cookie; over HTTPS with the prefix that ties it to this host and to HTTPS."""
    return "__Host-staff" if web.settings().secure else "staff"


def token() -> str | None:
    """The session token this request carries, good or not."""
    return request.cookies.get(cookie_name())


def remember(response: Response, session_token: str) -> Response:
    """Give the browser its session token."""
    response.set_cookie(
        cookie_name(),
        session_token,
        max_age=sessions.LONGEST,
        path="/",
        secure=web.settings().secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def forget(response: Response) -> Response:
    """Take the session token from the browser."""
    response.delete_cookie(
        cookie_name(), path="/", secure=web.settings().secure, httponly=True, samesite="Lax"
    )
    return response

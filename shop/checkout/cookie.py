"""The basket's two cookies: the secret one that opens it, and a plain number for the page's header."""

import re
from http import HTTPStatus
from typing import Final

from flask import Response, make_response, redirect, request

from shop import web
from shop.checkout.basket_store import KEPT_FOR, new_token

COUNT_COOKIE: Final = "basket_items"
ASKED: Final = "cookie"
"""In an address: whoever is here was given the basket's cookie a moment ago."""
REFUSED: Final = (
    "Your browser did not keep the one cookie that a basket needs, so nothing is in it yet. What you wrote "
    "is all here. Please allow cookies for this site and press the button again; or write to {}, and we put "
    "your order together for you."
)
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""32 random bytes as `basket.new_token` writes them."""


def name() -> str:
    """The cookie's name; with the __Host- prefix browsers refuse it to subdomains and plain HTTP."""
    return "__Host-basket" if web.settings().secure else "basket"


def token() -> str | None:
    """The visitor's basket token, if there is one that we could have given: its words hang on it."""
    found = request.cookies.get(name(), "")
    return found if TOKEN.fullmatch(found) else None


def asks_first() -> bool:
    """Whether a browser has yet to show that it keeps cookies. Programs, which say less, need not."""
    return token() is None and "Sec-Fetch-Mode" in request.headers


def ask() -> Response:
    """Have the browser send its form once more, by itself, with a basket's cookie if it keeps one."""
    answer = make_response(redirect(f"{request.path}?{ASKED}", HTTPStatus.TEMPORARY_REDIRECT))
    return remember(answer, new_token(), 0)


def remember(response: Response, token: str, count: int) -> Response:
    """Set both cookies. They are strictly necessary for what was asked for, so no consent is asked."""
    secure, age = web.settings().secure, int(KEPT_FOR.total_seconds())
    response.set_cookie(name(), token, max_age=age, secure=secure, httponly=True, samesite="Lax")
    return show_count(response, count)


def show_count(response: Response, count: int) -> Response:
    """Set the number that the page's header shows."""
    if count:
        age = int(KEPT_FOR.total_seconds())
        response.set_cookie(
            COUNT_COOKIE, str(count), max_age=age, secure=web.settings().secure, samesite="Lax"
        )
    else:
        response.delete_cookie(COUNT_COOKIE, secure=web.settings().secure, samesite="Lax")
    return response

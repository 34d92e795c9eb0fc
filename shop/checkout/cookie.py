"""The basket's two cookies: the secret one that opens it, and a plain number for the page's header."""

import re
from typing import Final

from flask import Response, request

from shop import web
from shop.checkout.basket_store import KEPT_FOR

COUNT_COOKIE: Final = "basket_items"
TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""32 random bytes as `basket.new_token` writes them."""


def name() -> str:
    """The cookie's name; with the __Host- prefix browsers refuse it to subdomains and plain HTTP."""
    return "__Host-basket" if web.settings().secure else "basket"


def token() -> str | None:
    """The visitor's basket token, if there is one that we could have given: its words hang on it."""
    found = request.cookies.get(name(), "")
    return found if TOKEN.fullmatch(found) else None


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

"""Who is asking, and whether this page is open to them."""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, ParamSpec
from urllib.parse import urlencode

from flask import Response, abort, g, make_response, redirect, request
from flask.typing import ResponseReturnValue

from shop import clock, web
from shop.accounts import sessions
from shop.accounts.models import STAFF, Account, Role
from shop.accounts.session_cookie import token

P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

LONGEST_ADDRESS: Final = 2000
"""In characters, of a page to come back to."""

HOME: Final = {Role.OWNER: "/owner/", Role.FINANCE: "/finance/", Role.CHARITY: "/charity/"}
"""Where each role begins."""


def require(*roles: str) -> Callable[[View[P]], View[P]]:
    """Open a view to these roles, or with none named to everyone who works here.

    Somebody not signed in is sent to sign in first (GET) or refused with 401; the wrong role meets 403.
    Inside, `account()` is who asks. Raises ValueError, when the module is imported, for a role there is not.
    """
    allowed = {Role(role) for role in roles} or set(STAFF)

    def guard(view: View[P]) -> View[P]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            found = signed_in()
            if found is None:
                return _ask_to_sign_in()
            if found.account.role not in allowed:
                abort(HTTPStatus.FORBIDDEN)
            return view(*args, **kwargs)

        return guarded

    return guard


def account() -> Account:
    """Who is asking, inside a view that `require` guards."""
    found: Account = g.account
    return found


def signed_in() -> sessions.SignedIn | None:
    """Who is signed in, by the cookie of this request; `g.account` is theirs, or None."""
    if "signed_in" not in g:
        found = _look_up()
        due = found is not None and found.passkey_due
        g.signed_in, g.half_signed_in = (None, found) if due else (found, None)
        g.account = g.signed_in.account if g.signed_in else None
    opened: sessions.SignedIn | None = g.signed_in
    return opened


def half_signed_in() -> sessions.SignedIn | None:
    """Who has given a password, or used a link, and has still to show a passkey. Nothing is open to them."""
    signed_in()
    found: sessions.SignedIn | None = g.half_signed_in
    return found


def safe_next(address: str | None) -> str | None:
    """The address if it is a path of this site, else None: nobody is sent elsewhere after signing in.

    Browsers read a backslash as a slash and drop tabs and line ends, so an address holding any is no path.
    """
    if not address or len(address) > LONGEST_ADDRESS or not address.startswith("/"):
        return None
    if address.startswith("//") or any(c == "\\" or not "!" <= c <= "~" for c in address):
        return None
    return address


def _look_up() -> sessions.SignedIn | None:
    presented = token()
    if not presented:
        return None
    with web.reading() as session:
        found = sessions.signed_in(session, presented)
    if found and clock.now() - found.session.last_seen_at > sessions.SEEN_EVERY:
        with web.transaction() as session:
            sessions.mark_seen(session, presented)
    return found


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.method not in {"GET", "HEAD"}:
        abort(HTTPStatus.UNAUTHORIZED)
    here = safe_next(request.full_path.removesuffix("?"))
    query = f"?{urlencode({'next': here})}" if here else ""
    return see_other(f"{'/sign-in/passkey' if half_signed_in() else '/sign-in'}{query}")


def see_other(address: str) -> Response:
    """Lead to another page of the site."""
    return make_response(redirect(address, HTTPStatus.SEE_OTHER))

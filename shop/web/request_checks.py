"""What is refused before any page is asked: changes from other sites, and addresses that are no text."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, request

from shop.settings import Settings
from shop.web.form_tokens import csrf


def same_origin() -> None:
    """Refuse a change that a browser says came from another site (fetch metadata, then Origin).

    Programs that send neither header carry no one's cookies by accident, so they may pass to the token check.
    """
    if request.method in {"GET", "HEAD", "OPTIONS"} or request.endpoint in _open_endpoints():
        return
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        if site not in {"same-origin", "none"}:
            abort(HTTPStatus.BAD_REQUEST, "This form was sent from another site.")
    elif origin is not None and _host_of(origin) not in _own_hosts():
        abort(HTTPStatus.BAD_REQUEST, "This form was sent from another site.")


def refuse_broken_addresses() -> None:
    """Refuse an address with a null character, which PostgreSQL cannot hold, or bytes that are no text."""
    if "\0" in request.path or b"%00" in request.query_string:
        abort(HTTPStatus.BAD_REQUEST)
    try:
        request.query_string.decode()
    except UnicodeDecodeError:
        abort(HTTPStatus.BAD_REQUEST)


def _host_of(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None


def _own_hosts() -> set[str]:
    """The host that was asked for and, since a proxy may ask for another, the one the public knows."""
    shared = current_app.extensions.get("shop")
    found: Settings | None = shared.settings if shared else None
    return {request.host} | ({urlsplit(found.site_url).netloc} if found else set())


def _open_endpoints() -> set[str]:
    """Endpoints that other servers call and that check a signature of their own."""
    found: set[str] = current_app.extensions.setdefault("shop.open_endpoints", set())
    return found


def open_to_servers(app: Flask, endpoint: str) -> None:
    """Let another server post to an endpoint without a form token: it must verify a signature itself."""
    app.extensions.setdefault("shop.open_endpoints", set()).add(endpoint)
    csrf.exempt(app.view_functions[endpoint])

"""What every page shares: access to the database, errors, headers, filters and form tokens."""

import hashlib
import hmac
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any, Final, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from wtforms.csrf.core import CSRF
from wtforms.fields import Field
from wtforms.form import BaseForm
from wtforms.validators import ValidationError

from shop import headers
from shop.db import Database
from shop.failures import without_words
from shop.money import pounds, pounds_and_pence
from shop.settings import Settings

T = TypeVar("T")
P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]

csrf = CSRFProtect()

MAX_REQUEST_BYTES: Final = 512 * 1024
RETRY_AFTER_SECONDS: Final = 5
LONGEST_STAMP: Final = 12
"""Digits of an hour's number; more is not ours, and Python reads no number of thousands of digits."""

PUBLIC_TOKEN_HOURS: Final = 24
"""How long a piece page may lie open before its form must be sent again."""

STALE: Final = "This page had been open for a while. Go back, load it again, and send it once more."
STALE_BUT_KEPT: Final = (
    "This page had been open for a while. Nothing you wrote is lost: please send it once more."
)


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["shop.settings"]
    return found


def leave_out(app: Flask, name: str, why: Sequence[str]) -> None:
    """Note a text of the owner's that may not be shown as it is: in the log now, and as an alert."""
    app.extensions.setdefault("shop.left_out", []).append((name, "\n".join(why)))
    app.logger.warning("%s is left out: %s", name, " ".join(why))


def database() -> Database:
    """The database of the running application."""
    found: Database = current_app.extensions["shop.database"]
    return found


def transaction() -> AbstractContextManager[Session]:
    """A writing session on the running application's database (see Database.transaction)."""
    return database().transaction()


def reading() -> AbstractContextManager[Session]:
    """A reading session on the running application's database."""
    return database().reading()


def init_app(app: Flask) -> None:
    """Give the application its errors, headers, filters and CSRF protection."""
    config: Settings = app.extensions["shop.settings"]
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
        SESSION_COOKIE_NAME="__Host-session" if config.secure else "session",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session: nobody is hurried
        WTF_CSRF_SSL_STRICT=False,  # same_origin() below asks the browser itself
    )
    csrf.init_app(app)
    app.before_request(refuse_broken_addresses)
    app.before_request(same_origin)
    app.jinja_env.filters.update(pounds=pounds, pounds_and_pence=pounds_and_pence)
    app.jinja_env.globals.update(
        test_payments=not config.livemode,
        livemode=config.livemode,
        site_url=config.site_url,
    )
    app.register_error_handler(HTTPException, error_page)
    for away in (OperationalError, PoolTimeout):
        app.register_error_handler(away, unavailable(None))
    app.register_error_handler(Exception, _unexpected)
    headers.init_app(app)


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
    found: Settings | None = current_app.extensions.get("shop.settings")
    return {request.host} | ({urlsplit(found.site_url).netloc} if found else set())


def _open_endpoints() -> set[str]:
    """Endpoints that other servers call and that check a signature of their own."""
    found: set[str] = current_app.extensions.setdefault("shop.open_endpoints", set())
    return found


def open_to_servers(app: Flask, endpoint: str) -> None:
    """Let another server post to an endpoint without a form token: it must verify a signature itself."""
    app.extensions.setdefault("shop.open_endpoints", set()).add(endpoint)
    csrf.exempt(app.view_functions[endpoint])


def error_page(error: HTTPException) -> ResponseReturnValue:
    """One page for every error, in the shop's voice, with the same way to reach a person."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    if isinstance(error, CSRFError):
        error.description = STALE
    said = error.description if error.description != type(error).description else None
    response = current_app.make_response(
        (render_template("error.html", code=error.code, said=said), error.code)
    )
    for name, value in error.get_headers():
        if name in {"Retry-After", "Allow", "WWW-Authenticate"}:
            response.headers[name] = value
    return response


def unavailable(said: str | None) -> Callable[[Exception], ResponseReturnValue]:
    """A handler for what does not answer at the moment, with the sentence that people read."""

    def handle(error: Exception) -> ResponseReturnValue:
        current_app.logger.warning("unavailable: %s", type(error).__name__)
        page = render_template("error.html", code=int(HTTPStatus.SERVICE_UNAVAILABLE), said=said)
        return page, HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": str(RETRY_AFTER_SECONDS)}

    return handle


def _unexpected(error: Exception) -> ResponseReturnValue:
    if current_app.testing:
        raise error
    # The traceback, but never the values: an exception's text can quote what somebody typed.
    current_app.logger.error(
        "unexpected %s at %s", type(error).__name__, request.endpoint, exc_info=without_words(error)
    )
    return render_template("error.html", code=int(HTTPStatus.INTERNAL_SERVER_ERROR), said=None), 500


class Form(FlaskForm):
    """A form filled from what was sent as form fields, and from nothing else.

    Flask-WTF by itself also takes files and JSON under the same names, which no field here expects.
    """

    class Meta(FlaskForm.Meta):
        """How the fields are filled."""

        def wrap_formdata(self, form: BaseForm, formdata: Any) -> Any:  # noqa: ARG002
            """Give the request's form fields unless others, or none, were given."""
            if formdata is None or hasattr(formdata, "getlist"):
                return formdata
            return request.form if request.method == "POST" else None


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


class PublicForm(Form):
    """A form on a page that is the same for everyone: its token proves the page, not a session."""

    class Meta(Form.Meta):
        """How the token is made and checked."""

        csrf_class = PublicToken


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


def wired(kind: type[T]) -> T:
    """The one object of a class that `create_app` made for this application."""
    found: T = current_app.extensions[f"shop.{kind.__name__}"]
    return found

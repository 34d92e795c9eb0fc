"""One page for every error, in the shop's voice."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from shop.failures import without_words

RETRY_AFTER_SECONDS: Final = 5

STALE: Final = "This page had been open for a while. Go back, load it again, and send it once more."


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


def unexpected(error: Exception) -> ResponseReturnValue:
    """What nobody foresaw: a page for whoever met it, and a traceback for the log."""
    if current_app.testing:
        raise error
    # The traceback, but never the values: an exception's text can quote what somebody typed.
    current_app.logger.error(
        "unexpected %s at %s", type(error).__name__, request.endpoint, exc_info=without_words(error)
    )
    return render_template("error.html", code=int(HTTPStatus.INTERNAL_SERVER_ERROR), said=None), 500

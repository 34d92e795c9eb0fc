"""One page for every error, in the shop's voice."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from shop.failures import without_words

RETRY_AFTER_SECONDS: Final = 5

STALE: Final = "This page had been open for a while. Go back, load it again, and send it once more."

PAGES: Final[Mapping[int, tuple[str, str]]] = {
    400: (
        "We could not read that",
        "What your browser sent did not arrive whole. Going back and sending it once more usually works.",
    ),
    401: ("Please sign in", "This page is for the people who work here."),
    403: (
        "This page is not open to you",
        "If you think it should be, please write to the person who looks after the shop.",
    ),
    404: (
        "There is nothing at this address",
        "The page may have moved, or the address may have lost a letter on its way to you.",
    ),
    405: (
        "This page cannot be used that way",
        "Nothing has been lost. Please start from the page before.",
    ),
    409: (
        "This cannot be done as things stand",
        "Something has changed since. Please go back and look again.",
    ),
    410: (
        "This page has been taken away",
        "It was here once, and we took it down. Nothing you did was wrong.",
    ),
    413: (
        "That was more than we can take in",
        "What was sent is too large. A shorter text will go through.",
    ),
    422: ("We could not use that as it is", "Please go back and look at what was written."),
    429: (
        "Please wait a little",
        "There were many requests in a short time. In a minute this will work again.",
    ),
    500: (
        "Something here went wrong",
        (
            "It is our mistake, not yours. Please try again; if you were paying, look at your order before "
            "paying a second time."
        ),
    ),
    503: (
        "We cannot answer just now",
        "The shop is busy or being looked after. Nothing is lost. Please try again in a moment.",
    ),
}
"""What is said of each: a title, and what to do."""
OTHER: Final = ("This did not work", "Please go back and try once more.")
LOST: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""Somebody may have followed a link to an order."""


def error_html(code: int, said: str | None = None) -> str:
    """The page of an error; `said` is a sentence of our own about this one."""
    title, advice = PAGES.get(code, OTHER)
    return render_template(
        "error.html",
        title=title,
        said=said or advice,
        lost=code in LOST,
        ours=code >= HTTPStatus.INTERNAL_SERVER_ERROR,
    )


def error_page(error: HTTPException) -> ResponseReturnValue:
    """One page for every error, in the shop's voice, with the same way to reach a person."""
    if error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return error
    if isinstance(error, CSRFError):
        error.description = STALE
    said = error.description if error.description != type(error).description else None
    response = current_app.make_response((error_html(error.code, said), error.code))
    for name, value in error.get_headers():
        if name in {"Retry-After", "Allow", "WWW-Authenticate"}:
            response.headers[name] = value
    return response


def unavailable(said: str | None) -> Callable[[Exception], ResponseReturnValue]:
    """A handler for what does not answer at the moment, with the sentence that people read."""

    def handle(error: Exception) -> ResponseReturnValue:
        current_app.logger.warning("unavailable: %s", type(error).__name__)
        page = error_html(HTTPStatus.SERVICE_UNAVAILABLE, said)
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
    return error_html(HTTPStatus.INTERNAL_SERVER_ERROR), HTTPStatus.INTERNAL_SERVER_ERROR

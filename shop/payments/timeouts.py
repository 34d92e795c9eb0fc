"""How long the shop waits for Stripe: a page a few seconds, for all that it asks together."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

BUYER_SECONDS: Final = 3.5
"""For all calls of one page; with what the page does besides, an answer comes within five."""
STAFF_SECONDS: Final = 20.0
STAFF: Final = ("/owner/", "/finance/")

_until: ContextVar[float | None] = ContextVar("until", default=None)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let all that is asked of Stripe inside take no longer than this, together."""
    left = seconds_left()
    token = _until.set(time.monotonic() + (seconds if left is None else min(seconds, left)))
    try:
        yield
    finally:
        _until.reset(token)


def seconds_left() -> float | None:
    """Of what `within` gave; None when nobody waits."""
    until = _until.get()
    return None if until is None else until - time.monotonic()


def limited_pages(behind: WSGIApplication) -> WSGIApplication:
    """Give every page of the application its few seconds of Stripe's time."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        staff = environ["PATH_INFO"].startswith(STAFF)
        with within(STAFF_SECONDS if staff else BUYER_SECONDS):
            return behind(environ, start_response)

    return answer

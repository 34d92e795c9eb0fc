"""Connections to Stripe whose calls end in time; after a silence, one asks for everybody.

The timeouts of a call bound neither a page that makes several, nor an answer that comes drop by drop, nor
a name that nobody resolves.
"""

import threading
import time
import warnings
from queue import Empty, SimpleQueue
from typing import Any, Final

from shop.left_out import left_out
from shop.payments.timeouts import seconds_left

with warnings.catch_warnings(), left_out("charset_normalizer"):  # it guesses at texts; Stripe's are in UTF-8
    warnings.simplefilter("ignore")
    import requests

CALL_SECONDS: Final = 25.0
"""The longest one call may take where no page waits for it."""
SLOW_SECONDS: Final = 1.0
"""A call that fails after this was met with silence; one that fails sooner cost nobody anything."""
REST_SECONDS: Final = 3.0
"""After a silence nobody in this process asks for so long; then one does, and the others are told at once."""
MOST_UNDER_WAY: Final = 32
"""Calls at the same time, those given up included."""


class StripeTimeout(requests.RequestException):
    """Stripe did not answer in the time there was, or just before. The SDK does not repeat such a call."""


class CircuitBreaker:
    """Remembers a silence, so that not everybody waits through it: a page is better told at once."""

    def __init__(self, rest_seconds: float = REST_SECONDS) -> None:
        self._rest = rest_seconds
        self._lock = threading.Lock()
        self._silent = False
        self._next_try = 0.0

    def ask(self) -> None:
        """Raise StripeTimeout while Stripe is being left alone."""
        with self._lock:
            if not self._silent:
                return
            if time.monotonic() < self._next_try:
                raise StripeTimeout("Stripe did not answer a moment ago")
            self._next_try = time.monotonic() + CALL_SECONDS  # this one asks for all

    def note(self, *, silent: bool) -> None:
        """Say how a call went."""
        with self._lock:
            self._silent = silent
            self._next_try = time.monotonic() + self._rest


class LimitedSession(requests.Session):
    """Connections to Stripe whose every call ends in time, come what may: each has a thread of its own."""

    def __init__(self, breaker: CircuitBreaker | None = None) -> None:
        super().__init__()
        self._breaker = breaker or CircuitBreaker()
        self._under_way = threading.BoundedSemaphore(MOST_UNDER_WAY)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send, and read the answer. Raises StripeTimeout when it is not there in time."""
        self._breaker.ask()
        began, left = time.monotonic(), seconds_left()
        try:
            answer = self._in_time(CALL_SECONDS if left is None else left, request, kwargs)
        except Exception:
            self._breaker.note(silent=time.monotonic() - began > SLOW_SECONDS)
            raise
        self._breaker.note(silent=False)
        return answer

    def _in_time(
        self, seconds: float, request: requests.PreparedRequest, kwargs: dict[str, Any]
    ) -> requests.Response:
        """The answer, or what was raised instead. One given up ends by itself, when nobody waits for it."""
        told: SimpleQueue[requests.Response | Exception] = SimpleQueue()
        ask = super().send

        def call() -> None:
            try:
                told.put(ask(request, **kwargs))
            except Exception as error:  # noqa: BLE001  (whatever it is, it is raised where it was asked)
                told.put(error)
            finally:
                self._under_way.release()

        if seconds <= 0 or not self._under_way.acquire(blocking=False):
            raise StripeTimeout("there is no time left to ask Stripe")
        threading.Thread(target=call, daemon=True).start()
        try:
            answer = told.get(timeout=seconds)
        except Empty:
            raise StripeTimeout("the time for Stripe's answer is over") from None
        if isinstance(answer, Exception):
            raise answer
        return answer

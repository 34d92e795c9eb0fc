"""What time it is at Stripe, by the `Date` of its answers: a host's own clock may be wrong."""

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from shop import clock

FRESH_SECONDS: Final = 600
"""How long what was heard may be trusted: a host's clock may be set meanwhile."""


class StripeTime:
    """The difference between Stripe's clock and ours, heard with every answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead = timedelta()
        self._heard: float | None = None

    def hear(self, headers: Mapping[str, str]) -> None:
        """Note the time of an answer; one without a date that can be read says nothing."""
        try:
            told = parsedate_to_datetime(headers["Date"])
        except (KeyError, TypeError, ValueError):
            return
        told = told if told.tzinfo else told.replace(tzinfo=UTC)
        with self._lock:
            self._ahead, self._heard = told - clock.now(), time.monotonic()

    def now(self) -> datetime:
        """This moment at Stripe, to about a second; our own while nothing was heard."""
        return clock.now() + self._ahead

    @property
    def fresh(self) -> bool:
        """Whether it was heard lately."""
        return self._heard is not None and time.monotonic() - self._heard < FRESH_SECONDS

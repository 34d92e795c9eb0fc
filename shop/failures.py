"""What nobody expected, written down: the first of each kind with its traceback, the rest counted.

Never with its message: an exception's text can quote what somebody typed.
"""

import logging
import threading
from collections import Counter
from types import TracebackType
from typing import Final

MOST_KINDS: Final = 500

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def without_words(error: BaseException) -> ExcInfo:
    """The traceback of an error for `exc_info`, without its message and without what it was raised from."""
    plain = type(error).__init__ is Exception.__init__
    told = type(error)("(message withheld)") if plain else RuntimeError("(withheld)")
    return type(error), told, error.__traceback__


class Failures:
    """The failures of this process by what failed, how and where."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, str, int]] = Counter()
        self._lock = threading.Lock()

    def note(self, log: logging.Logger, what: str, error: BaseException, *, expected: bool = False) -> int:
        """Write a failure down, and give how many of its kind there were.

        The first has its traceback, unless it was `expected`; then the tenth is told, and the hundredth.
        """
        count = self._count((what, type(error).__name__, *_place(error)))
        if count == 1 and expected:
            log.warning("%s: %s", what, type(error).__name__)
        elif count == 1:
            log.error("%s: unexpected %s", what, type(error).__name__, exc_info=without_words(error))
        elif set(str(count)[1:]) == {"0"} and str(count)[0] == "1":
            log.error("%s: %s again, %d times now", what, type(error).__name__, count)
        return count

    def _count(self, kind: tuple[str, str, str, int]) -> int:
        with self._lock:
            if len(self._counts) >= MOST_KINDS:
                self._counts.clear()
            self._counts[kind] += 1
            return self._counts[kind]


def _place(error: BaseException) -> tuple[str, int]:
    """File and line where it was raised."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return ("", 0) if at is None else (at.tb_frame.f_code.co_filename, at.tb_lineno)


failures: Final = Failures()
"""Of this process."""

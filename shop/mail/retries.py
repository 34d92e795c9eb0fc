"""When an e-mail that was not taken is tried again."""

import random
from datetime import datetime, timedelta
from typing import Final

from shop import clock

FIRST_DELAY: Final = timedelta(seconds=30)
LONGEST_DELAY: Final = timedelta(hours=1)
FURTHEST: Final = 1.5 * LONGEST_DELAY
"""With its jitter."""
_HOURLY: Final = 8
"""From this try on they are LONGEST_DELAY apart."""


def next_try(attempts: int, *, answered: bool) -> tuple[datetime, int]:
    """When to try again, and how many tries count.

    Each time about twice as late, at most hourly, jittered so that e-mails spread out. While nobody has
    `answered`, tries at full length are not counted: it is no fault of the e-mail's.
    """
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(attempts - 1, 10))
    jitter = random.uniform(0.75, 1.25)  # noqa: S311  (spreads load, guards nothing)
    return clock.now() + delay * jitter, attempts if answered else min(attempts, _HOURLY)

"""The threads in which the application runs, in sets: what is slow keeps nothing else from going on."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

LOOKING_THREADS: Final = 4
CHANGING_THREADS: Final = 16
"""They wait more than they work."""
PICTURE_THREADS: Final = 2
"""For forms that may carry a picture: it is opened in a moment, but takes memory while it is."""
MOST_WAITING: Final = 100
"""For a thread of either set. Who comes then is asked to come again, rather than to wait in vain."""


@dataclass
class Threads:
    """A set of threads, and how many requests wait for one or have one."""

    pool: ThreadPoolExecutor
    size: int
    most_waiting: int = MOST_WAITING
    taken: int = 0

    @classmethod
    def of(cls, size: int, name: str, *, most_waiting: int = MOST_WAITING) -> "Threads":
        """So many of them."""
        return cls(ThreadPoolExecutor(size, thread_name_prefix=name), size, most_waiting)

    def start(self) -> None:
        """Start them now: a first rush of visits should take no memory that was not there before."""
        all_there = threading.Barrier(self.size + 1)
        for _ in range(self.size):
            self.pool.submit(all_there.wait)
        all_there.wait()

    @property
    def full(self) -> bool:
        """Whether too many wait already."""
        return self.taken >= self.size + self.most_waiting

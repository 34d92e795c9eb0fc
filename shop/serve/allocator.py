"""What glibc's allocator may keep. Elsewhere nothing is set."""

import ctypes
import threading
import time
from typing import Final

M_TRIM_THRESHOLD: Final = -1
M_MMAP_THRESHOLD: Final = -3
M_ARENA_MAX: Final = -8
"""Their numbers in malloc.h."""

ARENAS: Final = 1
LARGE: Final = 256 * 1024
TIDY_SECONDS: Final = 10.0


def give_back() -> None:
    """Return to the system what is free: else what a password's hash or a picture needed once is kept.

    And that for each thread apart. Holds for this process and those it starts.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for what, value in ((M_ARENA_MAX, ARENAS), (M_MMAP_THRESHOLD, LARGE), (M_TRIM_THRESHOLD, LARGE)):
            mallopt(what, value)


def keep_tidy() -> None:
    """Return what is free between things in use, too, now and then, for as long as this process lives.

    By itself the allocator returns only what is free at its end, and a rush leaves holes. It takes a
    millisecond.
    """
    system = ctypes.CDLL(None)

    def tidy() -> None:
        while True:
            time.sleep(TIDY_SECONDS)
            system.malloc_trim(0)

    if hasattr(system, "malloc_trim"):
        threading.Thread(target=tidy, name="tidy", daemon=True).start()

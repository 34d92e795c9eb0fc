"""A line between the first process and those it started: when it is gone, they notice.

It is a pipe that nobody writes to. Only the first process holds the end for writing, so it closes when that
process ends, however it ends. That works on every Unix.
"""

import os
import signal
import threading
import time
from typing import Final

LAST_SECONDS: Final = 5.0


class ParentPipe:
    """The pipe. Made by the first process, and taken over by each process it starts."""

    def __init__(self) -> None:
        self._held, self._hold = os.pipe()

    def end_with_parent(self) -> None:
        """In a new process: end like SIGTERM does when the first one is gone, and soon in any case."""
        os.close(self._hold)
        threading.Thread(target=self._watch, name="lifeline", daemon=True).start()

    def close(self) -> None:
        """In the first process: let go of both ends."""
        os.close(self._hold)
        os.close(self._held)

    def _watch(self) -> None:
        while os.read(self._held, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LAST_SECONDS)
        os._exit(1)

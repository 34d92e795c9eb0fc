"""A line between the first process and each of its children: when one end is gone, the other notices.

The child's standard input is a pipe that nobody writes to. Only the first process holds its other end, so it
closes when that process ends, however it ends. That works on every Unix.
"""

import os
import signal
import threading
import time
from typing import Final

LAST_SECONDS: Final = 5.0


def end_with_parent() -> None:
    """End this process like SIGTERM does when whoever started it is gone, and a little later in any case."""
    threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def _watch() -> None:
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(LAST_SECONDS)
    os._exit(1)

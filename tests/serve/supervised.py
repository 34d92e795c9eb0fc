"""A first process with three children, as small as they can be: `supervised.py WHAT`."""

import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from shop.serve import parent_pipe
from shop.serve.supervisor import Child, Supervisor


def plain() -> None:
    time.sleep(1000)


def deaf() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(1000)


def dying() -> None:
    sys.exit(1)


WORK: dict[str, Callable[[], None]] = {work.__name__: work for work in (plain, deaf, dying)}

if __name__ == "__main__":
    parent_pipe.LAST_SECONDS = 1.0  # type: ignore[misc]
    children = [Child(WORK[sys.argv[1]]) for _ in range(3)]
    early = Child(plain) if sys.argv[2:] == ["early"] else None
    Supervisor(children, early=early, warm_up=lambda: time.sleep(0.5 if early else 0)).run()

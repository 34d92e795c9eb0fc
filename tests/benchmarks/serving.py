"""`python -m tests.benchmarks.serving TARGET` serves a WSGI application in as many processes as the shop has.

Nothing of the shop is loaded: a bare application that took its memory and its start would be none.
"""

import os
import sys

from granian.constants import Interfaces
from granian.server import MPServer

WEB_PROCESSES, THREADS = 2, 5

if __name__ == "__main__":
    MPServer(
        sys.argv[1],
        address="127.0.0.1",
        port=int(os.environ["PORT"]),
        interface=Interfaces.WSGI,
        workers=WEB_PROCESSES,
        blocking_threads=THREADS,
        backlog=1024,
        log_access=False,
        websockets=False,
    ).serve()

"""A first process, an early one, two that take over from it, and a worker: `handed_over.py PORT`."""

import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from shop.serve import web
from shop.serve.handover import handing_over

READY_SECONDS = 1.0


class Hello:
    """What answers in the place of the shop."""

    def start(self) -> None:
        """Nothing is to be started."""

    async def __rsgi__(self, _scope: Any, proto: Any) -> None:
        proto.response_bytes(200, [], b"hello")


def idle() -> None:
    """What the worker does here."""
    time.sleep(1000)


if __name__ == "__main__":
    port = int(sys.argv[1])
    serve = partial(web.serve, Hello(), port)
    handing_over(port, serve, [partial(serve, None), idle], partial(time.sleep, READY_SECONDS)).run()

"""The shop's worker in a process of its own, at a Stripe on a port, to be killed while it works.

Run as a program it reads one line of JSON and works until SIGKILL. Its clocks are the world's, by a file.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[3]))

from shop import worker
from shop.application import create_app
from tests.faults.lives.world import World, set_clocks, settings
from tests.faults.stripe_server.wire import on_a_port

CLOCKS = "clocks.json"
HEARD_WITHIN = 0.7
"""Seconds of real time that the world gives the process to show itself, each time it is its turn."""


class WorkerProcess:
    """The process, started again whenever it was killed."""

    def __init__(self, world: World, told: dict[str, str], deadliness: float) -> None:
        self.world = world
        self.told = told
        self.deadliness = deadliness
        self.chance = random.Random(deadliness)
        self.heard = threading.Event()
        self.process: subprocess.Popen[str] | None = None

    def work(self) -> None:
        """Its turn: it is there, knows the time, and has been heard of, if it has anything to ask."""
        tell_clocks(self.world, Path(self.told["folder"]))
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [sys.executable, __file__], stdin=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL
            )
            assert self.process.stdin
            self.process.stdin.write(json.dumps(self.told) + "\n")
            self.process.stdin.close()
        self.heard.clear()
        self.heard.wait(HEARD_WITHIN)
        if self.chance.random() < self.deadliness:
            self.kill("worker process, at any moment")

    def asked(self, _request: object) -> None:
        """It has asked Stripe something, or is about to hear the answer: sometimes it does not live to."""
        if threading.current_thread() is threading.main_thread():
            self.world.scheduler.wait()
            return
        self.heard.set()
        if self.chance.random() < self.deadliness:
            self.kill("worker process, asking Stripe")

    def kill(self, when: str) -> None:
        """SIGKILL, at once."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.world.scheduler.kills[when] += 1


@contextmanager
def worker_process(world: World, database_url: str, folder: Path, *, deadliness: float) -> Iterator[World]:
    """The world with its worker in a process of its own."""
    with on_a_port(world.server) as address:
        told = {"url": database_url, "folder": str(folder), "stripe": address}
        process = WorkerProcess(world, told, deadliness)
        world.server.before = world.server.after = process.asked
        world.work = process.work  # type: ignore[method-assign]
        try:
            yield world
        finally:
            process.kill("worker process, at the end")
            del world.work  # type: ignore[method-assign]


def tell_clocks(world: World, folder: Path) -> None:
    """Write down what the shop's and the database's clocks show, whole or not at all."""
    draft = folder / f"{CLOCKS}.new"
    draft.write_text(json.dumps([world.shop_now().isoformat(), world.database_now().isoformat()]))
    draft.replace(folder / CLOCKS)


def main() -> None:
    told: dict[str, Any] = json.loads(sys.stdin.readline())
    folder = Path(told["folder"])

    def shown(which: int) -> datetime:
        return datetime.fromisoformat(json.loads((folder / CLOCKS).read_text())[which])

    set_clocks(setattr, lambda: shown(0), lambda: shown(1))
    app = create_app(settings(told["url"], folder, told["stripe"]))
    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    worker.run(app)


def end_with(parent: int) -> None:
    """End when whoever started this process is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


if __name__ == "__main__":
    main()

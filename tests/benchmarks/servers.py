"""Servers under measurement: the shop as it really runs, and bare applications under the same settings."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processes import cpu_seconds, tree

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60
SHOP = ("app.py",)


@dataclass(frozen=True)
class Running:
    """A server, its first answer, and the other processes that work for it (a database)."""

    pid: int
    port: int
    first_answer_seconds: float
    helpers: tuple[int, ...] = ()

    def cpu(self) -> float:
        """CPU seconds used so far, helpers included."""
        return cpu_seconds(self.pid, *self.helpers)


def bare(target: str) -> tuple[str, ...]:
    """The command that serves another application exactly as the shop is served."""
    return ("-m", "tests.benchmarks.serving", f"tests.benchmarks.{target}:app")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: tuple[str, ...],
    folder: Path,
    *,
    env: Mapping[str, str] | None = None,
    helpers: tuple[int, ...] = (),
) -> Iterator[Running]:
    """Start a server and stop it at the end. Its output goes to `folder`."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    environ = clean_environment() | {"PORT": str(port), "INSTANCE_DIR": str(folder)} | dict(env or {})
    began = time.monotonic()
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([sys.executable, *command], cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:
        wait_for(port, process)
        yield Running(process.pid, port, time.monotonic() - began, helpers)
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server and what it started. Granian misses a signal that comes in its first moment."""
    below = tree(process.pid)
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    for pid in below:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    process.wait()


def clean_environment() -> dict[str, str]:
    """The environment without anything that would change how the shop runs."""
    ours = ("DATABASE_URL", "SECRET_KEY", "STRIPE_", "MAIL_URL", "SITE_URL", "PORT", "INSTANCE_DIR")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Ask `/` until it answers 200. Raises RuntimeError when the server ended or never does."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.02)
        finally:
            connection.close()
    raise RuntimeError("the server did not start; its log is in its folder")

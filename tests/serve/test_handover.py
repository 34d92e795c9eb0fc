"""The early process hands over to those that stay, and nobody who came meanwhile is cut off."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.benchmarks.processes import tree
from tests.benchmarks.servers import free_port, stop

pytestmark = pytest.mark.faults

PROGRAM = Path(__file__).with_name("handed_over.py")
VISITORS = 40


@contextmanager
def handed_over() -> Iterator[tuple[int, int, int]]:
    """The first process, its early one, and their port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, str(PROGRAM), str(port)])
    try:
        assert said_hello_to(visitor(port))
        (early,) = below(process.pid)
        yield process.pid, early, port
    finally:
        stop(process)


def below(pid: int) -> list[int]:
    return tree(pid)[1:]


def visitor(port: int) -> socket.socket:
    """Somebody who has connected, and asks for nothing yet."""
    until = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=20)
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)


def said_hello_to(one: socket.socket) -> bool:
    """Whether the answer to what they ask now comes whole."""
    said = b""
    with one, suppress(OSError):
        one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        while piece := one.recv(4096):
            said += piece
    return said.startswith(b"HTTP/1.1 200") and said.endswith(b"hello")


def others_are_there(pid: int) -> None:
    until = time.monotonic() + 20
    while len(below(pid)) < 4:
        assert time.monotonic() < until
        time.sleep(0.02)


def wait_for_the_end_of(early: int, pid: int) -> None:
    until = time.monotonic() + 40
    while early in below(pid):
        assert time.monotonic() < until
        time.sleep(0.05)


def test_who_waits_for_an_early_process_that_is_busy_is_taken_on_by_the_others() -> None:
    with handed_over() as (pid, early, port):
        others_are_there(pid)
        os.kill(early, signal.SIGSTOP)
        waiting = [visitor(port) for _ in range(VISITORS)]
        time.sleep(3)  # by now the early one was told to go
        os.kill(early, signal.SIGCONT)
        assert [said_hello_to(one) for one in waiting] == [True] * VISITORS
        wait_for_the_end_of(early, pid)


def test_whom_the_early_process_has_taken_on_it_still_answers_when_they_ask_after_the_handover() -> None:
    with handed_over() as (pid, early, port):
        taken = [visitor(port) for _ in range(VISITORS)]
        others_are_there(pid)
        time.sleep(4)  # it was told to go two seconds after they came
        late = visitor(port)
        assert [said_hello_to(one) for one in (late, *taken)] == [True] * (1 + VISITORS)
        wait_for_the_end_of(early, pid)
        assert said_hello_to(visitor(port))


def test_when_one_of_those_that_stay_has_died_nobody_waits_where_no_one_listens() -> None:
    with handed_over() as (pid, early, port):
        others_are_there(pid)
        wait_for_the_end_of(early, pid)
        first = min(below(pid))
        os.kill(first, signal.SIGKILL)
        until = time.monotonic() + 20
        while first in below(pid) or len(below(pid)) < 3:
            assert time.monotonic() < until
        assert all(said_hello_to(visitor(port)) for _ in range(VISITORS))

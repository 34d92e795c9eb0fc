"""The first process: it starts the others, brings back what dies, and ends them all when it is told to.

A signal is noted the moment it comes, also while a process starts, and nothing is waited for without an end.
"""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
"""Seconds before a process that keeps dying is started again."""
LIVED: Final = 5.0
"""Who lived so long had started well: the next pause is the first again."""
GRACE_SECONDS: Final = 8.0
"""From SIGTERM to SIGKILL."""
CANNOT_START: Final = 78
"""EX_CONFIG of sysexits.h: what a process says with it, starting again does not mend."""
GIVES_BACK: Final = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(1024 * 1024),
}
"""Else glibc's allocator keeps what a password's hash or a picture needed once, for each thread apart."""
ENDS_IT: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass
class Child:
    """One process that is to run for as long as the shop does."""

    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    next_start: float = 0.0
    pause: float = FIRST_PAUSE

    def start(self) -> None:
        """Start it, with a line to this process, deaf to the keyboard's Ctrl-C: this process passes it on."""
        self.process = subprocess.Popen(  # noqa: S603  (our own command, nothing typed in it)
            self.command, stdin=subprocess.PIPE, process_group=0, env=os.environ | GIVES_BACK
        )
        self.started = time.monotonic()

    def died(self) -> int | None:
        """Its exit status, once, when it has ended; then it is due to be started again after a pause."""
        if self.process is None or (status := self.process.poll()) is None:
            return None
        self._let_go()
        now = time.monotonic()
        if now - self.started >= LIVED:
            self.pause = FIRST_PAUSE
        self.next_start = now + self.pause
        self.pause = min(2 * self.pause, LONGEST_PAUSE)
        return status

    def tell(self, number: int) -> None:
        """Send it a signal."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)

    def ended(self) -> bool:
        """Whether it is gone."""
        if self.process is not None and self.process.poll() is not None:
            self._let_go()
        return self.process is None

    def _let_go(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None


@dataclass
class Supervisor:
    """Keeps these running. `gives_up` says which exit status at a first start means that it never will."""

    children: Sequence[Child]
    gives_up: Callable[[int], bool] = lambda _status: False
    say: Callable[[str], object] = sys.stderr.write
    _told: list[int] = field(default_factory=list)

    def run(self) -> int:
        """Run until told to stop. Give the exit status."""
        wake, woken = os.pipe()
        for end in (wake, woken):
            os.set_blocking(end, False)
        before = signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        handlers = {
            number: signal.signal(number, lambda got, _frame: self._told.append(got))
            for number in (*ENDS_IT, signal.SIGCHLD)
        }
        try:
            status = self._watch(wake)
        finally:
            self._end(wake)
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            os.close(wake)
            os.close(woken)
        return status

    def _watch(self, wake: int) -> int:
        while not self._stopping():
            for child in self.children:
                first = child.pause == FIRST_PAUSE
                status = child.died()
                if status is not None:
                    if first and self.gives_up(status):
                        return status
                    self.say(f"A process ended ({status}) and is started again.\n")
                if child.process is None and time.monotonic() >= child.next_start and not self._stopping():
                    child.start()
            waiting = [child.next_start for child in self.children if child.process is None]
            _wait(wake, min((at - time.monotonic() for at in waiting), default=60.0))
        return 0

    def _stopping(self) -> bool:
        return any(number in ENDS_IT for number in self._told)

    def _end(self, wake: int) -> None:
        """SIGTERM, then SIGKILL: after GRACE_SECONDS, or at once when told a second time."""
        for child in self.children:
            child.tell(signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        asked = sum(number in ENDS_IT for number in self._told)
        while not all([child.ended() for child in self.children]):  # noqa: C419  (each of them is looked at)
            again = sum(number in ENDS_IT for number in self._told) > max(asked, 1)
            if again or time.monotonic() > until:
                for child in self.children:
                    child.tell(signal.SIGKILL)
            _wait(wake, 0.2)


def _wait(wake: int, seconds: float) -> None:
    """Until a signal comes, and at most so long."""
    if select.select([wake], [], [], max(0.0, seconds))[0]:
        with suppress(BlockingIOError):
            while os.read(wake, 4096):
                pass

"""The first process: it starts the others, brings back what dies, and ends them all when it is told to.

The others are copies of it (fork): it has no thread, and nothing open that two processes cannot share.
A signal is noted the moment it comes, also while a process starts, and nothing is waited for without an end.
"""

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, NoReturn

from shop.serve.parent_pipe import ParentPipe

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
"""Seconds before a process that keeps dying is started again."""
LIVED: Final = 5.0
"""Who lived so long had started well: the next pause is the first again."""
TAKEN_OVER: Final = 2.0
"""Seconds after which those who were started have taken over from the early one."""
GRACE_SECONDS: Final = 8.0
"""From SIGTERM to SIGKILL."""
ENDS_IT: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
HEARD: Final = (*ENDS_IT, signal.SIGCHLD)
OTHERS_SERVE: Final = signal.SIGUSR1
"""Tells the early one to go, once who is with it has been served."""


@dataclass
class Child:
    """One process that is to run for as long as the shop does: a copy of the first, which does `work`."""

    work: Callable[[], object]
    pid: int | None = None
    started: float = 0.0
    next_start: float = 0.0
    pause: float = FIRST_PAUSE

    def start(self, prepare: Callable[[], object]) -> None:
        """Start it. `prepare` is done first in the new process, before any signal can reach it."""
        sys.stdout.flush()
        sys.stderr.flush()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
        self.pid = os.fork()
        if self.pid == 0:
            _become(self.work, prepare, before)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self.started = time.monotonic()

    def died(self) -> int | None:
        """Its exit status, once, when it has ended; then it is due to be started again after a pause."""
        if (status := self._ended_with()) is None:
            return None
        now = time.monotonic()
        if now - self.started >= LIVED:
            self.pause = FIRST_PAUSE
        self.next_start = now + self.pause
        self.pause = min(2 * self.pause, LONGEST_PAUSE)
        return status

    def tell(self, number: int) -> None:
        """Send it a signal."""
        if self.pid is not None:
            os.kill(self.pid, number)

    def ended(self) -> bool:
        """Whether it is gone."""
        self._ended_with()
        return self.pid is None

    def _ended_with(self) -> int | None:
        if self.pid is None:
            return None
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            return None
        self.pid = None
        return os.waitstatus_to_exitcode(status)


@dataclass
class Supervisor:
    """Keeps these running.

    `early` does its work until the others have taken over: meanwhile the first process does `warm_up`, and
    what that brings all the others share. `relieved` is done once it is gone.
    """

    children: Sequence[Child]
    early: Child | None = None
    warm_up: Callable[[], object] = lambda: None
    relieved: Callable[[], object] = lambda: None
    say: Callable[[str], object] = sys.stderr.write
    _told: list[int] = field(default_factory=list)

    def run(self) -> None:
        """Run until told to stop."""
        wake, woken = os.pipe()
        for end in (wake, woken):
            os.set_blocking(end, False)
        lifeline = ParentPipe()
        before = signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        handlers = {
            number: signal.signal(number, lambda got, _frame: self._told.append(got)) for number in HEARD
        }

        def prepare() -> None:
            os.close(wake)
            os.close(woken)
            lifeline.end_with_parent()

        try:
            self._watch(wake, prepare)
        finally:
            self._end(wake)
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            os.close(wake)
            os.close(woken)
            lifeline.close()

    def _watch(self, wake: int, prepare: Callable[[], object]) -> None:
        if self.early is not None and not self._stopping():
            self.early.start(prepare)
        self.warm_up()
        while not self._stopping():
            for child in self.children:
                status = child.died()
                if status is not None:
                    self.say(f"A process ended ({status}) and is started again.\n")
                if child.pid is None and time.monotonic() >= child.next_start and not self._stopping():
                    child.start(prepare)
            waiting = [child.next_start for child in self.children if child.pid is None]
            _wait(wake, min([*waiting, self._relieve()]) - time.monotonic())

    def _relieve(self) -> float:
        """Let the early one go once the others have been there for a moment. Give when to look again."""
        now = time.monotonic()
        if self.early is None:
            return now + 60.0
        if self.early.ended():
            self.early = None
            self.relieved()
            return now + 60.0
        due = max(child.started for child in self.children) + TAKEN_OVER
        if now < due:
            return due
        self.early.tell(OTHERS_SERVE)
        return now + 1.0

    def _stopping(self) -> bool:
        return any(number in ENDS_IT for number in self._told)

    def _end(self, wake: int) -> None:
        """SIGTERM, then SIGKILL: after GRACE_SECONDS, or at once when told a second time."""
        everyone = [*self.children, *([self.early] if self.early else [])]
        for child in everyone:
            child.tell(signal.SIGTERM)
        until = time.monotonic() + GRACE_SECONDS
        asked = sum(number in ENDS_IT for number in self._told)
        while not all([child.ended() for child in everyone]):  # noqa: C419  (each of them is looked at)
            again = sum(number in ENDS_IT for number in self._told) > max(asked, 1)
            if again or time.monotonic() > until:
                for child in everyone:
                    child.tell(signal.SIGKILL)
            _wait(wake, 0.2)


def _wait(wake: int, seconds: float) -> None:
    """Until a signal comes, and at most so long."""
    if select.select([wake], [], [], max(0.0, seconds))[0]:
        with suppress(BlockingIOError):
            while os.read(wake, 4096):
                pass


def _become(work: Callable[[], object], prepare: Callable[[], object], mask: Iterable[int]) -> NoReturn:
    """What a new process does from here on; it never goes back to what the first one was doing."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in HEARD:
            signal.signal(number, signal.SIG_DFL)
        os.setpgid(0, 0)  # deaf to the keyboard's Ctrl-C: the first process passes it on
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)  # nobody types anything for it
        prepare()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        work()
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else status
        if isinstance(ended.code, str):
            sys.stderr.write(f"{ended.code}\n")
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

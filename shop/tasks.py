"""Work that comes again and again: what fails is told once, and tried again after growing pauses."""

import logging
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shop import clock
from shop.alerts import AlertKind, raise_alert
from shop.db import Database
from shop.failures import failures

FIRST_PAUSE: Final = timedelta(seconds=1)
LONGEST_PAUSE: Final = timedelta(minutes=1)

log = logging.getLogger(__name__)


class DatabaseWatch:
    """Whether the database answers; only the change is told, however many tasks notice it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._down = False

    def note(self, *, down: bool) -> None:
        """Say how a task found it."""
        with self._lock:
            changed, self._down = self._down != down, down
        if changed and down:
            log.error("the database does not answer; everything is tried again, with growing pauses")
        elif changed:
            log.warning("the database answers again")


@dataclass
class Task:
    """One kind of work. `do` gives whether there was anything to do."""

    name: str
    do: Callable[[], bool]
    database: Database
    watch: DatabaseWatch
    every: timedelta | None = None
    """None: as often as there is something."""
    rounds: bool = False
    """It goes on in batches while there is something, then rests for `every`: others come in between."""
    due_at: datetime | None = None
    _failed: int = field(default=0)
    _missed_database: bool = field(default=False)

    def run(self) -> bool:
        """Do it if it is due. Give whether it may go on at once; a failure is noted, and never raised."""
        if self._waits():
            return False
        try:
            busy = self.do()
        except (OperationalError, PoolTimeout):
            self.watch.note(down=True)
            self._missed_database = True
            self._put_off()
            return False
        except Exception as error:  # noqa: BLE001
            failures.note(log, f"worker, {self.name}", error)
            self._tell_owner(error)
            self._put_off()
            return False
        if self._missed_database:  # work that needs no database says nothing about it
            self.watch.note(down=False)
        self._failed, self._missed_database = 0, False
        if self.every is None or (self.rounds and busy):
            self.due_at = None
            return busy
        self.due_at = clock.now() + self.every
        return False

    def _waits(self) -> bool:
        """Whether its time is to come; one further ahead than ever is from before the clock was set back."""
        furthest = max(self.every or LONGEST_PAUSE, LONGEST_PAUSE) * 1.5
        return self.due_at is not None and clock.now() < self.due_at <= clock.now() + furthest

    def _put_off(self) -> None:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(self._failed, 10))
        self._failed += 1
        self.due_at = clock.now() + pause * random.uniform(0.75, 1.25)  # noqa: S311  (spreads load, guards nothing)

    def _tell_owner(self, error: Exception) -> None:
        try:
            with self.database.transaction() as session:
                raise_alert(session, AlertKind.WORK_FAILED, self.name, type(error).__name__)
        except (OperationalError, PoolTimeout):
            self.watch.note(down=True)

"""Everybody who does something at once, one at a time, changing over wherever a process would have to wait.

One thread and greenlets: what happens is decided by the seed alone, so that what went wrong can happen again.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from greenlet import getcurrent, greenlet
from sqlalchemy.orm import Session

from shop.db import Database


class Killed(BaseException):
    """The process died here, as by kill -9: nothing after this line was done."""


@dataclass
class Scheduler:
    """Those who are in the middle of something."""

    chance: random.Random
    deadliness: float = 0.0
    """How often somebody dies where he waits, or before or after what he wrote is kept."""
    kills: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[str, BaseException]] = field(default_factory=list)
    """What nobody expected: who, and the exception."""
    playing: list[greenlet] = field(default_factory=list)
    names: dict[greenlet, str] = field(default_factory=dict)
    inside: set[greenlet] = field(default_factory=set)
    """Those inside a transaction."""

    def __post_init__(self) -> None:
        self.main = getcurrent()

    def start(self, name: str, do: Callable[[], object]) -> None:
        """Somebody begins, and goes on until the first wait."""

        def play() -> None:
            try:
                do()
            except Killed:
                self.kills[name] += 1
            except Exception as error:  # noqa: BLE001
                self.broken.append((name, error))

        actor = greenlet(play)
        self.names[actor] = name
        self.playing.append(actor)
        self._resume(actor)

    def go_on(self) -> bool:
        """One of those who wait goes on, or dies. False when nobody waits."""
        if not self.playing:
            return False
        self._resume(self.chance.choice(self.playing), dies=self._fate())
        return True

    def finish(self) -> None:
        """All go on until they are done."""
        while self.go_on():
            pass

    def busy(self, name: str) -> bool:
        """Whether somebody of that name is in the middle of something."""
        return name in self.names.values()

    def wait(self) -> None:
        """Here the others may go on first."""
        if getcurrent() in self.names:
            self.main.switch()

    def risk(self) -> None:
        """Here a process may die."""
        if getcurrent() in self.names and self._fate():
            raise Killed

    @contextmanager
    def transaction(self, database: Database) -> Iterator[Session]:
        """The database's own transaction, with a wait before it and a risk at each of its ends.

        Who is inside one already (the keys of words are in a database of their own) holds a lock and goes on.
        """
        actor = getcurrent()
        outermost = actor not in self.inside
        if outermost:
            self.wait()
            self.inside.add(actor)
        try:
            with _transaction(database) as session:
                yield session
                self.risk()
        finally:
            if outermost:
                self.inside.discard(actor)
        self.risk()

    def _fate(self) -> bool:
        return self.chance.random() < self.deadliness

    def _resume(self, actor: greenlet, *, dies: bool = False) -> None:
        if dies:
            actor.throw(Killed)
        else:
            actor.switch()
        if actor.dead:
            self.playing.remove(actor)
            del self.names[actor]


_transaction = Database.transaction

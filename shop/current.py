"""The running application's settings and database, for whatever serves a request or does a command.

A command that needs no more than these is given them without an application, and then Flask is not loaded.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy.orm import Session

from shop.db import Database
from shop.settings import Settings

if TYPE_CHECKING:
    from flask import Flask


class Premises(Protocol):
    """What a command needs of the shop."""

    @property
    def settings(self) -> Settings:
        """Its settings."""

    @property
    def database(self) -> Database:
        """Its database."""


_GIVEN: Final[ContextVar[Premises | None]] = ContextVar("premises", default=None)


@contextmanager
def given(premises: Premises) -> Iterator[None]:
    """Let these be the settings and the database of what is done inside, which has no application."""
    before = _GIVEN.set(premises)
    try:
        yield
    finally:
        _GIVEN.reset(before)


def is_given() -> bool:
    """Whether there are settings and a database, and no application is asked for them."""
    return _GIVEN.get() is not None


def _premises() -> Any:
    if (found := _GIVEN.get()) is not None:
        return found
    from flask import current_app  # noqa: PLC0415 - a command that was given them does without Flask

    return current_app.extensions["shop"]


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = _premises().settings
    return found


def leave_out(app: "Flask", name: str, why: Sequence[str]) -> None:
    """Note a text of the owner's that may not be shown as it is: in the log now, and as an alert."""
    app.extensions.setdefault("shop.left_out", []).append((name, "\n".join(why)))
    app.logger.warning("%s is left out: %s", name, " ".join(why))


def database() -> Database:
    """The database of the running application."""
    found: Database = _premises().database
    return found


def transaction() -> AbstractContextManager[Session]:
    """A writing session on the running application's database (see Database.transaction)."""
    return database().transaction()


def looking() -> AbstractContextManager[Session]:
    """A session for a few looks at the running application's database (see Database.looking)."""
    return database().looking()


def reading() -> AbstractContextManager[Session]:
    """A reading session on the running application's database."""
    return database().reading()

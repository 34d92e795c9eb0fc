"""What is asked of a database while a test listens."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine


@contextmanager
def heard(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that runs meanwhile, by whichever way in, with its parameters."""
    found: list[tuple[str, Any]] = []

    def note(send: Any, cursor: Any, statement: str, *given: Any) -> None:
        found.append((statement, given[0]))
        send(cursor, statement, *given)

    with ExitStack() as until:
        for name in ("do_execute", "do_executemany"):
            around = partial(note, getattr(engine.dialect, name))
            until.enter_context(patch.object(engine.dialect, name, around))
        yield found

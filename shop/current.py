"""The running application's settings and database, for whatever serves a request or does a command."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from flask import Flask, current_app
from sqlalchemy.orm import Session

from shop.db import Database
from shop.settings import Settings


def settings() -> Settings:
    """The settings of the running application."""
    found: Settings = current_app.extensions["shop"].settings
    return found


def leave_out(app: Flask, name: str, why: Sequence[str]) -> None:
    """Note a text of the owner's that may not be shown as it is: in the log now, and as an alert."""
    app.extensions.setdefault("shop.left_out", []).append((name, "\n".join(why)))
    app.logger.warning("%s is left out: %s", name, " ".join(why))


def database() -> Database:
    """The database of the running application."""
    found: Database = current_app.extensions["shop"].database
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

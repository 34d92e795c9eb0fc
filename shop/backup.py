"""Backups of a SQLite database, and bringing one back. PostgreSQL has its own tools for both.

A plain copy of a database in use loses rows and still looks whole, so SQLite's backup API makes it. The keys
of what is sealed are not in a backup: they are copied apart (`shop.key_copies`), and not for long.
"""

import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import cast

from sqlalchemy import URL, inspect
from sqlalchemy.orm import Session

from shop import erasures, files, migrations, triggers
from shop.accounts import roster
from shop.basket_links import basket_links
from shop.confirmations import confirmation_requests
from shop.db import Database
from shop.dedications.key_migration import Mover
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.giving import ledger_triggers, verification
from shop.journal import comment_emails
from shop.mail import outbox, owner_outbox
from shop.mail.outbox import Drop
from shop.payment_links import link_emails
from shop.restock import waiting

THEN = """

and before any worker starts:

  flask --app app emails stop
  flask --app app accounts renew
  flask --app app ledger verify"""

OURS = {"alembic_version", "ledger_head", "letter"}


class AnotherTool(Exception):
    """This database is not SQLite; `command` is what to run instead."""

    def __init__(self, command: str, then: str = "") -> None:
        super().__init__(f"PostgreSQL brings its own tool for this. Run:\n\n  {command}{then}")
        self.command = command


class CannotBackUp(Exception):
    """The backup was not made; the text says why."""


class CannotRestore(Exception):
    """Nothing was replaced; the text says why."""


@frozen
class Restored:
    """What came back."""

    emails: int
    """E-mails that were waiting in the backup and will never be sent from here."""
    gone: int
    """Orders, dedications on the wall and comments that were erased or withdrawn after it was made."""
    staff: int
    """Accounts that need a new link: nobody comes in with what the copy knows."""


def write(database: Database, file: Path) -> int:
    """Copy the database as it is at this moment into a new file; give its size in bytes.

    The shop may go on meanwhile. Raises AnotherTool on PostgreSQL, CannotBackUp when the file exists.
    """
    if not _is_sqlite(database):
        raise AnotherTool(f"pg_dump --format=custom --file={shlex.quote(str(file))} {_server(database)}")
    refuse_taken(file)
    with files.draft_beside(file) as draft:
        _copy_out(database, draft)
        try:
            files.put_in_place(draft, file)
        except FileExistsError:
            raise CannotBackUp(f"{file} has appeared meanwhile. Nothing was written over.") from None
        return file.stat().st_size


def refuse_taken(file: Path) -> None:
    """Raise CannotBackUp unless a new file can be made there."""
    if file.exists():
        raise CannotBackUp(f"{file} is there already. A backup is never written over another file.")
    if not file.absolute().parent.is_dir():
        raise CannotBackUp(f"There is no folder {file.absolute().parent}.")


def restore(database: Database, vault: Vault, file: Path, *, replace: bool) -> Restored:
    """Bring a backup back into this database.

    All is done in a draft first: it is migrated, its ledger is verified, its unsent e-mails are marked as
    never to be sent, so that no e-mail leaves a restored copy, every session, link and password of staff is
    ended, and what was erased or withdrawn since is erased or withdrawn again. Only then does it take the
    database's place. Raises AnotherTool on PostgreSQL, CannotRestore when the file is no sound
    backup, or when the database is not empty and `replace` is false.
    """
    _refuse_restoring(database, file, replace=replace)
    restored = _put_in_place(database, vault, file)
    database.forget_deleted()
    database.dispose()
    return restored


def _refuse_restoring(database: Database, file: Path, *, replace: bool) -> None:
    if not _is_sqlite(database):
        options = f"--clean --if-exists --no-owner --dbname={_server(database)}"
        raise AnotherTool(f"pg_restore {options} {shlex.quote(str(file))}", THEN)
    if not replace and inspect(database.engine).get_table_names():
        raise CannotRestore("This database is not empty. Say --yes-replace to put the backup in its place.")


def _put_in_place(database: Database, vault: Vault, file: Path) -> Restored:
    live = Path(str(database.engine.url.database)).resolve()
    with files.draft_beside(live) as draft:
        _copy_in(file, draft)
        staged = Database(f"sqlite:///{draft}")
        try:
            emails, accounts = _prepare(staged, vault)
            gone = erasures.catch_up(staged, vault)
            with _raw(staged) as source, _raw(database) as target:
                source.backup(target)
        finally:
            staged.dispose()
    return Restored(emails, gone, accounts)


def _prepare(staged: Database, vault: Vault) -> tuple[int, int]:
    migrations.upgrade(staged, mover=Mover(vault))
    with staged.transaction() as session:
        problems = verification.verify(session)
        problems += triggers.missing(session.connection(), ledger_triggers.TRIGGERS)
        if problems:
            raise CannotRestore("The ledger in this backup is not sound: " + "; ".join(problems))
        return drop_unsent(session), roster.start_anew(session)


def drop_unsent(session: Session) -> int:
    """Have nothing sent that waits in a copy that was brought back; how many e-mails of orders that were."""
    link_emails.drop_unsent(session)
    confirmation_requests.silence(session)
    basket_links.drop_unsent(session)
    comment_emails.drop_unsent(session)
    owner_outbox.drop_unsent(session)
    waiting.drop_unsent(session)
    return outbox.drop_unsent(session, Drop.RESTORED)


def _copy_out(database: Database, draft: Path) -> None:
    with _raw(database) as source, closing(sqlite3.connect(draft)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        _whole(target)


def _copy_in(file: Path, draft: Path) -> None:
    no_backup = CannotRestore(f"{file} is not a backup of this shop.")
    if not file.is_file():
        raise CannotRestore(f"There is no file {file}.")
    try:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(draft)) as target,
        ):
            source.backup(target)
            _whole(target)
            tables = {name for (name,) in target.execute("SELECT name FROM sqlite_master")}
    except sqlite3.DatabaseError:
        raise no_backup from None
    if not tables >= OURS:
        raise no_backup


def _whole(connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(found)


def _is_sqlite(database: Database) -> bool:
    return database.engine.dialect.name == "sqlite"


def _server(database: Database) -> str:
    """The server's address for PostgreSQL's own tools; they ask for the password, or read ~/.pgpass."""
    url = database.engine.url
    address = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return shlex.quote(address.render_as_string())


@contextmanager
def _raw(database: Database) -> Iterator[sqlite3.Connection]:
    with database.engine.connect() as connection:
        yield cast("sqlite3.Connection", connection.connection.driver_connection)

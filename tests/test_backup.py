"""Backups made while the shop works, brought back whole, and silent."""

import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import select, text

from shop import backup
from shop.backup import AnotherTool, CannotBackUp, CannotRestore
from shop.db import Database
from shop.emails import order_emails
from shop.mail.models import QueuedEmail
from shop.mail.outbox import Drop
from shop.mail.sending import send_next
from shop.orders.models import Order
from tests.harness import Harness, open_harness
from tests.keys import vault_of


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def harness(database: Database) -> Harness:
    """A shop with one paid order whose e-mail waits."""
    harness = open_harness(database)
    sell(harness)
    return harness


def sell(harness: Harness) -> None:
    order = harness.place("petal")
    harness.pays(order)
    harness.sync(order)


def orders(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(Order.id)).all())


@pytest.fixture
def file(harness: Harness, tmp_path: Path) -> Path:
    file = tmp_path / "shop-backup.db"
    assert backup.write(harness.database, file) == file.stat().st_size
    return file


@pytest.fixture
def elsewhere(tmp_path: Path) -> Database:
    """A machine with nothing on it yet."""
    (tmp_path / "elsewhere").mkdir()
    return Database(f"sqlite:///{tmp_path / 'elsewhere' / 'shop.db'}")


def test_a_backup_is_one_whole_file_for_its_owner_alone(file: Path, tmp_path: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with sqlite3.connect(file) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert [found.name for found in tmp_path.glob("*shop-backup*")] == [file.name], "no draft, no log"


def test_a_backup_taken_while_somebody_writes_holds_all_that_was_committed(
    harness: Harness, tmp_path: Path
) -> None:
    with harness.database.transaction() as session:
        session.execute(text("UPDATE \"order\" SET state = 'refunded'"))
        backup.write(harness.database, tmp_path / "during.db")
        session.rollback()
    copy = Database(f"sqlite:///{tmp_path / 'during.db'}")
    with copy.reading() as session:
        assert session.scalars(select(Order.state)).all() == ["paid"]
    copy.dispose()


def test_a_backup_is_never_written_over_anything(harness: Harness, file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()
    with pytest.raises(CannotBackUp, match="is there already"):
        backup.write(harness.database, file)
    with pytest.raises(CannotBackUp, match="no folder"):
        backup.write(harness.database, tmp_path / "nowhere" / "b.db")
    assert file.read_bytes() == before


def test_a_restored_shop_has_its_orders_its_stock_and_its_ledger_and_sends_no_email(
    harness: Harness, file: Path, elsewhere: Database
) -> None:
    assert backup.restore(elsewhere, harness.services.vault, file, replace=False) == backup.Restored(
        emails=1, gone=0, staff=0
    )
    restored = open_harness(elsewhere)
    assert (orders(elsewhere), restored.given(), restored.sound()) == (1, 500, [])
    with elsewhere.reading() as session:
        (email,) = session.scalars(select(QueuedEmail))
    assert (email.sent_at, email.dropped) == (None, Drop.RESTORED)

    class Nobody:
        def send(self, message: object) -> None:
            raise AssertionError("an e-mail left a restored copy")

    assert not send_next(elsewhere, Nobody(), lambda _: Drop.ERASED, order_emails.tell_refused)
    sell(restored)
    assert orders(elsewhere) == 2, "and it goes on"
    elsewhere.dispose()


def test_a_shop_that_is_not_empty_is_replaced_only_when_that_is_said(harness: Harness, file: Path) -> None:
    sell(harness)
    with pytest.raises(CannotRestore, match="not empty"):
        backup.restore(harness.database, harness.services.vault, file, replace=False)
    assert orders(harness.database) == 2
    backup.restore(harness.database, harness.services.vault, file, replace=True)
    assert orders(harness.database) == 1
    assert harness.sound() == []


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"\0" * 4000])
def test_a_file_that_is_no_backup_replaces_nothing(harness: Harness, tmp_path: Path, content: bytes) -> None:
    wrong = tmp_path / "wrong.db"
    wrong.write_bytes(content)
    with pytest.raises(CannotRestore):
        backup.restore(harness.database, harness.services.vault, wrong, replace=True)
    with pytest.raises(CannotRestore, match="no file"):
        backup.restore(harness.database, harness.services.vault, tmp_path / "none.db", replace=True)
    assert orders(harness.database) == 1


def test_another_programs_database_replaces_nothing(harness: Harness, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE recipe (name TEXT)")
    with pytest.raises(CannotRestore, match="not a backup of this shop"):
        backup.restore(harness.database, harness.services.vault, tmp_path / "other.db", replace=True)
    assert orders(harness.database) == 1


@pytest.mark.parametrize("harm", [
    "DROP TRIGGER {name}",
    "PRAGMA writable_schema = 1; DELETE FROM sqlite_master WHERE name = '{name}'",
])  # fmt: skip
def test_a_backup_whose_ledger_is_not_sound_replaces_nothing(harness: Harness, file: Path, harm: str) -> None:
    with sqlite3.connect(file) as copy:
        found = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ledger%'"
        name = copy.execute(found).fetchone()[0]
        copy.executescript(harm.format(name=name))
    with pytest.raises(CannotRestore, match="not sound"):
        backup.restore(harness.database, harness.services.vault, file, replace=True)
    assert orders(harness.database) == 1


def test_a_penny_changed_in_a_backup_is_found_before_it_replaces_anything(
    harness: Harness, file: Path
) -> None:
    with sqlite3.connect(file) as copy:
        guards = copy.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            copy.execute(f"DROP TRIGGER {name}")
        copy.execute("UPDATE ledger_entry SET amount_pence = amount_pence * 2")
        for _, sql in guards:
            copy.execute(sql)
    with pytest.raises(CannotRestore, match="not sound"):
        backup.restore(harness.database, harness.services.vault, file, replace=True)
    assert harness.given() == 500


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_on_postgresql_the_exact_command_is_given_without_a_password(
    database: Database, tmp_path: Path
) -> None:
    secret = Database(database.engine.url.set(password="hunter2").render_as_string(hide_password=False))
    with pytest.raises(AnotherTool) as told:
        backup.write(secret, tmp_path / "a backup.dump")
    assert told.value.command.startswith("pg_dump --format=custom --file=")
    assert "postgresql://" in told.value.command
    assert "'" in told.value.command, "a space in the name is quoted"
    with pytest.raises(AnotherTool, match=r"emails stop\n.*accounts renew") as told_too:
        backup.restore(
            secret, vault_of(database.engine.url.render_as_string()), tmp_path / "b.dump", replace=True
        )
    assert told_too.value.command.startswith("pg_restore --clean")
    assert "hunter2" not in f"{told.value} {told_too.value}"
    assert not list(tmp_path.glob("*backup*"))
    secret.dispose()

"""Copies of the keys: apart from the database, no longer than 35 days, and without what is gone."""

import sqlite3
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from shop import clock, erasures, key_copies, privacy
from shop.backup import CannotBackUp
from shop.dedications.keys import KeyStore
from shop.dedications.models import OrderKey
from shop.dedications.vault import Vault
from shop.orm import Base
from shop.serve import startup
from shop.settings import Settings
from shop.worker import Worker, run
from tests.conftest import load_models
from tests.harness import Harness
from tests.keys import VAULT_KEY
from tests.shopper import harness_of
from tests.test_cli import run as command

DAYS = timedelta(days=35)


@pytest.fixture
def harness(app: Flask) -> Harness:
    harness = harness_of(app)
    for _ in range(3):
        harness.place("petal")
    return harness


@pytest.fixture
def keys(harness: Harness) -> KeyStore:
    return harness.services.vault.keys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + by)

    return move


def lose(keys: KeyStore) -> None:
    """The disk with the keys breaks."""
    keys.destroy(keys.all_ids(), [])


def readable(harness: Harness) -> list[int]:
    with harness.database.reading() as session:
        ids = session.scalars(select(OrderKey.order_id).order_by(OrderKey.order_id)).all()
        return [found for found in ids if harness.services.vault.reveal(session, found, "contact")]


def erase(harness: Harness, order_id: int) -> None:
    with harness.database.transaction() as session:
        privacy.erase(session, harness.services.vault, harness.order(order_id).reference, actor="test")


def test_a_copy_is_one_file_for_its_owner_alone_and_is_never_written_over(
    keys: KeyStore, folder: Path
) -> None:
    file = folder / "monday.keys"
    assert key_copies.write(keys, file) == key_copies.Copied(3, [])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [found.name for found in folder.iterdir()] == ["monday.keys"], "no draft, no log"
    before = file.read_bytes()
    with pytest.raises(CannotBackUp, match="is there already"):
        key_copies.write(keys, file)
    with pytest.raises(CannotBackUp, match="no folder"):
        key_copies.write(keys, folder / "nowhere" / "x.keys")
    assert file.read_bytes() == before


def test_without_the_vault_key_a_copy_opens_nothing(harness: Harness, keys: KeyStore, folder: Path) -> None:
    key_copies.write(keys, folder / "a.keys")
    assert VAULT_KEY not in (folder / "a.keys").read_bytes()
    with sqlite3.connect(folder / "a.keys") as copy:
        wrapped = copy.execute("SELECT wrapped_key FROM word_key").fetchall()
    copy.close()
    assert {len(key) for (key,) in wrapped} == {32 + 16}, "wrapped, with its seal"


def test_lost_keys_come_back_from_their_copy(harness: Harness, keys: KeyStore, folder: Path) -> None:
    key_copies.write(keys, folder / "a.keys")
    lose(keys)
    assert readable(harness) == []
    assert key_copies.restore(harness.database, harness.services.vault, folder / "a.keys") == 3
    assert readable(harness) == [1, 2, 3]
    assert key_copies.restore(harness.database, harness.services.vault, folder / "a.keys") == 0, (
        "twice is fine"
    )
    with harness.database.reading() as session:
        assert harness.services.vault.orders_of(session, "ada@example.com") == [1, 2, 3]


def test_a_copy_from_before_an_erasure_does_not_bring_it_back(
    harness: Harness, keys: KeyStore, folder: Path
) -> None:
    key_copies.write(keys, folder / "a.keys")
    erase(harness, 2)
    lose(keys)
    assert key_copies.restore(harness.database, harness.services.vault, folder / "a.keys") == 2
    assert len(keys.all_ids()) == 2
    assert readable(harness) == [1, 3]


def test_the_list_of_what_is_gone_comes_back_with_a_copy(
    harness: Harness, keys: KeyStore, folder: Path
) -> None:
    """The store was lost with its list, and the database is an old one: the copy knows."""
    erase(harness, 2)
    key_copies.write(keys, folder / "a.keys")
    other = Vault(VAULT_KEY, KeyStore(f"sqlite:///{folder / 'new' / 'keys.db'}"))
    key_copies.restore(harness.database, other, folder / "a.keys")
    assert other.keys.gone_after(0).names == keys.gone_after(0).names
    other.keys.dispose()


def test_a_copy_goes_after_35_days_whatever_its_name_and_nothing_else_does(
    keys: KeyStore, folder: Path, later: Callable[[timedelta], None]
) -> None:
    key_copies.write(keys, folder / "old.keys")
    (folder / "old.keys").rename(folder / "renamed")
    (folder / "notes.txt").write_text("not ours")
    with sqlite3.connect(folder / "other.db") as other:
        other.execute("CREATE TABLE copy (made_at TEXT)")
        other.execute("INSERT INTO copy VALUES ('2020-01-01T00:00:00+00:00')")
    other.close()
    later(DAYS - timedelta(minutes=1))
    assert key_copies.write(keys, folder / "new.keys").deleted == []
    later(DAYS)
    assert key_copies.write(keys, folder / "newer.keys").deleted == [folder / "renamed"]
    left = sorted(file.name for file in folder.iterdir())
    assert left == ["new.keys", "newer.keys", "notes.txt", "other.db"]


def test_the_worker_deletes_old_copies_although_nobody_makes_new_ones(
    app: Flask, keys: KeyStore, folder: Path, later: Callable[[timedelta], None]
) -> None:
    key_copies.write(keys, folder / "old.keys")
    Worker(app).step()
    assert (folder / "old.keys").exists()
    later(DAYS)
    Worker(app).step()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a copy", b"SQLite format 3\0" + b"\0" * 4000])
def test_another_file_brings_nothing_back(harness: Harness, folder: Path, content: bytes) -> None:
    (folder / "x").write_bytes(content)
    for name in ("x", "none"):
        with pytest.raises(key_copies.NotACopy):
            key_copies.restore(harness.database, harness.services.vault, folder / name)
    assert readable(harness) == [1, 2, 3]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_commands_say_what_they_did(
    app: Flask, harness: Harness, keys: KeyStore, folder: Path, later: Callable[[timedelta], None]
) -> None:
    first = command(app, "keys", "backup", str(folder / "a.keys"))
    assert "3 keys" in first.output
    assert "35 days" in first.output
    assert command(app, "keys", "backup", str(folder / "a.keys")).exit_code == 1
    later(DAYS)
    assert (
        "a.keys was 35 days old and is deleted"
        in command(app, "keys", "backup", str(folder / "b.keys")).output
    )
    lose(keys)
    assert "3 keys are back" in command(app, "keys", "restore", str(folder / "b.keys")).output
    assert "not a copy" in command(app, "keys", "restore", str(folder / "none")).output
    assert command(app, "backup", str(folder / "d.db")).exit_code == 0
    assert b"word_key" not in (folder / "d.db").read_bytes(), "the database's own backup has no key in it"


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_shop_whose_keys_are_lost_does_not_start_and_says_what_to_do(
    app: Flask, settings: Settings, harness: Harness, keys: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would take orders, and its worker would drop e-mails, as if every order had been erased."""
    monkeypatch.setattr(startup, "port_taken", lambda _port: False)
    erasures.refuse_lost_keys(harness.database, harness.services.vault)
    lose(keys)
    with pytest.raises(SystemExit, match="keys restore FILE"):
        startup.serve(settings)
    with pytest.raises(SystemExit, match="keys restore FILE"):
        run(app)


def test_a_store_that_was_lost_has_the_list_again_from_the_database(
    harness: Harness, keys: KeyStore, folder: Path
) -> None:
    """Or an older copy of the database, brought back after that, would be told of nothing."""
    key_copies.write(keys, folder / "a.keys")
    erase(harness, 2)
    erasures.catch_up(harness.database, harness.services.vault)
    other = Vault(VAULT_KEY, KeyStore(f"sqlite:///{folder / 'new' / 'keys.db'}"))
    key_copies.restore(harness.database, other, folder / "a.keys")
    assert other.keys.gone_after(0).names == keys.gone_after(0).names != set()
    other.keys.dispose()


def test_every_column_that_names_a_key_is_known_to_who_sweeps_them() -> None:
    load_models()
    named = {
        str(column)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("key_id")
    }
    assert named == {f"{column.class_.__tablename__}.{column.key}" for column in erasures.KEY_COLUMNS}

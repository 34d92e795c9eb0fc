"""Whatever the umask, and however an instance folder was left: what the shop keeps is for its owner alone."""

import os
import stat
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from shop import backup, files, migrations
from shop.db import Database
from shop.mail.sending import FileTransport
from shop.settings import Settings, SettingsError, from_environment


@pytest.fixture(autouse=True)
def a_careless_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def modes(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): mode(path) for path in folder.rglob("*")} | {".": mode(folder)}


def begin(folder: Path) -> Settings:
    return from_environment({"INSTANCE_DIR": str(folder)})


def work(settings: Settings) -> Database:
    """Migrate, send an e-mail, make a backup; the database stays open, so its log is there."""
    database = Database(settings.database_url)
    migrations.upgrade(database)
    message = EmailMessage()
    message["Message-ID"] = "<one@example.com>"
    FileTransport(settings.instance_dir / "mail").send(message)
    backup.write(database, settings.instance_dir / "copy.db")
    with database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = version_num")
    return database


def expected(found: dict[str, str]) -> dict[str, str]:
    return {name: "0o700" if name in {".", "mail", "keys"} else "0o600" for name in found}


def test_all_that_is_made_is_for_its_owner_alone(tmp_path: Path) -> None:
    database = work(begin(tmp_path / "instance"))
    found = modes(tmp_path / "instance")
    assert {"shop.db", "shop.db-wal", "mail/one.eml", "keys/vault_key", "copy.db"} <= set(found)
    assert found == expected(found)
    database.dispose()


def test_an_instance_that_others_could_read_is_closed_to_them_at_the_next_start(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    database = work(begin(folder))
    for name in modes(folder):
        (folder / name).chmod(0o755 if (folder / name).is_dir() else 0o644)
    begin(folder)
    found = modes(folder)
    assert found == expected(found)
    database.dispose()


def test_a_file_that_another_process_takes_away_between_two_looks_stops_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    files.private_file(tmp_path / "secret_key.17125.74f070e8")


def test_a_database_outside_the_instance_is_closed_too_and_its_folder_is_left_alone(tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir(mode=0o755)
    file = outside / "shop.db"
    file.touch(0o644)
    from_environment({"INSTANCE_DIR": str(tmp_path / "i"), "DATABASE_URL": f"sqlite:///{file}"})
    assert (mode(file), mode(outside)) == ("0o600", "0o755")


def test_a_folder_that_is_not_ours_to_close_stops_the_start_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "instance"
    folder.mkdir(mode=0o755)

    def not_ours(_path: Path, _mode: int) -> None:
        raise PermissionError

    monkeypatch.setattr(files.os, "chmod", not_ours)
    with pytest.raises(SettingsError, match="can be read by others"):
        begin(folder)

"""The log as the worker keeps it up, with the checkpoints that it keeps beside the database."""

import stat
from datetime import timedelta
from errno import ENOSPC
from functools import partial
from itertools import chain, repeat
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from shop import clock
from shop.container import container
from shop.reconciliation.difference_kinds import DifferenceKind
from shop.reconciliation.ledger_checks import check_ledger
from shop.settings import SettingsError
from shop.transparency.checkpoint_files import CheckpointFiles
from shop.transparency.giving_log import GivingLog, LogKeyMissing, LogWentBack
from shop.transparency.signing_key import signing_key
from shop.worker import Worker
from tests.engines import ONE_ENGINE
from tests.fixtures import harness, paid
from tests.harness import Harness
from tests.test_cli import run
from tests.transparency.log_books import KEY, LogBooks

__all__ = ["harness", "paid"]

pytestmark = ONE_ENGINE


def refuses(_: int) -> None:
    raise OSError(ENOSPC, "No space left on device")


@pytest.fixture
def log(books: LogBooks, tmp_path: Path) -> GivingLog:
    files = CheckpointFiles(tmp_path / "checkpoints" / "live", "live")
    return GivingLog(books.database, books.vault, "live", KEY, files)


def test_each_checkpoint_is_kept_as_a_file_for_its_owner_alone_and_never_written_over(
    books: LogBooks, log: GivingLog
) -> None:
    assert log.keep_up() is False
    books.sell()
    assert log.keep_up() is True
    (file,) = log.files.folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("kept as it was")
    books.later(days=1)
    assert log.keep_up() is True
    assert log.keep_up() is False
    assert sorted(one.name for one in log.files.folder.iterdir()) == ["000000000001", "000000000002"]
    assert file.read_text() == "kept as it was"
    with books.database.reading() as session:
        assert log.problems(session) == ["checkpoints/live/000000000001 is no checkpoint."]


def test_what_dies_while_a_checkpoint_is_kept_leaves_no_half_of_one(
    books: LogBooks, log: GivingLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    books.sell()
    with monkeypatch.context() as full:
        full.setattr("os.fsync", refuses)
        with pytest.raises(OSError, match="No space left"):
            log.keep_up()
    assert log.files.kept() == []
    books.later(days=1)
    log.keep_up()
    assert [file.name for file in sorted(log.files.folder.iterdir())] == ["000000000001", "000000000002"]
    with books.database.reading() as session:
        assert log.problems(session) == []


def test_a_day_that_ends_while_a_checkpoint_is_made_is_taken_for_no_damage(
    books: LogBooks, log: GivingLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever time the clock is looked at, midnight may have come just then."""
    books.sell()
    for looks in range(1, 12):
        books.later(days=2)
        before = books.now.replace(hour=23, minute=59, second=59)
        moments = chain(repeat(before, looks), repeat(before + timedelta(seconds=2)))
        monkeypatch.setattr(clock, "now", partial(next, moments))
        assert log.keep_up()
        books.later(days=1)
        with books.database.reading() as session:
            assert log.problems(session) == [], looks


def test_nothing_is_signed_that_contradicts_what_is_kept(books: LogBooks, log: GivingLog) -> None:
    books.sell()
    log.keep_up()
    (log.files.folder / "000000000009").write_text("of a database that was set back since")
    books.later(days=1)
    with pytest.raises(LogWentBack, match="has 1 leaves"):
        log.keep_up()
    assert len(books.leaves()) == 1


def test_the_worker_publishes_and_verify_checks_what_somebody_kept(
    app: Flask, harness: Harness, paid: str, tmp_path: Path
) -> None:
    task = next(task for lane in Worker(app).work for task in lane if task.name == "log")
    task.run()
    kept = tmp_path / "checkpoints" / "test" / "000000000001"
    assert kept.read_text().startswith("localhost/giving/log/test\n1\n")
    said = run(app, "ledger", "verify", "--checkpoint", str(kept))
    assert (said.exit_code, said.output) == (0, "The ledger is sound.\n")
    forged = tmp_path / "forged.txt"
    forged.write_text(kept.read_text().replace("\n1\n", "\n2\n"))
    said = run(app, "ledger", "verify", "--checkpoint", str(forged))
    assert (said.exit_code, said.output) == (
        1, f"{forged} is not signed with the shop's key.\n1 problems.\n",
    )  # fmt: skip


def test_reconciling_says_what_the_log_does_not_bear_out(app: Flask, harness: Harness, paid: str) -> None:
    services = container(app).services
    assert services.giving_log
    services.giving_log().keep_up()
    with harness.database.reading() as session:
        assert check_ledger(session, services, whole=True) == []
    with harness.database.transaction() as session:
        session.execute(text("DROP TRIGGER log_leaf_no_update"))
        session.execute(text("UPDATE log_leaf SET leaf = '{}'"))
    with harness.database.reading() as session:
        found = check_ledger(session, services, whole=True)
    assert {one.kind for one in found} == {DifferenceKind.LOG}
    assert found[0].said == "Leaf 1 of the log says otherwise than announcement 1."


def test_the_key_is_made_once_for_its_owner_alone_and_a_damaged_one_is_refused(app: Flask) -> None:
    settings = container(app).settings
    first = signing_key(settings, "live")
    file = settings.instance_dir / "keys" / "log_key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert signing_key(settings, "live") == first
    file.write_text("ab")
    with pytest.raises(SettingsError, match="is damaged"):
        signing_key(settings, "live")
    file.write_text("no hex")
    with pytest.raises(SettingsError, match="is damaged"):
        signing_key(settings, "live")


def test_a_damaged_key_is_named_by_the_check(app: Flask, harness: Harness, paid: str) -> None:
    log = container(app).services.giving_log
    assert log
    log().keep_up()
    (container(app).settings.instance_dir / "keys" / "log_key").write_text("ab")
    with harness.database.reading() as session:
        (problem,) = log().problems(session)
    assert "is damaged" in problem


def test_no_second_key_is_made_for_a_log_that_was_begun(app: Flask, harness: Harness, paid: str) -> None:
    services = container(app).services
    assert services.giving_log
    services.giving_log().keep_up()
    file = container(app).settings.instance_dir / "keys" / "log_key"
    kept = file.read_text()
    file.unlink()
    with harness.database.reading() as session:
        (problem,) = services.giving_log().problems(session)
    assert problem.startswith("This host has no key of the log of giving")
    assert not file.exists()
    with pytest.MonkeyPatch.context() as later:
        tomorrow = clock.now() + timedelta(days=1)
        later.setattr("shop.clock.now", lambda: tomorrow)
        with pytest.raises(LogKeyMissing):
            services.giving_log().keep_up()
        file.write_text(kept)
        assert services.giving_log().keep_up()

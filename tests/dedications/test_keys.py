"""The store of keys: apart from what they seal, gone at once when they are to go, cheap to read."""

import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shop import clock
from shop.db import Database
from shop.dedications.key_tables import KeysAmongOrders
from shop.dedications.keys import KeyStore, StoredKey
from shop.dedications.sealing import Sealed
from shop.dedications.vault import Vault
from shop.settings import SettingsError, from_environment
from tests.heard import heard

DAYS = timedelta(days=35)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + by)

    return move


def key(name: str) -> StoredKey:
    return StoredKey(name, Sealed(b"nonce-" + name.encode(), b"wrapped-" + name.encode()), f"index-{name}")


def names(store: KeyStore) -> set[str]:
    return set(store.all_ids())


def test_keys_are_found_by_id_and_what_is_not_there_is_left_out(keys: KeyStore) -> None:
    assert not keys.find(["one"])
    keys.add([key("one"), key("two")])
    assert keys.find(["two", "three"]) == {"two": key("two").wrapped}
    assert keys.indexed("index-one") == ["one"]
    with pytest.raises(IntegrityError):
        keys.add([key("three"), key("one")])
    assert names(keys) == {"one", "two"}, "all of them or none"


def test_many_keys_are_read_in_a_few_statements(keys: KeyStore) -> None:
    keys.add([key(str(number)) for number in range(1200)])
    with heard(keys.database.engine) as asked:
        assert len(keys.find(map(str, range(1200)))) == 1200
    assert len([said for said, _ in asked if said.startswith("SELECT")]) == 3


def test_a_destroyed_key_is_gone_and_its_name_is_on_the_list_once(keys: KeyStore) -> None:
    keys.add([key("one"), key("two"), key("three")])
    assert keys.last_gone() == 0
    keys.destroy(["one"], ["first"])
    keys.destroy(["two"], ["second"])
    assert (keys.gone_after(0).names, keys.gone_after(0).seq) == ({"first", "second"}, 2)
    assert keys.gone_after(1).names == {"second"}
    assert (keys.gone_after(2).names, keys.gone_after(2).seq) == (set(), 2)
    keys.destroy(["one"], ["first"])
    assert (names(keys), keys.last_gone()) == ({"three"}, 2)


def test_who_follows_the_list_misses_no_line_of_it_whoever_else_writes(keys: KeyStore) -> None:
    heard: set[str] = set()
    with ThreadPoolExecutor(8) as pool:
        writing = [pool.submit(keys.destroy, [], [f"name {number}"]) for number in range(60)]
        told = 0
        while True:
            over = all(done.done() for done in writing)
            found = keys.gone_after(told)
            heard |= found.names
            told = found.seq
            if over:
                break
    assert heard == {f"name {number}" for number in range(60)}


def test_processes_that_open_a_new_store_together_make_one(keys: KeyStore) -> None:
    stores = [KeyStore(keys.url) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: each[1].add([key(str(each[0]))]), enumerate(stores)))
    assert names(keys) == set(map(str, range(8)))
    for store in stores:
        store.dispose()


def test_a_key_that_seals_nothing_goes_after_35_days_and_not_before(
    keys: KeyStore, later: Callable[[timedelta], None]
) -> None:
    keys.add([key("used"), key("left by a crash"), key("of an order restored after all")])
    assert keys.sweep({"used"}.intersection, keep=DAYS) == 0
    later(timedelta(days=34))
    assert keys.sweep({"used", "of an order restored after all"}.intersection, keep=DAYS) == 0
    later(timedelta(days=35, minutes=1))
    assert keys.sweep({"used"}.intersection, keep=DAYS) == 1
    assert names(keys) == {"used", "of an order restored after all"}
    later(timedelta(days=71))
    assert keys.sweep({"used"}.intersection, keep=DAYS) == 1
    assert names(keys) == {"used"}


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_file_and_its_log_hold_nothing_of_a_destroyed_key(keys: KeyStore, tmp_path: Path) -> None:
    keys.add([key("one"), key("two")])
    folder = tmp_path / "keys"
    assert any(b"wrapped-one" in file.read_bytes() for file in folder.iterdir())
    keys.destroy(["one"], ["a digest"])
    assert not any(b"wrapped-one" in file.read_bytes() for file in folder.iterdir())
    assert not any(b"index-one" in file.read_bytes() for file in folder.iterdir())
    assert {oct(file.stat().st_mode & 0o777) for file in folder.iterdir()} == {"0o600"}
    assert oct(folder.stat().st_mode & 0o777) == "0o700"


def test_keys_never_move_in_with_the_orders(database: Database) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    with pytest.raises(KeysAmongOrders):
        KeyStore(url).add([key("one")])
    with database.engine.connect() as connection:
        tables = "sqlite_master" if connection.dialect.name == "sqlite" else "pg_tables"
        column = "name" if connection.dialect.name == "sqlite" else "tablename"
        assert connection.execute(text(f"SELECT 1 FROM {tables} WHERE {column} = 'word_key'")).all() == []


@pytest.mark.parametrize("same", [
    ("postgresql+psycopg://a:b@db/shop", "postgresql+psycopg://c:d@db:5432/shop"),
    ("sqlite:///{folder}/x.db", "sqlite:///{folder}/i/../x.db"),
])  # fmt: skip
def test_a_keys_url_that_is_the_database_url_stops_the_start(tmp_path: Path, same: tuple[str, str]) -> None:
    (tmp_path / "i").mkdir()
    database_url, keys_url = (url.format(folder=tmp_path) for url in same)
    environ = {"INSTANCE_DIR": str(tmp_path / "i"), "DATABASE_URL": database_url, "KEYS_URL": keys_url}
    with pytest.raises(SettingsError, match="KEYS_URL must not be DATABASE_URL"):
        from_environment(environ)
    apart = from_environment(environ | {"KEYS_URL": "postgresql+psycopg://a:hunter2@db/keys"})
    assert apart.key_store_url == "postgresql+psycopg://a:hunter2@db/keys"
    assert "hunter2" not in repr(apart)
    with pytest.raises(SettingsError, match="KEYS_URL must start"):
        from_environment(environ | {"KEYS_URL": "mysql://db/keys"})


@pytest.mark.faults
@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_of_a_process_killed_while_it_adds_every_key_it_told_of_is_there(
    keys: KeyStore, vault: Vault
) -> None:
    program = (
        "import sys; sys.path.insert(0, '.')\n"
        "from shop.dedications.keys import KeyStore\nfrom shop.dedications.vault import Vault\n"
        "vault = Vault(bytes(range(32)), KeyStore(sys.argv[1]))\n"
        "while True: print(vault.seal_alone(['x'], 'test')[0][0], flush=True)\n"
    )
    command = [sys.executable, "-c", program, keys.url]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(50)]
        process.send_signal(signal.SIGKILL)
        told += [line.strip() for line in process.stdout if line.endswith("\n")]
    assert set(told) <= names(keys)
    assert len(vault.keys.find(told)) == len(told)

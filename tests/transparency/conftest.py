"""Books with their log, on both databases, with every guard in place."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from shop import triggers
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.giving import ledger, ledger_triggers, policies
from shop.transparency import log_triggers
from tests.keys import VAULT_KEY
from tests.transparency.log_books import LogBooks


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    vault = Vault(VAULT_KEY, KeyStore(f"sqlite:///{tmp_path / 'keys' / 'keys.db'}"))
    yield vault
    vault.keys.dispose()


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda moment: monkeypatch.setattr("shop.clock.now", lambda: moment)


@pytest.fixture
def books(bare_database: Database, vault: Vault, set_clock: Callable[[datetime], None]) -> LogBooks:
    with bare_database.engine.begin() as connection:
        triggers.install(connection, ledger_triggers.TRIGGERS)
        triggers.install(connection, log_triggers.TRIGGERS)
    with bare_database.transaction() as session:
        ledger.open_books(session)
        policy = policies.load_sample_policy(session)
    return LogBooks(bare_database, policy.id, vault, set_clock)

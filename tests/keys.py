"""Where the keys of a test's database are: every shop on that database has to find the same ones."""

import os
import tempfile
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from shop import files
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault

VAULT_KEY: Final = bytes(range(32))

_FOLDER: Final = Path(os.environ.setdefault("SHOP_TEST_KEYS", tempfile.mkdtemp(prefix="pom-keys-")))
"""For the keys of databases that are not files; processes that a test starts have the same."""


def keys_url(database_url: str) -> str:
    """`keys/keys.db` beside a SQLite database, as in the settings; for PostgreSQL a file of its name."""
    file = files.sqlite_file(database_url)
    if file is not None:
        return f"sqlite:///{file.parent / 'keys' / 'keys.db'}"
    return f"sqlite:///{_FOLDER / str(make_url(database_url).database) / 'keys.db'}"


def vault_of(database_url: str) -> Vault:
    """The vault of a test's database."""
    return Vault(VAULT_KEY, KeyStore(keys_url(database_url)))

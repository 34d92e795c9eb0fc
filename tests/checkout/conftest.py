import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from shop.application import create_app
from shop.settings import Settings
from tests.shopper import Shopper


@pytest.fixture
def engine_name() -> str:
    """Forms behave alike on both databases; what does not is asked for on both by name."""
    return "sqlite"


@pytest.fixture(scope="module")
def shared_app(furnished_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One shop for many tests that change nothing another could notice."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copy(furnished_sqlite, folder / "shop.db")
    app = create_app(
        Settings(
            database_url=f"sqlite:///{folder / 'shop.db'}",
            secret_key="a secret for tests",
            vault_key=bytes(range(32)),
            instance_dir=folder,
            site_url="http://localhost",
        )
    )
    app.testing = True
    yield app
    app.extensions["shop"].database.dispose()


@pytest.fixture
def anyone(shared_app: Flask) -> Shopper:
    return Shopper(shared_app)


@pytest.fixture
def shopper(app: Flask) -> Shopper:
    return Shopper(app)

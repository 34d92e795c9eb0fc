"""The shop as it really runs: its own processes on a port, started once for a module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import databases
from tests.benchmarks.servers import SHOP, Running, running
from tests.serve.siege import at_rest


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where that shop keeps everything."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Running]:
    databases.furnish(f"sqlite:///{folder / 'shop.db'}")
    with running(SHOP, folder) as shop:
        at_rest(shop)
        yield shop

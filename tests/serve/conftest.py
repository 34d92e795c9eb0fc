"""The shop as it really runs: its own processes on a port, started once for a module."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from shop.serve.first import WEB_PROCESSES
from tests.benchmarks import databases
from tests.benchmarks.processes import tree
from tests.benchmarks.servers import SHOP, Running, running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where that shop keeps everything."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[Running]:
    databases.furnish(f"sqlite:///{folder / 'shop.db'}")
    with running(SHOP, folder) as shop:
        while (
            len(tree(shop.pid)) != 1 + WEB_PROCESSES + 1
        ):  # the early one is gone, and the others are at rest
            time.sleep(0.05)
        yield shop

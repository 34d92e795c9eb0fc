"""Who serves is a copy of the first process: what that must not have then, and what none of them loads."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import databases
from tests.benchmarks.servers import ROOT, clean_environment

pytestmark = pytest.mark.slow

NEVER = {
    "alembic": "only what changes the schema",
    "mako": "Alembic's",
    "pygments": "Mako's",
    "zxcvbn": "only where a password is chosen",
    "webauthn": "only where a passkey is asked for",
    "OpenSSL": "WebAuthn's",
    "cbor2": "WebAuthn's",
    "ezdxf": "only a file for the cutter",
    "xlsxwriter": "only a workbook of the ledger",
    "pyhanko": "only a statement to sign",
    "asn1crypto": "pyHanko's",
    "aiohttp": "nobody: Stripe's SDK would, because it is there for pyHanko",
    "lxml": "nobody: fontTools would, because it is there for pyHanko",
    "holidays.countries": "nobody: the file of one country is read, not those of all",
    "typst": "only what sets papers",
    "pydyf": "only a file for the cutter",
    "beancount": "only tests",
    "pathops": "nobody any more",
    "sqlalchemy.dialects.postgresql": "only a shop on that database",
    "shop.cli.backup": "only commands",
    "shop.sample": "only what loads it",
    "fontTools.subset": "only who makes faces",
}
"""What a shop that sells, and its worker, never load; and who does."""

NOT_AT_FIRST = {
    "email_validator": "only where somebody types an address",
    "markdown_it": "only what reads the journal",
    "uharfbuzz": "only who draws letters",
    "fontTools.ttLib": "only who draws letters",
    "shop.worker": "only the worker",
    "stripe": "only who asks Stripe, or hears from it",
    "requests": "Stripe's",
    "urllib3": "Stripe's",
}
"""What the first page does without, so that it is there sooner; and who loads it."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("served")
    databases.furnish(f"sqlite:///{folder / 'shop.db'}")
    program = Path(__file__).with_name("first_process.py")
    environment = clean_environment() | {"INSTANCE_DIR": str(folder)}
    told = subprocess.run(
        [sys.executable, program], env=environment, cwd=ROOT, check=True, capture_output=True
    )
    answer: dict[str, Any] = json.loads(told.stdout)
    return answer


def test_who_is_copied_has_one_thread(found: dict[str, Any]) -> None:
    """A lock that another thread holds at that moment would be held in the copy for ever."""
    assert found["threads"] == 1


def test_who_is_copied_has_no_database_and_no_connection_open(found: dict[str, Any]) -> None:
    """SQLite's locks do not survive it, and two processes on one connection hear each other's answers."""
    assert [name for name in found["open"] if ".db" in name or name.startswith("socket:")] == []


def test_a_purchase_and_its_email_load_nothing_that_is_for_others(found: dict[str, Any]) -> None:
    loaded = found["modules"]
    assert [module for module in loaded for heavy in NEVER if f"{module}.".startswith(f"{heavy}.")] == []


def test_the_first_page_waits_for_nothing_that_only_others_need(found: dict[str, Any]) -> None:
    loaded = found["at first"]
    assert [module for module in loaded for late in NOT_AT_FIRST if f"{module}.".startswith(f"{late}.")] == []


def test_the_pages_that_are_looked_at_first_need_no_statement_that_is_not_made_yet(
    found: dict[str, Any],
) -> None:
    """Making one writes on the memory of all its tables, in each process apart."""
    assert found["anew"] == []


def test_what_a_purchase_needs_is_there_before_the_copies_are_made(found: dict[str, Any]) -> None:
    """Else each would load it for itself, under the first rush of visits."""
    assert found["later"] == []
    assert found["templates"] == []

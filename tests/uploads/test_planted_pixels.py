"""Pixels that were planted in a photograph are nowhere once it is gone: no file, log or copy has them."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sqlalchemy import select

from shop import backup, privacy
from shop.uploads import order_photographs, store
from shop.uploads.kept_photographs import kept_photograph
from shop.uploads.models import ArtworkUpload, OrderPhotograph
from tests.uploads.conftest import HERS, REQUEST, Counter

WINDOW = 24


@pytest.fixture
def engine_name() -> str:
    """What lies in files is SQLite's."""
    return "sqlite"


@pytest.fixture
def planted() -> bytes:
    """A photograph as it is kept, with a pattern that no other picture has."""
    pattern = np.random.default_rng(61).integers(0, 255, (40, 40, 3), np.uint8).repeat(8, 0).repeat(8, 1)
    file = io.BytesIO()
    Image.fromarray(pattern).save(file, "JPEG", quality=95)
    return kept_photograph(file.getvalue()).jpeg


def windows(content: bytes) -> Iterator[bytes]:
    """Parts of it that any page, wherever it begins, would have to hold."""
    middle = len(content) // 5
    return (content[at : at + WINDOW] for at in range(middle, len(content) - WINDOW, 97))


def lie_in(folder: Path, content: bytes) -> set[str]:
    """The files under a folder in which any part of it lies."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert any(file.suffix == ".db" for file in files)
    return {
        file.name for file in files if any(part in held for held in [file.read_bytes()]
                                           for part in windows(content))
    }  # fmt: skip


def sealed(counter: Counter) -> dict[str, bytes]:
    """All that is sealed of it, as it lies in the database."""
    with counter.harness.database.reading() as session:
        own = session.scalars(select(ArtworkUpload)).one()
        bought = session.scalars(select(OrderPhotograph)).one_or_none()
        found = {"upload": own.photograph}
        return found | ({"order": bought.photograph, "key": bought.opening * 8} if bought else {})


def test_a_photograph_that_was_forgotten_is_nowhere_sealed_or_open(
    counter: Counter, planted: bytes, tmp_path: Path
) -> None:
    upload = counter.change(store.keep, HERS, planted, REQUEST)
    before = sealed(counter)
    assert lie_in(tmp_path, before["upload"]), "or this looks in the wrong place"
    assert lie_in(tmp_path, planted) == set(), "it never lay there open"
    assert counter.change(store.forget, HERS, upload)
    counter.harness.database.forget_deleted()
    backup.write(counter.harness.database, tmp_path / "later.db")
    for content in (planted, before["upload"]):
        assert lie_in(tmp_path, content) == set()
    assert lie_in(tmp_path, HERS.encode() * 9) == set(), "nor was what opens it ever there"


@pytest.mark.parametrize("how", ["erased", "asked"])
def test_a_photograph_of_an_order_is_nowhere_and_an_older_copy_never_opens(
    counter: Counter, planted: bytes, tmp_path: Path, how: str
) -> None:
    database, vault = counter.harness.database, counter.harness.services.vault
    order = counter.bought(counter.change(store.keep, HERS, planted, REQUEST))
    before, copies = sealed(counter), tmp_path / "copies"
    copies.mkdir()
    backup.write(database, copies / "earlier.db")
    assert lie_in(tmp_path, before["order"]) >= {"earlier.db"}
    with database.transaction() as session:
        key_id = session.scalars(select(OrderPhotograph.key_id)).one()
        opening = vault.keys.find([key_id])[key_id].ciphertext
        if how == "erased":
            privacy.erase(session, vault, counter.harness.order(order).reference, actor="test")
        else:
            order_photographs.forget_photographs(session, vault, order)
    database.forget_deleted()
    backup.write(database, tmp_path / "later.db")
    for name, content in before.items():
        assert lie_in(tmp_path, content) == {"earlier.db"}, f"{name}: sealed in the older copy, and no more"
    assert lie_in(tmp_path, planted) == set()
    assert not any(opening in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert vault.keys.find([key_id]) == {}, "so the older copy opens for nobody"

"""Whoever watches the log of giving needs nothing but its addresses, and a program of their own."""

import base64
import hashlib
import json
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pymerkle import InmemoryTree

from shop.container import container
from shop.transparency.signed_notes import Note, VerifierKey
from shop.transparency.signing_key import signing_key
from shop.transparency.tiles import unbundle
from tests.engines import ONE_ENGINE
from tests.transparency.log_books import LogBooks

pytestmark = ONE_ENGINE

LOG = "/giving/log"


@pytest.fixture
def books(app: Flask, monkeypatch: pytest.MonkeyPatch) -> LogBooks:
    """The books of a shop that tries things out."""
    shared = container(app)

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr("shop.clock.now", lambda: moment)

    key = signing_key(shared.settings, "test")
    return LogBooks(shared.database, 1, shared.services.vault, set_clock, key=key)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def grown(books: LogBooks) -> LogBooks:
    """A log of a full tile and some more."""
    books.sell(11, units=26, book="test")
    books.publish("test")
    books.at(books.now.replace(month=12))
    books.close_all()
    books.publish("test")
    return books


def test_a_shop_that_gave_nothing_yet_has_no_checkpoint(client: FlaskClient) -> None:
    for path in ("checkpoint", "key", "tile/0/000", "tile/entries/000"):
        assert client.get(f"{LOG}/{path}").status_code == 404, path


def test_a_stranger_downloads_the_log_and_comes_to_the_root_that_was_signed(
    grown: LogBooks, client: FlaskClient
) -> None:
    note = Note.read(client.get(f"{LOG}/checkpoint").text)
    VerifierKey.read(client.get(f"{LOG}/key").text.strip()).check(note)
    origin, size, root = note.text.splitlines()
    assert (origin, int(size)) == ("localhost/giving/log/test", 286 + 3)
    leaves = unbundle(client.get(f"{LOG}/tile/entries/000").data)
    leaves += unbundle(client.get(f"{LOG}/tile/entries/001.p/{int(size) - 256}").data)
    theirs = InmemoryTree(algorithm="sha256")
    theirs.append_entries(leaves)
    assert base64.b64encode(theirs.get_root()).decode() == root
    assert sum(json.loads(leaf).get("pence", 0) for leaf in leaves) == 286 * 500


def test_tiles_hold_what_leaves_and_tiles_below_come_to(grown: LogBooks, client: FlaskClient) -> None:
    hashes = [hashlib.sha256(b"\0" + leaf).digest() for leaf in grown.leaves("test")]
    full, rest = client.get(f"{LOG}/tile/0/000").data, client.get(f"{LOG}/tile/0/001.p/33").data
    assert full + rest == b"".join(hashes)
    above = InmemoryTree(algorithm="sha256")
    above.append_entries(grown.leaves("test")[:256])
    assert client.get(f"{LOG}/tile/1/000.p/1").data == above.get_root()
    assert client.get(f"{LOG}/tile/0/001.p/20").data == rest[: 20 * 32], "of every earlier checkpoint, too"


@pytest.mark.parametrize(
    "path",
    [
        "0/001", "0/001.p/34", "0/002.p/1", "1/000", "1/000.p/2", "2/000.p/1", "entries/001",
        "entries/001.p/34",
        "0/000.p/256", "0/0", "x/000", "0/x001/000", "0/000/", "63/x999/x999/x999/x999/x999/x999/999",
        "0/" + "x999/" * 2000 + "999", "-1/000",
    ],
)  # fmt: skip
def test_what_no_checkpoint_covers_is_not_there(grown: LogBooks, client: FlaskClient, path: str) -> None:
    assert client.get(f"{LOG}/tile/{path}").status_code == 404


def test_a_checkpoint_is_fresh_and_a_tile_is_for_good(grown: LogBooks, client: FlaskClient) -> None:
    checkpoint = client.get(f"{LOG}/checkpoint")
    assert checkpoint.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert checkpoint.headers["Cache-Control"] == "public, max-age=5"
    for path in ("0/000", "entries/000"):
        tile = client.get(f"{LOG}/tile/{path}", headers={"Accept-Encoding": "gzip"})
        assert tile.headers["Content-Type"] == "application/octet-stream"
        assert "immutable" in tile.headers["Cache-Control"]
        assert tile.headers["Access-Control-Allow-Origin"] == "*"
        assert (tile.headers.get("Content-Encoding") == "gzip") is path.startswith("entries")
        assert "Set-Cookie" not in tile.headers
        again = client.get(f"{LOG}/tile/{path}", headers={"If-None-Match": tile.headers["ETag"]})
        assert again.status_code == 304


def test_nothing_in_the_log_names_an_order(grown: LogBooks, client: FlaskClient) -> None:
    everything = client.get(f"{LOG}/tile/entries/000").data + client.get(f"{LOG}/checkpoint").data
    assert b"PM-" not in everything
    assert b"HEART" not in everything

"""Words drawn at once, without a thread: which are, and that they are the same and counted the same."""

import dataclasses
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import EnvironBuilder

from shop.application import create_app
from shop.catalogue import previews
from shop.network import Allowance
from shop.settings import Settings
from tests.engines import ONE_ENGINE

pytestmark = ONE_ENGINE

WREN = {"piece": "disc", "face": "marcellus", "engraving-front-1": "Wren", "engraving-front-2": "14.5.26"}


@pytest.fixture(autouse=True)
def started(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has drawn nothing yet, and has its catalogue in memory for as long as the test takes."""
    monkeypatch.setattr(previews, "_met", {})
    app.extensions["shop.cached_pages"]._now = lambda: 0.0
    client.get("/pieces/disc")


def at_once(app: Flask, asked: dict[str, str], **more: str) -> bytes | None:
    """The drawing, or None when a thread is to make it."""
    environ = EnvironBuilder(previews.ADDRESS, query_string=urlencode(asked)).get_environ() | more
    begun: list[str] = []

    def begin(status: str, _headers: object, _error: object = None, /) -> None:
        begun.append(status)

    body = b"".join(previews.drawings_at_once(app)(environ, begin))  # type: ignore[arg-type]
    return body if begun else None


def by_thread(client: FlaskClient, asked: dict[str, str]) -> bytes:
    answer = client.get(previews.ADDRESS, query_string=asked)
    assert answer.status_code == 200
    return answer.data


def test_letters_that_were_drawn_before_are_drawn_at_once_in_other_words_and_the_same(
    app: Flask, client: FlaskClient
) -> None:
    assert at_once(app, WREN) is None, "each letter's first drawing takes a thread"
    by_thread(client, WREN)
    other = WREN | {"engraving-front-1": "enreW"}
    drawn = at_once(app, other)
    assert drawn is not None
    assert drawn == by_thread(client, other)


@pytest.mark.parametrize(
    "other",
    [
        {"engraving-front-1": "Wrens"},
        {"face": "great-vibes"},
        {"face": "nobody"},
        {"piece": "nothing"},
        {"picture": "nothing"},
        {"engraving-front-1": "Wren" * 15},
        {"engraving-front-1": "Wr\0en"},
    ],
    ids=["a-new-letter", "a-new-face", "no-face", "no-piece", "no-picture", "much", "no-text"],
)
def test_anything_else_is_left_to_a_thread(app: Flask, client: FlaskClient, other: dict[str, str]) -> None:
    by_thread(client, WREN)
    assert at_once(app, WREN) is not None
    assert at_once(app, WREN | other) is None


def test_words_of_another_script_are_left_to_a_thread_however_often(app: Flask, client: FlaskClient) -> None:
    asked = WREN | {"face": "rubik", "engraving-front-1": "אברהם"}
    for _ in range(2):
        by_thread(client, asked)
        assert at_once(app, asked) is None


def test_faces_that_do_not_exist_are_not_remembered(client: FlaskClient) -> None:
    for number in range(20):
        by_thread(client, WREN | {"face": f"face-{number}"})
    assert previews._met == {}


def test_what_is_drawn_at_once_is_counted_and_ends_with_the_allowance(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_thread(client, WREN)
    monkeypatch.setattr(previews, "ALLOWED", Allowance(1e-6, 1.0, lambda: 0.0))
    assert at_once(app, WREN | {"engraving-front-1": "enreW"}) is not None
    assert at_once(app, WREN) is None, "the application says when to come again"
    assert at_once(app, WREN, REMOTE_ADDR="127.0.0.9") is not None


def test_who_asks_is_whom_our_own_proxy_names(
    app: Flask, client: FlaskClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_thread(client, WREN)
    monkeypatch.setattr(previews, "ALLOWED", Allowance(1e-6, 1.0, lambda: 0.0))
    behind_one = create_app(dataclasses.replace(settings, proxies=1))
    behind_one.extensions["shop.cached_pages"] = app.extensions["shop.cached_pages"]
    behind_one.extensions["shop"].database.dispose()
    asked = [at_once(behind_one, WREN, HTTP_X_FORWARDED_FOR=who) for who in ("203.0.113.1", "203.0.113.2")]
    assert None not in asked
    assert at_once(behind_one, WREN, HTTP_X_FORWARDED_FOR="203.0.113.1") is None


def test_letters_met_in_one_lettering_are_not_taken_for_met_in_that_of_another_line(
    app: Flask, client: FlaskClient
) -> None:
    client.get(previews.ADDRESS, query_string=WREN)
    assert at_once(app, WREN)
    mixed = {**WREN, "face-front-1": "courier-prime"}
    assert at_once(app, mixed) is None
    drawn = client.get(previews.ADDRESS, query_string=mixed).data
    assert at_once(app, mixed) == drawn
    assert drawn != at_once(app, WREN)

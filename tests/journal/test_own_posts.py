"""A post of the owner's is refused with a sentence when it is saved, and never stops the shop."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from shop.alerts import open_alerts
from shop.application import create_app
from shop.journal import journal as journals
from shop.settings import Settings
from shop.worker import Worker
from tests.journal.test_claims import CITED, HEAD

GOOD = HEAD + CITED
BAD = {
    "eight petals": GOOD + "The drop has eight petals.\n",
    "a promise": GOOD + "It heals.\n",
    "no head": "Just words.\n",
    "a head that is no TOML": GOOD.replace('"A title"', "A title"),
    "a date that is none": GOOD.replace("published = 2026-01-02", 'published = "soon"'),
    "a number for a title": GOOD.replace('"A title"', "7"),
    "a source there is not": GOOD.replace("evans-1999", "nobody-2000"),
    "sources that are no list": GOOD.replace('["evans-1999"]', '"evans-1999"'),
    "the slug of another post": GOOD.replace("a-slug", "both-ways"),
}
NOT_TEXT = b"+++\n\xff\xfe"


def put(settings: Settings, name: str, text: str | bytes) -> Path:
    folder = settings.instance_dir / "journal"
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def started(settings: Settings) -> Flask:
    app = create_app(settings)
    app.testing = True
    return app


def saved(app: Flask, file: Path) -> Result:
    return app.test_cli_runner().invoke(args=["journal", "save", str(file)])


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.mark.parametrize("wrong", [*BAD, "no text at all"])
def test_a_bad_post_that_is_there_at_the_start_is_left_out_and_the_shop_runs(
    settings: Settings, database: object, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    put(settings, "bad.md", BAD.get(wrong, NOT_TEXT))
    put(settings, "good.md", GOOD.replace("a-slug", "my-own"))
    app = started(settings)
    client = app.test_client()
    assert client.get("/journal/my-own").status_code == 200
    assert client.get("/journal/both-ways").status_code == 200
    assert client.get("/journal/a-slug").status_code == 404
    assert client.get("/").status_code == 200
    lines = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert [line for line in lines if "bad.md" in line]
    assert app.test_cli_runner().invoke(args=["stock", "list"]).exit_code == 0
    app.extensions["shop"].database.dispose()


def test_the_owner_is_told_which_sentence_it_was(settings: Settings, database: object) -> None:
    put(settings, "bad.md", BAD["eight petals"])
    app = started(settings)
    worker = Worker(app)
    worker._tell_left_out()
    worker._tell_left_out()
    with app.extensions["shop"].database.reading() as session:
        (alert,) = open_alerts(session)
    assert alert.about == "bad.md"
    assert "eight" in alert.detail
    app.extensions["shop"].database.dispose()


@pytest.mark.parametrize("wrong", [*BAD, "no text at all"])
def test_a_bad_post_is_not_saved_and_it_is_said_why(
    settings: Settings, app: Flask, tmp_path: Path, wrong: str
) -> None:
    draft = tmp_path / "draft.md"
    draft.write_bytes(BAD[wrong].encode() if wrong in BAD else NOT_TEXT)
    answer = saved(app, draft)
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: draft.md cannot be published yet:\n- ")
    assert not list(settings.instance_dir.glob("journal/*"))
    assert "Traceback" not in answer.output


def test_a_good_post_is_saved_and_stands_in_the_journal_after_the_next_start(
    settings: Settings, app: Flask, tmp_path: Path
) -> None:
    draft = tmp_path / "draft.md"
    draft.write_text(GOOD)
    assert saved(app, draft).exit_code == 0
    again = started(settings)
    assert "A title" in again.test_client().get("/journal").text
    draft.write_text(GOOD.replace("A title", "Another title"))
    assert saved(app, draft).exit_code == 0, "the same post, changed"
    again.extensions["shop"].database.dispose()


def test_a_bad_post_cannot_push_a_good_one_of_the_same_slug_out(settings: Settings, database: object) -> None:
    put(settings, "a.md", GOOD.replace("A title", "The first"))
    put(settings, "b.md", GOOD.replace("A title", "The second"))
    app = started(settings)
    page = app.test_client().get("/journal").text
    assert ("The first" in page, "The second" in page) == (True, False)
    app.extensions["shop"].database.dispose()


def test_a_bad_story_or_a_bad_post_beside_the_code_stops_nothing_either(tmp_path: Path) -> None:
    story = tmp_path / "story.md"
    story.write_text(BAD["eight petals"])
    posts = tmp_path / "posts"
    posts.mkdir()
    (posts / "one.md").write_text(BAD["a promise"])
    found = journals.gather(story, [posts])
    assert found.posts == {}
    assert [bad.name for bad in found.left_out] == ["story.md", "one.md"]
    assert found.story.front.title


def test_a_support_file_that_cannot_be_shown_is_replaced_by_the_one_that_came_with_the_shop(
    settings: Settings, database: object, caplog: pytest.LogCaptureFixture
) -> None:
    (settings.instance_dir / "support.toml").write_text("this is not TOML")
    app = started(replace(settings))
    assert app.test_client().get("/support").status_code == 200
    assert any("support.toml" in r.getMessage() for r in caplog.records)
    app.extensions["shop"].database.dispose()

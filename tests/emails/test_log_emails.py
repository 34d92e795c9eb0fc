"""When a month is closed, finance and the charity get its checkpoint to keep."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask, render_template

from shop import clock
from shop.accounts import passkeys, staff
from shop.accounts.models import Account, Role
from shop.accounts.passkeys import NewKey
from shop.container import container
from shop.emails.log_emails import keep_log
from shop.emails.owner_emails import tell_owners
from shop.transparency.checkpoint_check import Held
from shop.transparency.checkpoint_files import CheckpointFiles
from shop.transparency.giving_log import GivingLog
from tests.emails.test_owner_emails import SITE, Post
from tests.transparency.log_books import KEY, LogBooks


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def books(app: Flask, monkeypatch: pytest.MonkeyPatch) -> LogBooks:
    shared = container(app)
    set_clock: Callable[[datetime], None] = lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)  # noqa: E731
    books = LogBooks(shared.database, 1, shared.services.vault, set_clock)
    with shared.database.transaction() as session:
        for role in ("owner", "finance"):
            staff.add_account(session, f"{role}@example.com", role)
        charity = Account(email="charity@example.com", role=Role.CHARITY, created_at=clock.now())
        session.add(charity)
        session.flush()
        passkeys.add(session, charity.id, NewKey(b"id", b"key", b"key", 0), "First passkey")
        staff.add_account(session, "gone@example.com", "finance")
        staff.disable(session, "gone@example.com")
    return books


def test_the_checkpoint_of_a_close_goes_once_to_finance_and_charity_and_can_be_checked_as_it_came(
    app: Flask, books: LogBooks, tmp_path: Path
) -> None:
    post = Post()
    log = GivingLog(books.database, books.vault, "live", KEY, CheckpointFiles(tmp_path / "kept", "live"))
    (reference,) = books.sell()

    def goes_round() -> list[str]:
        before = len(post.took)
        with app.test_request_context():
            keep_log(log, render_template, SITE)
            tell_owners(books.database, render_template, post, SITE, "shop@example.com")
        return [str(message["To"]) for message in post.took[before:]]

    assert goes_round() == [], "a day's checkpoint is no close"
    books.close_month("2026-11")
    assert goes_round() == ["owner@example.com", "finance@example.com", "charity@example.com"]
    assert goes_round() == []
    assert post.took[0]["Subject"] == "What was given in November 2026: four lines to keep"
    text = post.said[0]
    assert "November 2026 is closed in our ledger of what is given." in text
    assert reference not in text
    with books.database.reading() as session:
        assert (
            log.problems(session, held=[Held("e-mail", text), Held("again", text.replace("\n", "\r\n"))])
            == []
        )
        forged = Held("e-mail", text.replace("\n4\n", "\n3\n"))
        assert log.problems(session, held=[forged]) == ["e-mail is not signed with the shop's key."]


def test_what_is_tried_out_is_mailed_to_nobody(app: Flask, books: LogBooks, tmp_path: Path) -> None:
    log = GivingLog(books.database, books.vault, "test", KEY, CheckpointFiles(tmp_path / "kept", "test"))
    books.sell(book="test")
    books.close_month("2026-11")
    with app.test_request_context():
        assert keep_log(log, render_template, SITE)
    assert books.value("SELECT count(*) FROM owner_email") == 0

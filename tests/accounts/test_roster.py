"""Who works here is listed, dismissed and given another role, at once and on every host."""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.accounts import roster, staff
from shop.accounts.models import Account
from shop.application import create_app
from shop.db import Database
from shop.settings import Settings
from tests.accounts.conftest import hash_of
from tests.accounts.helpers import EMAIL, PASSWORD, post, sign_in, token_in
from tests.engines import ONE_ENGINE

OTHER = "ada@example.com"


def hired(database: Database, email: str, role: str, *, password: bool = True) -> Account:
    with database.transaction() as session:
        account, _ = staff.add_account(session, email, role)
        account.password_hash = hash_of(PASSWORD) if password else None
    return account


def signed_in(app: Flask, email: str = EMAIL) -> FlaskClient:
    browser = app.test_client()
    browser.environ_base["REMOTE_ADDR"] = f"10.1.{len(email)}.{id(browser) % 250}"
    assert sign_in(browser, email).status_code == 303
    return browser


def run(app: Flask, *command: str) -> tuple[int, str]:
    answer = app.test_cli_runner().invoke(args=["accounts", *command])
    return answer.exit_code, answer.output


@pytest.fixture
def elsewhere(settings: Settings, database: Database, tmp_path: Path) -> Iterator[Flask]:
    """The same shop on another host."""
    app = create_app(replace(settings, instance_dir=tmp_path / "elsewhere"))
    app.testing = True
    yield app
    app.extensions["shop"].database.dispose()


def test_whoever_is_dismissed_is_out_at_once_on_every_host(
    app: Flask, elsewhere: Flask, database: Database, owner: Account
) -> None:
    hired(database, OTHER, "finance")
    browsers = [signed_in(app, OTHER), signed_in(elsewhere, OTHER)]
    assert [browser.get("/finance/").status_code for browser in browsers] == [200, 200]
    boss = signed_in(app)
    number = hired(database, OTHER, "finance").id
    token = token_in(boss.get("/owner/staff"))
    answer = boss.post(f"/owner/staff/{number}/dismissal", data={"csrf_token": token})
    assert answer.status_code == 303
    assert [browser.get("/finance/").status_code for browser in browsers] == [303, 303]
    assert sign_in(app.test_client(), OTHER).status_code == 422
    assert "Dismissed" in boss.get("/owner/staff").text


def test_another_role_counts_from_the_next_click(
    app: Flask, elsewhere: Flask, database: Database, owner: Account
) -> None:
    hired(database, OTHER, "finance")
    browser = signed_in(elsewhere, OTHER)
    assert browser.get("/owner/stock").status_code == 403
    assert run(app, "role", OTHER, "owner") == (0, f"{OTHER} has the role owner from now on.\n")
    assert browser.get("/owner/stock").status_code == 200
    assert run(app, "role", OTHER, "finance")[0] == 0
    assert browser.get("/owner/stock").status_code == 403


@ONE_ENGINE
@pytest.mark.parametrize("command", [("dismiss", EMAIL), ("role", EMAIL, "finance")])
def test_the_last_owner_who_can_sign_in_stays(
    app: Flask, database: Database, owner: Account, command: tuple[str, ...]
) -> None:
    hired(database, OTHER, "owner", password=False)
    code, said = run(app, *command)
    assert code == 1
    assert "the only owner" in said
    assert signed_in(app).get("/owner/staff").status_code == 200
    hired(database, OTHER, "owner")
    assert run(app, *command)[0] == 0


@ONE_ENGINE
def test_the_last_owner_cannot_dismiss_themselves_on_the_page(app: Flask, owner: Account) -> None:
    boss = signed_in(app)
    token = token_in(boss.get("/owner/staff"))
    for what in ("dismissal", "role"):
        answer = boss.post(f"/owner/staff/{owner.id}/{what}", data={"csrf_token": token})
        assert answer.status_code == 422
        assert "the only owner" in answer.text
    assert boss.get("/owner/staff").status_code == 200


def test_two_owners_who_dismiss_each_other_at_once_leave_one(database: Database, owner: Account) -> None:
    hired(database, OTHER, "owner")
    start = threading.Barrier(2)

    def dismiss(email: str) -> bool:
        start.wait(30)
        try:
            with database.transaction() as session:
                roster.dismiss(session, email)
        except roster.LastOwner:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(dismiss, [EMAIL, OTHER])) == [False, True]


@ONE_ENGINE
def test_the_list_says_who_and_since_when_and_how_many_browsers(
    app: Flask, database: Database, owner: Account
) -> None:
    hired(database, OTHER, "finance", password=False)
    signed_in(app)
    signed_in(app)
    code, said = run(app, "list")
    first, second = (line.split("\t") for line in said.splitlines())
    assert code == 0
    assert (first[0], first[1], first[3]) == (EMAIL, "owner", "2")
    assert (second[0], second[1], second[3], second[4]) == (OTHER, "finance", "0", "no password yet")


@ONE_ENGINE
def test_nobody_there_is_said_so(app: Flask, owner: Account) -> None:
    for command in (("dismiss", OTHER), ("role", OTHER, "owner"), ("dismiss", "no address")):
        code, said = run(app, *command)
        assert (code, said.startswith("Error: ")) == (1, True)


@ONE_ENGINE
def test_an_invitation_shows_a_link_once_and_the_link_opens(app: Flask, owner: Account) -> None:
    boss = signed_in(app)
    answer = post(boss, "/owner/staff", email=OTHER, role="finance")
    link = answer.text.partition("http://localhost/sign-in/link/")[2][:43]
    assert answer.status_code == 200
    assert link not in boss.get("/owner/staff").text
    assert post(app.test_client(), f"/sign-in/link/{link}").status_code == 303
    assert post(boss, "/owner/staff", email=OTHER, role="owner").status_code == 422
    assert post(boss, "/owner/staff", email="no address", role="owner").status_code == 422
    assert post(boss, "/owner/staff", email=OTHER, role="king").status_code == 422


def test_every_change_leaves_a_line_in_the_security_log(
    app: Flask, owner: Account, caplog: pytest.LogCaptureFixture
) -> None:
    boss = signed_in(app)
    post(boss, "/owner/staff", email=OTHER, role="finance")
    run(app, "role", OTHER, "owner")
    run(app, "dismiss", OTHER)
    lines = [json.loads(r.getMessage()) for r in caplog.records if r.name == "shop.security"]
    assert [(line["event"], line.get("by")) for line in lines[1:]] == [
        ("account added", owner.id),
        ("role changed", "command line"),
        ("account dismissed", "command line"),
    ]
    assert OTHER not in str(lines)

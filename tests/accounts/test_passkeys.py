"""Passkeys: to sign in with, after a password, and where money is concerned."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from shop.accounts import passkeys, roster, staff
from shop.accounts.models import Account, Passkey, PasskeyChallenge, SignInAttempt, StaffSession
from shop.accounts.passkeys import Asked, PasskeyRefused, Purpose
from shop.db import Database
from tests.accounts.helpers import EMAIL, post, sign_in, token_in
from tests.authenticator import PRESENT, Authenticator, adds, asked, options, raw
from tests.engines import ONE_ENGINE

Later = Callable[[timedelta], None]


def to_sign_in(browser: FlaskClient) -> dict[str, Any]:
    return asked(browser, "/sign-in/passkey/options", "/sign-in")


def shows(browser: FlaskClient, answer: str, **fields: str) -> TestResponse:
    return post(browser, "/sign-in/passkey", "/sign-in", passkey=answer, **fields)


def forget_tries(database: Database) -> None:
    with database.transaction() as session:
        session.execute(delete(SignInAttempt))


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


@pytest.fixture
def had(app: Flask, owner: Account, device: Authenticator, database: Database) -> FlaskClient:
    """The browser in which the owner has made a passkey."""
    browser = app.test_client()
    sign_in(browser)
    assert adds(browser, device).status_code == 303
    forget_tries(database)
    return browser


@ONE_ENGINE
def test_a_passkey_alone_signs_in(app: Flask, had: FlaskClient, device: Authenticator) -> None:
    browser = app.test_client()
    wanted = to_sign_in(browser)
    assert wanted["rpId"] == "localhost"
    assert wanted["userVerification"] == "required"
    assert wanted["allowCredentials"] == [], "whose they are is not told to strangers"
    answer = shows(browser, device.shows(wanted), next="/room/finance")
    assert (answer.status_code, answer.location) == (303, "/room/finance")
    assert browser.get("/room/owner").text == f"the workshop of {EMAIL}"


@ONE_ENGINE
def test_after_the_password_the_passkey_is_asked_for_before_anything_opens(
    app: Flask, had: FlaskClient, device: Authenticator
) -> None:
    browser = app.test_client()
    assert sign_in(browser, next="/room/finance").status_code == 303
    led = browser.get("/room/finance")
    assert led.location == "/sign-in/passkey?next=%2Froom%2Ffinance"
    assert (
        browser.post("/room/owner", data={"csrf_token": token_in(browser.get(led.location))}).status_code
        == 401
    )
    assert "Now your passkey" in browser.get(led.location).text
    wanted = asked(browser, "/sign-in/passkey/options", led.location)
    assert [raw(one["id"]) for one in wanted["allowCredentials"]] == [device.credential_id]
    before = browser.get_cookie("staff")
    answer = post(
        browser, "/sign-in/passkey", led.location, passkey=device.shows(wanted), next="/room/finance"
    )
    assert answer.location == "/room/finance"
    assert before
    assert browser.get_cookie("staff").value != before.value, "a session begins anew"
    assert browser.get("/room/finance").status_code == 200


@ONE_ENGINE
def test_a_link_does_not_go_round_the_passkey(app: Flask, had: FlaskClient, database: Database) -> None:
    with database.transaction() as session:
        _, token = staff.add_account(session, EMAIL, "owner")
    browser = app.test_client()
    assert post(browser, f"/sign-in/link/{token}").status_code == 303
    assert browser.get("/sign-in/password").location.startswith("/sign-in/passkey?next=")


@ONE_ENGINE
def test_who_makes_a_passkey_is_signed_out_elsewhere_and_asked_for_it_there(
    app: Flask, owner: Account, device: Authenticator
) -> None:
    here, there = app.test_client(), app.test_client()
    sign_in(here)
    sign_in(there)
    assert adds(here, device).status_code == 303
    assert here.get("/room/owner").status_code == 200
    assert there.get("/room/owner").location.startswith("/sign-in?next=")


@ONE_ENGINE
def test_a_device_that_does_not_verify_who_holds_it_makes_no_passkey(
    browser: FlaskClient, owner: Account
) -> None:
    sign_in(browser)
    answer = adds(browser, Authenticator(flags=PRESENT))
    assert answer.status_code == 422
    assert "My telephone" in answer.text, "what was typed is still there"
    assert "You have none yet." in browser.get("/sign-in/passkeys").text


@ONE_ENGINE
def test_a_passkey_has_a_name(browser: FlaskClient, owner: Account, device: Authenticator) -> None:
    sign_in(browser)
    for name in ("", "x" * 61):
        answer = adds(browser, device, name)
        assert answer.status_code == 422
        page = BeautifulSoup(answer.text, "html.parser")
        assert page.select_one(".summary a[href='#name']")


def other_origin(device: Authenticator) -> None:
    device.origin = "http://localhost.example"


def other_site(device: Authenticator) -> None:
    device.relying_party = "localhost.example"


def not_verified(device: Authenticator) -> None:
    device.flags = PRESENT


def counter_back(device: Authenticator) -> None:
    device.step = -1


def other_credential(device: Authenticator) -> None:
    device.credential_id = b"somebody else's".ljust(32)


def other_key(device: Authenticator) -> None:
    device.key = Authenticator().key


def somebody_elses(device: Authenticator) -> None:
    device.handle = b"account 7"


HOSTILE = (
    other_origin, other_site, not_verified, counter_back, other_credential, other_key, somebody_elses,
)  # fmt: skip


@ONE_ENGINE
@pytest.mark.parametrize("does", HOSTILE, ids=lambda does: does.__name__)
def test_what_a_hostile_device_shows_opens_nothing(
    app: Flask,
    had: FlaskClient,
    device: Authenticator,
    does: Callable[[Authenticator], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    browser = app.test_client()
    shows(browser, device.shows(to_sign_in(browser)))
    stranger = app.test_client()
    wanted = to_sign_in(stranger)
    does(device)
    answer = shows(stranger, device.shows(wanted))
    assert answer.status_code == 422
    assert "No passkey was shown, or it did not fit." in answer.text
    assert stranger.get("/room/owner").location.startswith("/sign-in?next=")
    assert '"event": "passkey refused"' in caplog.text


@ONE_ENGINE
@pytest.mark.parametrize(
    "answer",
    ["", "{}", "[]", "null", "7", "{" * 9000, "x" * 20_000, '{"rawId": "é", "response": []}',
     '{"rawId": 1, "response": {"clientDataJSON": "e30"}}',
     '{"rawId": "AA", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiAiQUEifQ"}}'],
)  # fmt: skip
def test_what_is_no_answer_is_refused_with_a_sentence(browser: FlaskClient, answer: str) -> None:
    assert shows(browser, answer).status_code == 422


@ONE_ENGINE
def test_an_answer_counts_once(app: Flask, had: FlaskClient, device: Authenticator) -> None:
    browser = app.test_client()
    answer = device.shows(to_sign_in(browser))
    assert shows(browser, answer).status_code == 303
    post(browser, "/sign-out", "/sign-in/password")
    assert shows(browser, answer).status_code == 422


@ONE_ENGINE
def test_an_answer_counts_for_five_minutes(
    app: Flask, had: FlaskClient, device: Authenticator, later: Later
) -> None:
    browser = app.test_client()
    wanted = to_sign_in(browser)
    later(timedelta(minutes=5, seconds=1))
    assert shows(browser, device.shows(wanted)).status_code == 422


@ONE_ENGINE
def test_an_answer_counts_in_the_browser_that_was_asked(
    app: Flask, had: FlaskClient, device: Authenticator
) -> None:
    asked_here, brought_there = app.test_client(), app.test_client()
    answer = device.shows(to_sign_in(asked_here))
    assert shows(brought_there, answer).status_code == 422


@ONE_ENGINE
def test_an_answer_counts_for_what_was_asked(had: FlaskClient, app: Flask, device: Authenticator) -> None:
    browser = app.test_client()
    sign_in(browser)
    second = asked(browser, "/sign-in/passkey/options", "/sign-in/passkey")
    assert (
        post(browser, "/sign-in/passkey", "/sign-in/passkey", passkey=device.shows(second)).status_code == 303
    )
    confirm = asked(browser, "/sign-in/confirm/options", "/sign-in/passkeys")
    post(browser, "/sign-out", "/sign-in/password")
    assert shows(browser, device.shows(confirm)).status_code == 422


@ONE_ENGINE
def test_a_passkey_of_somebody_else_is_no_second_factor(
    app: Flask, had: FlaskClient, database: Database
) -> None:
    other = Authenticator()
    finance = app.test_client()
    with database.transaction() as session:
        _, token = staff.add_account(session, "finance@example.com", "finance")
    post(finance, f"/sign-in/link/{token}")
    assert adds(finance, other).status_code == 303
    browser = app.test_client()
    sign_in(browser)
    wanted = asked(browser, "/sign-in/passkey/options", "/sign-in/passkey")
    assert (
        post(browser, "/sign-in/passkey", "/sign-in/passkey", passkey=other.shows(wanted)).status_code == 422
    )


def test_a_removed_passkey_opens_nothing(app: Flask, had: FlaskClient, device: Authenticator) -> None:
    browser = app.test_client()
    wanted = to_sign_in(browser)
    number = BeautifulSoup(had.get("/sign-in/passkeys").text, "html.parser").select_one(
        "form[action$=removal]"
    )
    assert number
    assert post(had, str(number["action"]), "/sign-in/passkeys").status_code == 303
    assert had.get("/room/owner").status_code == 200, "whoever removes it stays"
    assert shows(browser, device.shows(wanted)).status_code == 422
    assert sign_in(browser).location == "/owner/"
    assert browser.get("/room/owner").status_code == 200, "the password is enough again"


@ONE_ENGINE
def test_nobody_removes_a_passkey_of_somebody_else(
    app: Flask, had: FlaskClient, database: Database, device: Authenticator
) -> None:
    with database.transaction() as session:
        _, token = staff.add_account(session, "finance@example.com", "finance")
        number = session.scalars(select(Passkey.id)).one()
    finance = app.test_client()
    post(finance, f"/sign-in/link/{token}")
    assert post(finance, f"/sign-in/passkeys/{number}/removal", "/sign-in/passkeys").status_code == 303
    browser = app.test_client()
    assert shows(browser, device.shows(to_sign_in(browser))).status_code == 303


def test_who_has_lost_the_device_comes_back_by_a_command(
    app: Flask, had: FlaskClient, device: Authenticator
) -> None:
    told = app.test_cli_runner().invoke(args=["accounts", "passkeys-lost", EMAIL])
    assert told.exit_code == 0, told.output
    browser = app.test_client()
    assert post(browser, told.output.split("localhost", 1)[1].strip()).location == "/sign-in/password"
    assert browser.get("/room/owner").status_code == 200
    assert had.get("/room/owner").location.startswith("/sign-in?next=")
    assert shows(had, device.shows(to_sign_in(had))).status_code == 422
    unknown = app.test_cli_runner().invoke(args=["accounts", "passkeys-lost", "nobody@example.com"])
    assert unknown.exit_code == 1


@ONE_ENGINE
def test_a_dismissed_persons_passkey_stays_gone_when_they_come_back(
    app: Flask, had: FlaskClient, device: Authenticator, database: Database
) -> None:
    with database.transaction() as session:
        assert staff.disable(session, EMAIL)
        staff.add_account(session, EMAIL, "owner")
    browser = app.test_client()
    assert shows(browser, device.shows(to_sign_in(browser))).status_code == 422


@ONE_ENGINE
def test_a_restored_copy_trusts_no_passkey(
    app: Flask, had: FlaskClient, device: Authenticator, database: Database
) -> None:
    with database.transaction() as session:
        roster.start_anew(session)
    browser = app.test_client()
    assert shows(browser, device.shows(to_sign_in(browser))).status_code == 422


@ONE_ENGINE
def test_a_network_is_asked_for_passkeys_five_times_a_minute(app: Flask, database: Database) -> None:
    browser = app.test_client()
    codes = [options(browser, "/sign-in/passkey/options", "/sign-in").status_code for _ in range(6)]
    assert codes == [200] * 5 + [429]


@ONE_ENGINE
def test_one_key_is_kept_for_one_account(
    app: Flask, had: FlaskClient, device: Authenticator, database: Database
) -> None:
    with database.transaction() as session:
        _, token = staff.add_account(session, "finance@example.com", "finance")
    finance = app.test_client()
    post(finance, f"/sign-in/link/{token}")
    assert adds(finance, device).status_code == 422


@ONE_ENGINE
def test_the_log_says_what_was_done_and_nothing_of_the_key(
    had: FlaskClient, device: Authenticator, app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    browser = app.test_client()
    answer = device.shows(to_sign_in(browser))
    shows(browser, answer)
    events = [json.loads(line.message)["event"] for line in caplog.records if line.name == "shop.security"]
    assert events[-1] == "signed in by passkey"
    assert json.loads(answer)["response"]["signature"] not in caplog.text


@ONE_ENGINE
def test_a_shop_at_a_number_says_why_it_has_no_passkeys(app: Flask, owner: Account) -> None:
    from dataclasses import replace

    shared = app.extensions["shop"]
    app.extensions["shop"] = replace(
        shared, settings=replace(shared.settings, site_url="http://127.0.0.1:8000")
    )
    browser = app.test_client()
    sign_in(browser)
    page = browser.get("/sign-in/passkeys").text
    assert "Passkeys need an address with a name" in page
    assert "data-passkey" not in page


def test_what_was_asked_and_not_answered_is_forgotten(database: Database, later: Later) -> None:
    with database.transaction() as session:
        passkeys.ask(session, b"old", passkeys.Asked(passkeys.Purpose.SIGN_IN), "browser")
    later(timedelta(minutes=6))
    with database.transaction() as session:
        passkeys.ask(session, b"new", passkeys.Asked(passkeys.Purpose.SIGN_IN), "browser")
        passkeys.forget_challenges(session)
        assert len(session.scalars(select(PasskeyChallenge)).all()) == 1


@ONE_ENGINE
def test_two_answers_at_the_same_moment_count_once(database: Database, owner: Account) -> None:
    key = passkeys.NewKey(b"id", b"key", b"key", 4)
    with database.transaction() as session:
        passkeys.add(session, owner.id, key, "telephone")
    with database.reading() as session:
        known = passkeys.by_credential(session, b"id")
    with database.transaction() as session:
        passkeys.use(session, known, 5)
    with pytest.raises(passkeys.PasskeyRefused), database.transaction() as session:
        passkeys.use(session, known, 5)


@ONE_ENGINE
def test_a_session_from_before_the_passkey_asks_for_it(
    app: Flask, had: FlaskClient, database: Database
) -> None:
    """Whatever came between making it and ending the others."""
    with database.transaction() as session:
        session.execute(update(StaffSession).values(passkey_at=None))
    assert had.get("/room/owner").location.startswith("/sign-in/passkey?next=")


@ONE_ENGINE
def test_passkeys_are_changed_within_an_hour_of_signing_in(
    app: Flask, had: FlaskClient, device: Authenticator, later: Later
) -> None:
    """A browser left open is not enough."""
    form = token_in(had.get("/sign-in/passkeys"))
    later(timedelta(hours=1, minutes=1))
    assert "Please sign in once more first" in had.get("/sign-in/passkeys").text
    for address in ("/sign-in/passkeys", "/sign-in/passkeys/options", "/sign-in/passkeys/1/removal"):
        answer = had.post(address, data={"csrf_token": form, "name": "Another", "passkey": "{}"})
        assert (answer.status_code, answer.location) == (303, "/sign-in/passkeys")
    browser = app.test_client()
    assert shows(browser, device.shows(to_sign_in(browser))).status_code == 303
    assert adds(browser, Authenticator(), "Another").status_code == 303


def test_whoever_has_forgotten_their_password_sets_another_by_link_and_passkey(
    app: Flask, had: FlaskClient, device: Authenticator, database: Database
) -> None:
    """The link alone opens nothing of theirs, and once the passkey is shown it asks for no old password."""
    with database.transaction() as session:
        _, token = staff.add_account(session, EMAIL, "owner")
    browser = app.test_client()
    page = f"/sign-in/link/{token}"
    assert post(browser, page, page).location == "/sign-in/password"
    led = browser.get("/sign-in/password").location
    assert led == "/sign-in/passkey?next=%2Fsign-in%2Fpassword"
    wanted = asked(browser, "/sign-in/passkey/options", led)
    shown = post(browser, "/sign-in/passkey", led, passkey=device.shows(wanted), next="/sign-in/password")
    assert shown.location == "/sign-in/password"
    fields = {"password": "a heron over still water", "repeated": "a heron over still water"}
    assert post(browser, "/sign-in/password", "/sign-in/password", **fields).status_code == 303


def test_what_several_tabs_ask_at_one_moment_is_asked_once(database: Database) -> None:
    """What is asked for a payment is the same in each."""

    def ask(_: int) -> None:
        with database.transaction() as session:
            passkeys.ask(session, b"a payment", Asked(Purpose.PAYMENT, None, "3\na checkpoint"), "a browser")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(ask, range(60)))
    with database.transaction() as session:
        assert passkeys.take(session, b"a payment", Asked(Purpose.PAYMENT), "a browser") == "3\na checkpoint"
    with pytest.raises(PasskeyRefused), database.transaction() as session:
        passkeys.take(session, b"a payment", Asked(Purpose.PAYMENT), "a browser")

"""Nobody can lock the owner out, neither by guessing from elsewhere nor with a clock that was set back."""

import json
import logging
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.accounts import rate_limit
from shop.accounts.models import Account
from shop.alerts import open_alerts
from shop.db import Database
from tests.accounts.helpers import EMAIL, PASSWORD, post, sign_in
from tests.accounts.test_rate_limit import allowed, pass_time
from tests.accounts.test_routes import enter
from tests.engines import ONE_ENGINE

OTHER = "ada@example.com"


def browser_at(app: Flask, address: str) -> FlaskClient:
    browser = app.test_client()
    browser.environ_base["REMOTE_ADDR"] = address
    return browser


def guess_for_minutes(database: Database, addresses: list[str], seconds: int = 60) -> int:
    """Wrong passwords for the owner, three a second; how many of them were asked to wait."""
    refused = 0
    for number in range(seconds * 3):
        pass_time(database, timedelta(seconds=1 / 3))
        refused += not allowed(database, EMAIL, addresses[number % len(addresses)])
    return refused


def tries_until_in(browser: FlaskClient, most: int = 3) -> int:
    for number in range(1, most + 1):
        if sign_in(browser).status_code == 303:
            return number
    raise AssertionError("never let in")


@ONE_ENGINE
@pytest.mark.parametrize("addresses", [1, 10])
def test_while_a_stranger_guesses_the_owner_signs_in_from_elsewhere_at_the_first_try(
    app: Flask, database: Database, owner: Account, addresses: int
) -> None:
    strangers = [f"198.51.100.{number}" for number in range(addresses)]
    assert guess_for_minutes(database, strangers) > 50
    assert tries_until_in(browser_at(app, "203.0.113.9")) == 1


@ONE_ENGINE
def test_a_browser_that_signed_in_before_gets_in_beside_the_stranger_and_against_a_thousand_networks(
    app: Flask, database: Database, owner: Account
) -> None:
    known = browser_at(app, "198.51.100.0")
    assert sign_in(known).status_code == 303
    post(known, "/sign-out", form="/sign-in/password")
    guess_for_minutes(database, ["198.51.100.0"], seconds=20)
    assert not allowed(database, EMAIL, "198.51.100.0")
    assert tries_until_in(known) == 1
    for number in range(rate_limit.STRANGERS):
        allowed(database, EMAIL, f"10.0.{number}.1")
    post(known, "/sign-out", form="/sign-in/password")
    assert tries_until_in(known) == 1


@ONE_ENGINE
def test_from_a_thousand_networks_at_once_a_minute_has_an_end_and_the_owner_is_told(
    app: Flask, database: Database, owner: Account
) -> None:
    tries = [allowed(database, EMAIL, f"10.0.{number}.1") for number in range(rate_limit.STRANGERS + 20)]
    assert tries == [True] * rate_limit.STRANGERS + [False] * 20
    assert sign_in(browser_at(app, "203.0.113.9")).status_code == 429
    with database.reading() as session:
        (alert,) = open_alerts(session)
    assert "passwords" in alert.said
    assert EMAIL not in alert.about + alert.detail


@ONE_ENGINE
def test_guessing_at_an_account_there_is_not_raises_no_alarm(app: Flask, database: Database) -> None:
    for number in range(rate_limit.STRANGERS):
        allowed(database, OTHER, f"10.0.{number}.1")
    assert sign_in(browser_at(app, "203.0.113.9"), OTHER).status_code == 429
    with database.reading() as session:
        assert list(open_alerts(session)) == []


@ONE_ENGINE
def test_a_known_browser_has_five_tries_a_minute_of_its_own(
    app: Flask, database: Database, owner: Account
) -> None:
    known = browser_at(app, "198.51.100.0")
    sign_in(known)
    post(known, "/sign-out", form="/sign-in/password")
    seen = [sign_in(known, password="not the password").status_code for _ in range(7)]
    assert seen == [422] * 5 + [429] * 2
    assert tries_until_in(browser_at(app, "198.51.100.0")) == 1, "nobody else pays for them"


@ONE_ENGINE
@pytest.mark.parametrize("how", ["another account's", "made up", "none"])
def test_only_a_browser_that_signed_in_to_this_account_is_known(
    app: Flask, database: Database, owner: Account, how: str
) -> None:
    browser = browser_at(app, "198.51.100.0")
    if how == "another account's":
        other = enter(app, database, OTHER, "finance")
        post(other, "/sign-in/password", password=PASSWORD + "x", repeated=PASSWORD + "x")
        found = other.get_cookie("device")
        assert found is not None
        browser.set_cookie("device", found.value)
    elif how == "made up":
        browser.set_cookie("device", "eyJuIjoiYSJ9.made-up")
    guess_for_minutes(database, ["198.51.100.0"], seconds=20)
    assert sign_in(browser).status_code == 429


@ONE_ENGINE
def test_the_device_cookie_is_kept_from_scripts_and_other_sites(app: Flask, owner: Account) -> None:
    answer = sign_in(app.test_client())
    (said,) = [header for header in answer.headers.getlist("Set-Cookie") if header.startswith("device=")]
    assert "HttpOnly" in said
    assert "SameSite=Strict" in said
    assert EMAIL not in said


@pytest.mark.parametrize("back", [timedelta(minutes=5), timedelta(days=400)])
def test_a_clock_that_was_set_back_locks_nobody_out_until_the_future_comes(
    database: Database, back: timedelta
) -> None:
    assert all(allowed(database) for _ in range(5))
    assert not allowed(database)
    pass_time(database, -back)
    assert [allowed(database) for _ in range(6)] == [True] * 5 + [False]


@ONE_ENGINE
def test_tries_dated_in_the_future_are_forgotten_like_old_ones(database: Database) -> None:
    allowed(database)
    pass_time(database, -timedelta(days=1))
    with database.transaction() as session:
        assert rate_limit.forget_tries(session) == 2


@ONE_ENGINE
def test_a_clock_a_few_seconds_apart_gives_no_sixth_try(database: Database) -> None:
    assert all(allowed(database) for _ in range(5))
    pass_time(database, -timedelta(seconds=20))
    assert not allowed(database)


def security_lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(r.getMessage()) for r in caplog.records if r.name == "shop.security"]


@ONE_ENGINE
def test_every_failed_and_every_throttled_sign_in_leaves_a_line_that_names_nobody(
    app: Flask, owner: Account, caplog: pytest.LogCaptureFixture
) -> None:
    browser = browser_at(app, "198.51.100.0")
    for _ in range(7):
        sign_in(browser, password="not the password")
    assert sign_in(browser_at(app, "203.0.113.9")).status_code == 303
    lines = security_lines(caplog)
    wrong = ["sign-in failed"] * 5 + ["sign-in throttled"] * 2
    assert [line["event"] for line in lines] == [*wrong, "signed in"]
    assert len({line["network"] for line in lines}) == 2
    assert len({line["email"] for line in lines[:7]}) == 1
    assert lines[-1]["account"] == owner.id
    text = json.dumps(lines)
    assert not any(
        secret in text for secret in (EMAIL, "not the password", PASSWORD, "198.51.100", "203.0.113")
    )


@ONE_ENGINE
def test_the_security_log_is_written_without_any_setting(app: Flask) -> None:
    log = logging.getLogger("shop.security")
    assert log.isEnabledFor(logging.INFO)
    assert log.handlers

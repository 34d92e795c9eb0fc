"""Headers, errors, tokens, and a log that knows nobody's words."""

import dataclasses
import gzip
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from markupsafe import Markup
from sqlalchemy import text
from werkzeug.test import TestResponse
from wtforms.widgets import html_params

from shop import db
from shop.application import create_app
from shop.settings import Settings
from shop.web import security_headers
from shop.web.errors import STALE
from shop.web.forms import attributes
from shop.worker import Worker
from tests.shopper import DETAILS, Shopper, form_on, harness_of, soup


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def shopper(app: Flask) -> Shopper:
    return Shopper(app)


def opened(settings: Settings, **changes: object) -> Iterator[Flask]:
    app = create_app(dataclasses.replace(settings, **changes))  # type: ignore[arg-type]
    yield app
    app.extensions["shop"].database.dispose()


@pytest.mark.parametrize(
    "address", ["/", "/pieces/disc", "/basket", "/sign-in", "/nowhere", "/healthz", "/robots.txt"]
)
def test_every_answer_carries_the_headers_that_keep_it_to_itself(shopper: Shopper, address: str) -> None:
    headers = shopper.get(address).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert "form-action 'self';" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Cache-Control" in headers
    assert "Strict-Transport-Security" not in headers


def test_a_page_of_one_visitor_is_kept_by_no_cache(shopper: Shopper) -> None:
    shopper.add()
    for address in ("/basket", "/checkout", "/sign-in"):
        assert shopper.get(address).headers["Cache-Control"] == "no-store"


def test_over_https_browsers_are_told_to_stay_there_and_cookies_are_tied_to_the_host(
    settings: Settings,
) -> None:
    for app in opened(settings, site_url="https://shop.example"):
        client = app.test_client()
        page = client.get("/sign-in", base_url="https://shop.example")
        assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
        made = page.headers.getlist("Set-Cookie")
        session = next(cookie for cookie in made if cookie.startswith("__Host-session="))
        assert all(part in session for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))


@pytest.mark.parametrize(("base", "allowed"), [
    (None, "'self' https://checkout.stripe.com;"),
    ("http://localhost:12111/some/path", "'self' https://checkout.stripe.com http://localhost:12111;"),
])  # fmt: skip
def test_with_stripe_forms_may_lead_to_its_payment_page_and_nowhere_else(
    settings: Settings, base: str | None, allowed: str
) -> None:
    keys = {"stripe_secret_key": "sk_test_1", "stripe_webhook_secret": "whsec_1", "stripe_api_base": base}
    assert f"form-action {allowed}" in security_headers.content_security_policy(
        dataclasses.replace(settings, **keys)
    )


def test_a_page_made_for_one_person_travels_packed_where_the_browser_takes_it(shopper: Shopper) -> None:
    plain = shopper.get("/basket")
    sent = shopper.client.get("/basket", headers={"Accept-Encoding": "gzip, br"})
    assert sent.headers["Content-Encoding"] == "gzip"
    assert int(sent.headers["Content-Length"]) == len(sent.data) < len(plain.data) / 2
    assert b"Your basket is empty" in gzip.decompress(sent.data)
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_with_stripe_there_is_no_stand_in(settings: Settings) -> None:
    for app in opened(settings, stripe_secret_key="sk_test_1", stripe_webhook_secret="whsec_1"):
        assert app.test_client().get("/stand-in/").status_code == 404


def sends(shopper: Shopper, **headers: str) -> TestResponse:
    _, sent = form_on(shopper.get("/sign-in"))
    return shopper.client.post(
        "/sign-in", data=sent, headers={k.replace("_", "-"): v for k, v in headers.items()}
    )


@pytest.mark.parametrize("headers", [
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {"Origin": "http://[::1"},
    {"Origin": "localhost"},
    {"Sec_Fetch_Site": "cross-site", "Origin": "http://localhost"},
])  # fmt: skip
def test_a_form_from_another_site_is_refused(shopper: Shopper, headers: dict[str, str]) -> None:
    answer = sends(shopper, **headers)
    assert answer.status_code == 400
    assert "another site" in answer.text


@pytest.mark.parametrize("headers", [
    {}, {"Sec_Fetch_Site": "same-origin"}, {"Sec_Fetch_Site": "none"}, {"Origin": "http://localhost"},
])  # fmt: skip
def test_a_form_of_our_own_is_taken(shopper: Shopper, headers: dict[str, str]) -> None:
    assert sends(shopper, **headers).status_code == 422


def test_behind_a_proxy_the_public_address_is_ours_too(settings: Settings) -> None:
    for app in opened(settings, site_url="http://shop.example"):
        shopper = Shopper(app)
        assert sends(shopper, Origin="http://shop.example").status_code == 422
        assert sends(shopper, Origin="http://shop.example.evil").status_code == 400


@pytest.mark.parametrize("rule", ["/basket/lines/1/removal", "/checkout/payment", "/sign-in", "/sign-out"])
def test_a_form_without_its_token_is_refused_kindly(shopper: Shopper, rule: str) -> None:
    answer = shopper.post(rule, {})
    assert answer.status_code == 400
    assert STALE in answer.text


@pytest.mark.parametrize(("address", "status"), [("/nowhere", 404), ("/pieces/brooch", 404)])
def test_an_error_is_a_page_with_a_way_on(shopper: Shopper, address: str, status: int) -> None:
    answer = shopper.get(address)
    assert answer.status_code == status
    assert soup(answer).select_one("main a[href='/pieces']")
    assert "stack" not in (soup(answer).title.text if soup(answer).title else "")


def test_using_a_page_the_wrong_way_says_which_ways_there_are(shopper: Shopper) -> None:
    answer = shopper.client.put("/basket")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_locked_database_is_a_503_that_says_when_to_come_back(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 50)
    for app in opened(settings):
        shopper = Shopper(app)
        _, sent = form_on(shopper.get("/pieces/petal"), "/basket/lines")
        sent["variant"] = str(shopper.variant("petal").id)
        other = sqlite3.connect(settings.database_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answer = shopper.post("/basket/lines", sent)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "Nothing is lost" in answer.text
        assert shopper.get("/pieces").status_code == 200, "looking needs no lock"
        other.execute("ROLLBACK")
        other.close()
        assert shopper.post("/basket/lines", sent).status_code == 303, "and then it goes on"


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_database_that_went_away_is_a_503(settings: Settings) -> None:
    for app in opened(settings):
        database = app.extensions["shop"].database
        database.dispose()
        vars(database).update(vars(db.Database("postgresql+psycopg://nobody@127.0.0.1:1/none")))
        client = app.test_client()
        client.set_cookie("basket", "x" * 43)
        answer = client.get("/basket")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert client.get("/readyz").status_code == 503
        assert client.get("/healthz").status_code == 200


def test_an_unexpected_error_shows_and_logs_nobodys_words(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app.testing = False
    shopper, typed = Shopper(app), "Caoimhe"
    shopper.add()

    def breaks(*_: object) -> None:
        try:
            int(typed)
        except ValueError as error:
            raise RuntimeError(typed) from error

    monkeypatch.setattr("shop.checkout.basket_store.keep_details", breaks)
    with caplog.at_level(logging.DEBUG):
        answer = shopper.tell_details(name="Caoimhe")
    assert answer.status_code == 500
    assert "It is our mistake" in answer.text
    assert "Caoimhe" not in answer.text
    logged = [logging.Formatter().format(record) for record in caplog.records]
    assert any("unexpected RuntimeError at checkout.keep_details" in line for line in logged)
    assert not any("Caoimhe" in line for line in logged)


CANARIES = {
    "engraving-front-1": "Qanary",
    "engraving-back-1": "Qanary",
    "face": "marcellus",
    "dedication": "Qanary words for nobody else",
}


def test_canary_words_typed_everywhere_are_in_no_log_and_no_table(
    app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    canary = "Qanary"
    shopper, harness = Shopper(app), harness_of(app)
    with caplog.at_level(logging.DEBUG):
        shopper.send(
            "/pieces/disc", "/basket/lines", {**CANARIES, "variant": str(shopper.variant("disc").id)}
        )
        shopper.send("/pieces/disc", "/basket/lines", {**CANARIES, "engraving-front-1": canary * 20})
        shopper.send("/pieces/disc", "/basket/lines", {**CANARIES, "csrf_token": canary})
        shopper.tell_details(postcode=canary)
        typed = {"name": canary, "line1": canary, "line2": canary, "town": canary, "gift_message": canary}
        assert shopper.tell_details(**typed, email=f"{canary}@example.com").status_code == 303
        shopper.client.post("/sign-in", data={"email": canary, "password": canary})
        assert shopper.press_pay().status_code == 303
        order = harness.order(1)
        harness.pays(order.id)
        harness.deliver_webhooks()
        shopper.get(f"/checkout/thanks?session_id={harness.session_id(order.id)}")
        shopper.get(f"/{canary}?{canary}")
        while Worker(app).step():
            pass
    assert harness.order(1).state == "paid"
    for record in caplog.records:
        assert canary not in logging.Formatter().format(record)
        assert canary not in repr(record.args)
    dump = "\n".join(sqlite3.connect(tmp_path / "shop.db").iterdump())
    assert canary not in dump
    assert canary.encode().hex() not in dump.lower()
    for part in tmp_path.glob("shop.db*"):
        assert canary.encode() not in part.read_bytes()
    assert DETAILS["email"] not in dump
    emails = list((tmp_path / "mail").glob("*.eml"))
    assert len(emails) == 1, "the e-mail itself has the buyer's name; nothing else does"
    assert "words for nobody else" not in emails[0].read_text()


def test_a_failing_statement_quotes_no_value(app: Flask) -> None:
    database = app.extensions["shop"].database
    with database.reading() as session, pytest.raises(Exception, match="no such table") as failed:
        session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "Qanary"})
    assert "Qanary" not in str(failed.value)


@pytest.mark.parametrize("typed", ["", "Ada", "\"'<b>&amp;", Markup("<b>&amp;"), None, 30, True, False])
def test_a_line_of_text_is_written_as_the_library_would(typed: object) -> None:
    given = {
        "value": typed,
        "id": "name",
        "class": "input",
        "aria-describedby": "name-hint",
        "required": True,
    }
    assert attributes(**given) == html_params(**given)

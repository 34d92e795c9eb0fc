import logging
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from argon2 import PasswordHasher
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from shop.accounts import access, passwords, staff
from shop.accounts.models import Account, SignInAttempt, StaffSession
from shop.application import create_app
from shop.db import Database
from shop.settings import Settings
from tests.accounts.helpers import EMAIL, PASSWORD, post, sign_in, token_in
from tests.engines import ONE_ENGINE, SAME_SQL

NEW = "seven grey herons by the weir"


def link_for(database: Database, email: str = EMAIL, role: str = "owner") -> str:
    with database.transaction() as session:
        return f"/sign-in/link/{staff.add_account(session, email, role)[1]}"


def enter(app: Flask, database: Database, email: str, role: str) -> FlaskClient:
    browser = app.test_client()
    assert post(browser, link_for(database, email, role)).status_code == 303
    return browser


def forget_tries(database: Database) -> None:
    with database.transaction() as session:
        session.execute(SignInAttempt.__table__.delete())


def cookie(browser: FlaskClient) -> str | None:
    found = browser.get_cookie("staff")
    return found.value if found else None


@ONE_ENGINE
def test_the_right_password_opens_the_workshop(browser: FlaskClient, owner: Account) -> None:
    answer = sign_in(browser, "  Melissa@InRemembrance.co.uk")
    assert (answer.status_code, answer.location) == (303, "/owner/")
    assert browser.get("/room/owner").text == f"the workshop of {EMAIL}"
    assert browser.get("/sign-in").location == "/owner/", "there is nothing left to ask"


@ONE_ENGINE
def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: FlaskClient, owner: Account) -> None:
    crumbs = SimpleCookie()
    for header in sign_in(browser).headers.getlist("Set-Cookie"):
        crumbs.load(header)
    staff_cookie = crumbs["staff"]
    assert staff_cookie["httponly"]
    assert staff_cookie["samesite"] == "Lax"
    assert staff_cookie["path"] == "/"
    assert staff_cookie["max-age"] == str(7 * 24 * 3600)
    assert not staff_cookie["secure"]
    assert len(staff_cookie.value) == 43


@ONE_ENGINE
def test_over_https_the_cookie_is_tied_to_the_host(
    settings: Settings, database: Database, owner: Account
) -> None:
    from dataclasses import replace

    app = create_app(replace(settings, site_url="https://inremembrance.example"))
    browser = app.test_client()
    form = browser.get("/sign-in", base_url="https://localhost")
    answer = browser.post(
        "/sign-in",
        base_url="https://localhost",
        data={"csrf_token": token_in(form), "email": EMAIL, "password": PASSWORD},
    )
    crumbs = SimpleCookie()
    for header in answer.headers.getlist("Set-Cookie"):
        crumbs.load(header)
    assert crumbs["__Host-staff"]["secure"]
    assert crumbs["__Host-staff"]["path"] == "/"
    assert not crumbs["__Host-staff"]["domain"]
    app.extensions["shop"].database.dispose()


@ONE_ENGINE
def test_a_wrong_password_is_said_beside_the_form_and_the_email_is_still_there(
    browser: FlaskClient, owner: Account
) -> None:
    answer = sign_in(browser, password="not the password")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.title is not None
    assert page.title.text.startswith("Error: ")
    assert page.select_one(".summary a[href='#email']").text == "The e-mail or the password is not right."
    assert page.select_one("#email")["value"] == EMAIL
    assert page.select_one("#email")["aria-invalid"] == "true"
    assert "not the password" not in answer.text
    assert cookie(browser) is None


@ONE_ENGINE
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "", "password": "x"}, "Enter your e-mail address."),
        ({"email": "melissa", "password": "x"}, "Enter an e-mail address like name@example.com."),
        ({"email": EMAIL, "password": ""}, "Enter your password."),
    ],
)
def test_a_form_with_something_missing_says_what(
    browser: FlaskClient, fields: dict[str, str], said: str
) -> None:
    answer = post(browser, "/sign-in", **fields)
    assert answer.status_code == 422
    assert answer.text.count(said) == 2, "in the summary and beside the field"


@ONE_ENGINE
def test_nobody_learns_which_emails_have_accounts(
    app: Flask, database: Database, owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    link_for(database, "new@example.com", "finance")
    link_for(database, "gone@example.com", "finance")
    with database.transaction() as session:
        staff.disable(session, "gone@example.com")
    checked = []
    verify = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda self, kept, given: checked.append(kept) or verify(self, kept, given)
    )

    def answers(email: str) -> list[tuple[int, str]]:
        forget_tries(database)
        found = []
        for _ in range(6):
            browser = app.test_client()
            answer = sign_in(browser, email, "not the password")
            page = BeautifulSoup(answer.text, "html.parser")
            for hidden in page.select("input[type=hidden]"):
                hidden.decompose()
            found.append((answer.status_code, str(page).replace(email, "EMAIL")))
        return found

    known = answers(EMAIL)
    assert [status for status, _ in known] == [422] * 5 + [429]
    for email in ("nobody@example.com", "new@example.com", "gone@example.com"):
        checked.clear()
        assert answers(email) == known
        assert len(checked) == 5, "as much work as for a known e-mail"


@ONE_ENGINE
def test_too_many_tries_are_asked_to_wait_even_with_the_right_password(
    browser: FlaskClient, database: Database, owner: Account
) -> None:
    for _ in range(5):
        assert sign_in(browser, password="not the password").status_code == 422
    answer = sign_in(browser)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert EMAIL in answer.text
    assert cookie(browser) is None
    forget_tries(database)
    assert sign_in(browser).status_code == 303


@ONE_ENGINE
def test_an_old_hash_is_made_anew_at_sign_in(
    browser: FlaskClient, database: Database, owner: Account
) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
    with database.transaction() as session:
        session.get_one(Account, owner.id).password_hash = old
    assert sign_in(browser).status_code == 303
    with database.reading() as session:
        kept = session.get_one(Account, owner.id).password_hash
    assert kept is not None
    assert not passwords.outdated(kept)
    forget_tries(database)
    assert sign_in_again(browser).status_code == 303


def sign_in_again(browser: FlaskClient):
    post(browser, "/sign-out", "/sign-in/password")
    return sign_in(browser)


@ONE_ENGINE
def test_a_used_hash_is_kept_while_its_parameters_are_todays(
    browser: FlaskClient, database: Database, owner: Account
) -> None:
    sign_in(browser)
    with database.reading() as session:
        assert session.get_one(Account, owner.id).password_hash == owner.password_hash


@ONE_ENGINE
def test_signing_in_again_gives_a_new_token_and_ends_the_old_session(
    app: Flask, browser: FlaskClient, owner: Account
) -> None:
    form = token_in(browser.get("/sign-in"))
    fields = {"csrf_token": form, "email": EMAIL, "password": PASSWORD}
    browser.post("/sign-in", data=fields)
    first = cookie(browser)
    browser.post("/sign-in", data=fields)
    second = cookie(browser)
    assert first
    assert second
    assert first != second
    thief = app.test_client()
    thief.set_cookie("staff", first)
    assert thief.get("/room/owner").status_code == 303


@ONE_ENGINE
def test_a_token_planted_before_sign_in_is_worth_nothing_after(
    app: Flask, browser: FlaskClient, owner: Account
) -> None:
    browser.set_cookie("staff", "planted")
    sign_in(browser)
    assert cookie(browser) != "planted"
    thief = app.test_client()
    thief.set_cookie("staff", "planted")
    assert thief.get("/room/owner").status_code == 303


@ONE_ENGINE
def test_the_old_cookie_is_refused_after_signing_out(
    app: Flask, browser: FlaskClient, owner: Account
) -> None:
    sign_in(browser)
    old = cookie(browser)
    assert old
    answer = post(browser, "/sign-out", "/sign-in/password")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert cookie(browser) is None
    browser.set_cookie("staff", old)
    assert browser.get("/room/owner").status_code == 303
    token = token_in(browser.get("/sign-in"))
    assert browser.post("/room/owner", data={"csrf_token": token}).status_code == 401


@ONE_ENGINE
def test_signing_out_twice_does_no_harm(browser: FlaskClient) -> None:
    assert post(browser, "/sign-out", "/sign-in").status_code == 303


def test_being_seen_is_written_now_and_then_and_keeps_the_session_alive(
    browser: FlaskClient, database: Database, owner: Account, later
) -> None:
    def seen():
        with database.reading() as session:
            return session.scalars(select(StaffSession.last_seen_at).order_by(StaffSession.created_at)).all()[
                -1
            ]

    sign_in(browser)
    first = seen()
    browser.get("/room/owner")
    assert seen() == first
    for hours in (11, 22, 33):
        later(timedelta(hours=hours))
        assert browser.get("/room/owner").status_code == 200
        assert seen() - first >= timedelta(hours=hours)
    later(timedelta(hours=33 + 13))
    assert browser.get("/room/owner").status_code == 303


ROLES = {
    ("owner", "/room/owner"): 200,
    ("owner", "/room/finance"): 200,
    ("finance", "/room/owner"): 403,
    ("finance", "/room/finance"): 200,
}


@ONE_ENGINE
def test_each_role_sees_its_own_rooms(app: Flask, database: Database) -> None:
    found = {}
    for role in ("owner", "finance"):
        browser = enter(app, database, f"{role}@example.com", role)
        token = token_in(browser.get("/sign-in/password"))
        for room in ("/room/owner", "/room/finance"):
            found[role, room] = browser.get(room).status_code
            assert browser.post(room, data={"csrf_token": token}).status_code == found[role, room]
    assert found == ROLES


@ONE_ENGINE
def test_a_stranger_is_sent_to_sign_in_or_refused(browser: FlaskClient) -> None:
    for room in ("/room/owner", "/room/finance", "/sign-in/password"):
        answer = browser.get(room)
        assert (answer.status_code, answer.location) == (303, f"/sign-in?next={room.replace('/', '%2F')}")
        assert browser.head(room).status_code == 303
        token = token_in(browser.get("/sign-in"))
        assert browser.post(room, data={"csrf_token": token}).status_code == 401


def test_a_guard_for_a_role_there_is_not_stops_the_start() -> None:
    with pytest.raises(ValueError, match="admin"):
        access.require("admin")


@ONE_ENGINE
def test_after_signing_in_the_owner_is_where_they_wanted_to_be(browser: FlaskClient, owner: Account) -> None:
    asked = browser.get("/room/owner?order=PM-7K3Q-2F&show=all").location
    page = BeautifulSoup(browser.get(asked).text, "html.parser")
    wanted = page.select_one("input[name=next]")["value"]
    assert wanted == "/room/owner?order=PM-7K3Q-2F&show=all"
    assert sign_in(browser, next=wanted).location == wanted


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/%0a\r//evil.example\\",
    " /owner",
    "javascript:alert(1)",
    "owner",
    "/room/owner/\u2028",
    "/" + "x" * 3000,
]


@ONE_ENGINE
@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_sent_to_another_site_after_signing_in(
    browser: FlaskClient, owner: Account, address: str
) -> None:
    page = browser.get("/sign-in", query_string={"next": address})
    assert BeautifulSoup(page.text, "html.parser").select_one("input[name=next]")["value"] == ""
    assert sign_in(browser, next=address).location == "/owner/"
    assert browser.get("/sign-in", query_string={"next": address}).location == "/owner/"


@ONE_ENGINE
def test_opening_a_link_shows_a_button_and_only_the_button_uses_it_up(
    app: Flask, browser: FlaskClient, database: Database
) -> None:
    link = link_for(database)
    for _ in range(3):
        assert app.test_client().get(link).status_code == 200
        assert app.test_client().head(link).status_code == 200
    answer = post(browser, link)
    assert (answer.status_code, answer.location) == (303, "/sign-in/password")
    assert browser.get("/room/owner").status_code == 200
    other = app.test_client()
    assert other.get(link).status_code == 410
    again = other.post(link, data={"csrf_token": token_in(other.get("/sign-in"))})
    assert again.status_code == 410
    assert cookie(other) is None
    assert other.get("/sign-in/link/invented").status_code == 410


@ONE_ENGINE
def test_after_a_link_a_password_is_set_and_other_browsers_are_signed_out(
    app: Flask, browser: FlaskClient, database: Database
) -> None:
    other = enter(app, database, EMAIL, "owner")
    post(browser, link_for(database))
    before = cookie(browser)
    page = browser.get("/sign-in/password")
    assert "Set a password" in page.text
    assert "Your password now" not in page.text
    answer = post(browser, "/sign-in/password", password=NEW, repeated=NEW)
    assert (answer.status_code, answer.location) == (303, "/owner/")
    assert cookie(browser) != before
    assert browser.get("/room/owner").status_code == 200
    assert other.get("/room/owner").status_code == 303
    assert sign_in(app.test_client(), password=NEW).status_code == 303


@ONE_ENGINE
def test_a_password_is_changed_only_with_the_one_before(
    app: Flask, browser: FlaskClient, database: Database, owner: Account
) -> None:
    sign_in(browser)
    assert "Change your password" in browser.get("/sign-in/password").text
    wrong = post(browser, "/sign-in/password", current="not the password", password=NEW, repeated=NEW)
    assert wrong.status_code == 422
    assert "This is not the password you have now." in wrong.text
    missing = post(browser, "/sign-in/password", password=NEW, repeated=NEW)
    assert missing.status_code == 422
    assert post(browser, "/sign-in/password", current=PASSWORD, password=NEW, repeated=NEW).status_code == 303
    forget_tries(database)
    assert sign_in(app.test_client()).status_code == 422
    assert sign_in(app.test_client(), password=NEW).status_code == 303


@ONE_ENGINE
def test_guessing_the_password_from_inside_is_counted_too(browser: FlaskClient, owner: Account) -> None:
    sign_in(browser)
    statuses = [
        post(browser, "/sign-in/password", current="a guess", password=NEW, repeated=NEW).status_code
        for _ in range(6)
    ]
    assert statuses == [422] * 5 + [429]


@SAME_SQL
@pytest.mark.parametrize(
    ("password", "repeated", "said"),
    [
        ("", "", "Enter a new password."),
        ("too short", "too short", "Use at least 12 characters."),
        (EMAIL, EMAIL, "mostly your e-mail"),
        (NEW, NEW + "x", "The two are not the same."),
    ],
)
def test_a_password_that_cannot_be_used_is_refused_with_the_reason(
    browser: FlaskClient, database: Database, password: str, repeated: str, said: str
) -> None:
    post(browser, link_for(database))
    answer = post(browser, "/sign-in/password", password=password, repeated=repeated)
    assert answer.status_code == 422
    assert said in answer.text
    with database.reading() as session:
        assert session.execute(select(Account.password_hash)).scalar_one() is None


@ONE_ENGINE
def test_password_fields_hide_what_is_typed_and_know_password_managers(
    browser: FlaskClient, owner: Account
) -> None:
    def kinds(page: str) -> dict[str, tuple[str, str]]:
        fields = BeautifulSoup(page, "html.parser").select("main input.input")
        assert not any(field.has_attr("maxlength") or field.has_attr("onpaste") for field in fields)
        return {field["name"]: (field["type"], field["autocomplete"]) for field in fields}

    assert kinds(browser.get("/sign-in").text) == {
        "email": ("email", "username"),
        "password": ("password", "current-password"),
    }
    sign_in(browser)
    assert kinds(browser.get("/sign-in/password").text) == {
        "current": ("password", "current-password"),
        "password": ("password", "new-password"),
        "repeated": ("password", "new-password"),
    }


@ONE_ENGINE
def test_an_account_disabled_while_the_form_was_open_is_signed_out(
    browser: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    post(browser, link_for(database))
    form = {"csrf_token": token_in(browser.get("/sign-in/password")), "password": NEW, "repeated": NEW}
    from shop.accounts import passwords

    def meanwhile(password: str) -> str:
        with database.transaction() as session:
            staff.disable(session, EMAIL)
        return "hash"

    monkeypatch.setattr(passwords, "hashed", meanwhile)
    assert browser.post("/sign-in/password", data=form).location == "/sign-in"
    assert cookie(browser) is None


@ONE_ENGINE
def test_every_form_without_its_token_is_refused(
    app: Flask, browser: FlaskClient, database: Database, owner: Account
) -> None:
    sign_in(browser)
    link = link_for(database)
    for address in ("/sign-in", "/sign-out", link, "/sign-in/password", "/room/owner", "/room/finance"):
        for data in ({}, {"csrf_token": "invented"}):
            assert browser.post(address, data=data).status_code == 400
    posts = {rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert {rule for rule in posts if rule.startswith("/sign")} == {
        "/sign-in",
        "/sign-out",
        "/sign-in/link/<token>",
        "/sign-in/password",
        "/sign-in/passkey",
        "/sign-in/passkey/options",
        "/sign-in/passkeys",
        "/sign-in/passkeys/options",
        "/sign-in/passkeys/<int(max=2147483647):number>/removal",
        "/sign-in/confirm/options",
    }
    assert browser.get("/room/owner").status_code == 200
    assert app.test_client().get(link).status_code == 200


@ONE_ENGINE
def test_nothing_personal_is_logged(
    app: Flask, browser: FlaskClient, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    link = link_for(database)
    post(browser, link)
    post(browser, "/sign-in/password", password=NEW, repeated=NEW)
    for _ in range(7):
        sign_in(app.test_client(), password="not the password")
    secrets = (EMAIL, NEW, "not the password", "127.0.0.1", link.rpartition("/")[2], cookie(browser) or "?")
    assert not [record for record in caplog.records if any(s in record.getMessage() for s in secrets)]

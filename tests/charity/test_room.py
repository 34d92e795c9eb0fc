"""Somebody at the charity is invited, joins with a passkey, sees everything that was given, and no name."""

import re
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from email.message import EmailMessage
from io import BytesIO
from smtplib import SMTPRecipientsRefused
from zipfile import ZipFile

import pytest
from flask import Flask, render_template
from werkzeug.test import TestResponse

from shop import clock
from shop.accounts import staff
from shop.emails import charity_invitation
from shop.emails.log_emails import recipients
from shop.emails.other_emails import Sender
from shop.exports import FORMATS
from shop.giving import ledger, month_close
from shop.giving.ledger import Standing, UnitTarget
from shop.giving.models import Policy
from shop.transparency.gift_entries import gift_entries
from tests.accounts.helpers import post, token_in
from tests.authenticator import PRESENT, Authenticator, asked
from tests.charity.conftest import JO, PANDAS, Jo, invited, joins
from tests.giving.conftest import alike
from tests.harness import Harness
from tests.shopper import DETAILS, WORDS, Shopper, soup
from tests.transparency.entered import enter_all

SAMPLE = {
    "charity_description": "a charity", "charity_url": "https://charity.example/", "amount_pence": 500,
    "basis": "unit", "agreement_reference": "SAMPLE-NOT-AN-AGREEMENT",
    "agreement_signed_on": date(2000, 1, 1), "starts_on": date(2000, 1, 1),
}  # fmt: skip
ROOM = ("/charity/", "/charity/payments", "/charity/months", "/charity/ledger")
PRIVATE = (
    DETAILS["name"], DETAILS["email"], DETAILS["line1"], DETAILS["town"], DETAILS["postcode"],
    WORDS["engraving-front-1"], WORDS["dedication"].split()[0] + " you", DETAILS["gift_message"],
    "finance@example.com",
)  # fmt: skip


def read(answer: TestResponse) -> bytes:
    """What a page or file says; of a workbook, what is packed in it."""
    if answer.data.startswith(b"%PDF"):
        return subprocess.run(
            ["pdftotext", "-", "-"], input=answer.data, capture_output=True, check=True
        ).stdout
    if not answer.data.startswith(b"PK"):
        return answer.data
    with ZipFile(BytesIO(answer.data)) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


class Post:
    """A mail server."""

    def __init__(self) -> None:
        self.took: list[EmailMessage] = []
        self.answers: Exception | None = None

    def send(self, message: EmailMessage) -> None:
        if self.answers:
            raise self.answers
        self.took.append(message)


@pytest.fixture
def mail() -> Post:
    return Post()


@pytest.fixture
def send(app: Flask, mail: Post) -> Callable[[], bool]:
    shop = app.extensions["shop"]
    sender = Sender(
        shop.database, shop.services.vault, mail, render_template, shop.settings.site_url, shop.trader
    )

    def send_next() -> bool:
        with app.test_request_context():
            return charity_invitation.send_next(sender, shop.settings.secret_key)

    return send_next


def test_who_is_invited_joins_with_a_passkey_and_signs_in_with_it_later(app: Flask, jo: Jo) -> None:
    assert PANDAS in jo.text("/charity/")
    later = app.test_client()
    wanted = asked(later, "/sign-in/passkey/options", "/sign-in")
    answer = post(later, "/sign-in/passkey", "/sign-in", passkey=jo.device.shows(wanted))
    assert answer.location == "/charity/"
    assert later.get("/charity/").status_code == 200


def test_the_link_goes_by_email_too_and_no_copy_of_the_database_holds_it(
    app: Flask, finance: Shopper, send: Callable[[], bool], mail: Post
) -> None:
    link = invited(finance)
    shop = app.extensions["shop"]
    with shop.database.engine.connect() as connection:
        raw = "\n".join(connection.connection.iterdump())  # type: ignore[attr-defined]
    assert link.rpartition("/")[2] not in raw
    assert send()
    assert not send()
    (message,) = mail.took
    assert message["To"] == JO
    body = message.get_body(("plain",))
    assert body
    assert f"http://localhost{link}" in body.get_content()
    assert "passkey" not in message["Subject"]


def test_an_invitation_that_ended_before_it_went_out_is_not_sent(
    finance: Shopper, send: Callable[[], bool], mail: Post
) -> None:
    invited(finance)
    invited(finance)
    while send():
        pass
    assert len(mail.took) == 1, "the second link ended the first"
    invited(finance, "other@pandas.example")
    mail.answers = SMTPRecipientsRefused({"other@pandas.example": (550, b"no such mailbox")})
    assert send()
    assert not send(), "an address that is refused for good is not tried again"


@pytest.mark.parametrize("ended", ["used", "run out", "revoked", "sent anew", "invented"])
def test_an_invitation_that_is_over_opens_nothing(
    app: Flask, finance: Shopper, monkeypatch: pytest.MonkeyPatch, ended: str
) -> None:
    link, browser, device = invited(finance), app.test_client(), Authenticator()
    answer = device.makes(asked(browser, f"{link}/options", link))
    if ended == "used":
        assert joins(app.test_client(), link, Authenticator()) == 303
    elif ended == "run out":
        over = clock.now() + timedelta(days=7, seconds=1)
        monkeypatch.setattr(clock, "now", lambda: over)
    elif ended == "revoked":
        action = str(soup(finance.get("/finance/charity")).select_one("form[action$=removal]")["action"])  # type: ignore[index]
        assert finance.send("/finance/charity", action).status_code == 303
    elif ended == "sent anew":
        invited(finance)
    else:
        link = "/charity/join/nothing"
    assert browser.get(link).status_code == 410
    token = token_in(browser.get("/sign-in"))
    for address in (link, f"{link}/options"):
        assert browser.post(address, data={"csrf_token": token, "passkey": answer}).status_code == 410
    assert browser.get("/charity/").location.startswith("/sign-in?next=")


def test_a_hostile_device_does_not_join_and_the_invitation_stands(app: Flask, finance: Shopper) -> None:
    link, browser = invited(finance), app.test_client()
    for device in (
        Authenticator(flags=PRESENT),
        Authenticator(origin="https://evil.example"),
        Authenticator(relying_party="evil.example"),
    ):
        assert joins(browser, link, device) == 422
    assert joins(browser, link, Authenticator()) == 303


def test_an_answer_to_one_invitation_is_none_to_another(app: Flask, finance: Shopper) -> None:
    browser, device = app.test_client(), Authenticator()
    first, second = invited(finance), invited(finance, "kim@pandas.example")
    answer = device.makes(asked(browser, f"{first}/options", first))
    assert post(browser, second, passkey=answer).status_code == 422


def test_an_invitation_is_no_sign_in_link_of_staff_and_the_other_way(app: Flask, finance: Shopper) -> None:
    token = invited(finance).rpartition("/")[2]
    browser = app.test_client()
    assert browser.get(f"/sign-in/link/{token}").status_code == 410
    with finance.database.transaction() as session:
        _, mine = staff.add_account(session, "finance@example.com", "finance")
    assert browser.get(f"/charity/join/{mine}").status_code == 410


@pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"], indirect=True)
def test_several_may_be_invited_and_each_is_let_in_no_more_at_once(
    finance: Shopper, come_in: Callable[..., Jo]
) -> None:
    jo, kim = come_in(), come_in("kim@pandas.example")
    page = soup(finance.get("/finance/charity"))
    form = page.select_one(f"article[aria-label='{JO}'] form")
    assert form
    assert finance.send("/finance/charity", str(form["action"])).status_code == 303
    assert jo.browser.get("/charity/").location.startswith("/sign-in?next=")
    assert kim.browser.get("/charity/").status_code == 200
    wanted = asked(jo.browser, "/sign-in/passkey/options", "/sign-in")
    refused = post(jo.browser, "/sign-in/passkey", "/sign-in", passkey=jo.device.shows(wanted))
    assert refused.status_code == 422
    finance.get("/finance/charity")
    assert JO not in finance.get("/finance/charity").text


def test_who_was_invited_is_told_of_closed_months_once_they_have_joined(app: Flask, finance: Shopper) -> None:
    link = invited(finance)
    with finance.database.reading() as session:
        assert JO not in recipients(session).values()
    joins(app.test_client(), link, Authenticator())
    with finance.database.reading() as session:
        assert set(recipients(session).values()) == {JO, "finance@example.com"}


def test_a_member_of_staff_is_not_invited_as_the_charity_and_the_other_way(finance: Shopper, jo: Jo) -> None:
    asked_for = {"email": "finance@example.com", "charity": PANDAS}
    assert finance.send("/finance/charity", "/finance/charity", asked_for).status_code == 422
    assert "has joined" in finance.get("/finance/charity").text.lower()
    runner = finance.app.test_cli_runner()
    for command in (["role", JO, "owner"], ["dismiss", JO], ["passkeys-lost", JO]):
        assert runner.invoke(args=["accounts", *command[:1], *command[1:]]).exit_code == 1
    assert JO not in runner.invoke(args=["accounts", "list"]).output


def test_the_room_shows_what_was_given_and_when_june_was_closed(jo: Jo) -> None:
    assert "£0.00" in jo.text("/charity/")
    assert "PANDAS JUNE" in jo.text("/charity/payments")
    assert "June 2031" in jo.text("/charity/months")
    june = jo.text("/charity/months/2031-06")
    assert "£10.00" in june
    assert jo.browser.get("/charity/months/2031-07").status_code == 404, "July is not closed"
    assert jo.browser.get("/charity/ledger.exe").status_code == 404
    assert jo.browser.get("/charity/months/nonsense/file.csv").status_code == 404
    assert len(jo.text("/charity/months/2031-06/file.csv").splitlines()) == 3
    assert len(jo.text("/charity/ledger.csv").splitlines()) == 4


def test_what_a_bank_holds_of_another_charity_is_not_said_to_be_held_of_this_one(app: Flask, jo: Jo) -> None:
    for charity, told in (("Another Charity", False), (PANDAS, True)):
        with app.extensions["shop"].database.transaction() as session:
            policy = Policy(**{**SAMPLE, "charity_name": charity})
            session.add(policy)
            session.flush()
            unit = UnitTarget(
                unit=1, sku="DISC-SILVER-16", amount_pence=500, policy_id=policy.id,
                standing=Standing.HELD, facts=alike(clock.now()),
            )  # fmt: skip
            ledger.bring_to(session, book="test", order_reference=f"PM-{charity[:4]}", units=[unit])
        assert ("until a bank decides a dispute" in jo.text("/charity/")) is told


def test_nothing_of_another_charity_is_seen(app: Flask, finance: Shopper, jo: Jo) -> None:
    """Neither its gifts, nor its payments with what the bank said, on any page or in any file."""
    own = jo.text("/charity/ledger.csv").splitlines()
    with app.extensions["shop"].database.transaction() as session:
        policy = Policy(**{**SAMPLE, "charity_name": "Another Charity", "amount_pence": 777})
        session.add(policy)
        session.flush()
        unit = UnitTarget(
            unit=1, sku="DISC-SILVER-16", amount_pence=777, policy_id=policy.id,
            standing=Standing.ACCRUED, facts=alike(clock.now()),
        )  # fmt: skip
        posted = ledger.bring_to(session, book="test", order_reference="PM-THEIRS", units=[unit])
    paid = {
        "charity": "Another Charity", "amount": "7.77", "paid_on": "2031-07-03", "bank_reference": "THEIRS 1"
    }  # fmt: skip
    assert finance.send("/finance/remittances", "/finance/remittances", paid).status_code == 303
    with app.extensions["shop"].database.transaction() as session:
        month_close.freeze(session, month_close.ending(session, "2031-07"), actor="owner")
    july = "/charity/months/2031-07"
    files = [f"/charity/ledger.{kind}" for kind in ("csv", "json", "hledger", "freeagent-bank")]
    files += [f"{july}/file.{kind}" for kind in ("csv", "xlsx")]
    found = [f"/charity/ledger?q={asked_for}" for asked_for in (posted[0].seq, "PM-THEIRS")]
    for address in (*ROOM, july, *files, *found):
        said = read(jo.browser.get(address))
        shown = [theirs for theirs in (b"THEIRS 1", b"Another", b"7.77") if theirs in said]
        assert not shown, address
    assert "Nothing by that reference" in jo.text("/charity/ledger?q=PM-THEIRS")
    assert jo.text("/charity/ledger.csv").splitlines() == own
    assert jo.browser.get(f"/charity/payments/{posted[0].seq + 1}").status_code == 404


def test_one_orders_gift_is_found_by_its_reference_or_its_entry(harness: Harness, jo: Jo) -> None:
    reference = harness.order(1).reference
    for asked_for in (reference, reference.lower(), f" {reference} "):
        found = soup(jo.browser.get("/charity/ledger", query_string={"q": asked_for}))
        assert len(found.select("#ledger tbody tr")) == 2
    one = soup(jo.browser.get("/charity/ledger?q=2")).select("#ledger tbody tr")
    assert [cell.text.strip() for cell in one[0].select("th, td")][:1] == ["2"]
    for nothing in ("PM-0000-00", "999999", "'; --", "%", "9" * 5000):
        page = jo.browser.get("/charity/ledger", query_string={"q": nothing})
        assert "Nothing by that reference or number." in page.text


@pytest.mark.parametrize("before", ["9" * 20, "3000000000", "-1", "x", ""])
def test_a_page_from_what_is_no_entry_is_the_latest_and_no_fault(
    jo: Jo, finance: Shopper, before: str
) -> None:
    """Neither database has a column that holds the first two."""
    jo.text(f"/charity/ledger?before={before}")
    for page in ("/finance/", "/finance/remittances"):
        assert finance.get(f"{page}?before={before}").status_code == 200


def test_the_number_that_a_buyer_tells_finds_their_gift(app: Flask, harness: Harness, jo: Jo) -> None:
    enter_all(app)
    reference = harness.order(1).reference
    with harness.database.reading() as session:
        numbers = [f"{entry.number:,}" for entry in gift_entries(session, reference)]
    assert len(numbers) == 2
    for number in numbers:
        rows = soup(jo.browser.get("/charity/ledger", query_string={"q": number})).select("#ledger tbody tr")
        cells = [[cell.text.strip() for cell in row.select("th, td")] for row in rows]
        assert [row[3] for row in cells if row[-1] == number] == [reference]


def test_no_page_and_no_file_of_the_room_has_a_name_a_word_or_an_orders_key(
    app: Flask, finance: Shopper, harness: Harness, jo: Jo
) -> None:
    """A buyer with everything private there is; every page and file that can be reached from the room."""
    buyer = Shopper(app)
    buyer.to_payment()
    assert buyer.press_pay().status_code == 303
    order = harness.order(2)
    harness.pays(2)
    harness.sync(2)
    keys = re.findall(r"/orders/([\w-]{20,})", buyer.get("/checkout/thanks").text)
    seen, waiting = set(), list(ROOM)
    while waiting:
        address = waiting.pop()
        answer = jo.browser.get(address)
        assert answer.status_code == 200, address
        seen.add(address)
        for private in (*PRIVATE, *keys):
            assert private.encode() not in read(answer), (private, address)
        if answer.mimetype == "text/html":
            links = {
                str(link["href"]).partition("#")[0] for link in soup(answer).select("a[href^='/charity']")
            }
            waiting += links - seen - set(waiting)
    assert {f"/charity/ledger.{kind}" for kind in FORMATS} <= seen
    assert order.reference in jo.text("/charity/ledger")
    assert any(address.startswith("/charity/payments/") for address in seen)


def test_the_charity_opens_nothing_else_and_staff_not_its_room(finance: Shopper, jo: Jo) -> None:
    for address in ("/owner/", "/finance/", "/finance/charity", "/sign-in/password", "/owner/orders"):
        assert jo.browser.get(address).status_code == 403, address
    for address in ROOM:
        assert finance.get(address).status_code == 403, address

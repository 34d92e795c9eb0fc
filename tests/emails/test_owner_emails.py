"""The owners are e-mailed once what there is to tell, at once or in the morning, whatever fails."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from smtplib import SMTPRecipientsRefused

import pytest
from flask import Flask, render_template

from shop import alerts, backup, clock
from shop.accounts import staff
from shop.alerts import URGENT, AlertKind, open_alerts, owner_news
from shop.alerts.models import When
from shop.alerts.owner_news import Times
from shop.db import Database
from shop.emails.owner_emails import tell_owners
from shop.mail.outbox import LEASE
from tests.engines import ONE_ENGINE

SITE = "https://shop.example"
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SEVEN = datetime(2026, 11, 27, 7, tzinfo=UTC)

Send = Callable[[], bool]


class Killed(BaseException):
    """The process ends here."""


class Post:
    """A mail server: what it took, and whom it answers with what instead."""

    def __init__(self) -> None:
        self.took: list[EmailMessage] = []
        self.fails: Exception | None = None
        self.refuses: dict[str, Exception] = {}
        self.kills = False

    def send(self, message: EmailMessage) -> None:
        if error := self.fails or self.refuses.get(message["To"]):
            raise error
        self.took.append(message)
        if self.kills:
            raise Killed

    @property
    def said(self) -> list[str]:
        parts = (message.get_body(("plain",)) for message in self.took)
        return [part.get_content() for part in parts if part is not None]


class Time:
    """The hosts' clock, in the test's hands."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    at = Time()
    monkeypatch.setattr(clock, "now", at.now)
    return at


@pytest.fixture
def owners(database: Database) -> Iterator[None]:
    """One owner works here, and a finance lead, and an owner who was dismissed."""
    with database.transaction() as session:
        staff.add_account(session, "owner@example.com", "owner")
        staff.add_account(session, "finance@example.com", "finance")
        staff.add_account(session, "gone@example.com", "owner")
        staff.disable(session, "gone@example.com")
    return


@pytest.fixture
def send(app: Flask, database: Database, post: Post, owners: None) -> Send:
    """The worker's round."""

    def round_() -> bool:
        with app.test_request_context():
            return tell_owners(database, render_template, post, SITE, "shop@example.com")

    return round_


@pytest.fixture
def mornings(database: Database) -> None:
    wants(database, Times(When.MORNING, When.MORNING))


def wants(database: Database, times: Times) -> None:
    with database.transaction() as session:
        owner_news.save_times(session, times, actor="owner@example.com")


def tell(database: Database, kind: AlertKind = AlertKind.REFUND_SENT_BACK, about: str = "PM-7K3Q-2F") -> None:
    with database.transaction() as session:
        alerts.raise_alert(session, kind, about, "£84.00 taken")


@ONE_ENGINE
def test_an_alert_goes_to_the_owners_once(database: Database, post: Post, send: Send) -> None:
    assert not send()
    tell(database, AlertKind.DISPUTED)
    assert send()
    assert not send()
    (message,) = post.took
    assert (message["To"], message["Subject"]) == ("owner@example.com", "Something needs you")
    (said,) = post.said
    assert "A buyer's bank disputes a payment." in said
    assert "PM-7K3Q-2F, £84.00 taken" in said
    assert f"{SITE}/owner/orders/PM-7K3Q-2F" in said


@ONE_ENGINE
def test_what_happens_together_is_told_together(database: Database, post: Post, send: Send) -> None:
    tell(database)
    tell(database, AlertKind.PAYOUT_FAILED, "po_1")
    send()
    (said,) = post.said
    assert said.count("taken") == 2


def test_the_same_again_after_it_was_seen_to_is_told_again(
    database: Database, post: Post, send: Send
) -> None:
    for _ in range(2):
        tell(database)
        send()
        tell(database)
        send()
        with database.transaction() as session:
            alerts.acknowledge(session, alerts.open_alerts(session)[0].id, actor="owner")
    assert len(post.took) == 2


@ONE_ENGINE
def test_what_passed_by_itself_before_it_was_written_is_not_told(
    database: Database, post: Post, send: Send
) -> None:
    tell(database)
    with database.transaction() as session:
        alerts.withdraw_alert(session, AlertKind.REFUND_SENT_BACK, "PM-7K3Q-2F")
    assert not send()
    assert post.took == []


def test_without_an_owner_it_waits(app: Flask, database: Database, post: Post) -> None:
    def sends() -> bool:
        with app.test_request_context():
            return tell_owners(database, render_template, post, SITE, "shop@example.com")

    tell(database)
    assert not sends()
    with database.transaction() as session:
        staff.add_account(session, "first@example.com", "owner")
    assert sends()
    assert len(post.took) == 1


def one_waits(database: Database, post: Post, send: Send) -> None:
    """An e-mail that could not go yet."""
    tell(database)
    post.fails = OSError("no route")
    send()
    post.fails = None


@ONE_ENGINE
def test_a_copy_that_is_brought_back_sends_none_that_waited_in_it(
    database: Database, post: Post, send: Send, time: Time
) -> None:
    one_waits(database, post, send)
    with database.transaction() as session:
        backup.drop_unsent(session)
    time.at += LEASE
    assert not send()
    assert post.took == []


def test_an_owner_who_is_dismissed_meanwhile_is_told_nothing(
    database: Database, post: Post, send: Send, time: Time
) -> None:
    one_waits(database, post, send)
    with database.transaction() as session:
        staff.disable(session, "owner@example.com")
    time.at += LEASE
    assert not send()
    assert post.took == []


def test_one_owner_whose_address_takes_nothing_keeps_it_from_no_other(
    database: Database, post: Post, send: Send, time: Time
) -> None:
    with database.transaction() as session:
        staff.add_account(session, "other@example.com", "owner")
    post.refuses["owner@example.com"] = SMTPRecipientsRefused({"owner@example.com": (550, b"5.1.1 nobody")})
    tell(database)
    for _ in range(4):
        send()
        time.at += timedelta(hours=2)
    assert [message["To"] for message in post.took] == ["other@example.com"] * 2
    assert "refuses our e-mails to somebody who looks after the shop" in post.said[1]
    with database.reading() as session:
        about = {alert.kind: alert.about for alert in open_alerts(session)}
    assert about[AlertKind.OWNER_UNREACHED].startswith("account ")


def test_a_mail_server_that_takes_nothing_all_morning_loses_nothing(
    database: Database, post: Post, send: Send, time: Time, mornings: None
) -> None:
    tell(database)
    time.at, post.fails = SEVEN, OSError("no route")
    for _ in range(20):
        assert not send()
        time.at += timedelta(minutes=10)
    post.fails = None
    for _ in range(20):
        send()
        time.at += timedelta(minutes=10)
    assert len(post.took) == 1


@pytest.mark.parametrize("when", [When.AT_ONCE, When.MORNING])
def test_four_workers_send_it_once(
    database: Database, post: Post, send: Send, time: Time, when: When
) -> None:
    wants(database, Times(when, when))
    for number in range(30):
        tell(database, about=f"PM-7K3Q-{number}")
    time.at = SEVEN
    start = threading.Barrier(4)

    def work(_number: int) -> bool:
        start.wait()
        return send()

    with ThreadPoolExecutor(4) as pool:
        assert any(pool.map(work, range(4)))
    (said,) = post.said
    assert said.count("£84.00 taken") == 30


@ONE_ENGINE
def test_killed_after_the_mail_server_took_it_it_goes_once_more_as_the_same_email(
    database: Database, post: Post, send: Send, time: Time, mornings: None
) -> None:
    tell(database)
    time.at, post.kills = SEVEN, True
    with suppress(Killed):
        send()
    post.kills = False
    assert not send(), "another worker may still be at it"
    time.at += LEASE + timedelta(seconds=1)
    assert send()
    time.at += LEASE
    assert not send()
    first, again = post.took
    assert first["Message-ID"] == again["Message-ID"]


@pytest.mark.parametrize(
    "seven",
    [
        datetime(2026, 3, 28, 7, tzinfo=UTC),
        datetime(2026, 3, 29, 6, tzinfo=UTC),
        datetime(2026, 7, 1, 6, tzinfo=UTC),
        datetime(2026, 10, 24, 6, tzinfo=UTC),
        datetime(2026, 10, 25, 7, tzinfo=UTC),
        datetime(2027, 1, 1, 7, tzinfo=UTC),
    ],
    ids="{:%d %B}".format,
)
def test_the_morning_email_goes_at_seven_by_britains_clocks_and_once(
    database: Database, post: Post, send: Send, time: Time, mornings: None, seven: datetime
) -> None:
    time.at = seven - timedelta(hours=10)
    tell(database)
    time.at = seven - timedelta(seconds=1)
    assert not send()
    time.at = seven
    assert send()
    tell(database, about="PM-0000-00")
    for hours in range(23):
        time.at = seven + timedelta(hours=hours)
        assert not send()
    (message,) = post.took
    assert message["Subject"] == "This morning: something needs you"
    time.at = seven + timedelta(hours=25)
    assert send()
    assert "PM-0000-00" in post.said[1]
    assert "PM-7K3Q-2F" not in post.said[1]


@ONE_ENGINE
def test_a_worker_that_comes_late_sends_the_mornings_email_late(
    database: Database, post: Post, send: Send, time: Time, mornings: None
) -> None:
    tell(database)
    time.at = SEVEN + timedelta(days=2, hours=9)
    tell(database, about="PM-0000-00")
    assert send()
    (said,) = post.said
    assert "PM-0000-00" not in said, "that is for tomorrow"


@ONE_ENGINE
def test_what_was_noted_a_moment_too_late_waits_and_makes_no_second_email(
    database: Database, post: Post, send: Send, time: Time, mornings: None
) -> None:
    tell(database)
    time.at = SEVEN
    send()
    time.at = SEVEN - timedelta(milliseconds=1)
    tell(database, about="PM-0000-00")
    time.at = SEVEN + timedelta(seconds=30)
    assert not send()
    time.at = SEVEN + timedelta(days=1)
    assert send()
    assert len(post.took) == 2


def test_a_morning_with_nothing_to_tell_brings_nothing(
    database: Database, post: Post, send: Send, time: Time, mornings: None
) -> None:
    tell(database)
    with database.transaction() as session:
        alerts.acknowledge(session, alerts.open_alerts(session)[0].id, actor="owner")
    time.at = SEVEN
    assert not send()
    assert post.took == []


@ONE_ENGINE
def test_what_is_urgent_does_not_wait_for_the_morning_and_is_not_told_again_then(
    database: Database, post: Post, send: Send, time: Time, mornings: None
) -> None:
    tell(database)
    for kind in URGENT:
        tell(database, kind)
    assert send()
    (said,) = post.said
    assert [kind for kind in URGENT if alerts.SAID[kind] not in said] == []
    assert alerts.SAID[AlertKind.REFUND_SENT_BACK] not in said
    assert post.took[0]["Subject"] == f"{len(URGENT)} things need you"
    time.at = SEVEN
    assert send()
    assert [kind for kind in URGENT if alerts.SAID[kind] in post.said[1]] == []


def test_who_would_rather_know_at_once_is_told_what_waited(
    database: Database, post: Post, send: Send, time: Time, mornings: None
) -> None:
    tell(database)
    assert not send()
    wants(database, Times())
    assert send()
    time.at = SEVEN
    assert not send()
    assert len(post.took) == 1

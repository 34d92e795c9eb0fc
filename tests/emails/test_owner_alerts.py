"""What needs a person is e-mailed to the owners: each alert once, whatever fails, and nothing private."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage

import pytest

from shop import alerts, clock
from shop.accounts import staff
from shop.alerts import AlertKind
from shop.db import Database
from shop.emails.owner_alerts import LEASE, send_alerts
from tests.harness import Harness, open_harness

SITE = "https://shop.example"


class Post:
    """A mail server: what it took, or what it answers instead."""

    def __init__(self) -> None:
        self.took: list[EmailMessage] = []
        self.fails: Exception | None = None

    def send(self, message: EmailMessage) -> None:
        if self.fails:
            raise self.fails
        self.took.append(message)

    @property
    def said(self) -> list[str]:
        return [str(message.get_content()) for message in self.took]


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def send(database: Database, post: Post) -> Callable[[], bool]:
    """The worker's round. One owner works here, and a finance lead, and an owner who was dismissed."""
    with database.transaction() as session:
        staff.add_account(session, "owner@example.com", "owner")
        staff.add_account(session, "finance@example.com", "finance")
        staff.add_account(session, "gone@example.com", "owner")
        staff.disable(session, "gone@example.com")
    return lambda: send_alerts(database, post, SITE, "shop@example.com")


def tell(database: Database, kind: AlertKind = AlertKind.DISPUTED, about: str = "PM-7K3Q-2F") -> None:
    with database.transaction() as session:
        alerts.raise_alert(session, kind, about, "£84.00 taken")


def test_an_alert_goes_to_the_owners_once(database: Database, post: Post, send: Callable[[], bool]) -> None:
    assert not send()
    tell(database)
    assert send()
    assert not send()
    (message,) = post.took
    assert (message["To"], message["Subject"]) == ("owner@example.com", "Something needs you")
    (said,) = post.said
    assert "A buyer's bank disputes a payment." in said
    assert "PM-7K3Q-2F: £84.00 taken" in said
    assert f"{SITE}/owner/orders/PM-7K3Q-2F" in said


def test_what_happens_together_is_told_together(
    database: Database, post: Post, send: Callable[[], bool]
) -> None:
    tell(database)
    tell(database, AlertKind.PAYOUT_FAILED, "po_1")
    send()
    (said,) = post.said
    assert said.count("taken") == 2


def test_the_same_again_after_it_was_seen_to_is_told_again(
    database: Database, post: Post, send: Callable[[], bool]
) -> None:
    for _ in range(2):
        tell(database)
        send()
        tell(database)
        send()
        with database.transaction() as session:
            alerts.acknowledge(session, alerts.open_alerts(session)[0].id, actor="owner")
    assert len(post.took) == 2


def test_what_passed_by_itself_before_it_was_sent_is_not_told(
    database: Database, post: Post, send: Callable[[], bool]
) -> None:
    tell(database)
    with database.transaction() as session:
        alerts.withdraw_alert(session, AlertKind.DISPUTED, "PM-7K3Q-2F")
    assert not send()
    assert post.took == []


def test_a_mail_server_that_takes_nothing_is_asked_again(
    database: Database, post: Post, send: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(database)
    post.fails = OSError("no route")
    assert not send()
    post.fails = None
    assert not send(), "another worker may still be at it"
    later = clock.now() + LEASE + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert send()
    assert len(post.took) == 1


def test_four_workers_send_it_once(database: Database, post: Post, send: Callable[[], bool]) -> None:
    tell(database)
    start = threading.Barrier(4)

    def work(_number: int) -> bool:
        start.wait()
        return send()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(work, range(4))) == [False, False, False, True]
    assert len(post.took) == 1


def test_without_an_owner_it_waits(database: Database, post: Post) -> None:
    tell(database)
    assert not send_alerts(database, post, SITE, "shop@example.com")
    with database.transaction() as session:
        staff.add_account(session, "first@example.com", "owner")
    assert send_alerts(database, post, SITE, "shop@example.com")
    assert len(post.took) == 1


NEWS: dict[str, Callable[[Harness, int], object]] = {
    "fraud warning": lambda harness, order: harness.warns(order),
    "payment reviewed": lambda harness, order: harness.reviews(order),
    "disputed": lambda harness, order: harness.disputes(order),
    "a prevented dispute": lambda harness, order: harness.disputes(order, prevented=True),
    "refund sent back": lambda harness, order: harness.refund_fails(refunded(harness, order)),
    "payout failed": lambda harness, _order: harness.pays_out_and_fails(),
}


def refunded(harness: Harness, order: int) -> str:
    refund = harness.refunds(order)
    harness.deliver_webhooks()
    return refund


@pytest.mark.parametrize("news", NEWS)
def test_each_piece_of_stripes_news_reaches_the_owner_and_names_nobody(
    database: Database, post: Post, send: Callable[[], bool], news: str
) -> None:
    harness = open_harness(database)
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    NEWS[news](harness, order)
    harness.deliver_webhooks()
    assert send()
    (said,) = post.said
    about = "po_" if news == "payout failed" else harness.order(order).reference
    assert about in said
    assert not any(private in said for private in ("Ada", "ada@example.com", "Quiet Street"))

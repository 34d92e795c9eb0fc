"""A host whose clock was wrong and is right again: nothing waits for the time that it thought it was."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from shop import clock
from shop.accounts import sessions, staff
from shop.accounts.models import StaffSession
from shop.db import Database
from shop.mail import outbox
from shop.orders import resend_link
from shop.orders.states import State
from shop.payments import refund_sending, refunds
from shop.payments.models import RefundRequest
from shop.standin import deliveries
from shop.tasks import DatabaseWatch, Task
from shop.webhooks import handlers, inbox
from tests.harness import Harness, open_harness
from tests.shopper import Shopper

Wrong = Callable[[], AbstractContextManager[None]]


@pytest.fixture(params=[timedelta(days=1), timedelta(days=400)], ids=["a day", "a year"])
def ahead(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Wrong:
    """Inside, the clock is wrong."""
    return _moved_on(monkeypatch, request.param)


def _moved_on(monkeypatch: pytest.MonkeyPatch, by: timedelta) -> Wrong:
    right = clock.now

    @contextmanager
    def wrong() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(clock, "now", lambda: right() + by)
            yield

    return wrong


@pytest.fixture
def harness(database: Database) -> Harness:
    return open_harness(database)


def paid(harness: Harness) -> int:
    order = harness.place("disc")
    harness.pays(order)
    return order


def test_an_e_mail_leaves_however_late_it_was_to(harness: Harness, ahead: Wrong) -> None:
    order = paid(harness)
    with ahead():
        harness.sync(order)
    with harness.database.transaction() as session:
        claimed = outbox.claim(session)
        assert claimed is not None
        assert outbox.claim(session) is None, "one that is being sent is left to whoever sends it"
        outbox.postpone(session, claimed.id, 20)
        assert not outbox.any_due(session), "and one that was put off waits"


def test_an_e_mail_that_a_worker_had_taken_is_taken_again(harness: Harness, ahead: Wrong) -> None:
    order = paid(harness)
    harness.sync(order)
    with ahead(), harness.database.transaction() as session:
        assert outbox.claim(session)
    with harness.database.transaction() as session:
        assert outbox.claim(session)


@pytest.fixture(params=[timedelta(seconds=2), timedelta(minutes=5)], ids=["seconds", "minutes"])
def other_host(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Wrong:
    """Inside, it is another host's clock, a little ahead of ours."""
    return _moved_on(monkeypatch, request.param)


def test_what_another_host_is_sending_is_left_to_it_though_its_clock_is_a_little_ahead(
    harness: Harness, other_host: Wrong
) -> None:
    order = paid(harness)
    harness.sync(order)
    with harness.database.transaction() as session:
        refunds.ask(session, order, lines=[1], postage=False, actor="owner@example.com")
        owed = session.scalars(select(RefundRequest)).one()
        with other_host():
            assert outbox.claim(session)
            owed.claimed_until = clock.now() + refund_sending.CLAIMED
        session.flush()
        assert outbox.claim(session) is None
        assert session.scalars(select(RefundRequest).where(refund_sending.due(clock.now()))).all() == []


def test_a_link_is_sent_again_to_whoever_asks(harness: Harness, ahead: Wrong) -> None:
    order = paid(harness)
    harness.sync(order)

    def asked() -> int:
        with harness.database.transaction() as session:
            return resend_link.send_links(session, harness.services.vault, "ada@example.com")

    with ahead():
        assert [asked(), asked()] == [1, 0]
    assert [asked(), asked()] == [1, 0], "and then not before an hour is over"


def test_what_stripe_told_is_acted_on(harness: Harness, ahead: Wrong) -> None:
    order = paid(harness)
    event = harness.services.gateway.read_event(*harness.signed(harness.events()[-1]))
    with ahead():
        handlers.receive(harness.services, event)
        assert inbox.claim(harness.database)
    assert handlers.work(harness.services)
    assert harness.order(order).state == State.PAID


def test_a_refund_that_is_owed_goes_back(harness: Harness, ahead: Wrong) -> None:
    order = paid(harness)
    harness.sync(order)
    with ahead(), harness.database.transaction() as session:
        refunds.ask(session, order, lines=[1], postage=False, actor="owner@example.com")
    assert harness.sync(order) is State.PART_REFUNDED


def test_the_stand_in_delivers_its_messages(harness: Harness, ahead: Wrong) -> None:
    with ahead():
        paid(harness)
    sent = deliveries.deliver_due(harness.database, lambda *_: 200, clock.now(), url="x", secret="x")
    assert sent > 0


def test_the_workers_rounds_go_on(database: Database, ahead: Wrong) -> None:
    done: list[bool] = []

    def round_made() -> bool:
        done.append(True)
        return True

    rounds = Task("trial", round_made, database, DatabaseWatch(), every=timedelta(minutes=5))
    with ahead():
        rounds.run()
    rounds.run()
    rounds.run()
    assert len(done) == 2, "at once, and then not before its time"


def test_a_session_and_a_link_of_that_time_open_nothing(app: Flask, ahead: Wrong) -> None:
    owner = Shopper(app)
    with ahead():
        owner.sign_in("owner")
        assert owner.get("/owner/orders").status_code == 200
        with owner.database.transaction() as session:
            _, token = staff.add_account(session, "ada@example.com", "finance")
    assert owner.get("/owner/orders").status_code == 303
    with owner.database.transaction() as session:
        assert not staff.link_is_good(session, token)
        sessions.forget_sessions(session)
        assert session.scalars(select(StaffSession)).all() == []
    assert owner.sign_in("owner").get("/owner/orders").status_code == 200

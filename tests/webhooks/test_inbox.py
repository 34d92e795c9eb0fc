"""What Stripe tells us is kept and answered at once; the worker acts on it, once, whatever Stripe does."""

import itertools
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from shop import clock
from shop.alerts import open_alerts
from shop.orders.lifecycle import State
from shop.payments.gateway_errors import GatewayDown
from shop.payments.stripe_snapshot import PaymentSnapshot
from shop.webhooks import handlers, inbox
from shop.webhooks.models import InboxEvent
from tests.engines import ONE_ENGINE
from tests.harness import CONTACT, works_off_news
from tests.payments.webhook_client import WebhookClient, hooked

Look = Callable[..., PaymentSnapshot]

PAID = ("charge.succeeded", "payment_intent.succeeded", "checkout.session.completed")


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at = clock.now()
        monkeypatch.setattr(clock, "now", lambda: self.at)

    def passes(self, span: timedelta) -> None:
        self.at += span


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def order(webhook_client: WebhookClient) -> int:
    """An order that was paid and of which nothing was heard."""
    found = webhook_client.harness.place("disc")
    webhook_client.harness.pays(found)
    return found


def rows(webhook_client: WebhookClient) -> Sequence[InboxEvent]:
    with webhook_client.harness.database.reading() as session:
        return session.scalars(select(InboxEvent).order_by(InboxEvent.received_at)).all()


def alerts(webhook_client: WebhookClient) -> list[tuple[str, str, str]]:
    with webhook_client.harness.database.reading() as session:
        return [(alert.kind, alert.about, alert.detail) for alert in open_alerts(session)]


def silent(*_: object, **__: object) -> None:
    raise GatewayDown("no answer")


@ONE_ENGINE
def test_an_event_is_answered_without_asking_stripe_anything(
    webhook_client: WebhookClient, order: int
) -> None:
    asked: list[str] = []
    calls = ("snapshot", "session", "expire_session", "refund", "create_session")
    webhook_client.hook(**{call: lambda _call, *_, name=call: asked.append(name) for call in calls})
    assert [webhook_client.deliver(event) for event in webhook_client.news(*PAID)] == [200] * 3
    assert asked == []
    assert (webhook_client.undone(), webhook_client.harness.order(order).state) == (3, State.AWAITING)


def test_several_events_of_one_order_are_one_look(webhook_client: WebhookClient, order: int) -> None:
    for event in webhook_client.news(*PAID):
        webhook_client.deliver(event)
    looks: list[Sequence[str]] = []

    def counted(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        looks.append(sessions)
        return snapshot(sessions, **how)

    works_off_news(hooked(webhook_client.harness.services, snapshot=counted))
    assert (len(looks), webhook_client.undone()) == (1, 0)
    assert (webhook_client.harness.order(order).state, webhook_client.harness.given()) == (State.PAID, 500)
    assert {row.order_id for row in rows(webhook_client)} == {order}


@ONE_ENGINE
def test_an_event_that_comes_again_while_it_waits_or_after_it_was_done_is_kept_once(
    webhook_client: WebhookClient, order: int
) -> None:
    (event,) = webhook_client.news("checkout.session.completed")
    assert [webhook_client.deliver(event), webhook_client.deliver(event)] == [200, 200]
    webhook_client.works()
    assert (webhook_client.post(event), webhook_client.kept(), webhook_client.undone()) == (200, 1, 0)


@ONE_ENGINE
def test_what_cannot_be_done_is_tried_again_after_growing_pauses(
    webhook_client: WebhookClient, order: int, time: Clock
) -> None:
    (event,) = webhook_client.news("checkout.session.completed")
    webhook_client.hook(snapshot=silent)
    webhook_client.deliver(event)
    pauses: list[float] = []
    for _ in range(16):
        webhook_client.works()
        (row,) = rows(webhook_client)
        assert row.due_at is not None
        pauses.append((row.due_at - time.at).total_seconds())
        time.at = row.due_at
    assert 1 <= pauses[0] <= 3
    assert all(later > 1.1 * earlier for earlier, later in itertools.pairwise(pauses[:9]))
    assert pauses[-1] <= 1.25 * inbox.LONGEST_DELAY.total_seconds()
    assert len({round(pause / 2**step, 3) for step, pause in enumerate(pauses[:9])}) > 1, "they are jittered"
    webhook_client.hook()
    webhook_client.works()
    assert (webhook_client.undone(), webhook_client.harness.order(order).state) == (0, State.PAID)


@ONE_ENGINE
def test_what_a_worker_had_when_it_was_killed_another_does_when_its_lease_has_ended(
    webhook_client: WebhookClient, order: int, time: Clock
) -> None:
    (event,) = webhook_client.news("checkout.session.completed")
    webhook_client.deliver(event)
    assert inbox.claim(webhook_client.harness.database) is not None  # and then it was killed
    assert handlers.work(webhook_client.harness.services) is False
    time.passes(inbox.LEASE + timedelta(seconds=1))
    webhook_client.works()
    assert (webhook_client.undone(), webhook_client.harness.order(order).state) == (0, State.PAID)


@ONE_ENGINE
def test_a_worker_that_comes_back_after_its_lease_undoes_nothing(
    webhook_client: WebhookClient, order: int, time: Clock
) -> None:
    (event,) = webhook_client.news("checkout.session.completed")
    webhook_client.deliver(event)

    def other_was_faster(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        time.passes(inbox.LEASE + timedelta(seconds=1))
        works_off_news(webhook_client.harness.services)
        return seen

    works_off_news(hooked(webhook_client.harness.services, snapshot=other_was_faster))
    assert (webhook_client.undone(), webhook_client.harness.given()) == (0, 500)
    assert webhook_client.harness.emails(order) == ["order-confirmation"]
    assert webhook_client.harness.sound() == []


@ONE_ENGINE
def test_one_order_stripe_is_silent_about_keeps_no_other_waiting(
    webhook_client: WebhookClient, order: int
) -> None:
    other = webhook_client.harness.place("petal")
    webhook_client.harness.pays(other)
    quiet = webhook_client.harness.session_id(order)

    def about_one(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        if quiet in sessions:
            raise GatewayDown("no answer")
        return snapshot(sessions, **how)

    webhook_client.hook(snapshot=about_one)
    assert [webhook_client.deliver(event) for event in webhook_client.news(*PAID)] == [200] * 6
    webhook_client.works()
    assert (webhook_client.harness.order(order).state, webhook_client.harness.order(other).state) == (
        State.AWAITING,
        State.PAID,
    )
    assert webhook_client.undone() == 3


@ONE_ENGINE
def test_what_could_not_be_done_for_a_while_is_shown_to_the_owner_once(
    webhook_client: WebhookClient, order: int, time: Clock
) -> None:
    for event in webhook_client.news(*PAID):
        webhook_client.deliver(event)
    webhook_client.hook(snapshot=silent)
    webhook_client.works()
    assert alerts(webhook_client) == []
    for _ in range(3):
        time.passes(inbox.STUCK_AFTER)
        webhook_client.works(later=True)
    ((kind, about, detail),) = alerts(webhook_client)
    assert (kind, about) == ("news stuck", "Stripe")
    assert detail.endswith(": GatewayDown")


@ONE_ENGINE
def test_an_order_that_cannot_be_settled_is_named(
    webhook_client: WebhookClient, order: int, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook_client.deliver(webhook_client.news("checkout.session.completed")[0])
    monkeypatch.setattr("shop.payments.settlement.ledger.bring_to", lambda *_, **__: 1 / 0)
    time.passes(2 * inbox.STUCK_AFTER)
    webhook_client.works()
    webhook_client.stumbles.clear()
    reference = webhook_client.harness.order(order).reference
    assert alerts(webhook_client) == [
        ("news stuck", reference, "checkout.session.completed: ZeroDivisionError")
    ]


@ONE_ENGINE
def test_the_inbox_holds_nothing_personal(webhook_client: WebhookClient, order: int) -> None:
    for event in webhook_client.news(*PAID):
        webhook_client.post(event)
    kept = " ".join(str(value) for row in rows(webhook_client) for value in vars(row).values())
    assert len(rows(webhook_client)) == 3
    assert not [word for word in (CONTACT.email, CONTACT.name, CONTACT.line1, "Disc") if word in kept]


@ONE_ENGINE
def test_the_page_the_buyer_returns_to_does_not_wait_for_the_worker(
    webhook_client: WebhookClient, order: int
) -> None:
    for event in webhook_client.news(*PAID):
        webhook_client.deliver(event)
    assert webhook_client.harness.sync(order) is State.PAID
    webhook_client.works()
    assert (webhook_client.undone(), webhook_client.harness.given()) == (0, 500)
    assert webhook_client.harness.emails(order) == ["order-confirmation"]


def test_what_is_kept_of_an_event_is_its_kind_its_ids_and_its_times(
    webhook_client: WebhookClient, order: int, time: Clock
) -> None:
    (event,) = webhook_client.news("checkout.session.completed")
    webhook_client.deliver(event)
    (row,) = rows(webhook_client)
    about = event["data"]["object"]
    assert (row.id, row.type, row.object_id) == (event["id"], event["type"], about["id"])
    assert row.payment_intent == about["payment_intent"]
    assert isinstance(row.created_at, datetime)
    assert (row.received_at, row.due_at, row.done_at) == (time.at, time.at, None)

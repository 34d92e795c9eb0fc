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
from tests.payments.door import Door, hooked
from tests.trade import CONTACT, works_off_news

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
def order(door: Door) -> int:
    """An order that was paid and of which nothing was heard."""
    found = door.trade.place("disc")
    door.trade.pays(found)
    return found


def rows(door: Door) -> Sequence[InboxEvent]:
    with door.trade.database.reading() as session:
        return session.scalars(select(InboxEvent).order_by(InboxEvent.received_at)).all()


def alerts(door: Door) -> list[tuple[str, str, str]]:
    with door.trade.database.reading() as session:
        return [(alert.kind, alert.about, alert.detail) for alert in open_alerts(session)]


def silent(*_: object, **__: object) -> None:
    raise GatewayDown("no answer")


def test_an_event_is_answered_without_asking_stripe_anything(door: Door, order: int) -> None:
    asked: list[str] = []
    calls = ("snapshot", "session", "expire_session", "refund", "create_session")
    door.hook(**{call: lambda _call, *_, name=call: asked.append(name) for call in calls})
    assert [door.deliver(event) for event in door.news(*PAID)] == [200] * 3
    assert asked == []
    assert (door.undone(), door.trade.order(order).state) == (3, State.AWAITING)


def test_several_events_of_one_order_are_one_look(door: Door, order: int) -> None:
    for event in door.news(*PAID):
        door.deliver(event)
    looks: list[Sequence[str]] = []

    def counted(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        looks.append(sessions)
        return snapshot(sessions, **how)

    works_off_news(hooked(door.trade.services, snapshot=counted))
    assert (len(looks), door.undone()) == (1, 0)
    assert (door.trade.order(order).state, door.trade.given()) == (State.PAID, 500)
    assert {row.order_id for row in rows(door)} == {order}


def test_an_event_that_comes_again_while_it_waits_or_after_it_was_done_is_kept_once(
    door: Door, order: int
) -> None:
    (event,) = door.news("checkout.session.completed")
    assert [door.deliver(event), door.deliver(event)] == [200, 200]
    door.works()
    assert (door.knock(event), door.kept(), door.undone()) == (200, 1, 0)


def test_what_cannot_be_done_is_tried_again_after_growing_pauses(door: Door, order: int, time: Clock) -> None:
    (event,) = door.news("checkout.session.completed")
    door.hook(snapshot=silent)
    door.deliver(event)
    pauses: list[float] = []
    for _ in range(16):
        door.works()
        (row,) = rows(door)
        assert row.due_at is not None
        pauses.append((row.due_at - time.at).total_seconds())
        time.at = row.due_at
    assert 1 <= pauses[0] <= 3
    assert all(later > 1.1 * earlier for earlier, later in itertools.pairwise(pauses[:9]))
    assert pauses[-1] <= 1.25 * inbox.LONGEST_DELAY.total_seconds()
    assert len({round(pause / 2**step, 3) for step, pause in enumerate(pauses[:9])}) > 1, "they are jittered"
    door.hook()
    door.works()
    assert (door.undone(), door.trade.order(order).state) == (0, State.PAID)


def test_what_a_worker_had_when_it_was_killed_another_does_when_its_lease_has_ended(
    door: Door, order: int, time: Clock
) -> None:
    (event,) = door.news("checkout.session.completed")
    door.deliver(event)
    assert inbox.claim(door.trade.database) is not None  # and then it was killed
    assert handlers.work(door.trade.services) is False
    time.passes(inbox.LEASE + timedelta(seconds=1))
    door.works()
    assert (door.undone(), door.trade.order(order).state) == (0, State.PAID)


def test_a_worker_that_comes_back_after_its_lease_undoes_nothing(door: Door, order: int, time: Clock) -> None:
    (event,) = door.news("checkout.session.completed")
    door.deliver(event)

    def other_was_faster(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        time.passes(inbox.LEASE + timedelta(seconds=1))
        works_off_news(door.trade.services)
        return seen

    works_off_news(hooked(door.trade.services, snapshot=other_was_faster))
    assert (door.undone(), door.trade.given()) == (0, 500)
    assert door.trade.emails(order) == ["order-confirmation"]
    assert door.trade.sound() == []


def test_one_order_stripe_is_silent_about_keeps_no_other_waiting(door: Door, order: int) -> None:
    other = door.trade.place("petal")
    door.trade.pays(other)
    quiet = door.trade.session_id(order)

    def about_one(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        if quiet in sessions:
            raise GatewayDown("no answer")
        return snapshot(sessions, **how)

    door.hook(snapshot=about_one)
    assert [door.deliver(event) for event in door.news(*PAID)] == [200] * 6
    door.works()
    assert (door.trade.order(order).state, door.trade.order(other).state) == (State.AWAITING, State.PAID)
    assert door.undone() == 3


def test_what_could_not_be_done_for_a_while_is_shown_to_the_owner_once(
    door: Door, order: int, time: Clock
) -> None:
    for event in door.news(*PAID):
        door.deliver(event)
    door.hook(snapshot=silent)
    door.works()
    assert alerts(door) == []
    for _ in range(3):
        time.passes(inbox.STUCK_AFTER)
        door.works(later=True)
    ((kind, about, detail),) = alerts(door)
    assert (kind, about) == ("news stuck", "Stripe")
    assert detail.endswith(": GatewayDown")


def test_an_order_that_cannot_be_settled_is_named(
    door: Door, order: int, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.deliver(door.news("checkout.session.completed")[0])
    monkeypatch.setattr("shop.payments.settlement.ledger.bring_to", lambda *_, **__: 1 / 0)
    time.passes(2 * inbox.STUCK_AFTER)
    door.works()
    door.stumbles.clear()
    reference = door.trade.order(order).reference
    assert alerts(door) == [("news stuck", reference, "checkout.session.completed: ZeroDivisionError")]


def test_the_inbox_holds_nothing_personal(door: Door, order: int) -> None:
    for event in door.news(*PAID):
        door.knock(event)
    kept = " ".join(str(value) for row in rows(door) for value in vars(row).values())
    assert len(rows(door)) == 3
    assert not [word for word in (CONTACT.email, CONTACT.name, CONTACT.line1, "Disc") if word in kept]


def test_the_page_she_returns_to_does_not_wait_for_the_worker(door: Door, order: int) -> None:
    for event in door.news(*PAID):
        door.deliver(event)
    assert door.trade.looks(order) is State.PAID
    door.works()
    assert (door.undone(), door.trade.given()) == (0, 500)
    assert door.trade.emails(order) == ["order-confirmation"]


def test_what_is_kept_of_an_event_is_its_kind_its_ids_and_its_times(
    door: Door, order: int, time: Clock
) -> None:
    (event,) = door.news("checkout.session.completed")
    door.deliver(event)
    (row,) = rows(door)
    about = event["data"]["object"]
    assert (row.id, row.type, row.object_id) == (event["id"], event["type"], about["id"])
    assert row.payment_intent == about["payment_intent"]
    assert isinstance(row.created_at, datetime)
    assert (row.received_at, row.due_at, row.done_at) == (time.at, time.at, None)

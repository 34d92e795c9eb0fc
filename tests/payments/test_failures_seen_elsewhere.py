"""What went wrong in other shops, in the order of the list we keep; here none of it may."""

import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from secrets import token_hex
from threading import Barrier, Event

import pytest
from sqlalchemy import select

from shop import stock
from shop.checkout import basket_store
from shop.checkout.pay import AlreadyPaid
from shop.giving import ledger as giving
from shop.mail import outbox
from shop.orders.lifecycle import State
from shop.orders.models import Order, OrderEvent
from shop.payments import refunds, stripe_client
from shop.payments import sync as syncing
from shop.payments.gateway import Gateway
from shop.payments.gateway_errors import GatewayDown
from shop.payments.models import CheckoutAttempt, PaymentEntry, RefundRequest
from shop.payments.payment_page import start_payment
from shop.payments.refund_sending import carry_out
from shop.payments.refundable import NothingToRefund
from shop.payments.stripe_snapshot import PaymentSnapshot, RefundSeen
from shop.payments.sweep import look_at_all, sweep
from shop.payments.sync import sync_order
from shop.standin import paying
from tests.harness import Harness
from tests.payments.test_sweep import later
from tests.payments.webhook_client import WebhookClient, hooked

Look = Callable[..., PaymentSnapshot]

PAID = ("charge.succeeded", "payment_intent.succeeded", "checkout.session.completed")


def settled_once(harness: Harness, order: int, gift: int = 500) -> bool:
    """Whether the order's payment shows once in money, stock, ledger and e-mails."""
    sold = harness.order(order)
    return (
        sold.state == State.PAID
        and harness.kept_pence(order) == sold.total_pence
        and harness.given() == gift
        and harness.emails(order) == ["order-confirmation"]
        and harness.sound() == []
    )


def happened(harness: Harness, order: int) -> list[str]:
    with harness.database.reading() as session:
        query = select(OrderEvent.kind).where(OrderEvent.order_id == order).order_by(OrderEvent.id)
        return list(session.scalars(query))


def money(harness: Harness, order: int) -> list[tuple[str, int]]:
    with harness.database.reading() as session:
        query = select(PaymentEntry).where(PaymentEntry.order_id == order).order_by(PaymentEntry.id)
        return [(entry.kind, entry.amount_pence) for entry in session.scalars(query)]


def asked_refunds(harness: Harness, order: int) -> Sequence[RefundRequest]:
    with harness.database.reading() as session:
        query = select(RefundRequest).where(RefundRequest.order_id == order).order_by(RefundRequest.id)
        return session.scalars(query).all()


def second_page(harness: Harness, order: int) -> str:
    """A second payment page for the same order, as a mistake of ours would leave it. Give its id."""
    first = harness.attempt(order)
    with harness.database.transaction() as session:
        again = CheckoutAttempt(
            order_id=order,
            number=first.number + 1,
            key=f"{first.key} again",
            request=first.request,
            expires_at=first.expires_at,
            created_at=first.created_at,
        )
        session.add(again)
        session.flush()
        attempt_id = again.id
    start_payment(harness.services, attempt_id)
    return harness.session_id(order)


def refund_asked(harness: Harness, order: int, *lines: int, postage: bool = False) -> RefundRequest:
    """The owner decides a refund; it is not sent yet."""
    with harness.database.transaction() as session:
        return refunds.ask(session, order, lines=lines, postage=postage, actor="owner")


def fails(*_: object, **__: object) -> None:
    raise GatewayDown("no answer")


# 1


def test_the_tab_was_closed_after_paying_and_the_webhook_alone_makes_the_order(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.completed")] == [
        200
    ]
    assert settled_once(harness, order)


def test_the_tab_was_closed_after_paying_and_no_webhook_came_but_the_sweep_finds_it(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.pass_time_for_holds()
    sweep(harness.services)
    assert settled_once(harness, order)


# 2


def test_the_return_page_and_three_webhooks_meet_and_settle_once(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    news = webhook_client.news(*PAID)
    start = Barrier(2)

    def comes_back() -> State:
        start.wait(30)
        return harness.sync(order)

    def hears() -> list[int]:
        start.wait(30)
        return webhook_client.post_at_once(*news)

    with ThreadPoolExecutor(2) as pool:
        page, webhooks = pool.submit(comes_back), pool.submit(hears)
        assert page.result() is State.PAID
        assert webhooks.result() == [200, 200, 200]
    assert settled_once(harness, order)


def test_of_two_that_looked_before_either_wrote_only_one_writes(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    looked = Barrier(2)
    looks: list[object] = []

    def together(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        looks.append(seen)
        if len(looks) <= 2:
            looked.wait(30)
        return seen

    services = hooked(harness.services, snapshot=together)
    with ThreadPoolExecutor(2) as pool:
        states = [pool.submit(sync_order, services, order) for _ in range(2)]
        assert [state.result() for state in states] == [State.PAID, State.PAID]
    assert len(looks) == 3  # the one that came second looked again
    assert settled_once(harness, order)


# 3


def test_eight_identical_deliveries_at_once_settle_once(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    (event,) = webhook_client.news("checkout.session.completed")
    assert webhook_client.post_at_once(*[event] * 8) == [200] * 8
    assert webhook_client.kept() == 1
    assert settled_once(harness, order)
    assert happened(harness, order).count("paid") == 1


class AnyVersion(int):
    """An order's version that every other agrees with."""

    def __ne__(self, _other: object) -> bool:
        return False

    __hash__ = int.__hash__


def no_inbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.webhooks.inbox.done", lambda *_: True)


def no_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    known = syncing._known
    monkeypatch.setattr(syncing, "_known", lambda *asked: replace(known(*asked), version=AnyVersion()))


def no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "lock", lambda session, order_id: session.get_one(Order, order_id))


def no_ledger_key(monkeypatch: pytest.MonkeyPatch) -> None:
    post = giving.post
    monkeypatch.setattr(
        giving, "post", lambda *asked, key, **how: post(*asked, key=key + token_hex(4), **how)
    )


def no_email_key(monkeypatch: pytest.MonkeyPatch) -> None:
    put = outbox.put
    monkeypatch.setattr(
        outbox, "put", lambda session, **how: put(session, **{**how, "dedupe_key": token_hex(4)})
    )


@pytest.mark.parametrize("without", [no_inbox, no_versions, no_lock, no_ledger_key, no_email_key])
def test_without_any_one_guard_eight_deliveries_would_still_settle_once(
    harness: Harness,
    webhook_client: WebhookClient,
    monkeypatch: pytest.MonkeyPatch,
    without: Callable[[pytest.MonkeyPatch], None],
) -> None:
    without(monkeypatch)
    order = harness.place("disc")
    harness.pays(order)
    (event,) = webhook_client.news("checkout.session.completed")
    assert webhook_client.post_at_once(*[event] * 8) == [200] * 8
    webhook_client.stumbles.clear()  # another guard stood in the way; the worker tries again
    webhook_client.works(later=True)
    assert settled_once(harness, order)


# 4


def test_an_event_whose_look_at_stripe_fails_is_kept_and_done_later(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    (event,) = webhook_client.news("checkout.session.completed")
    webhook_client.hook(snapshot=fails)
    assert (webhook_client.post(event), webhook_client.kept(), webhook_client.undone()) == (200, 1, 1)
    webhook_client.hook()
    webhook_client.works(later=True)
    assert webhook_client.undone() == 0
    assert settled_once(harness, order)


def test_an_event_whose_settling_fails_half_way_leaves_nothing_and_is_done_later(
    harness: Harness, webhook_client: WebhookClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    (event,) = webhook_client.news("checkout.session.completed")
    with monkeypatch.context() as broken:
        broken.setattr("shop.payments.settlement.ledger.bring_to", lambda *_, **__: 1 / 0)
        assert (webhook_client.post(event), webhook_client.undone()) == (200, 1)
    assert [type(stumble) for stumble in webhook_client.stumbles] == [ZeroDivisionError]
    webhook_client.stumbles.clear()
    assert (harness.order(order).state, harness.kept_pence(order)) == (State.AWAITING, 0)
    assert (harness.emails(order), harness.level("disc").reserved) == ([], 1)
    webhook_client.works(later=True)
    assert webhook_client.undone() == 0
    assert settled_once(harness, order)


# 5


def test_the_webhook_comes_before_we_noted_the_sessions_id(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place_unanswered("disc")
    attempt = harness.attempt(order)

    def pays_before_we_hear(create: Callable[..., object], *asked: object) -> object:
        made = create(*asked)
        harness.at_stripe(paying.pay, made.id)  # type: ignore[attr-defined]
        assert [webhook_client.post(event) for event in webhook_client.news(*PAID)] == [200] * 3
        return made

    start_payment(hooked(harness.services, create_session=pays_before_we_hear), attempt.id)
    assert settled_once(harness, order)


def test_the_webhook_of_a_session_whose_answer_never_reached_us_makes_the_order(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place_unanswered("disc")
    attempt = harness.attempt(order)

    def answer_is_lost(create: Callable[..., object], *asked: object) -> None:
        create(*asked)
        fails()

    with pytest.raises(GatewayDown):
        start_payment(hooked(harness.services, create_session=answer_is_lost), attempt.id)
    made = harness.services.gateway.create_session(
        {**attempt.request, "customer_email": "ada@example.com"}, attempt.key
    )
    harness.at_stripe(paying.pay, made.id)
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.completed")] == [
        200
    ]
    assert harness.attempt(order).stripe_id == made.id
    assert settled_once(harness, order)


# 6


def test_the_expiry_of_an_old_session_does_not_undo_a_paid_order(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    old = harness.session_id(order)
    new = second_page(harness, order)
    harness.at_stripe(paying.pay, new)
    harness.sync(order)
    assert harness.services.gateway.session(old).status == "expired"  # closed as soon as the other was paid
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.expired")] == [200]
    assert settled_once(harness, order)


def test_a_paid_order_is_paid_even_when_the_first_thing_heard_is_the_expiry_of_its_old_page(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    old = harness.session_id(order)
    harness.at_stripe(paying.pay, second_page(harness, order))
    harness.at_stripe(paying.expire, old)
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.expired")] == [200]
    assert settled_once(harness, order)


def test_the_late_news_of_an_expiry_does_not_take_the_stock_of_a_second_try(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    token, order = tries_to_pay(harness)
    harness.at_stripe(paying.expire, harness.session_id(order))
    harness.sync(order)
    (expiry,) = webhook_client.news("checkout.session.expired")

    def news_comes_first(create: Callable[..., object], *asked: object) -> object:
        assert webhook_client.post(expiry) == 200
        return create(*asked)

    press(harness, token, create_session=news_comes_first)
    assert harness.order(order).state == State.AWAITING
    assert harness.level("disc").reserved == 1
    harness.pays(order)
    harness.sync(order)
    assert settled_once(harness, order)


# 7


def test_two_paid_sessions_for_one_order_and_the_second_goes_back_with_an_email(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    before = harness.level("disc").on_hand
    order = harness.place("disc")
    first = harness.session_id(order)
    second = second_page(harness, order)
    for page in (first, second):
        harness.at_stripe(paying.pay, page)
    assert set(webhook_client.post_at_once(*webhook_client.news(*PAID))) == {200}
    sweep(harness.services)
    harness.sync(order)
    total = harness.order(order).total_pence
    assert money(harness, order) == [("payment", total), ("surplus", total), ("refund", -total)]
    assert harness.emails(order) == ["order-confirmation", "paid-twice"]
    (asked,) = asked_refunds(harness, order)
    assert asked.payment_intent in {
        harness.services.gateway.session(p).payment_intent for p in (first, second)
    }
    assert asked.amount_pence == total
    assert asked.key == f"order-{harness.order(order).reference}-surplus-{asked.payment_intent}"
    assert (harness.order(order).state, harness.given()) == (State.PAID, 500)
    assert harness.level("disc") == stock.Level(before - 1, 0)
    assert harness.sound() == []


def test_the_second_payment_goes_back_once_however_often_the_refund_is_sent(harness: Harness) -> None:
    order = harness.place("disc")
    first = harness.session_id(order)
    for page in (first, second_page(harness, order)):
        harness.at_stripe(paying.pay, page)
    sent = []

    def answer_is_lost(refund: Callable[..., RefundSeen], *asked: object) -> RefundSeen:
        sent.append(refund(*asked))
        raise GatewayDown("no answer")

    services = hooked(harness.services, refund=answer_is_lost)
    for _ in range(3):
        sync_order(services, order)
    assert len({refund.id for refund in sent}) == 1
    assert harness.kept_pence(order) == harness.order(order).total_pence


# 8


def tries_to_pay(harness: Harness, *slugs: str) -> tuple[str, int]:
    """A basket with its cookie, and the order after the buyer pressed the button."""
    token = basket_store.new_token()
    press(harness, token, *slugs)
    return token, order_of(harness, token)


def press(harness: Harness, token: str, *slugs: str, **hooks: Callable[..., object]) -> str:
    """The buyer presses "Place order and pay". Give the payment page's address."""
    return harness.press_pay(token, *(slugs or ("disc",)), services=hooked(harness.services, **hooks))


def order_of(harness: Harness, token: str) -> int:
    with harness.database.transaction() as session:
        held = basket_store.lock_own(session, token)
        assert held is not None
        assert held.order_id is not None
        return held.order_id


def pages(harness: Harness) -> list[str]:
    """How every payment page that was ever made stands at Stripe."""
    with harness.database.reading() as session:
        ids = session.scalars(select(CheckoutAttempt.stripe_id).order_by(CheckoutAttempt.id)).all()
    return [harness.services.gateway.session(found).status for found in ids if found]


def test_pressing_twice_gives_the_same_page(harness: Harness) -> None:
    token, _ = tries_to_pay(harness)
    assert press(harness, token) == press(harness, token)
    assert pages(harness) == ["open"]
    assert harness.level("disc").reserved == 1


def test_pressing_twice_at_once_gives_one_page(harness: Harness) -> None:
    token = basket_store.new_token()
    harness.basket(token, "disc")
    start = Barrier(4)

    def presses(_: int) -> str:
        start.wait(30)
        return press(harness, token)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(presses, range(4)))) == 1
    assert pages(harness) == ["open"]
    assert harness.level("disc").reserved == 1


def test_checking_out_again_with_a_changed_basket_closes_the_old_page_at_stripe_first(
    harness: Harness,
) -> None:
    token, old = tries_to_pay(harness)
    at_opening: list[list[str]] = []

    def watching(create: Callable[..., object], *asked: object) -> object:
        at_opening.append(pages(harness))
        return create(*asked)

    press(harness, token, "petal", create_session=watching)
    assert at_opening == [["expired"]]
    assert pages(harness) == ["expired", "open"]
    assert harness.order(old).state == State.EXPIRED
    assert (harness.level("disc").reserved, harness.level("petal").reserved) == (0, 1)


def test_no_second_page_is_opened_while_the_old_one_cannot_be_closed(harness: Harness) -> None:
    token, _ = tries_to_pay(harness)
    with pytest.raises(GatewayDown):
        press(harness, token, "petal", expire_session=fails)
    assert pages(harness) == ["open"]


def test_checking_out_again_after_paying_leads_to_the_paid_order(harness: Harness) -> None:
    token, order = tries_to_pay(harness)
    harness.pays(order)
    with pytest.raises(AlreadyPaid) as paid:
        press(harness, token, "petal")
    assert paid.value.session_id == harness.session_id(order)
    assert settled_once(harness, order)


# 9


def test_our_own_refunds_webhook_arrives_while_we_still_wait_for_the_answer(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.sync(order)
    asked = refund_asked(harness, order, 2)
    heard: list[int] = []

    def webhook_first(refund: Callable[..., RefundSeen], *what: object) -> RefundSeen:
        made = refund(*what)
        heard.extend(
            webhook_client.post(event) for event in webhook_client.news("refund.created", "charge.refunded")
        )
        return made

    assert sync_order(hooked(harness.services, refund=webhook_first), order) is State.PART_REFUNDED
    assert heard == [200, 200]
    assert money(harness, order)[1:] == [("refund", -asked.amount_pence)]
    assert (harness.given(), harness.emails(order)) == (500, ["order-confirmation", "refund"])
    assert harness.sound() == []


def test_a_refund_sent_inside_a_webhook_stays_one_refund_when_its_own_webhook_comes_within(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    harness.set_stock("disc", 1)
    order = harness.place("disc")
    release_early(harness, order)
    harness.set_stock("disc", 0)
    harness.pays(order)
    sent: list[str] = []

    def webhook_first(refund: Callable[..., RefundSeen], *what: object) -> RefundSeen:
        sent.append(refund(*what).id)
        if len(sent) == 1:
            assert [webhook_client.post(event) for event in webhook_client.news("refund.created")] == [200]
        return refund(*what)

    webhook_client.hook(refund=webhook_first)
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.completed")] == [
        200
    ]
    assert len(set(sent)) == 1
    total = harness.order(order).total_pence
    assert money(harness, order) == [("payment", total), ("refund", -total)]
    assert (harness.order(order).state, harness.given()) == (State.REFUNDED, 0)
    assert harness.emails(order) == ["sold-out"]


# 10


def test_of_two_partial_refunds_the_first_is_replayed_and_counts_once(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc", "petal", "heart")
    harness.pays(order)
    harness.refunds(order, harness.price_of("petal"))
    first = webhook_client.news("refund.created", "charge.refunded")
    harness.refunds(order, harness.price_of("heart"))
    both = webhook_client.news("refund.created", "charge.refunded")
    for event in (*both, *first, *first):
        assert webhook_client.post(event) == 200
    back = [-harness.price_of("petal"), -harness.price_of("heart")]
    assert sorted(money(harness, order)[1:]) == sorted(("refund", pence) for pence in back)
    assert harness.given() == 500
    assert harness.emails(order).count("refund") == 2


def test_two_partial_refunds_of_ours_are_two_refunds_and_each_retry_is_the_same_one(harness: Harness) -> None:
    order = harness.place("disc", "petal", "heart", "heart")  # so that Stripe would take a refund too many
    harness.pays(order)
    harness.sync(order)
    first, second = refund_asked(harness, order, 1), refund_asked(harness, order, 2)
    for request in (first, second, first):  # the first is sent again, as after a lost answer
        carry_out(harness.services, request)
    harness.sync(order)
    back = sorted(-request.amount_pence for request in (first, second))
    assert sorted(pence for _, pence in money(harness, order)[1:]) == back
    assert harness.given() == 1000


def test_a_line_is_given_back_once_and_so_is_the_postage(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    refund_asked(harness, order, 1, postage=True)
    with pytest.raises(NothingToRefund):
        refund_asked(harness, order, 1, postage=True)
    assert harness.sync(order) is State.REFUNDED
    with pytest.raises(NothingToRefund):
        refund_asked(harness, order, 1)


# 11


def test_a_failed_refund_is_restored_and_remembered(harness: Harness, webhook_client: WebhookClient) -> None:
    order = harness.place("disc")
    harness.pays(order)
    refund = harness.refunds(order)
    harness.deliver_webhooks()
    assert (harness.order(order).state, harness.given()) == (State.REFUNDED, 0)
    harness.refund_fails(refund)
    assert [
        webhook_client.post(event) for event in webhook_client.news("refund.updated", "refund.failed")
    ] == [200, 200]
    total = harness.order(order).total_pence
    assert money(harness, order) == [("payment", total), ("refund", -total), ("refund failed", total)]
    assert (harness.order(order).state, harness.given()) == (State.PAID, 500)
    assert happened(harness, order).count("refund failed") == 1


def test_after_a_refund_failed_the_owner_can_send_it_again(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    asked = refund_asked(harness, order, 1, postage=True)
    harness.sync(order)
    (first,) = asked_refunds(harness, order)
    harness.refund_fails(first.stripe_id or "")
    harness.sync(order)
    with harness.database.transaction() as session:
        again = refunds.send_again(session, order, first.id, actor="owner@example.com")
    assert again.key != asked.key
    assert harness.sync(order) is State.REFUNDED
    assert (harness.kept_pence(order), harness.given()) == (0, 0)


def test_a_refund_that_stripe_refused_while_a_dispute_was_open_goes_back_after_it_was_won(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    dispute = harness.disputes(order, 100)
    harness.sync(order)
    refund_asked(harness, order, 1)
    harness.sync(order)
    assert [request.refused for request in asked_refunds(harness, order)] == ["charge_disputed"]
    harness.dispute_ends(dispute, won=True)
    later(monkeypatch, timedelta(minutes=6))
    assert harness.sync(order) is State.PART_REFUNDED
    assert harness.given() == 500


# 12


def test_a_lost_dispute_after_a_partial_refund_takes_back_no_more_than_was_given(harness: Harness) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.refunds(order, harness.price_of("petal"))
    harness.sync(order)
    dispute = harness.disputes(order, harness.order(order).total_pence)
    harness.sync(order)
    assert (harness.given(), harness.held()) == (500, 500)
    harness.dispute_ends(dispute, won=False)
    assert harness.sync(order) is State.DISPUTE_LOST
    assert (harness.given(), harness.held()) == (0, 0)
    assert harness.sound() == []


def test_a_lost_dispute_about_one_of_two_pieces_takes_back_one_gift(harness: Harness) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    dispute = harness.disputes(order, harness.price_of("petal"))
    harness.dispute_ends(dispute, won=False)
    assert harness.sync(order) is State.DISPUTE_LOST
    assert (harness.given(), harness.held()) == (500, 0)


# 13


@pytest.mark.parametrize(("won", "given", "state"), [(True, 500, "paid"), (False, 0, "dispute lost")])
def test_the_event_says_that_a_dispute_was_closed_and_its_status_says_how(
    harness: Harness, webhook_client: WebhookClient, won: bool, given: int, state: str
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.dispute_ends(harness.disputes(order), won=won)
    for event in webhook_client.news(*PAID, "charge.dispute.closed"):
        assert webhook_client.post(event) == 200
    assert (harness.order(order).state, harness.given(), harness.held()) == (state, given, 0)


def test_an_event_named_for_a_withdrawal_that_was_since_reinstated_takes_nothing(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.dispute_ends(harness.disputes(order), won=True)
    for event in webhook_client.news(*PAID, "charge.dispute.funds_withdrawn"):
        assert webhook_client.post(event) == 200
    assert settled_once(harness, order)


def test_an_inquiry_that_closes_without_a_withdrawal_changes_nothing_in_the_end(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    inquiry = harness.disputes(order, inquiry=True)
    assert harness.sync(order) is State.DISPUTED
    harness.dispute_ends(inquiry, won=False)
    assert harness.sync(order) is State.PAID
    assert settled_once(harness, order)


# 15


def test_a_stripe_that_takes_the_call_and_never_answers_is_given_up(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, answer = stripe_client.TIMEOUT
    assert (1 + stripe_client.RETRIES) * (connect + answer) < 60
    order = harness.place("disc")
    monkeypatch.setattr(stripe_client, "TIMEOUT", (0.1, 0.1))
    with socket.create_server(("127.0.0.1", 0)) as hung:
        address = f"http://127.0.0.1:{hung.getsockname()[1]}"
        services = replace(harness.services, gateway=Gateway.over_http("sk_test_1", "whsec_1", address))
        started = time.monotonic()
        with pytest.raises(GatewayDown):
            sync_order(services, order)
        assert time.monotonic() - started < 10
    harness.pays(order)
    assert harness.sync(order) is State.PAID


# And what the table of events asks besides


def release_early(harness: Harness, order: int) -> None:
    """The order lost its stock although its page can still be paid."""
    with harness.database.transaction() as session:
        held = harness.order(order)
        assert stock.release(session, held.hold_id)
        held.state = State.EXPIRED
        session.merge(held)


def other_payment(order_pence: int | None = None, currency: str = "gbp") -> Callable[..., PaymentSnapshot]:
    def look(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        return replace(
            seen,
            payments=tuple(
                replace(
                    payment,
                    amount_received=payment.amount_received if order_pence is None else order_pence,
                    currency=currency,
                )
                for payment in seen.payments
            ),
        )

    return look


@pytest.mark.parametrize("look", [other_payment(order_pence=100), other_payment(currency="usd")])
def test_a_payment_of_another_amount_or_currency_is_for_the_owner_to_look_at(
    harness: Harness, look: Callable[..., PaymentSnapshot]
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    services = hooked(harness.services, snapshot=look)
    assert sync_order(services, order) is State.REVIEW
    assert [kind for kind, _ in money(harness, order)] == ["unexplained"]
    assert (harness.given(), harness.emails(order)) == (0, [])
    harness.pass_time_for_holds()
    sweep(services)
    assert harness.level("disc").reserved == 1
    assert harness.order(order).state == State.REVIEW


def test_paid_after_the_stock_was_released_and_some_is_left_takes_it_again(harness: Harness) -> None:
    before = harness.level("disc").on_hand
    order = harness.place("disc")
    release_early(harness, order)
    harness.pays(order)
    assert harness.sync(order) is State.PAID
    assert harness.level("disc") == stock.Level(before - 1, 0)
    assert settled_once(harness, order)


def test_paid_after_the_last_one_went_to_somebody_else_gets_all_the_money_back(harness: Harness) -> None:
    harness.set_stock("disc", 1)
    late = harness.place("disc")
    release_early(harness, late)
    other = harness.place("disc")
    harness.pays(late)
    assert harness.sync(late) is State.REFUNDED
    (asked,) = asked_refunds(harness, late)
    assert asked.key == f"order-{harness.order(late).reference}-unfillable"
    assert (harness.kept_pence(late), harness.given()) == (0, 0)
    assert harness.emails(late) == ["sold-out"]
    harness.pays(other)
    assert harness.sync(other) is State.PAID
    assert harness.level("disc") == stock.Level(0, 0)
    assert harness.sound() == []


def test_a_snapshot_taken_before_a_refund_and_written_after_it_does_not_undo_it(harness: Harness) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    taken, refunded = Event(), Event()

    def slow(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        if not refunded.is_set():
            taken.set()
            assert refunded.wait(30)
        return seen

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(sync_order, hooked(harness.services, snapshot=slow), order)
        assert taken.wait(30)
        harness.refunds(order)
        assert harness.sync(order) is State.REFUNDED
        refunded.set()
        assert late.result() is State.REFUNDED
    assert (harness.given(), harness.kept_pence(order)) == (0, 0)
    assert happened(harness, order)[-1] == "refunded"


def test_a_snapshot_of_an_open_inquiry_is_not_written_over_the_news_that_it_closed(
    harness: Harness, webhook_client: WebhookClient
) -> None:
    order = harness.place("disc")
    harness.pays(order)
    harness.sync(order)
    inquiry = harness.disputes(order, inquiry=True)
    (opened,) = webhook_client.news("charge.dispute.created")
    heard: list[int] = []

    def closes_meanwhile(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        if not heard:
            heard.append(0)
            harness.dispute_ends(inquiry, won=False)
            heard.extend(webhook_client.post(event) for event in webhook_client.news("charge.dispute.closed"))
        return seen

    webhook_client.hook(snapshot=closes_meanwhile)
    assert webhook_client.post(opened) == 200
    assert heard == [0, 200]
    assert settled_once(harness, order)


def test_reconciling_twice_changes_nothing_the_second_time(harness: Harness) -> None:
    order = harness.place("disc", "petal")
    harness.pays(order)
    harness.refunds(order, harness.price_of("petal"))
    look_at_all(harness.services)
    version, seen = harness.order(order).version, money(harness, order)
    look_at_all(harness.services)
    assert (harness.order(order).version, money(harness, order)) == (version, seen)

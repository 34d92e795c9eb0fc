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
from tests.payments.test_sweep import later
from tests.payments.webhook_client import WebhookClient, hooked
from tests.trade import Trade

Look = Callable[..., PaymentSnapshot]

PAID = ("charge.succeeded", "payment_intent.succeeded", "checkout.session.completed")


def settled_once(trade: Trade, order: int, gift: int = 500) -> bool:
    """Whether the order's payment shows once in money, stock, ledger and e-mails."""
    sold = trade.order(order)
    return (
        sold.state == State.PAID
        and trade.kept_pence(order) == sold.total_pence
        and trade.given() == gift
        and trade.emails(order) == ["order-confirmation"]
        and trade.sound() == []
    )


def happened(trade: Trade, order: int) -> list[str]:
    with trade.database.reading() as session:
        query = select(OrderEvent.kind).where(OrderEvent.order_id == order).order_by(OrderEvent.id)
        return list(session.scalars(query))


def money(trade: Trade, order: int) -> list[tuple[str, int]]:
    with trade.database.reading() as session:
        query = select(PaymentEntry).where(PaymentEntry.order_id == order).order_by(PaymentEntry.id)
        return [(entry.kind, entry.amount_pence) for entry in session.scalars(query)]


def asked_refunds(trade: Trade, order: int) -> Sequence[RefundRequest]:
    with trade.database.reading() as session:
        query = select(RefundRequest).where(RefundRequest.order_id == order).order_by(RefundRequest.id)
        return session.scalars(query).all()


def second_page(trade: Trade, order: int) -> str:
    """A second payment page for the same order, as a mistake of ours would leave it. Give its id."""
    first = trade.attempt(order)
    with trade.database.transaction() as session:
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
    start_payment(trade.services, attempt_id)
    return trade.session_id(order)


def refund_asked(trade: Trade, order: int, *lines: int, postage: bool = False) -> RefundRequest:
    """The owner decides a refund; it is not sent yet."""
    with trade.database.transaction() as session:
        return refunds.ask(session, order, lines=lines, postage=postage, actor="owner")


def fails(*_: object, **__: object) -> None:
    raise GatewayDown("no answer")


# 1


def test_she_paid_and_closed_the_tab_and_the_webhook_alone_makes_the_order(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    order = trade.place("disc")
    trade.pays(order)
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.completed")] == [
        200
    ]
    assert settled_once(trade, order)


def test_she_paid_and_closed_the_tab_and_no_webhook_came_but_the_sweep_finds_it(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    trade.pass_time_for_holds()
    sweep(trade.services)
    assert settled_once(trade, order)


# 2


def test_the_return_page_and_three_webhooks_meet_and_settle_once(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    order = trade.place("disc")
    trade.pays(order)
    news = webhook_client.news(*PAID)
    start = Barrier(2)

    def comes_back() -> State:
        start.wait(30)
        return trade.looks(order)

    def hears() -> list[int]:
        start.wait(30)
        return webhook_client.post_at_once(*news)

    with ThreadPoolExecutor(2) as pool:
        page, webhooks = pool.submit(comes_back), pool.submit(hears)
        assert page.result() is State.PAID
        assert webhooks.result() == [200, 200, 200]
    assert settled_once(trade, order)


def test_of_two_that_looked_before_either_wrote_only_one_writes(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    looked = Barrier(2)
    looks: list[object] = []

    def together(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        looks.append(seen)
        if len(looks) <= 2:
            looked.wait(30)
        return seen

    services = hooked(trade.services, snapshot=together)
    with ThreadPoolExecutor(2) as pool:
        states = [pool.submit(sync_order, services, order) for _ in range(2)]
        assert [state.result() for state in states] == [State.PAID, State.PAID]
    assert len(looks) == 3  # the one that came second looked again
    assert settled_once(trade, order)


# 3


def test_eight_identical_deliveries_at_once_settle_once(trade: Trade, webhook_client: WebhookClient) -> None:
    order = trade.place("disc")
    trade.pays(order)
    (event,) = webhook_client.news("checkout.session.completed")
    assert webhook_client.post_at_once(*[event] * 8) == [200] * 8
    assert webhook_client.kept() == 1
    assert settled_once(trade, order)
    assert happened(trade, order).count("paid") == 1


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
    trade: Trade,
    webhook_client: WebhookClient,
    monkeypatch: pytest.MonkeyPatch,
    without: Callable[[pytest.MonkeyPatch], None],
) -> None:
    without(monkeypatch)
    order = trade.place("disc")
    trade.pays(order)
    (event,) = webhook_client.news("checkout.session.completed")
    assert webhook_client.post_at_once(*[event] * 8) == [200] * 8
    webhook_client.stumbles.clear()  # another guard stood in the way; the worker tries again
    webhook_client.works(later=True)
    assert settled_once(trade, order)


# 4


def test_an_event_whose_look_at_stripe_fails_is_kept_and_done_later(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    order = trade.place("disc")
    trade.pays(order)
    (event,) = webhook_client.news("checkout.session.completed")
    webhook_client.hook(snapshot=fails)
    assert (webhook_client.post(event), webhook_client.kept(), webhook_client.undone()) == (200, 1, 1)
    webhook_client.hook()
    webhook_client.works(later=True)
    assert webhook_client.undone() == 0
    assert settled_once(trade, order)


def test_an_event_whose_settling_fails_half_way_leaves_nothing_and_is_done_later(
    trade: Trade, webhook_client: WebhookClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = trade.place("disc")
    trade.pays(order)
    (event,) = webhook_client.news("checkout.session.completed")
    with monkeypatch.context() as broken:
        broken.setattr("shop.payments.settlement.ledger.bring_to", lambda *_, **__: 1 / 0)
        assert (webhook_client.post(event), webhook_client.undone()) == (200, 1)
    assert [type(stumble) for stumble in webhook_client.stumbles] == [ZeroDivisionError]
    webhook_client.stumbles.clear()
    assert (trade.order(order).state, trade.kept_pence(order)) == (State.AWAITING, 0)
    assert (trade.emails(order), trade.level("disc").reserved) == ([], 1)
    webhook_client.works(later=True)
    assert webhook_client.undone() == 0
    assert settled_once(trade, order)


# 5


def test_the_webhook_comes_before_we_noted_the_sessions_id(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    order = trade.place_unanswered("disc")
    attempt = trade.attempt(order)

    def pays_before_we_hear(create: Callable[..., object], *asked: object) -> object:
        made = create(*asked)
        trade.at_stripe(paying.pay, made.id)  # type: ignore[attr-defined]
        assert [webhook_client.post(event) for event in webhook_client.news(*PAID)] == [200] * 3
        return made

    start_payment(hooked(trade.services, create_session=pays_before_we_hear), attempt.id)
    assert settled_once(trade, order)


def test_the_webhook_of_a_session_whose_answer_never_reached_us_makes_the_order(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    order = trade.place_unanswered("disc")
    attempt = trade.attempt(order)

    def answer_is_lost(create: Callable[..., object], *asked: object) -> None:
        create(*asked)
        fails()

    with pytest.raises(GatewayDown):
        start_payment(hooked(trade.services, create_session=answer_is_lost), attempt.id)
    made = trade.services.gateway.create_session(
        {**attempt.request, "customer_email": "ada@example.com"}, attempt.key
    )
    trade.at_stripe(paying.pay, made.id)
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.completed")] == [
        200
    ]
    assert trade.attempt(order).stripe_id == made.id
    assert settled_once(trade, order)


# 6


def test_the_expiry_of_an_old_session_does_not_undo_a_paid_order(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    order = trade.place("disc")
    old = trade.session_id(order)
    new = second_page(trade, order)
    trade.at_stripe(paying.pay, new)
    trade.looks(order)
    assert trade.services.gateway.session(old).status == "expired"  # closed as soon as the other was paid
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.expired")] == [200]
    assert settled_once(trade, order)


def test_a_paid_order_is_paid_even_when_the_first_thing_heard_is_the_expiry_of_its_old_page(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    order = trade.place("disc")
    old = trade.session_id(order)
    trade.at_stripe(paying.pay, second_page(trade, order))
    trade.at_stripe(paying.expire, old)
    assert [webhook_client.post(event) for event in webhook_client.news("checkout.session.expired")] == [200]
    assert settled_once(trade, order)


def test_the_late_news_of_an_expiry_does_not_take_the_stock_of_a_second_try(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    token, order = tries_to_pay(trade)
    trade.at_stripe(paying.expire, trade.session_id(order))
    trade.looks(order)
    (expiry,) = webhook_client.news("checkout.session.expired")

    def news_comes_first(create: Callable[..., object], *asked: object) -> object:
        assert webhook_client.post(expiry) == 200
        return create(*asked)

    press(trade, token, create_session=news_comes_first)
    assert trade.order(order).state == State.AWAITING
    assert trade.level("disc").reserved == 1
    trade.pays(order)
    trade.looks(order)
    assert settled_once(trade, order)


# 7


def test_two_paid_sessions_for_one_order_and_the_second_goes_back_with_an_email(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    before = trade.level("disc").on_hand
    order = trade.place("disc")
    first = trade.session_id(order)
    second = second_page(trade, order)
    for page in (first, second):
        trade.at_stripe(paying.pay, page)
    assert set(webhook_client.post_at_once(*webhook_client.news(*PAID))) == {200}
    sweep(trade.services)
    trade.looks(order)
    total = trade.order(order).total_pence
    assert money(trade, order) == [("payment", total), ("surplus", total), ("refund", -total)]
    assert trade.emails(order) == ["order-confirmation", "paid-twice"]
    (asked,) = asked_refunds(trade, order)
    assert asked.payment_intent in {trade.services.gateway.session(p).payment_intent for p in (first, second)}
    assert asked.amount_pence == total
    assert asked.key == f"order-{trade.order(order).reference}-surplus-{asked.payment_intent}"
    assert (trade.order(order).state, trade.given()) == (State.PAID, 500)
    assert trade.level("disc") == stock.Level(before - 1, 0)
    assert trade.sound() == []


def test_the_second_payment_goes_back_once_however_often_the_refund_is_sent(trade: Trade) -> None:
    order = trade.place("disc")
    first = trade.session_id(order)
    for page in (first, second_page(trade, order)):
        trade.at_stripe(paying.pay, page)
    sent = []

    def answer_is_lost(refund: Callable[..., RefundSeen], *asked: object) -> RefundSeen:
        sent.append(refund(*asked))
        raise GatewayDown("no answer")

    services = hooked(trade.services, refund=answer_is_lost)
    for _ in range(3):
        sync_order(services, order)
    assert len({refund.id for refund in sent}) == 1
    assert trade.kept_pence(order) == trade.order(order).total_pence


# 8


def tries_to_pay(trade: Trade, *slugs: str) -> tuple[str, int]:
    """A basket with its cookie, and the order after she pressed the button."""
    token = basket_store.new_token()
    press(trade, token, *slugs)
    return token, order_of(trade, token)


def press(trade: Trade, token: str, *slugs: str, **hooks: Callable[..., object]) -> str:
    """She presses "Place order and pay". Give the payment page's address."""
    return trade.press_pay(token, *(slugs or ("disc",)), services=hooked(trade.services, **hooks))


def order_of(trade: Trade, token: str) -> int:
    with trade.database.transaction() as session:
        held = basket_store.lock_own(session, token)
        assert held is not None
        assert held.order_id is not None
        return held.order_id


def pages(trade: Trade) -> list[str]:
    """How every payment page that was ever made stands at Stripe."""
    with trade.database.reading() as session:
        ids = session.scalars(select(CheckoutAttempt.stripe_id).order_by(CheckoutAttempt.id)).all()
    return [trade.services.gateway.session(found).status for found in ids if found]


def test_pressing_twice_gives_the_same_page(trade: Trade) -> None:
    token, _ = tries_to_pay(trade)
    assert press(trade, token) == press(trade, token)
    assert pages(trade) == ["open"]
    assert trade.level("disc").reserved == 1


def test_pressing_twice_at_once_gives_one_page(trade: Trade) -> None:
    token = basket_store.new_token()
    trade.basket(token, "disc")
    start = Barrier(4)

    def presses(_: int) -> str:
        start.wait(30)
        return press(trade, token)

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(presses, range(4)))) == 1
    assert pages(trade) == ["open"]
    assert trade.level("disc").reserved == 1


def test_checking_out_again_with_a_changed_basket_closes_the_old_page_at_stripe_first(trade: Trade) -> None:
    token, old = tries_to_pay(trade)
    at_opening: list[list[str]] = []

    def watching(create: Callable[..., object], *asked: object) -> object:
        at_opening.append(pages(trade))
        return create(*asked)

    press(trade, token, "petal", create_session=watching)
    assert at_opening == [["expired"]]
    assert pages(trade) == ["expired", "open"]
    assert trade.order(old).state == State.EXPIRED
    assert (trade.level("disc").reserved, trade.level("petal").reserved) == (0, 1)


def test_no_second_page_is_opened_while_the_old_one_cannot_be_closed(trade: Trade) -> None:
    token, _ = tries_to_pay(trade)
    with pytest.raises(GatewayDown):
        press(trade, token, "petal", expire_session=fails)
    assert pages(trade) == ["open"]


def test_checking_out_again_after_paying_leads_to_the_paid_order(trade: Trade) -> None:
    token, order = tries_to_pay(trade)
    trade.pays(order)
    with pytest.raises(AlreadyPaid) as paid:
        press(trade, token, "petal")
    assert paid.value.session_id == trade.session_id(order)
    assert settled_once(trade, order)


# 9


def test_our_own_refunds_webhook_arrives_while_we_still_wait_for_the_answer(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    order = trade.place("disc", "petal")
    trade.pays(order)
    trade.looks(order)
    asked = refund_asked(trade, order, 2)
    heard: list[int] = []

    def webhook_first(refund: Callable[..., RefundSeen], *what: object) -> RefundSeen:
        made = refund(*what)
        heard.extend(
            webhook_client.post(event) for event in webhook_client.news("refund.created", "charge.refunded")
        )
        return made

    assert sync_order(hooked(trade.services, refund=webhook_first), order) is State.PART_REFUNDED
    assert heard == [200, 200]
    assert money(trade, order)[1:] == [("refund", -asked.amount_pence)]
    assert (trade.given(), trade.emails(order)) == (500, ["order-confirmation", "refund"])
    assert trade.sound() == []


def test_a_refund_sent_inside_a_webhook_stays_one_refund_when_its_own_webhook_comes_within(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    trade.set_stock("disc", 1)
    order = trade.place("disc")
    release_early(trade, order)
    trade.set_stock("disc", 0)
    trade.pays(order)
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
    total = trade.order(order).total_pence
    assert money(trade, order) == [("payment", total), ("refund", -total)]
    assert (trade.order(order).state, trade.given()) == (State.REFUNDED, 0)
    assert trade.emails(order) == ["sold-out"]


# 10


def test_of_two_partial_refunds_the_first_is_replayed_and_counts_once(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    order = trade.place("disc", "petal", "heart")
    trade.pays(order)
    trade.refunds(order, trade.wish_price("petal"))
    first = webhook_client.news("refund.created", "charge.refunded")
    trade.refunds(order, trade.wish_price("heart"))
    both = webhook_client.news("refund.created", "charge.refunded")
    for event in (*both, *first, *first):
        assert webhook_client.post(event) == 200
    back = [-trade.wish_price("petal"), -trade.wish_price("heart")]
    assert sorted(money(trade, order)[1:]) == sorted(("refund", pence) for pence in back)
    assert trade.given() == 500
    assert trade.emails(order).count("refund") == 2


def test_two_partial_refunds_of_ours_are_two_refunds_and_each_retry_is_the_same_one(trade: Trade) -> None:
    order = trade.place("disc", "petal", "heart", "heart")  # so that Stripe would take a refund too many
    trade.pays(order)
    trade.looks(order)
    first, second = refund_asked(trade, order, 1), refund_asked(trade, order, 2)
    for request in (first, second, first):  # the first is sent again, as after a lost answer
        carry_out(trade.services, request)
    trade.looks(order)
    back = sorted(-request.amount_pence for request in (first, second))
    assert sorted(pence for _, pence in money(trade, order)[1:]) == back
    assert trade.given() == 1000


def test_a_line_is_given_back_once_and_so_is_the_postage(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    trade.looks(order)
    refund_asked(trade, order, 1, postage=True)
    with pytest.raises(NothingToRefund):
        refund_asked(trade, order, 1, postage=True)
    assert trade.looks(order) is State.REFUNDED
    with pytest.raises(NothingToRefund):
        refund_asked(trade, order, 1)


# 11


def test_a_failed_refund_is_restored_and_remembered(trade: Trade, webhook_client: WebhookClient) -> None:
    order = trade.place("disc")
    trade.pays(order)
    refund = trade.refunds(order)
    trade.hears_all()
    assert (trade.order(order).state, trade.given()) == (State.REFUNDED, 0)
    trade.refund_fails(refund)
    assert [
        webhook_client.post(event) for event in webhook_client.news("refund.updated", "refund.failed")
    ] == [200, 200]
    total = trade.order(order).total_pence
    assert money(trade, order) == [("payment", total), ("refund", -total), ("refund failed", total)]
    assert (trade.order(order).state, trade.given()) == (State.PAID, 500)
    assert happened(trade, order).count("refund failed") == 1


def test_after_a_refund_failed_the_owner_can_send_it_again(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    trade.looks(order)
    asked = refund_asked(trade, order, 1, postage=True)
    trade.looks(order)
    (first,) = asked_refunds(trade, order)
    trade.refund_fails(first.stripe_id or "")
    trade.looks(order)
    with trade.database.transaction() as session:
        again = refunds.send_again(session, order, first.id, actor="owner@example.com")
    assert again.key != asked.key
    assert trade.looks(order) is State.REFUNDED
    assert (trade.kept_pence(order), trade.given()) == (0, 0)


def test_a_refund_that_stripe_refused_while_a_dispute_was_open_goes_back_after_it_was_won(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = trade.place("disc", "petal")
    trade.pays(order)
    dispute = trade.disputes(order, 100)
    trade.looks(order)
    refund_asked(trade, order, 1)
    trade.looks(order)
    assert [request.refused for request in asked_refunds(trade, order)] == ["charge_disputed"]
    trade.dispute_ends(dispute, won=True)
    later(monkeypatch, timedelta(minutes=6))
    assert trade.looks(order) is State.PART_REFUNDED
    assert trade.given() == 500


# 12


def test_a_lost_dispute_after_a_partial_refund_takes_back_no_more_than_was_given(trade: Trade) -> None:
    order = trade.place("disc", "petal")
    trade.pays(order)
    trade.refunds(order, trade.wish_price("petal"))
    trade.looks(order)
    dispute = trade.disputes(order, trade.order(order).total_pence)
    trade.looks(order)
    assert (trade.given(), trade.held()) == (500, 500)
    trade.dispute_ends(dispute, won=False)
    assert trade.looks(order) is State.DISPUTE_LOST
    assert (trade.given(), trade.held()) == (0, 0)
    assert trade.sound() == []


def test_a_lost_dispute_about_one_of_two_pieces_takes_back_one_gift(trade: Trade) -> None:
    order = trade.place("disc", "petal")
    trade.pays(order)
    dispute = trade.disputes(order, trade.wish_price("petal"))
    trade.dispute_ends(dispute, won=False)
    assert trade.looks(order) is State.DISPUTE_LOST
    assert (trade.given(), trade.held()) == (500, 0)


# 13


@pytest.mark.parametrize(("won", "given", "state"), [(True, 500, "paid"), (False, 0, "dispute lost")])
def test_the_event_says_that_a_dispute_was_closed_and_its_status_says_how(
    trade: Trade, webhook_client: WebhookClient, won: bool, given: int, state: str
) -> None:
    order = trade.place("disc")
    trade.pays(order)
    trade.dispute_ends(trade.disputes(order), won=won)
    for event in webhook_client.news(*PAID, "charge.dispute.closed"):
        assert webhook_client.post(event) == 200
    assert (trade.order(order).state, trade.given(), trade.held()) == (state, given, 0)


def test_an_event_named_for_a_withdrawal_that_was_since_reinstated_takes_nothing(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    order = trade.place("disc")
    trade.pays(order)
    trade.dispute_ends(trade.disputes(order), won=True)
    for event in webhook_client.news(*PAID, "charge.dispute.funds_withdrawn"):
        assert webhook_client.post(event) == 200
    assert settled_once(trade, order)


def test_an_inquiry_that_closes_without_a_withdrawal_changes_nothing_in_the_end(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    inquiry = trade.disputes(order, inquiry=True)
    assert trade.looks(order) is State.DISPUTED
    trade.dispute_ends(inquiry, won=False)
    assert trade.looks(order) is State.PAID
    assert settled_once(trade, order)


# 15


def test_a_stripe_that_takes_the_call_and_never_answers_is_given_up(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, answer = stripe_client.TIMEOUT
    assert (1 + stripe_client.RETRIES) * (connect + answer) < 60
    order = trade.place("disc")
    monkeypatch.setattr(stripe_client, "TIMEOUT", (0.1, 0.1))
    with socket.create_server(("127.0.0.1", 0)) as hung:
        address = f"http://127.0.0.1:{hung.getsockname()[1]}"
        services = replace(trade.services, gateway=Gateway.over_http("sk_test_1", "whsec_1", address))
        started = time.monotonic()
        with pytest.raises(GatewayDown):
            sync_order(services, order)
        assert time.monotonic() - started < 10
    trade.pays(order)
    assert trade.looks(order) is State.PAID


# And what the table of events asks besides


def release_early(trade: Trade, order: int) -> None:
    """The order lost its stock although its page can still be paid."""
    with trade.database.transaction() as session:
        held = trade.order(order)
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
    trade: Trade, look: Callable[..., PaymentSnapshot]
) -> None:
    order = trade.place("disc")
    trade.pays(order)
    services = hooked(trade.services, snapshot=look)
    assert sync_order(services, order) is State.REVIEW
    assert [kind for kind, _ in money(trade, order)] == ["unexplained"]
    assert (trade.given(), trade.emails(order)) == (0, [])
    trade.pass_time_for_holds()
    sweep(services)
    assert trade.level("disc").reserved == 1
    assert trade.order(order).state == State.REVIEW


def test_paid_after_the_stock_was_released_and_some_is_left_takes_it_again(trade: Trade) -> None:
    before = trade.level("disc").on_hand
    order = trade.place("disc")
    release_early(trade, order)
    trade.pays(order)
    assert trade.looks(order) is State.PAID
    assert trade.level("disc") == stock.Level(before - 1, 0)
    assert settled_once(trade, order)


def test_paid_after_the_last_one_went_to_somebody_else_gets_all_her_money_back(trade: Trade) -> None:
    trade.set_stock("disc", 1)
    late = trade.place("disc")
    release_early(trade, late)
    other = trade.place("disc")
    trade.pays(late)
    assert trade.looks(late) is State.REFUNDED
    (asked,) = asked_refunds(trade, late)
    assert asked.key == f"order-{trade.order(late).reference}-unfillable"
    assert (trade.kept_pence(late), trade.given()) == (0, 0)
    assert trade.emails(late) == ["sold-out"]
    trade.pays(other)
    assert trade.looks(other) is State.PAID
    assert trade.level("disc") == stock.Level(0, 0)
    assert trade.sound() == []


def test_a_snapshot_taken_before_a_refund_and_written_after_it_does_not_undo_it(trade: Trade) -> None:
    order = trade.place("disc")
    trade.pays(order)
    trade.looks(order)
    taken, refunded = Event(), Event()

    def slow(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        if not refunded.is_set():
            taken.set()
            assert refunded.wait(30)
        return seen

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(sync_order, hooked(trade.services, snapshot=slow), order)
        assert taken.wait(30)
        trade.refunds(order)
        assert trade.looks(order) is State.REFUNDED
        refunded.set()
        assert late.result() is State.REFUNDED
    assert (trade.given(), trade.kept_pence(order)) == (0, 0)
    assert happened(trade, order)[-1] == "refunded"


def test_a_snapshot_of_an_open_inquiry_is_not_written_over_the_news_that_it_closed(
    trade: Trade, webhook_client: WebhookClient
) -> None:
    order = trade.place("disc")
    trade.pays(order)
    trade.looks(order)
    inquiry = trade.disputes(order, inquiry=True)
    (opened,) = webhook_client.news("charge.dispute.created")
    heard: list[int] = []

    def closes_meanwhile(snapshot: Look, sessions: Sequence[str], **how: bool) -> PaymentSnapshot:
        seen = snapshot(sessions, **how)
        if not heard:
            heard.append(0)
            trade.dispute_ends(inquiry, won=False)
            heard.extend(webhook_client.post(event) for event in webhook_client.news("charge.dispute.closed"))
        return seen

    webhook_client.hook(snapshot=closes_meanwhile)
    assert webhook_client.post(opened) == 200
    assert heard == [0, 200]
    assert settled_once(trade, order)


def test_reconciling_twice_changes_nothing_the_second_time(trade: Trade) -> None:
    order = trade.place("disc", "petal")
    trade.pays(order)
    trade.refunds(order, trade.wish_price("petal"))
    look_at_all(trade.services)
    version, seen = trade.order(order).version, money(trade, order)
    look_at_all(trade.services)
    assert (trade.order(order).version, money(trade, order)) == (version, seen)

"""Giving money back on the owner's word: whole units, the postage, once each, never more than was paid."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from shop import stock
from shop.orders.lifecycle import State
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.models import RefundRequest
from shop.payments.refund_sending import carry_out
from shop.payments.refundable import InDispute, MoreThanPaid, NothingToRefund, refundable
from shop.payments.refunds import NotWaiting, ask, close, send_again
from shop.payments.stripe_snapshot import RefundSeen
from tests.engines import ONE_ENGINE
from tests.harness import Harness


@pytest.fixture
def order(harness: Harness) -> int:
    """A paid order of two discs and a petal."""
    placed = harness.place("disc", "disc", "petal")
    harness.pays(placed)
    harness.sync(placed)
    return placed


def asked(harness: Harness, order: int, *lines: int, postage: bool = False) -> RefundRequest:
    with harness.database.transaction() as session:
        return ask(session, order, lines=lines, postage=postage, actor="owner@example.com")


def sent(harness: Harness, order: int) -> list[RefundRequest]:
    with harness.database.reading() as session:
        return list(session.scalars(select(RefundRequest).where(RefundRequest.order_id == order)))


@ONE_ENGINE
def test_a_piece_goes_back_at_its_price_and_its_gift_with_it(harness: Harness, order: int) -> None:
    assert asked(harness, order, 2).amount_pence == harness.price_of("disc")
    assert harness.sync(order) is State.PART_REFUNDED
    assert harness.given() == 1000
    assert harness.kept_pence(order) == harness.order(order).total_pence - harness.price_of("disc")
    assert "refund" in harness.emails(order)


def test_all_pieces_and_the_postage_are_the_whole_payment(harness: Harness, order: int) -> None:
    assert asked(harness, order, 1, 2, 3, postage=True).amount_pence == harness.order(order).total_pence
    assert harness.sync(order) is State.REFUNDED
    assert (harness.given(), harness.kept_pence(order)) == (0, 0)


@ONE_ENGINE
def test_the_postage_alone_takes_no_gift_back(harness: Harness, order: int) -> None:
    assert asked(harness, order, postage=True).amount_pence == harness.order(order).postage_pence
    harness.sync(order)
    assert harness.given() == 1500


@ONE_ENGINE
@pytest.mark.parametrize("looked", [False, True])
def test_nothing_is_given_back_twice(harness: Harness, order: int, looked: bool) -> None:
    asked(harness, order, 1, postage=True)
    if looked:
        harness.sync(order)
    with pytest.raises(NothingToRefund):
        asked(harness, order, 1, postage=True)
    assert asked(harness, order, 1, 3, postage=True).amount_pence == harness.price_of("petal")


@ONE_ENGINE
@pytest.mark.parametrize("lines", [(), (0,), (4,), (-1,), (2**70,)])
def test_a_line_there_is_not_gives_nothing_back(harness: Harness, order: int, lines: tuple[int, ...]) -> None:
    with pytest.raises(NothingToRefund):
        asked(harness, order, *lines)


@ONE_ENGINE
def test_an_unpaid_order_has_nothing_to_give_back(harness: Harness) -> None:
    with pytest.raises(MoreThanPaid):
        asked(harness, harness.place("disc"), 1)


def test_what_went_back_from_the_dashboard_is_not_there_to_give_again(harness: Harness, order: int) -> None:
    harness.refunds(order, harness.order(order).total_pence - 100)
    harness.sync(order)
    with pytest.raises(NothingToRefund):
        asked(harness, order, 3)
    with pytest.raises(MoreThanPaid):
        asked(harness, order, postage=True)


@ONE_ENGINE
def test_what_a_dispute_took_is_not_there_to_give_back(harness: Harness, order: int) -> None:
    harness.disputes(order)
    harness.sync(order)
    with pytest.raises(InDispute):
        asked(harness, order, 1)


@ONE_ENGINE
def test_a_refund_on_its_way_counts_before_it_is_booked(harness: Harness, order: int) -> None:
    harness.refunds(order, 200)
    harness.sync(order)
    carry_out(harness.services, asked(harness, order, 1, 2, 3))
    with pytest.raises(MoreThanPaid):
        asked(harness, order, postage=True)  # 160p of it are left


def test_a_refund_while_stripe_is_away_is_sent_when_it_is_back(
    harness: Harness, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> RefundSeen:
        raise GatewayDown("away")

    asked(harness, order, 1)
    with monkeypatch.context() as patch:
        patch.setattr(harness.services.gateway, "refund", away)
        assert harness.sync(order) is State.PAID
    assert harness.sync(order) is State.PART_REFUNDED
    assert len(sent(harness, order)) == 1


def refused(*_: object) -> RefundSeen:
    raise GatewayRefused("parameter_invalid", "", 400)


def decided(harness: Harness, order: int, do: Callable[..., object], **how: object) -> object:
    """The owner decides about the newest refund."""
    with harness.database.transaction() as session:
        newest = sent(harness, order)[-1].id
        return do(session, order, newest, actor="owner@example.com", **how)


def test_a_refund_stripe_refused_can_be_sent_again_as_often_as_needed(
    harness: Harness, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(harness, order, 1)
    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(harness.services.gateway, "refund", refused)
            assert harness.sync(order) is State.PAID
        with pytest.raises(NothingToRefund):
            asked(harness, order, 1)
        decided(harness, order, send_again)
    assert harness.sync(order) is State.PART_REFUNDED
    assert len({request.key for request in sent(harness, order)}) == 3
    assert harness.given() == 1000


@ONE_ENGINE
def test_a_refund_the_bank_sent_back_can_be_sent_again(harness: Harness, order: int) -> None:
    asked(harness, order, 1, postage=True)
    harness.sync(order)
    failed = sent(harness, order)[0].stripe_id
    assert failed is not None
    harness.refund_fails(failed)
    assert harness.sync(order) is State.PAID
    decided(harness, order, send_again)
    assert harness.sync(order) is State.PART_REFUNDED
    assert harness.given() == 1000
    price = harness.price_of("disc") + harness.order(order).postage_pence
    assert harness.kept_pence(order) == harness.order(order).total_pence - price


@ONE_ENGINE
def test_what_the_owner_paid_back_by_other_means_counts_and_is_never_sent(
    harness: Harness, order: int
) -> None:
    asked(harness, order, 1)
    harness.sync(order)
    harness.refund_fails(sent(harness, order)[0].stripe_id or "")
    harness.sync(order)
    decided(harness, order, close, returned=True, note="by bank transfer")
    assert harness.sync(order) is State.PART_REFUNDED
    assert harness.given() == 1000
    with pytest.raises(NothingToRefund):
        asked(harness, order, 1)
    with pytest.raises(NotWaiting):
        decided(harness, order, send_again)


def test_a_refund_the_owner_thinks_better_of_frees_its_units_again(
    harness: Harness, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(harness, order, 1)
    with monkeypatch.context() as patch:
        patch.setattr(harness.services.gateway, "refund", refused)
        harness.sync(order)
    decided(harness, order, close, returned=False, note="the buyer would like to keep it")
    assert harness.sync(order) is State.PAID
    assert asked(harness, order, 1)


@ONE_ENGINE
def test_what_is_owed_for_good_cannot_be_thought_better_of(harness: Harness) -> None:
    harness.set_stock("disc", 1)
    late = harness.place("disc")
    harness.pays(late)
    with harness.database.transaction() as session:
        stock.release(session, harness.order(late).hold_id)
    harness.set_stock("disc", 0)
    harness.sync(late)
    harness.refund_fails(sent(harness, late)[0].stripe_id or "")
    assert harness.sync(late) is State.REVIEW
    with pytest.raises(NotWaiting):
        decided(harness, late, close, returned=False, note="no")
    decided(harness, late, close, returned=True, note="by cheque")
    assert harness.sync(late) is State.REFUNDED


@ONE_ENGINE
def test_a_unit_refunded_in_the_dashboard_cannot_be_refunded_again(harness: Harness, order: int) -> None:
    harness.refunds(order, harness.price_of("petal"))
    harness.sync(order)
    with harness.database.reading() as session:
        now = refundable(session, harness.order(order))
    assert (now.free, list(now.returned)) == ([1, 2], [3])
    with pytest.raises(NothingToRefund):
        asked(harness, order, 3)


@ONE_ENGINE
def test_postage_refunded_in_the_dashboard_cannot_be_refunded_again(harness: Harness, order: int) -> None:
    harness.refunds(order, harness.order(order).postage_pence)
    harness.sync(order)
    with harness.database.reading() as session:
        now = refundable(session, harness.order(order))
    assert (now.free, now.postage_free, now.goodwill_pence) == ([1, 2, 3], False, 0)
    with pytest.raises(NothingToRefund):
        asked(harness, order, postage=True)


@ONE_ENGINE
def test_a_sum_from_the_dashboard_that_is_no_units_price_is_goodwill(harness: Harness, order: int) -> None:
    harness.refunds(order, 1)
    harness.sync(order)
    with harness.database.reading() as session:
        now = refundable(session, harness.order(order))
    assert (now.free, now.goodwill_pence) == ([1, 2, 3], 1)


@ONE_ENGINE
def test_a_sum_that_is_not_the_one_that_was_shown_is_not_sent(harness: Harness, order: int) -> None:
    with harness.database.transaction() as session, pytest.raises(MoreThanPaid):
        ask(session, order, lines=[1], postage=False, actor="owner@example.com", agreed_pence=1)

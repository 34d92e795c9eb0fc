"""Giving money back on the owner's word: whole units, the postage, once each, never more than was paid."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from shop import stock
from shop.orders.lifecycle import State
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.models import RefundRequest
from shop.payments.refund_sending import carry_out
from shop.payments.refundable import MoreThanPaid, NothingToRefund, refundable
from shop.payments.refunds import NotWaiting, ask, close, send_again
from shop.payments.stripe_snapshot import RefundSeen
from tests.trade import Trade


@pytest.fixture
def order(trade: Trade) -> int:
    """A paid order of two discs and a petal."""
    placed = trade.place("disc", "disc", "petal")
    trade.pays(placed)
    trade.looks(placed)
    return placed


def asked(trade: Trade, order: int, *lines: int, postage: bool = False) -> RefundRequest:
    with trade.database.transaction() as session:
        return ask(session, order, lines=lines, postage=postage, actor="owner@example.com")


def sent(trade: Trade, order: int) -> list[RefundRequest]:
    with trade.database.reading() as session:
        return list(session.scalars(select(RefundRequest).where(RefundRequest.order_id == order)))


def test_a_piece_goes_back_at_its_price_and_its_gift_with_it(trade: Trade, order: int) -> None:
    assert asked(trade, order, 2).amount_pence == trade.wish_price("disc")
    assert trade.looks(order) is State.PART_REFUNDED
    assert trade.given() == 1000
    assert trade.kept_pence(order) == trade.order(order).total_pence - trade.wish_price("disc")
    assert "refund" in trade.emails(order)


def test_all_pieces_and_the_postage_are_the_whole_payment(trade: Trade, order: int) -> None:
    assert asked(trade, order, 1, 2, 3, postage=True).amount_pence == trade.order(order).total_pence
    assert trade.looks(order) is State.REFUNDED
    assert (trade.given(), trade.kept_pence(order)) == (0, 0)


def test_the_postage_alone_takes_no_gift_back(trade: Trade, order: int) -> None:
    assert asked(trade, order, postage=True).amount_pence == trade.order(order).postage_pence
    trade.looks(order)
    assert trade.given() == 1500


@pytest.mark.parametrize("looked", [False, True])
def test_nothing_is_given_back_twice(trade: Trade, order: int, looked: bool) -> None:
    asked(trade, order, 1, postage=True)
    if looked:
        trade.looks(order)
    with pytest.raises(NothingToRefund):
        asked(trade, order, 1, postage=True)
    assert asked(trade, order, 1, 3, postage=True).amount_pence == trade.wish_price("petal")


@pytest.mark.parametrize("lines", [(), (0,), (4,), (-1,), (2**70,)])
def test_a_line_there_is_not_gives_nothing_back(trade: Trade, order: int, lines: tuple[int, ...]) -> None:
    with pytest.raises(NothingToRefund):
        asked(trade, order, *lines)


def test_an_unpaid_order_has_nothing_to_give_back(trade: Trade) -> None:
    with pytest.raises(MoreThanPaid):
        asked(trade, trade.place("disc"), 1)


def test_what_went_back_from_the_dashboard_is_not_there_to_give_again(trade: Trade, order: int) -> None:
    trade.refunds(order, trade.order(order).total_pence - 100)
    trade.looks(order)
    with pytest.raises(NothingToRefund):
        asked(trade, order, 3)
    with pytest.raises(MoreThanPaid):
        asked(trade, order, postage=True)


def test_what_a_dispute_took_is_not_there_to_give_back(trade: Trade, order: int) -> None:
    trade.disputes(order)
    trade.looks(order)
    with pytest.raises(MoreThanPaid):
        asked(trade, order, 1)


def test_a_refund_on_its_way_counts_before_it_is_booked(trade: Trade, order: int) -> None:
    trade.refunds(order, 200)
    trade.looks(order)
    carry_out(trade.services, asked(trade, order, 1, 2, 3))
    with pytest.raises(MoreThanPaid):
        asked(trade, order, postage=True)  # 160p of it are left


def test_a_refund_while_stripe_is_away_is_sent_when_it_is_back(
    trade: Trade, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> RefundSeen:
        raise GatewayDown("away")

    asked(trade, order, 1)
    with monkeypatch.context() as patch:
        patch.setattr(trade.services.gateway, "refund", away)
        assert trade.looks(order) is State.PAID
    assert trade.looks(order) is State.PART_REFUNDED
    assert len(sent(trade, order)) == 1


def refused(*_: object) -> RefundSeen:
    raise GatewayRefused("parameter_invalid", "", 400)


def decided(trade: Trade, order: int, do: Callable[..., object], **how: object) -> object:
    """The owner decides about the newest refund."""
    with trade.database.transaction() as session:
        newest = sent(trade, order)[-1].id
        return do(session, order, newest, actor="owner@example.com", **how)


def test_a_refund_stripe_refused_can_be_sent_again_as_often_as_needed(
    trade: Trade, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(trade, order, 1)
    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(trade.services.gateway, "refund", refused)
            assert trade.looks(order) is State.PAID
        with pytest.raises(NothingToRefund):
            asked(trade, order, 1)
        decided(trade, order, send_again)
    assert trade.looks(order) is State.PART_REFUNDED
    assert len({request.key for request in sent(trade, order)}) == 3
    assert trade.given() == 1000


def test_a_refund_the_bank_sent_back_can_be_sent_again(trade: Trade, order: int) -> None:
    asked(trade, order, 1, postage=True)
    trade.looks(order)
    failed = sent(trade, order)[0].stripe_id
    assert failed is not None
    trade.refund_fails(failed)
    assert trade.looks(order) is State.PAID
    decided(trade, order, send_again)
    assert trade.looks(order) is State.PART_REFUNDED
    assert trade.given() == 1000
    price = trade.wish_price("disc") + trade.order(order).postage_pence
    assert trade.kept_pence(order) == trade.order(order).total_pence - price


def test_what_the_owner_paid_back_by_other_means_counts_and_is_never_sent(trade: Trade, order: int) -> None:
    asked(trade, order, 1)
    trade.looks(order)
    trade.refund_fails(sent(trade, order)[0].stripe_id or "")
    trade.looks(order)
    decided(trade, order, close, returned=True, note="by bank transfer")
    assert trade.looks(order) is State.PART_REFUNDED
    assert trade.given() == 1000
    with pytest.raises(NothingToRefund):
        asked(trade, order, 1)
    with pytest.raises(NotWaiting):
        decided(trade, order, send_again)


def test_a_refund_the_owner_thinks_better_of_frees_its_units_again(
    trade: Trade, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(trade, order, 1)
    with monkeypatch.context() as patch:
        patch.setattr(trade.services.gateway, "refund", refused)
        trade.looks(order)
    decided(trade, order, close, returned=False, note="she would like to keep it")
    assert trade.looks(order) is State.PAID
    assert asked(trade, order, 1)


def test_what_is_owed_for_good_cannot_be_thought_better_of(trade: Trade) -> None:
    trade.set_stock("disc", 1)
    late = trade.place("disc")
    trade.pays(late)
    with trade.database.transaction() as session:
        stock.release(session, trade.order(late).hold_id)
    trade.set_stock("disc", 0)
    trade.looks(late)
    trade.refund_fails(sent(trade, late)[0].stripe_id or "")
    assert trade.looks(late) is State.REVIEW
    with pytest.raises(NotWaiting):
        decided(trade, late, close, returned=False, note="no")
    decided(trade, late, close, returned=True, note="by cheque")
    assert trade.looks(late) is State.REFUNDED


def test_a_unit_refunded_in_the_dashboard_cannot_be_refunded_again(trade: Trade, order: int) -> None:
    trade.refunds(order, trade.wish_price("petal"))
    trade.looks(order)
    with trade.database.reading() as session:
        now = refundable(session, trade.order(order))
    assert (now.free, list(now.returned)) == ([1, 2], [3])
    with pytest.raises(NothingToRefund):
        asked(trade, order, 3)


def test_postage_refunded_in_the_dashboard_cannot_be_refunded_again(trade: Trade, order: int) -> None:
    trade.refunds(order, trade.order(order).postage_pence)
    trade.looks(order)
    with trade.database.reading() as session:
        now = refundable(session, trade.order(order))
    assert (now.free, now.postage_free, now.goodwill_pence) == ([1, 2, 3], False, 0)
    with pytest.raises(NothingToRefund):
        asked(trade, order, postage=True)


def test_a_sum_from_the_dashboard_that_is_no_units_price_is_goodwill(trade: Trade, order: int) -> None:
    trade.refunds(order, 1)
    trade.looks(order)
    with trade.database.reading() as session:
        now = refundable(session, trade.order(order))
    assert (now.free, now.goodwill_pence) == ([1, 2, 3], 1)


def test_a_sum_that_is_not_the_one_that_was_shown_is_not_sent(trade: Trade, order: int) -> None:
    with trade.database.transaction() as session, pytest.raises(MoreThanPaid):
        ask(session, order, lines=[1], postage=False, actor="owner@example.com", agreed_pence=1)

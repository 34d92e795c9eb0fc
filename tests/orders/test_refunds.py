"""Giving money back on the owner's word: whole units, the postage, once each, never more than was paid."""

import pytest
from sqlalchemy import select

from shop.orders.converge import carry_out
from shop.orders.lifecycle import State
from shop.orders.refunds import MoreThanPaid, NothingToRefund, ask
from shop.payments.errors import GatewayDown, GatewayRefused
from shop.payments.models import RefundRequest
from shop.payments.seen import RefundSeen
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
    assert "refund" in trade.letters(order)


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
    with pytest.raises(MoreThanPaid):
        asked(trade, order, 3)


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
        with pytest.raises(GatewayDown):
            trade.looks(order)
    assert trade.looks(order) is State.PART_REFUNDED
    assert len(sent(trade, order)) == 1


def test_a_refund_stripe_refused_can_be_asked_for_again(
    trade: Trade, order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> RefundSeen:
        raise GatewayRefused("insufficient_funds", "", 400)

    for _ in range(2):
        asked(trade, order, 1)
        with monkeypatch.context() as patch:
            patch.setattr(trade.services.gateway, "refund", refused)
            assert trade.looks(order) is State.PAID
    asked(trade, order, 1)
    assert trade.looks(order) is State.PART_REFUNDED
    assert len({request.key for request in sent(trade, order)}) == 3
    assert trade.given() == 1000


def test_a_refund_the_bank_sent_back_can_be_asked_for_again(trade: Trade, order: int) -> None:
    asked(trade, order, 1, postage=True)
    trade.looks(order)
    failed = sent(trade, order)[0].stripe_id
    assert failed is not None
    trade.refund_fails(failed)
    assert trade.looks(order) is State.PAID
    assert asked(trade, order, 1, postage=True)
    assert trade.looks(order) is State.PART_REFUNDED
    assert trade.given() == 1000
    price = trade.wish_price("disc") + trade.order(order).postage_pence
    assert trade.kept_pence(order) == trade.order(order).total_pence - price

"""A piece without words goes back within the law's days: notice, posting, refund, stock and gift."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shop import clock
from shop.alerts import AlertKind, open_alerts
from shop.claims import send_backs
from shop.claims.claim_steps import NotPossible
from shop.fulfilment.stages import Action, Fate, Stage
from shop.fulfilment.units import NotAllowed
from shop.payments.refunds import ask
from shop.privacy import everything
from tests.claims.conftest import DISC, PETAL, Desk
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER

LONDON = ZoneInfo("Europe/London")


def at(desk: Desk, monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


def tell(desk: Desk, order: int, *numbers: int) -> None:
    with desk.harness.database.transaction() as session:
        send_backs.give_notice(session, order, numbers)


def back(desk: Desk, order: int) -> list[send_backs.ComingBack]:
    with desk.harness.database.reading() as session:
        return list(send_backs.coming_back(session, order))


def possible(desk: Desk, order: int) -> list[int]:
    with desk.harness.database.reading() as session:
        return list(send_backs.returnable(session, order))


def arrive(desk: Desk, order: int, fate: Fate = Fate.FREE, place: int = 0) -> None:
    with desk.harness.database.transaction() as session:
        send_backs.arrive(session, order, back(desk, order)[place].id, fate, actor=OWNER)


def alerted(desk: Desk) -> int:
    with desk.harness.database.reading() as session:
        return sum(alert.kind == AlertKind.COMES_BACK for alert in open_alerts(session))


@ONE_ENGINE
def test_only_what_was_posted_and_bears_no_words_can_go_back(desk: Desk) -> None:
    assert possible(desk, desk.paid(PETAL)) == []
    order = desk.posted(DISC, PETAL)
    assert possible(desk, order) == [2]
    for wrong in ((1,), (1, 2), (3,), ()):
        with pytest.raises(NotPossible):
            tell(desk, order, *wrong)
    assert back(desk, order) == []


@ONE_ENGINE
@pytest.mark.parametrize(
    ("moment", "open_still"),
    [((2026, 11, 17, 23, 59), True), ((2026, 11, 18, 0, 0), False)],
    ids=["the last minute of the last day", "the day after"],
)
def test_the_notice_may_come_until_the_end_of_the_fourteenth_day_after_arrival(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, moment: tuple[int, ...], open_still: bool
) -> None:
    order = desk.posted(PETAL)
    at(desk, monkeypatch, datetime(2026, 11, 3, 9, tzinfo=LONDON))
    desk.act(order, 1, Action.DELIVER)
    with desk.harness.database.reading() as session:
        assert send_backs.last_day(session, order) == date(2026, 11, 17)
    at(desk, monkeypatch, datetime(*moment, tzinfo=LONDON))
    assert bool(possible(desk, order)) == open_still


@ONE_ENGINE
def test_the_days_are_britains_and_not_utcs(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    order = desk.posted(PETAL)
    at(desk, monkeypatch, datetime(2026, 7, 3, 0, 30, tzinfo=LONDON))
    desk.act(order, 1, Action.DELIVER)
    with desk.harness.database.reading() as session:
        assert send_backs.last_day(session, order) == date(2026, 7, 17)


@ONE_ENGINE
def test_with_several_pieces_the_days_count_from_the_last_to_arrive(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = desk.posted(PETAL, DISC)
    at(desk, monkeypatch, datetime(2026, 11, 3, 9, tzinfo=LONDON))
    desk.act(order, 1, Action.DELIVER)
    at(desk, monkeypatch, datetime(2026, 12, 30, 9, tzinfo=LONDON))
    assert possible(desk, order) == [1], "the other piece has not arrived"
    desk.act(order, 2, Action.DELIVER)
    at(desk, monkeypatch, datetime(2027, 1, 13, 9, tzinfo=LONDON))
    assert possible(desk, order) == [1]
    at(desk, monkeypatch, datetime(2027, 1, 14, 9, tzinfo=LONDON))
    assert possible(desk, order) == []


@ONE_ENGINE
def test_the_notice_is_acknowledged_once_and_the_owner_told(desk: Desk) -> None:
    order = desk.posted(PETAL, PETAL)
    tell(desk, order, 1)
    tell(desk, order, 1)
    assert [one.number for one in back(desk, order)] == [1]
    assert desk.harness.emails(order).count("send-back") == 1
    assert alerted(desk) == 1
    tell(desk, order, 1, 2)
    assert desk.harness.emails(order).count("send-back") == 2


def test_both_days_stand_with_the_piece(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    order = desk.posted(PETAL)
    at(desk, monkeypatch, datetime(2026, 11, 3, 9, tzinfo=LONDON))
    tell(desk, order, 1)
    assert (back(desk, order)[0].send_by, back(desk, order)[0].refund_by) == (date(2026, 11, 17), None)
    at(desk, monkeypatch, datetime(2026, 11, 9, 9, tzinfo=LONDON))
    arrive(desk, order)
    assert back(desk, order)[0].refund_by == date(2026, 11, 23)
    assert alerted(desk) == 0


@ONE_ENGINE
@pytest.mark.parametrize(("fate", "more"), [(Fate.FREE, 1), (Fate.SCRAP, 0)])
def test_stock_and_gift_follow_the_money(desk: Desk, fate: Fate, more: int) -> None:
    order = desk.posted(PETAL)
    before = desk.harness.level("petal").on_hand
    tell(desk, order, 1)
    arrive(desk, order, fate)
    arrive(desk, order, fate)
    assert (desk.harness.level("petal").on_hand, desk.harness.given()) == (before, 500)
    desk.refund(order, 1)
    assert (desk.harness.level("petal").on_hand, desk.harness.given()) == (before + more, 0)
    assert back(desk, order)[0].refunded
    assert desk.harness.sound() == []


@ONE_ENGINE
def test_the_postage_goes_back_only_if_nothing_is_kept(desk: Desk) -> None:
    order = desk.posted(PETAL, PETAL)

    def whole() -> bool:
        with desk.harness.database.reading() as session:
            return send_backs.whole_order(session, order)

    assert not whole()
    tell(desk, order, 1)
    assert not whole()
    tell(desk, order, 2)
    assert whole()
    arrive(desk, order)
    arrive(desk, order, place=1)
    with desk.harness.database.transaction() as session:
        ask(session, order, lines=[1, 2], postage=True, actor=OWNER)
    assert desk.harness.sync(order) == "refunded"
    assert desk.harness.kept_pence(order) == 0


def test_the_buyer_may_keep_it_after_all_until_it_is_here(desk: Desk) -> None:
    order = desk.posted(PETAL)
    tell(desk, order, 1)
    with desk.harness.database.transaction() as session:
        send_backs.keep(session, order, back(desk, order)[0].id)
    assert (back(desk, order), possible(desk, order), alerted(desk)) == ([], [1], 0)
    tell(desk, order, 1)
    arrive(desk, order)
    with pytest.raises(NotPossible, match="here already"), desk.harness.database.transaction() as session:
        send_backs.keep(session, order, back(desk, order)[0].id)


@ONE_ENGINE
def test_another_orders_notice_is_not_found(desk: Desk) -> None:
    order, other = desk.posted(PETAL), desk.posted(PETAL)
    tell(desk, order, 1)
    mine = back(desk, order)[0].id
    with pytest.raises(NotPossible), desk.harness.database.transaction() as session:
        send_backs.keep(session, other, mine)
    with pytest.raises(NotPossible), desk.harness.database.transaction() as session:
        send_backs.arrive(session, other, mine, Fate.FREE, actor=OWNER)


@ONE_ENGINE
def test_what_was_said_of_it_holds(desk: Desk) -> None:
    order = desk.posted(PETAL)
    tell(desk, order, 1)
    arrive(desk, order)
    desk.refund(order, 1)
    with pytest.raises(NotAllowed, match="said already"):
        arrive(desk, order, Fate.SCRAP)
    assert desk.stages(order) == [Stage.REFUNDED]


@ONE_ENGINE
def test_it_stands_in_what_is_kept_of_the_order(desk: Desk) -> None:
    order = desk.posted(PETAL)
    tell(desk, order, 1)
    with desk.harness.database.reading() as session:
        reference = desk.harness.order(order).reference
        (kept,) = everything(session, desk.harness.services.vault, reference)["sent_back"]
    assert (kept["piece"], kept["told_by"], kept["arrived_at"]) == (1, "buyer", None)


@ONE_ENGINE
def test_the_notice_is_still_there_a_month_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    order = desk.posted(PETAL)
    tell(desk, order, 1)
    at(desk, monkeypatch, clock.now() + timedelta(days=40))
    with desk.harness.database.reading() as session:
        assert [reference for reference, _ in send_backs.awaited(session, most=5)] == [
            desk.harness.order(order).reference
        ]

"""A day that cannot be kept is found as early as it can be known, and told once, the same day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shop import clock
from shop.fulfilment import late, units
from shop.fulfilment.backlog import plan
from shop.fulfilment.models import DateNews
from shop.fulfilment.promised import Day, standing, steps_of
from shop.fulfilment.queue import waiting_for
from shop.fulfilment.stages import Action, Hold, Remake, Stage
from shop.fulfilment.units import NotAllowed
from shop.orders.models import Order
from shop.planning import schedule
from shop.planning.schedule import NEW
from tests.emails.orders import BY_HAND, paid
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, PLAIN, WORDS, Bench

ENGRAVED, BARE = ("disc", "Wren"), ("petal", "")
MONDAY: datetime = datetime(2027, 2, 1, 9, tzinfo=UTC)
TUESDAY, WEDNESDAY, FRIDAY = date(2027, 2, 2), date(2027, 2, 3), date(2027, 2, 5)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """What the clock says once an order is paid; a test appends the next."""
    now = [MONDAY]
    monkeypatch.setattr(clock, "now", lambda: now[-1])
    return now


def promise(bench: Bench, order: int, by: date, since: date | None = None) -> int:
    with bench.harness.database.transaction() as session:
        row = session.get_one(Order, order)
        row.posted_by, row.post_from, row.arrives_by = by, since, by + timedelta(days=3)
    return order


def look(bench: Bench) -> list[int]:
    """What the worker does. Give the orders whose buyers are told something new."""
    with bench.harness.database.reading() as session:
        found = late.find_late(session, bench.harness.services.book)
    with bench.harness.database.transaction() as session:
        return [one.order_id for one in found if late.tell(session, one)]


def day(bench: Bench, order: int) -> Day | None:
    with bench.harness.database.reading() as session:
        return standing(session, session.get_one(Order, order))


def emails(bench: Bench, order: int) -> int:
    return bench.harness.emails(order).count(late.EMAIL)


@ONE_ENGINE
def test_while_it_can_be_kept_nobody_is_told_anything(bench: Bench, moment: list[datetime]) -> None:
    order = promise(bench, bench.paid(ENGRAVED), TUESDAY)
    assert look(bench) == []
    moment.append(MONDAY + timedelta(days=1, hours=10))
    assert look(bench) == []
    bench.act(order, 1, *WORDS)
    bench.post(order, 1)
    moment.append(MONDAY + timedelta(days=2, hours=10))
    assert look(bench) == []
    assert day(bench, order) is None


@ONE_ENGINE
def test_on_the_evening_of_its_day_what_was_not_posted_is_told_once(
    bench: Bench, moment: list[datetime]
) -> None:
    order = promise(bench, bench.paid(ENGRAVED), TUESDAY)
    moment.append(datetime(2027, 2, 2, 20, 1, tzinfo=UTC))
    assert look(bench) == [order]
    assert look(bench) == []
    assert emails(bench, order) == 1
    found = day(bench, order)
    assert found is not None
    assert (found.promised, found.posted_by, found.told, found.answer) == (
        TUESDAY,
        date(2027, 2, 4),
        True,
        None,
    )
    moment.append(datetime(2027, 2, 4, 20, 1, tzinfo=UTC))
    assert look(bench) == [order], "the later day was missed, too"
    assert emails(bench, order) == 2


def test_a_closed_week_is_told_at_once_to_whom_it_concerns_and_to_nobody_else(
    bench: Bench, moment: list[datetime]
) -> None:
    concerned = promise(bench, bench.paid(ENGRAVED), WEDNESDAY)
    other = promise(bench, bench.paid(BARE), date(2027, 2, 8))
    with bench.harness.database.transaction() as session:
        schedule.close(session, date(2027, 2, 1), FRIDAY, actor=OWNER)
    assert look(bench) == [concerned]
    assert emails(bench, other) == 0
    assert day(bench, concerned).posted_by == date(2027, 2, 9)  # type: ignore[union-attr]
    assert moment


def test_those_behind_a_queue_that_is_too_long_are_told_days_before(
    bench: Bench, moment: list[datetime]
) -> None:
    with bench.harness.database.transaction() as session:
        schedule.save(session, replace(NEW, pace=1), actor=OWNER)
    orders = [promise(bench, bench.paid(ENGRAVED), FRIDAY) for _ in range(6)]
    assert look(bench) == orders[5:]
    assert day(bench, orders[5]).posted_by > FRIDAY  # type: ignore[union-attr]
    assert moment


@ONE_ENGINE
@pytest.mark.parametrize("why", [Hold.QUESTION, Hold.PAYMENT])
def test_what_rests_for_its_buyer_is_not_late(bench: Bench, moment: list[datetime], why: Hold) -> None:
    order = promise(bench, bench.paid(ENGRAVED), TUESDAY)
    with bench.harness.database.transaction() as session:
        units.hold(session, order, 1, why, actor=OWNER)
    moment.append(MONDAY + timedelta(days=3))
    assert look(bench) == []
    with bench.harness.database.transaction() as session:
        units.resume(session, order, 1, actor=OWNER)
    assert look(bench) == [order]


@ONE_ENGINE
def test_what_waits_for_material_is_late_all_the_same(bench: Bench, moment: list[datetime]) -> None:
    order = promise(bench, bench.paid(ENGRAVED), TUESDAY)
    with bench.harness.database.transaction() as session:
        units.hold(session, order, 1, Hold.MATERIAL, actor=OWNER)
    moment.append(MONDAY + timedelta(days=3))
    assert look(bench) == [order]


@ONE_ENGINE
def test_a_drawing_that_its_buyer_has_not_approved_is_not_late(bench: Bench, moment: list[datetime]) -> None:
    promise(bench, paid(bench.harness, BY_HAND), TUESDAY)
    moment.append(MONDAY + timedelta(days=3))
    assert look(bench) == []


@ONE_ENGINE
def test_what_was_posted_and_is_made_again_has_kept_its_day(bench: Bench, moment: list[datetime]) -> None:
    order = promise(bench, bench.paid(BARE), TUESDAY)
    bench.act(order, 1, *PLAIN)
    bench.post(order, 1)
    with bench.harness.database.transaction() as session:
        units.act(session, order, 1, Action.REMAKE, actor=OWNER, reason=Remake.LOST)
    moment.append(MONDAY + timedelta(days=8))
    assert look(bench) == []


@ONE_ENGINE
def test_a_posting_that_was_a_slip_does_not_count(bench: Bench, moment: list[datetime]) -> None:
    order = promise(bench, bench.paid(BARE), TUESDAY)
    bench.act(order, 1, *PLAIN)
    bench.post(order, 1)
    bench.undo(order, 1)
    moment.append(MONDAY + timedelta(days=8))
    assert look(bench) == [order]


def test_what_is_not_to_be_posted_before_a_day_is_not_late_until_then(
    bench: Bench, moment: list[datetime]
) -> None:
    order = promise(bench, bench.paid(BARE), FRIDAY, since=date(2027, 2, 4))
    bench.act(order, 1, *PLAIN)
    moment.append(datetime(2027, 2, 5, 12, tzinfo=UTC))
    assert look(bench) == []
    moment.append(datetime(2027, 2, 5, 21, tzinfo=UTC))
    assert look(bench) == [order]


@ONE_ENGINE
def test_the_buyer_waits_or_has_it_back_and_nothing_goes_on_meanwhile(
    bench: Bench, moment: list[datetime]
) -> None:
    order = promise(bench, bench.paid(ENGRAVED, BARE), TUESDAY)
    with pytest.raises(NotAllowed), bench.harness.database.transaction() as session:
        late.wait(session, order)
    bench.act(order, 1, Action.CHECK, Action.BEGIN)
    moment.append(MONDAY + timedelta(days=3))
    assert look(bench) == [order]
    for _ in range(2):
        with bench.harness.database.transaction() as session:
            assert late.wait(session, order).told
    assert day(bench, order).waits  # type: ignore[union-attr]
    with bench.harness.database.transaction() as session:
        assert late.give_up(session, order) == [1, 2]
    with bench.harness.database.transaction() as session:
        assert late.give_up(session, order) == ()
    with pytest.raises(NotAllowed, match="on hold"):
        bench.act(order, 1, Action.FINISH)
    with bench.harness.database.reading() as session:
        kinds = [step.kind for step in steps_of(session, order)]
    assert kinds == [DateNews.TOLD, DateNews.WAITS, DateNews.WANTS_IT_BACK]


@ONE_ENGINE
def test_the_bench_is_in_the_order_of_the_days_promised(bench: Bench, moment: list[datetime]) -> None:
    later = promise(bench, bench.paid(BARE), FRIDAY)
    sooner = promise(bench, bench.paid(BARE), TUESDAY)
    never = bench.paid(BARE)
    with bench.harness.database.reading() as session:
        waiting = waiting_for(session, Action.CHECK, bench.harness.services.book, most=9)
        references = [session.get_one(Order, order).reference for order in (never, sooner, later)]
    assert [one.reference for one in waiting] == references
    assert moment


@ONE_ENGINE
def test_work_is_counted_in_quarters_until_it_is_packed(bench: Bench, moment: list[datetime]) -> None:
    def ahead() -> int:
        with bench.harness.database.reading() as session:
            return plan(session, bench.harness.services.book).ahead

    order = bench.paid(ENGRAVED, BARE)
    assert ahead() == 5
    bench.act(order, 2, *PLAIN)
    assert ahead() == 4
    bench.act(order, 1, *WORDS)
    assert (ahead(), bench.stages(order)) == (0, [Stage.PACKED, Stage.PACKED])
    assert moment

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from shop import clock, stock
from shop.db import Database
from shop.stock.models import Hold, HoldLine, StockMovement
from tests.engines import ONE_ENGINE
from tests.stock.helpers import level, open_with

HOUR = timedelta(hours=1)
SALE = {"order_reference": "PM-7K3Q-2F", "actor": "payments"}


def hold(database: Database, quantities: dict[int, int], lasts: timedelta = HOUR) -> int:
    with database.transaction() as session:
        return stock.place_hold(session, quantities, lasts)


def sell(database: Database, hold_id: int) -> bool:
    with database.transaction() as session:
        return stock.sell(session, hold_id, **SALE)


def release(database: Database, hold_id: int) -> bool:
    with database.transaction() as session:
        return stock.release(session, hold_id)


def take_again(database: Database, hold_id: int) -> bool:
    with database.transaction() as session:
        return stock.take_again(session, hold_id, **SALE)


def sound(database: Database) -> bool:
    with database.reading() as session:
        return stock.check(session) == []


def holds(database: Database) -> int:
    with database.reading() as session:
        return session.execute(select(func.count()).select_from(Hold)).scalar_one()


def test_the_last_piece_cannot_be_had_twice_in_one_basket(database: Database) -> None:
    open_with(database, {1: 1, 2: 3})
    with database.transaction() as session, pytest.raises(stock.SoldOut) as refused:
        stock.place_hold(session, {1: 2, 2: 1}, HOUR)
    assert refused.value.short == {1: 1}
    assert (level(database, 1), level(database, 2)) == (stock.Level(1, 0), stock.Level(3, 0))
    assert holds(database) == 0


@ONE_ENGINE
def test_a_refused_hold_sets_nothing_aside_even_when_the_caller_carries_on(database: Database) -> None:
    open_with(database, {1: 5, 3: 5})
    with database.transaction() as session:
        with pytest.raises(stock.SoldOut) as refused:
            stock.place_hold(session, {1: 1, 2: 1, 3: 9}, HOUR)
        stock.adjust(session, 1, 1, reason="received", actor="owner")
    assert refused.value.short == {2: 0, 3: 5}
    assert level(database, 1) == stock.Level(6, 0)
    assert sound(database)


@ONE_ENGINE
@pytest.mark.parametrize("quantities", [{}, {1: 0}, {1: 1, 2: -1}])
def test_a_hold_of_nothing_is_refused(database: Database, quantities: dict[int, int]) -> None:
    open_with(database, {1: 5, 2: 5})
    with database.transaction() as session, pytest.raises(ValueError, match="at least one"):
        stock.place_hold(session, quantities, HOUR)


@ONE_ENGINE
def test_a_sale_takes_the_pieces_out_and_says_for_which_order(database: Database) -> None:
    open_with(database, {1: 5, 2: 2})
    held = hold(database, {2: 1, 1: 2})
    assert sell(database, held)
    assert (level(database, 1), level(database, 2)) == (stock.Level(3, 0), stock.Level(1, 0))
    with database.reading() as session:
        sold = session.scalars(select(StockMovement).where(StockMovement.reason == "sold")).all()
    assert {(m.variant_id, m.quantity, m.order_reference, m.actor) for m in sold} == {
        (1, -2, "PM-7K3Q-2F", "payments"),
        (2, -1, "PM-7K3Q-2F", "payments"),
    }
    assert sound(database)


@ONE_ENGINE
def test_a_release_gives_the_pieces_back_to_everyone(database: Database) -> None:
    open_with(database, {1: 1})
    held = hold(database, {1: 1})
    with database.transaction() as session, pytest.raises(stock.SoldOut):
        stock.place_hold(session, {1: 1}, HOUR)
    assert release(database, held)
    assert hold(database, {1: 1}) != held


@ONE_ENGINE
def test_a_hold_is_settled_once(database: Database) -> None:
    open_with(database, {1: 5})
    sold, released = hold(database, {1: 1}), hold(database, {1: 1})
    assert sell(database, sold)
    assert release(database, released)
    for again in (sell, release):
        assert not again(database, sold)
        assert not again(database, released)
    assert not sell(database, 999)
    assert level(database, 1) == stock.Level(4, 0)
    assert sound(database)


@ONE_ENGINE
def test_a_payment_after_the_release_still_gets_the_pieces_if_they_are_there(database: Database) -> None:
    open_with(database, {1: 2, 2: 2})
    held = hold(database, {1: 1, 2: 2})
    assert not take_again(database, held), "it is still held: it must be sold, not taken again"
    assert release(database, held)
    assert take_again(database, held)
    assert not take_again(database, held)
    assert (level(database, 1), level(database, 2)) == (stock.Level(1, 0), stock.Level(0, 0))
    assert sound(database)


def test_a_payment_after_the_release_changes_nothing_if_one_piece_is_gone(database: Database) -> None:
    open_with(database, {1: 2, 2: 2})
    held = hold(database, {1: 1, 2: 2})
    assert release(database, held)
    hold(database, {2: 1})
    assert not take_again(database, held)
    assert (level(database, 1), level(database, 2)) == (stock.Level(2, 0), stock.Level(2, 1))
    with database.reading() as session:
        assert session.execute(select(Hold.state).where(Hold.id == held)).scalar_one() == "released"
    assert sound(database)


@ONE_ENGINE
def test_a_changed_basket_may_have_again_what_it_already_held(database: Database) -> None:
    open_with(database, {1: 2, 2: 1})
    first = hold(database, {1: 2})
    with database.transaction() as session:
        second = stock.place_hold(session, {1: 1, 2: 1}, HOUR, instead_of=first)
    assert (level(database, 1), level(database, 2)) == (stock.Level(2, 1), stock.Level(1, 1))
    assert not sell(database, first)
    assert sell(database, second)
    assert sound(database)


@ONE_ENGINE
def test_a_changed_basket_that_is_refused_keeps_what_it_held(database: Database) -> None:
    open_with(database, {1: 2, 2: 1})
    first = hold(database, {1: 2})
    with database.transaction() as session, pytest.raises(stock.SoldOut) as refused:
        stock.place_hold(session, {1: 3, 2: 1}, HOUR, instead_of=first)
    assert refused.value.short == {1: 2}
    assert (level(database, 1), level(database, 2)) == (stock.Level(2, 2), stock.Level(1, 0))
    assert sell(database, first)
    assert sound(database)


@ONE_ENGINE
def test_a_changed_basket_whose_hold_has_been_released_starts_afresh(database: Database) -> None:
    open_with(database, {1: 2})
    first = hold(database, {1: 2})
    assert release(database, first)
    with database.transaction() as session:
        stock.place_hold(session, {1: 2}, HOUR, instead_of=first)
    assert level(database, 1) == stock.Level(2, 2)
    assert sound(database)


@ONE_ENGINE
def test_a_hold_past_its_time_still_sells_while_nobody_has_released_it(database: Database) -> None:
    open_with(database, {1: 9})
    late, released = hold(database, {1: 1}, -HOUR), hold(database, {1: 1}, -HOUR)
    assert release(database, released)
    assert sell(database, late)
    assert not sell(database, released)


@pytest.mark.parametrize("minutes", [20, -20])
def test_a_host_whose_clock_is_wrong_places_no_hold_too_short(
    database: Database, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    open_with(database, {1: 9})
    right = datetime.now(UTC)
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(minutes=minutes))
    live = hold(database, {1: 1}, timedelta(minutes=10))
    with database.reading() as session:
        expires_at = session.execute(select(Hold.expires_at).where(Hold.id == live)).scalar_one()
    assert abs(expires_at - right - timedelta(minutes=10)) < timedelta(seconds=30)


def test_the_database_itself_refuses_a_hold_in_two_states(database: Database) -> None:
    open_with(database, {1: 1})
    hold(database, {1: 1})
    for broken in ("state = 'sold'", "settled_at = created_at", "state = 'lost', settled_at = created_at"):
        with pytest.raises(IntegrityError), database.transaction() as session:
            session.execute(text(f"UPDATE hold SET {broken}"))
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(text("UPDATE hold_line SET quantity = 0"))


def test_a_hold_that_its_counters_do_not_cover_is_never_sold_in_silence(database: Database) -> None:
    open_with(database, {1: 1})
    held = hold(database, {1: 1})
    with database.transaction() as session:
        session.execute(text("UPDATE stock_level SET reserved = 0"))
    with pytest.raises(stock.CountsDisagree, match=r"\[1\]"):
        sell(database, held)
    with database.reading() as session:
        assert session.execute(select(Hold.state)).scalar_one() == "held"
        assert session.execute(select(HoldLine.quantity)).scalar_one() == 1

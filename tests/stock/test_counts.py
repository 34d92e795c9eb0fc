from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from shop import stock
from shop.db import Database
from shop.stock.models import StockLevel, StockMovement
from tests.engines import ONE_ENGINE
from tests.stock.helpers import level, open_with

HOUR = timedelta(hours=1)


def test_the_first_count_of_a_variant_opens_its_stock(database: Database) -> None:
    with database.transaction() as session:
        assert stock.levels(session) == {}
        stock.adjust(session, 3, 7, reason="opening", note="counted in the drawer", actor="owner")
    with database.reading() as session:
        assert stock.levels(session) == {3: stock.Level(on_hand=7, reserved=0)}
        movement = session.scalars(select(StockMovement)).one()
    assert (movement.variant_id, movement.quantity, movement.reason) == (3, 7, "opening")
    assert (movement.note, movement.actor, movement.order_reference) == (
        "counted in the drawer",
        "owner",
        None,
    )
    assert movement.at.tzinfo is not None


@ONE_ENGINE
def test_what_is_available_is_what_is_on_hand_and_not_set_aside(database: Database) -> None:
    open_with(database, {1: 5})
    with database.transaction() as session:
        stock.place_hold(session, {1: 2}, HOUR)
    assert level(database, 1) == stock.Level(5, 2)
    assert level(database, 1).available == 3


@ONE_ENGINE
def test_a_piece_that_is_set_aside_cannot_be_counted_away(database: Database) -> None:
    open_with(database, {1: 5})
    with database.transaction() as session:
        stock.place_hold(session, {1: 4}, HOUR)
    with database.transaction() as session:
        with pytest.raises(stock.WouldGoNegative, match="5 on hand and 4 of them are set aside") as refused:
            stock.adjust(session, 1, -2, reason="damaged", actor="owner")
        assert (refused.value.variant_id, refused.value.quantity) == (1, -2)
        stock.adjust(session, 1, -1, reason="damaged", actor="owner")
    assert level(database, 1) == stock.Level(4, 4)
    assert sound(database)


@ONE_ENGINE
def test_a_variant_nobody_counted_cannot_lose_a_piece(database: Database) -> None:
    with database.transaction() as session, pytest.raises(stock.WouldGoNegative):
        stock.adjust(session, 1, -1, reason="counted", actor="owner")
    assert sound(database)


@ONE_ENGINE
def test_an_adjustment_of_nothing_is_refused(database: Database) -> None:
    with database.transaction() as session, pytest.raises(ValueError, match="nothing"):
        stock.adjust(session, 1, 0, reason="counted", actor="owner")


def test_returned_pieces_are_on_hand_again_and_say_for_which_order(database: Database) -> None:
    open_with(database, {1: 1, 2: 1})
    with database.transaction() as session:
        stock.return_units(session, {2: 1, 1: 2}, "PM-7K3Q-2F", "owner")
    with database.reading() as session:
        assert {v: lvl.on_hand for v, lvl in stock.levels(session).items()} == {1: 3, 2: 2}
        returned = session.scalars(select(StockMovement).where(StockMovement.reason == "returned")).all()
    assert {(m.variant_id, m.quantity, m.order_reference) for m in returned} == {
        (1, 2, "PM-7K3Q-2F"),
        (2, 1, "PM-7K3Q-2F"),
    }
    assert sound(database)


@ONE_ENGINE
def test_a_return_of_less_than_one_piece_is_refused(database: Database) -> None:
    with database.transaction() as session, pytest.raises(ValueError, match="at least one"):
        stock.return_units(session, {1: 0}, "PM-7K3Q-2F", "owner")


@pytest.mark.parametrize("numbers", [{"reserved": -1}, {"reserved": 6}, {"on_hand": -1}])
def test_the_database_itself_refuses_impossible_numbers(database: Database, numbers: dict[str, int]) -> None:
    open_with(database, {1: 5})
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(update(StockLevel).values(**numbers))


@pytest.mark.parametrize(
    ("quantity", "reason"), [(0, "counted"), (1, "sold"), (-1, "returned"), (1, "item for")]
)
def test_the_database_itself_refuses_an_impossible_movement(
    database: Database, quantity: int, reason: str
) -> None:
    open_with(database, {1: 5})
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(
            text("UPDATE stock_movement SET quantity = :q, reason = :r"), {"q": quantity, "r": reason}
        )


def test_the_check_names_each_counter_that_disagrees_with_its_rows(database: Database) -> None:
    open_with(database, {1: 5, 2: 5, 3: 5})
    with database.transaction() as session:
        stock.place_hold(session, {2: 2, 3: 1}, HOUR)
    assert sound(database)
    with database.transaction() as session:
        session.execute(text("UPDATE stock_level SET on_hand = 6 WHERE variant_id = 1"))
        session.execute(text("UPDATE stock_level SET reserved = 1 WHERE variant_id = 2"))
    with database.reading() as session:
        found = [str(discrepancy) for discrepancy in stock.check(session)]
    assert found == [
        "variant 1: on_hand says 6, its rows say 5",
        "variant 2: reserved says 1, its rows say 2",
    ]


def sound(database: Database) -> bool:
    with database.reading() as session:
        return stock.check(session) == []

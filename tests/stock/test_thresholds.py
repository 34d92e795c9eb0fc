"""Of few pieces left the owner is told once, each time a variant comes down to so few."""

import pytest

from shop import stock
from shop.db import Database
from tests.engines import ONE_ENGINE
from tests.stock.helpers import open_with


def told(database: Database) -> dict[int, int]:
    with database.transaction() as session:
        crossed = stock.any_crossed(session)
        found = dict(stock.note_crossings(session))
        assert crossed or not found
        return found


def change(database: Database, variant: int, quantity: int) -> None:
    with database.transaction() as session:
        stock.adjust(session, variant, quantity, reason="received", actor="owner")


def threshold(database: Database, variant: int, low_at: int | None) -> None:
    with database.transaction() as session:
        stock.set_threshold(session, variant, low_at)
        assert stock.threshold_of(session, variant) == low_at


@ONE_ENGINE
def test_it_is_told_once_each_time_it_comes_down(database: Database) -> None:
    open_with(database, {1: 5, 2: 5})
    threshold(database, 1, 2)
    assert told(database) == {}
    change(database, 1, -2)
    assert told(database) == {}
    change(database, 1, -1)
    assert told(database) == {1: 2}
    change(database, 1, -1)
    assert told(database) == {}, "it was told of already"
    change(database, 1, 4)
    assert told(database) == {}
    change(database, 1, -4)
    assert told(database) == {1: 1}


@ONE_ENGINE
@pytest.mark.parametrize(("low_at", "found"), [(None, {}), (0, {}), (1, {1: 1}), (9999, {1: 1})])
def test_only_as_few_as_were_asked_for(database: Database, low_at: int | None, found: dict[int, int]) -> None:
    open_with(database, {1: 1})
    threshold(database, 1, low_at)
    assert told(database) == found
    assert told(database) == {}


def test_another_threshold_is_another_question(database: Database) -> None:
    open_with(database, {1: 3})
    threshold(database, 1, 3)
    assert told(database) == {1: 3}
    threshold(database, 1, 1)
    assert told(database) == {}
    threshold(database, 1, 3)
    assert told(database) == {1: 3}
    threshold(database, 1, None)
    assert told(database) == {}


def test_a_variant_nobody_counted_is_none_of_which_few_are_left_until_it_is_asked_about(
    database: Database,
) -> None:
    assert told(database) == {}
    threshold(database, 3, 0)
    assert told(database) == {3: 0}

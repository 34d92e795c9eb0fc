"""One network never holds everything: half of what is free of a variant, and a few holds at a time."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from shop import clock, stock
from shop.db import Database
from shop.network import SITE
from shop.stock.models import Hold
from shop.stock.shares import MOST_HOLDS
from tests.engines import ONE_ENGINE
from tests.stock.helpers import level, open_with

HALF_AN_HOUR = timedelta(minutes=30)
A = stock.Asker("a")


def hold(database: Database, network: str | None, site: str | None = None, **pieces: int) -> int:
    """Set pieces aside: `v1=2` is two of variant 1."""
    with database.transaction() as session:
        wanted = {int(name[1:]): count for name, count in pieces.items()}
        return stock.place_hold(session, wanted, HALF_AN_HOUR, network=network, site=site)


def as_many_as_it_gets(database: Database, network: str) -> int:
    """How many of variant 1 a network gets, one hold after the other."""
    for taken in range(100):
        try:
            hold(database, network, v1=1)
        except (stock.ShareTaken, stock.SoldOut):
            return taken
    raise AssertionError("it never ends")


@ONE_ENGINE
@pytest.mark.parametrize(("on_hand", "share"), [(1, 1), (2, 1), (3, 2), (4, 2), (7, 4), (8, 4)])
def test_a_network_gets_half_of_what_is_free_rounded_up(database: Database, on_hand: int, share: int) -> None:
    open_with(database, {1: on_hand})
    assert as_many_as_it_gets(database, "a") == share
    assert level(database, 1) == stock.Level(on_hand, share)


@ONE_ENGINE
def test_half_is_half_in_one_basket_too_and_then_nothing_of_it_is_set_aside(database: Database) -> None:
    open_with(database, {1: 6, 2: 6})
    with pytest.raises(stock.ShareTaken):
        hold(database, "a", v1=1, v2=4)
    assert (level(database, 1).reserved, level(database, 2).reserved) == (0, 0)
    hold(database, "a", v1=3, v2=3)


@ONE_ENGINE
def test_what_others_hold_is_not_free(database: Database) -> None:
    open_with(database, {1: 8})
    hold(database, None, v1=4)
    assert as_many_as_it_gets(database, "a") == 2
    assert as_many_as_it_gets(database, "b") == 1
    hold(database, "c", v1=1)


@ONE_ENGINE
def test_all_networks_of_a_site_together_get_no_more_than_half(database: Database) -> None:
    open_with(database, {1: 8})
    for number in range(4):
        hold(database, f"a{number}", "s", v1=1)
    with pytest.raises(stock.ShareTaken):
        hold(database, "a4", "s", v1=1)
    with database.reading() as session:
        assert not stock.covers(session, stock.Asker("a4", "s"), {1: 1})
        assert stock.covers(session, stock.Asker("b", "t"), {1: 1})
    hold(database, "b", "t", v1=1)


@ONE_ENGINE
def test_a_site_holds_for_more_baskets_than_one_network_and_not_for_all_its_addresses(
    database: Database,
) -> None:
    open_with(database, {1: 1000})
    for _ in range(MOST_HOLDS):
        hold(database, "a", "s", v1=1)
    with pytest.raises(stock.ShareTaken):
        hold(database, "a", "s", v1=1)
    for number in range(MOST_HOLDS * (SITE - 1)):
        hold(database, f"b{number}", "s", v1=1)
    with pytest.raises(stock.ShareTaken):
        hold(database, "c", "s", v1=1)
    hold(database, "c", "t", v1=1)


def test_many_networks_of_one_site_at_once_get_no_more_than_half(database: Database) -> None:
    open_with(database, {1: 8})
    start = threading.Barrier(12)

    def one(number: int) -> bool:
        start.wait(30)
        try:
            hold(database, f"a{number}", "s", v1=1)
        except stock.ShareTaken:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(one, range(12))) == 4


@ONE_ENGINE
def test_nobody_is_told_of_shares_where_nothing_is_left(database: Database) -> None:
    open_with(database, {1: 1})
    hold(database, "a", v1=1)
    for network in ("a", "b"):
        with pytest.raises(stock.SoldOut):
            hold(database, network, v1=1)


@ONE_ENGINE
def test_a_network_holds_for_a_few_baskets_at_a_time(database: Database) -> None:
    open_with(database, {1: 100})
    assert as_many_as_it_gets(database, "a") == MOST_HOLDS
    hold(database, "b", v1=1)


@pytest.mark.parametrize(
    "end", [stock.release, lambda session, hold: stock.sell(session, hold, order_reference="x", actor="t")]
)
def test_what_was_sold_or_given_back_counts_no_more_and_its_network_is_forgotten(
    database: Database, end
) -> None:
    open_with(database, {1: 100})
    holds = [hold(database, "a", "s", v1=1) for _ in range(MOST_HOLDS)]
    with database.transaction() as session:
        assert end(session, holds[0])
    hold(database, "a", v1=1)
    with database.reading() as session:
        ended = session.get_one(Hold, holds[0])
    assert (ended.network, ended.site) == (None, None)


def test_a_network_is_forgotten_after_an_hour_whatever_became_of_its_hold(database: Database) -> None:
    open_with(database, {1: 10})
    old, fresh = hold(database, "a", "s", v1=1), hold(database, "b", "s", v1=1)
    with database.transaction() as session:
        session.get_one(Hold, old).created_at = clock.now() - timedelta(hours=2)
        session.flush()
        assert stock.forget_networks(session) == 1
    with database.reading() as session:
        known = {row.id: row[1:] for row in session.execute(select(Hold.id, Hold.network, Hold.site))}
    assert known == {old: (None, None), fresh: ("b", "s")}


@ONE_ENGINE
def test_an_earlier_hold_of_the_same_basket_makes_room_for_the_next(database: Database) -> None:
    open_with(database, {1: 2})
    before = hold(database, "a", v1=1)
    with database.transaction() as session:
        stock.place_hold(session, {1: 1}, HALF_AN_HOUR, instead_of=before, network="a")
    assert level(database, 1).reserved == 1


def test_pieces_that_are_not_set_aside_are_sold_when_they_are_paid_for(database: Database) -> None:
    open_with(database, {1: 2})
    with database.transaction() as session:
        waiting = [stock.note_wanted(session, {1: 1}, HALF_AN_HOUR) for _ in range(3)]
    assert level(database, 1) == stock.Level(2, 0)
    with database.transaction() as session:
        sold = [stock.take_again(session, one, order_reference="x", actor="t") for one in waiting]
        assert stock.check(session) == []
    assert sold == [True, True, False]
    with database.transaction() as session, pytest.raises(stock.SoldOut):
        stock.note_wanted(session, {1: 1}, HALF_AN_HOUR)


def test_many_at_once_from_one_network_get_no_more_than_its_share(database: Database) -> None:
    open_with(database, {1: 6, 2: 6, 3: 6})
    start = threading.Barrier(12)

    def one(number: int) -> str:
        start.wait(30)
        try:
            hold(database, "a", **{f"v{1 + number % 3}": 1, f"v{1 + (number + 1) % 3}": 2})
        except stock.ShareTaken:
            return "share"
        except stock.SoldOut:
            return "sold out"
        return "held"

    with ThreadPoolExecutor(12) as pool:
        said = Counter(pool.map(one, range(12)))
    assert 1 <= said["held"] <= MOST_HOLDS
    assert said["sold out"] == 0
    for variant in (1, 2, 3):
        assert level(database, variant).reserved <= 3
    hold(database, "b", v1=1, v2=1, v3=1)
    with database.reading() as session:
        assert stock.check(session) == []


def test_what_would_be_set_aside_is_known_before_it_is_asked_for(database: Database) -> None:
    open_with(database, {1: 4, 2: 100})
    own = hold(database, "a", v1=2)
    hold(database, "b", v1=1)
    with database.reading() as session:
        assert not stock.covers(session, A, {1: 1})
        assert stock.covers(session, A, {1: 1}, instead_of=own), "its basket's own hold is given back first"
        assert stock.covers(session, A, {2: 50})
        assert not stock.covers(session, A, {2: 51})
    for _ in range(MOST_HOLDS):
        hold(database, "c", v2=1)
    with database.reading() as session:
        assert not stock.covers(session, stock.Asker("c"), {2: 1})


@ONE_ENGINE
@pytest.mark.parametrize(
    ("on_hand", "wanted", "plenty"), [(6, 1, True), (5, 1, False), (8, 3, True), (7, 3, False)]
)
def test_plenty_is_left_when_several_more_are_free_than_are_wanted(
    database: Database, on_hand: int, wanted: int, plenty: bool
) -> None:
    open_with(database, {1: on_hand + 2, 2: 100})
    hold(database, "a", v1=2)
    with database.reading() as session:
        assert stock.plenty(session, {1: wanted, 2: 3}) is plenty
        assert not stock.plenty(session, {99: 1})

"""Which units count as given back, worked out from money alone: unclear sums favour the charity."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from shop.giving.reversals import Returned, returned_units

PRICES = st.dictionaries(st.integers(1, 6), st.sampled_from([4200, 8400, 8500, 10400, 11000]), min_size=1)
REFUNDS = st.lists(st.integers(1, 30_000).map(Returned), max_size=6)


@given(PRICES, REFUNDS)
def test_never_more_units_than_the_money_that_went_back_would_buy(
    prices: dict[int, int], refunds: list[Returned]
) -> None:
    back = returned_units(prices, refunds)
    assert back <= prices.keys()
    assert sum(prices[unit] for unit in back) <= sum(refund.amount_pence for refund in refunds)


@given(PRICES, REFUNDS)
def test_every_unit_is_back_once_the_goods_are_covered_and_never_before(
    prices: dict[int, int], refunds: list[Returned]
) -> None:
    covered = sum(refund.amount_pence for refund in refunds) >= sum(prices.values())
    assert (returned_units(prices, refunds) == prices.keys()) == covered


@given(PRICES, st.integers(1, 400))
def test_a_remainder_smaller_than_any_unit_is_goodwill(prices: dict[int, int], pence: int) -> None:
    assert returned_units(prices, [Returned(pence)]) == frozenset()


@given(PRICES, st.data())
def test_refunds_that_name_their_units_take_those_in_whatever_order_they_come(
    prices: dict[int, int], data: st.DataObject
) -> None:
    named = data.draw(st.lists(st.sampled_from(sorted(prices)), unique=True, max_size=4))
    refunds = [Returned(prices[unit], (unit,)) for unit in named]
    assert {returned_units(prices, order) for order in permutations(refunds)} == {frozenset(named)}


@given(PRICES, st.data())
def test_as_many_units_are_back_in_whatever_order_exact_refunds_come(
    prices: dict[int, int], data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(sorted(prices)), unique=True, max_size=4))
    refunds = [Returned(prices[unit]) for unit in chosen]
    outcomes = [returned_units(prices, order) for order in permutations(refunds)]
    assert {len(back) for back in outcomes} == {len(chosen)}
    assert len({tuple(sorted(prices[unit] for unit in back)) for back in outcomes}) == 1


@given(PRICES, REFUNDS)
def test_more_money_back_never_means_fewer_units_back(
    prices: dict[int, int], refunds: list[Returned]
) -> None:
    for taken in range(len(refunds)):
        fewer = returned_units(prices, refunds[:taken])
        more = returned_units(prices, [*refunds[:taken], Returned(30_000 * 6)])
        assert fewer <= more


def test_a_refund_equal_to_a_price_takes_that_unit_and_small_ones_add_up_to_the_dearest() -> None:
    prices = {1: 8400, 2: 8500, 3: 4200}
    assert returned_units(prices, [Returned(4200)]) == {3}
    assert returned_units(prices, [Returned(5000), Returned(5000)]) == {2}


def test_a_refund_of_just_what_several_units_cost_takes_those_and_as_few_as_can_be() -> None:
    assert returned_units({1: 6400, 2: 8400, 3: 6400}, [Returned(12_800)]) == {1, 3}
    assert returned_units({1: 6400, 2: 6400, 3: 12_800}, [Returned(12_800)]) == {3}
    assert returned_units({1: 6400, 2: 6400, 3: 8400}, [Returned(6400), Returned(14_800)]) == {1, 2, 3}
    assert returned_units({1: 64, 2: 64, 3: 64, 4: 84}, [Returned(64), Returned(128)]) == {1, 2, 3}


@given(PRICES, st.data())
def test_one_refund_of_some_units_takes_units_of_just_that_sum(
    prices: dict[int, int], data: st.DataObject
) -> None:
    chosen = data.draw(st.sets(st.sampled_from(sorted(prices))))
    pence = sum(prices[unit] for unit in chosen)
    back = returned_units(prices, [Returned(pence)] if pence else [])
    assert sum(prices[unit] for unit in back) == pence


def test_goods_come_before_postage() -> None:
    assert returned_units({1: 8400}, [Returned(8400)]) == {1}
    assert returned_units({1: 8400}, [Returned(8399)]) == frozenset()


def test_a_name_with_too_little_money_behind_it_takes_nothing() -> None:
    assert returned_units({1: 8400, 2: 4200}, [Returned(4000, (1,))]) == frozenset()


def test_a_unit_is_never_taken_twice() -> None:
    assert returned_units({1: 8400, 2: 8400}, [Returned(8400, (1,)), Returned(8400, (1,))]) == {1, 2}
    assert returned_units({1: 8400, 2: 9000}, [Returned(8400, (1,)), Returned(100, (1,))]) == {1}


def test_nothing_given_back_takes_nothing() -> None:
    assert returned_units({1: 8400}, []) == frozenset()

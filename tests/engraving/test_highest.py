"""The size of letters is the one that halving finds, however few are tried: approved proofs go by it."""

import math
import random
from collections.abc import Callable

import pytest

from shop.engraving.geometry import highest

LOW, HIGH = 1.6, 4.5
STEPS = 11
"""So many halvings make the range as fine as it is told apart."""


def halved(room: Callable[[float], float]) -> float:
    """What halving finds, with every middle tried."""
    low, high = LOW, HIGH
    if room(high) >= 0 or room(low) < 0:
        return high if room(high) >= 0 else low
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if room(middle) >= 0 else (low, middle)
    return low


def falls(seed: int) -> Callable[[float], float]:
    """Room that falls as letters grow, bent, with a step as where an arc takes up one direction more."""
    chance = random.Random(seed)
    ends, bend, step, by = (chance.uniform(LOW - 0.2, HIGH + 0.2), chance.uniform(0.2, 5),
                            chance.uniform(LOW, HIGH), chance.choice([0.0, 0.3]))  # fmt: skip
    return lambda size: ends**bend - size**bend - (by if size > step else 0.0)


@pytest.mark.parametrize("seed", range(40))
def test_the_largest_letters_are_those_that_halving_finds(seed: int) -> None:
    assert highest(falls(seed), LOW, HIGH) == halved(falls(seed))


@pytest.mark.parametrize("seed", range(40))
def test_a_reckoning_changes_no_answer_be_it_right_or_wrong(seed: int) -> None:
    room, right = falls(seed), halved(falls(seed))
    for reckoned in (right, right + 0.001, LOW, HIGH, 0.0, random.Random(seed).uniform(LOW, HIGH), math.nan):
        assert highest(room, LOW, HIGH, reckoned=reckoned) == right


def test_who_reckoned_well_tries_two_sizes() -> None:
    tried: list[float] = []
    found = highest(lambda size: (tried.append(size), 3.0 - size)[1], LOW, HIGH, reckoned=3.0)  # type: ignore[func-returns-value]
    assert (found, len(tried)) == (halved(lambda size: 3.0 - size), 2)


def test_a_size_that_fits_at_its_largest_is_tried_no_smaller() -> None:
    tried: list[float] = []
    assert highest(lambda size: tried.append(size) or 0.0, LOW, HIGH) == HIGH  # type: ignore[func-returns-value]
    assert tried == [HIGH]


def test_fewer_sizes_are_tried_than_by_halving() -> None:
    tried: list[float] = []
    for seed in range(40):
        room = falls(seed)
        highest(lambda size, room=room: (tried.append(size), room(size))[1], LOW, HIGH)  # type: ignore[misc]
    assert len(tried) < 10 * 40 < (2 + STEPS) * 40

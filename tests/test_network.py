"""What one network may use up: many phones behind it never notice, one program soon does."""

import pytest

from shop.network import MOST_NETWORKS, Allowance, UsedUp, network


class Clock:
    at = 0.0

    def now(self) -> float:
        return self.at


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("unknown", "unknown"),
    ],
)
def test_an_address_stands_for_the_household_behind_it(address: str, stands_for: str) -> None:
    assert network(address) == stands_for


def test_what_is_used_up_comes_back_with_time_and_is_no_more_than_the_supply() -> None:
    clock = Clock()
    allowance = Allowance(2.0, 0.5, clock.now)
    allowance.charge("a", 3.0)
    with pytest.raises(UsedUp) as refused, allowance.spending("a"):
        pass
    assert refused.value.retry_after == 2
    clock.at = 2.5
    with allowance.spending("a"):
        pass
    clock.at = 1000.0
    allowance.charge("a", 1.9)
    with allowance.spending("a"):
        pass
    allowance.charge("a", 0.2)
    with pytest.raises(UsedUp), allowance.spending("a"):
        pass


def test_one_network_uses_up_nothing_of_anothers() -> None:
    allowance = Allowance(1.0, 0.1)
    allowance.charge("a", 5.0)
    with allowance.spending("b"):
        pass


def test_what_is_counted_is_the_time_it_took() -> None:
    allowance = Allowance(0.01, 0.0001)
    with allowance.spending("a"):
        sum(range(2_000_000))
    with pytest.raises(UsedUp), allowance.spending("a"):
        pass


def test_only_so_many_networks_are_remembered() -> None:
    allowance = Allowance(1.0, 0.1)
    for number in range(2 * MOST_NETWORKS):
        allowance.charge(str(number), 5.0)
    assert len(allowance._accounts) == MOST_NETWORKS
    with pytest.raises(UsedUp), allowance.spending(str(2 * MOST_NETWORKS - 1)):
        pass

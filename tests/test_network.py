"""What one network may use up: many phones behind it never notice, one program soon does."""

import pytest

from shop.network import MOST_NETWORKS, SITE, Allowance, UsedUp, counted, network


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


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7", "unknown", ""])
def test_only_networks_of_ipv6_are_part_of_a_larger_one(address: str) -> None:
    assert [who.times for who in counted(address)] == [1]


def test_all_networks_that_one_provider_may_give_a_customer_count_together() -> None:
    first, second, elsewhere = map(counted, ("2001:db8:1:2::9", "2001:db8:1:ff00::1", "2001:db8:2:2::9"))
    assert first[0] != second[0]
    assert first[1] == second[1] == ("2001:0db8:0001::/48", SITE)
    assert elsewhere[1] != first[1]


def test_whoever_has_65536_networks_uses_up_what_a_few_may_and_no_more() -> None:
    clock = Clock()
    allowance = Allowance(2.0, 0.5, clock.now)
    for number in range(MOST_NETWORKS + SITE):  # so many that the first are forgotten
        allowance.charge(f"2001:db8:1:{number:x}::1", 2.0)
    with pytest.raises(UsedUp) as refused, allowance.spending("2001:db8:1:ffff::1"):
        pass
    assert refused.value.retry_after == round(2.0 * MOST_NETWORKS / (0.5 * SITE))
    with allowance.spending("2001:db8:2::1"):
        pass
    clock.at = refused.value.retry_after + 1
    with allowance.spending("2001:db8:1:ffff::1"):
        pass


def test_a_neighbour_of_a_busy_network_waits_for_nothing() -> None:
    allowance = Allowance(2.0, 0.5, Clock().now)
    allowance.charge("2001:db8:1:1::1", 5.0)
    with allowance.spending("2001:db8:1:2::1"):
        pass


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

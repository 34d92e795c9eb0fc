"""Random lives of orders beside other products, with every kind of payout: green in the end, to the penny."""

from contextlib import suppress
from pathlib import Path

import pytest

from shop.reconciliation.difference_lists import open_differences
from shop.reconciliation.reconciling import reconcile
from tests.engines import ONE_ENGINE
from tests.faults.lives import checks
from tests.faults.lives.run import live, rest
from tests.faults.lives.world import World, a_world
from tests.faults.stripe_server import elsewhere, payouts
from tests.faults.stripe_server.account import Refusal

FEW, LIVES, WORLDS = 6, 25, 12
"""25 lives in each of twelve worlds make the 300 of the long form, on either database."""


def goes_on_elsewhere(world: World) -> None:
    """Another product sells and gives back, Stripe bills, and money leaves in every way."""
    account, chance = world.server.account, world.chance
    for currency in ("gbp", "gbp", "usd"):
        candle = elsewhere.sell(account, chance.randint(300, 9_000), currency=currency)
        if chance.random() < 0.5:
            with suppress(Refusal):
                elsewhere.give_back(account, candle, chance.randint(100, 300))
    elsewhere.bill(account, chance.randint(100, 900))
    account.moves_after = chance.choice([0, 0, 86_400])
    with suppress(Refusal):
        made = chance.choice([payouts.pay_out, payouts.withdraw])(account, arrives=chance.random() < 0.7)
        if chance.random() < 0.3:
            payouts.fail(account, made["id"])


def lives_end_green(world: World, lives: int) -> None:
    goes_on_elsewhere(world)
    lived = live(world, lives)
    goes_on_elsewhere(world)
    rest(world, lived)
    checks.press_every_button(world)
    world.pass_(days=2)
    goes_on_elsewhere(world)
    services = world.app.extensions["shop"].services
    assert reconcile(services) == []
    assert reconcile(services, whole=True) == []
    with world.database.reading() as session:
        assert open_differences(session, services) == []
    assert world.server.account.problems == []


@ONE_ENGINE
@pytest.mark.faults
def test_a_few_lives_beside_other_products_end_green(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_world(database_url, tmp_path, "reconciled", monkeypatch, deadliness=0.01) as world:
        lives_end_green(world, FEW)


@pytest.mark.faults_long
@pytest.mark.parametrize("seed", range(WORLDS))
def test_three_hundred_lives_beside_other_products_end_green(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    with a_world(database_url, tmp_path, f"reconciled {seed}", monkeypatch, deadliness=0.01) as world:
        lives_end_green(world, LIVES)

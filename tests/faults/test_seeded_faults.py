"""The random lives would notice: a guard of the shop's is taken away, and a world is found that says so."""

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from shop.payments import payment_page, refund_sending, stripe_objects
from shop.payments.gateway import Gateway
from shop.payments.gateway_errors import GatewayRefused
from shop.payments.kinds import RefundState
from tests.faults.lives import checks
from tests.faults.lives.run import HARD_TIMES, live, rest
from tests.faults.lives.world import World, a_world

pytestmark = pytest.mark.faults_long

WORLDS = 12
LIVES = 25
Seed = Callable[[pytest.MonkeyPatch, World], None]


def an_order_keeps_its_version_when_its_page_is_noted(_patch: pytest.MonkeyPatch, world: World) -> None:
    with world.database.transaction() as session:
        session.execute(text("DROP TRIGGER checkout_attempt_update_moves_version"))


def a_refund_is_not_looked_for_before_it_is_sent(patch: pytest.MonkeyPatch, _world: World) -> None:
    plain = stripe_objects.refund
    patch.setattr(stripe_objects, "refund", lambda *found, **how: replace(plain(*found, **how), mark=None))
    patch.setattr(Gateway, "marked_refund", lambda *_args: None)


def a_refused_refund_is_forgotten(patch: pytest.MonkeyPatch, _world: World) -> None:
    patch.setattr(GatewayRefused, "may_pass", False)
    states = {**RefundState.__members__, "REFUSED": RefundState.ASKED_AGAIN}
    patch.setattr(refund_sending, "RefundState", SimpleNamespace(**states))


def a_failure_is_asked_for_again_under_its_key(patch: pytest.MonkeyPatch, _world: World) -> None:
    for module in (payment_page, refund_sending):
        patch.setattr(module, "try_key", lambda row: row.key)
    patch.setattr(payment_page, "made_for", lambda *_args: [])


@pytest.mark.parametrize(
    ("seeded", "noticed"),
    [
        (an_order_keeps_its_version_when_its_page_is_noted, "its pieces are not held"),
        (a_refund_is_not_looked_for_before_it_is_sent, "stands for no request"),
        (a_refused_refund_is_forgotten, "is owed"),
        (a_failure_is_asked_for_again_under_its_key, "Stripe is well, and its buyer cannot pay"),
    ],
)
def test_without_a_guard_a_world_is_found_that_says_so(
    furnished_sqlite: Path, tmp_path: Path, seeded: Seed, noticed: str
) -> None:
    for seed in range(WORLDS):
        folder = tmp_path / f"{seed}"
        folder.mkdir()
        shutil.copy(furnished_sqlite, folder / "shop.db")
        where = (f"sqlite:///{folder / 'shop.db'}", folder)
        with (
            pytest.MonkeyPatch.context() as patch,
            a_world(*where, f"seeded {seed}", patch, deadliness=0.01) as world,
        ):
            seeded(patch, world)
            rest(world, live(world, LIVES, HARD_TIMES))
            said = [one for sentences in checks.everything_wrong(world).values() for one in sentences]
        if any(noticed in one for one in said):
            sys.stdout.write(f"\n{seeded.__name__}: noticed in world {seed + 1}\n")
            return
    pytest.fail(f"{WORLDS} worlds, and nobody noticed")

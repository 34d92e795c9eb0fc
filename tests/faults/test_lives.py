"""Random lives of orders end well whatever fails on the way: to the penny, once, and nobody is forgotten."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.lives import checks
from tests.faults.lives.process import worker_process
from tests.faults.lives.run import live, rest
from tests.faults.lives.world import World, a_world

FEW, LIVES = 12, 25
WORLDS = 20
"""25 lives in each make the 500 of the long form."""
WITH_A_REAL_WORKER = frozenset({0, 10})
"""Worlds in which the worker is a process of its own, that SIGKILL ends; elsewhere it dies inside ours."""
DEADLINESS, OF_THE_PROCESS = 0.01, 0.05


@pytest.fixture(scope="module")
def figures() -> Iterator[dict[str, Counter[str]]]:
    """Figures of all worlds, by database; said at the end."""
    totals: dict[str, Counter[str]] = {}
    yield totals
    for database, total in totals.items():
        said = ", ".join(f"{name} {count}" for name, count in total.items())
        sys.stdout.write(f"\n{database}: {said}\n")


def figures_of(world: World, lives: int, seconds: float) -> Counter[str]:
    """What a world saw, and how far its books were from Stripe's at its end."""
    apart = [abs(theirs - ours) for theirs, ours in checks.pence_by_payment(world).values()]
    return Counter(
        {
            "lives": lives,
            "payments": len(apart),
            "pence at Stripe": sum(theirs for theirs, _ in checks.pence_by_payment(world).values()),
            "pence apart": sum(apart),
            "events": world.happened["events"],
            "webhooks lost": world.happened["webhooks lost"],
            "webhooks doubled": world.happened["webhooks doubled"],
            "requests": sum(world.server.heard.values()),
            "faults": sum(world.server.weather.drawn.values()),
            "kills": sum(world.scheduler.kills.values()),
            "of them SIGKILL": sum(count for who, count in world.scheduler.kills.items() if "process" in who),
            "hours": int((world.at - world.began).total_seconds() // 3600),
            "seconds": round(seconds),
        }
    )


@pytest.mark.faults
@pytest.mark.parametrize(
    "engine_name", ["sqlite", pytest.param("postgresql", marks=pytest.mark.faults_long)], indirect=True
)
def test_a_dozen_random_lives_end_to_the_penny(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine_name: str
) -> None:
    with a_world(database_url, tmp_path, engine_name, monkeypatch, deadliness=DEADLINESS) as world:
        rest(world, live(world, FEW))
        assert checks.everything_wrong(world) == {}
        assert len(checks.pence_by_payment(world)) > FEW // 3  # buyers did pay
    assert min(world.scheduler.kills.total(), world.server.weather.drawn.total()) > 3  # and things did fail


@pytest.mark.faults_long
@pytest.mark.parametrize("seed", range(WORLDS))
def test_five_hundred_random_lives_end_to_the_penny(
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    engine_name: str,
    seed: int,
    figures: dict[str, Counter[str]],
) -> None:
    began, where = time.monotonic(), (database_url, tmp_path)
    with a_world(*where, f"{seed} {engine_name}", monkeypatch, deadliness=DEADLINESS) as world:
        if seed in WITH_A_REAL_WORKER:
            with worker_process(world, *where, deadliness=OF_THE_PROCESS):
                lives = live(world, LIVES)
        else:
            lives = live(world, LIVES)
        rest(world, lives)
        found = figures_of(world, LIVES, time.monotonic() - began)
        figures.setdefault(engine_name, Counter()).update(found)
        assert checks.everything_wrong(world) == {}

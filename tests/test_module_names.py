"""One word, one thing: no module's name means two things."""

from collections import defaultdict
from pathlib import Path

SHOP = Path(__file__).parents[1] / "shop"

OF_THE_FRAMEWORK = {"__init__", "__main__", "routes", "models", "forms"}

BEAR_THE_NOUN_THEY_SHOW = {"owner", "finance", "charity", "cli", "standin"}
"""Screens and commands, and the stand-in for somebody else's service."""

SCRIPTS = {"sample/renders", "migrations/versions"}


def test_no_module_name_means_two_things() -> None:
    found = defaultdict(list)
    for file in SHOP.rglob("*.py"):
        place = file.relative_to(SHOP)
        if place.parts[0] in BEAR_THE_NOUN_THEY_SHOW or str(place.parent) in SCRIPTS:
            continue
        if file.stem not in OF_THE_FRAMEWORK:
            found[file.stem].append(str(place))
    assert len(found) > 100
    assert {name: places for name, places in found.items() if len(places) > 1} == {}

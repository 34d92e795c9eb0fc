"""shop/README.md is true: every file and every name in it is there."""

import ast
import re
from pathlib import Path

import pytest

SHOP = Path(__file__).parents[1] / "shop"
HOUSE = (SHOP / "README.md").read_text(encoding="utf-8")

FILES = sorted(set(re.findall(r"`([\w/]+(?:\.py|/))`", HOUSE)))
NAMES = sorted(set(re.findall(r"`([\w/]+\.py):(\w+)`", HOUSE)))
TESTS = sorted(set(re.findall(r"`(tests/[\w./]+)`", HOUSE)))


def test_there_is_something_to_look_for() -> None:
    assert len(FILES) > 40
    assert len(NAMES) > 40
    assert TESTS


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_it_names_is_there(name: str) -> None:
    assert (SHOP / name).exists() or (SHOP.parent / name).exists()


@pytest.mark.parametrize(("file", "name"), NAMES)
def test_a_name_is_defined_where_it_says(file: str, name: str) -> None:
    defined = {
        node.name
        for node in ast.walk(ast.parse((SHOP / file).read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef | ast.FunctionDef)
    }
    assert name in defined


@pytest.mark.parametrize("name", TESTS)
def test_a_test_that_it_names_is_there(name: str) -> None:
    assert (SHOP.parent / name).exists()


def test_every_room_of_the_shop_has_its_place_in_the_layers() -> None:
    layers = HOUSE.partition("## Layers")[2].partition("## One order")[0]
    rooms = {
        file.name + ("/" if file.is_dir() else "")
        for file in SHOP.iterdir()
        if file.name not in {"__init__.py", "__pycache__"} and (file.is_dir() or file.suffix == ".py")
    }
    assert {room for room in rooms if f"`{room}`" not in layers} == set()

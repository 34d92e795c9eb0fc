"""A module fits into a reader's head."""

from pathlib import Path

SHOP = Path(__file__).parents[1] / "shop"

LONGEST_MODULE = 250

APART = {
    "migrations/versions/0001_first_tables.py": "every table there was, as it was",
    "sample/renders/pieces.py": "shapes for Blender, measure by measure; no part of the shop",
}


def lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def test_no_module_is_longer_than_a_reader_can_keep_in_mind() -> None:
    found = {str(file.relative_to(SHOP)): lines(file) for file in SHOP.rglob("*.py")}
    assert len(found) > 200
    assert {name for name, long in found.items() if long > LONGEST_MODULE} == APART.keys()

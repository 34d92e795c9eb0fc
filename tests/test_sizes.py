"""A module, and a function, fit into a reader's head."""

import ast
from pathlib import Path

SHOP = Path(__file__).parents[1] / "shop"

LONGEST_MODULE = 250
NINE_FUNCTIONS_OF_TEN = 16
"""Lines, from its name to its end."""

APART = {
    "migrations/versions/0001_first_tables.py": "every table there was, as it was",
}

SCRIPTS = ("migrations/versions/", "sample/renders/")


def modules() -> dict[str, str]:
    """The text of every module, by its place in the shop."""
    return {str(file.relative_to(SHOP)): file.read_text(encoding="utf-8") for file in SHOP.rglob("*.py")}


def test_no_module_is_longer_than_a_reader_can_keep_in_mind() -> None:
    found = {name: len(text.splitlines()) for name, text in modules().items()}
    assert len(found) > 200
    assert {name for name, lines in found.items() if lines > LONGEST_MODULE} == APART.keys()


def test_nine_functions_of_ten_are_short() -> None:
    found = sorted(
        node.end_lineno - node.lineno + 1
        for name, text in modules().items()
        if not name.startswith(SCRIPTS)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef)
    )
    assert len(found) > 1500
    assert found[len(found) * 9 // 10] <= NINE_FUNCTIONS_OF_TEN

"""Templates show rows that come from Python: they compute nothing, and fit into a reader's window."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

TEMPLATES = Path(__file__).parents[1] / "templates"
FILES = sorted(str(file.relative_to(TEMPLATES)) for file in TEMPLATES.rglob("*") if file.is_file())
PAGES = [name for name in FILES if name.endswith(".html")]
"""In a plain text a line's end is part of what is sent, so those are as wide as their sentences."""

WIDEST = 120
DEEPEST = 4
"""Blocks, macros, calls, choices and loops within each other. What lies deeper is a file of its own."""

NESTS = (nodes.Block, nodes.Macro, nodes.CallBlock, nodes.If, nodes.For)

COMPUTES = {
    "sum",
    "map",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "groupby",
    "unique",
    "sort",
    "batch",
    "slice",
}
"""Filters that make rows of other rows."""
CHANGES = {"append", "extend", "insert", "pop", "update", "strftime", "partition", "split", "splitlines"}
"""Calls that build rows, or take apart what could have come in parts."""
TRUSTS = {"safe"}
"""A filter that lets typed text into the page as it is."""


def parsed(name: str) -> nodes.Template:
    return Environment(autoescape=True).parse((TEMPLATES / name).read_text(encoding="utf-8"))


def depth(node: nodes.Node) -> int:
    """How many blocks lie within each other. `elif` is no deeper than its `if`."""
    below = 0
    for child in node.iter_child_nodes(exclude=("elif_",)):
        below = max(below, depth(child))
    for branch in getattr(node, "elif_", ()):
        below = max(below, depth(branch) - 1)
    return below + isinstance(node, NESTS)


@pytest.mark.parametrize("name", PAGES)
def test_no_line_is_wider_than_a_window(name: str) -> None:
    lines = (TEMPLATES / name).read_text(encoding="utf-8").splitlines()
    assert {number: len(line) for number, line in enumerate(lines, 1) if len(line) > WIDEST} == {}


@pytest.mark.parametrize("name", FILES)
def test_no_template_nests_deeper_than_a_reader_can_follow(name: str) -> None:
    assert depth(parsed(name)) <= DEEPEST


@pytest.mark.parametrize("name", FILES)
def test_no_template_builds_rows_or_trusts_a_text(name: str) -> None:
    tree = parsed(name)
    filters = {node.name for node in tree.find_all(nodes.Filter)}
    called = {
        call.node.attr if isinstance(call.node, nodes.Getattr) else call.node.name
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Getattr | nodes.Name)
    }
    assert filters & (COMPUTES | TRUSTS) == set()
    assert called & (CHANGES | {"namespace"}) == set()


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_called_for_its_effect(name: str) -> None:
    """`{% set _ = rows.append(...) %}` is a statement of Python that stands in the wrong file."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    assert re.findall(r"{%-?\s*(?:set\s+_\s*=|do\s)", text) == []


def test_the_templates_are_found() -> None:
    assert len(FILES) > 80

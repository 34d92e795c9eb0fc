"""A test in many cases asks PostgreSQL once, where each asks in the same words."""

import pytest

from tests.engines import SAME_SQL


@SAME_SQL
@pytest.mark.parametrize("asked", ["a", "b", "c"])
def test_the_first_case_alone_runs_on_postgresql(engine_name: str, asked: str) -> None:
    assert engine_name == "sqlite" or asked == "a"

"""Where SQL cannot differ, one database is enough: what is refused before it is asked, or never asks it."""

import pytest

ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)

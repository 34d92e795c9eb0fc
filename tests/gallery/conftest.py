"""The same open shop as on every other walk through it."""

from tests.journeys.conftest import open_shop, settings, taken_port, visit

__all__ = ["open_shop", "settings", "taken_port", "visit"]

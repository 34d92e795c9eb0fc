"""The same open shop as on every other walk through it."""

from tests.journeys.conftest import live_shop, settings, visit

__all__ = ["live_shop", "settings", "visit"]

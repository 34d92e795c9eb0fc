"""The time, in UTC. Everything that asks for it asks here, so that a test can set it."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment as an aware UTC datetime."""
    return datetime.now(UTC)

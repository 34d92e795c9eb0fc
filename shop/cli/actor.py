"""Whose name stands beside what was done from here."""

from typing import Final

ACTOR: Final = "command line"

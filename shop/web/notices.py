"""What is said once, on the next page."""

from typing import Final

from flask import flash

REFUSED: Final = "refused"
"""The category of what says that something was not done; the templates for staff look for it."""


def flash_refusal(said: str) -> None:
    """Say once that something was not done, and why: not in the colour of what was."""
    flash(said, REFUSED)

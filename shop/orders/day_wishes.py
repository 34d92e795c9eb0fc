"""What a buyer asked of the day an order arrives, said back: so that it can be seen to be understood."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from shop.web.dates import weekday

HOW: Final = {"needed_by": "by", "not_before": "not before", "not_on": "not on"}
"""See planner.Wishes."""


def wishes_said(wishes: Mapping[str, str]) -> str:
    """The wishes (ISO days by their names) as a sentence; empty when there are none."""
    said = [f"{HOW[wish]} {weekday(date.fromisoformat(wishes[wish]))}" for wish in HOW if wishes.get(wish)]
    return f"You asked for it to arrive {', '.join(said)}." if said else ""

"""The table that `make bench` prints."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One comparison: ours against what anyone can measure, and what we aim at."""

    what: str
    ours: str
    theirs: str
    ratio: float
    aim: str


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def show(title: str, rows: Iterable[Row]) -> None:
    say(f"\n{title}")
    say(f"  {'':36}{'ours':>18}{'against':>18}{'ratio':>9}  aim")
    for row in rows:
        say(f"  {row.what:36}{row.ours:>18}{row.theirs:>18}{row.ratio:>9.2f}  {row.aim}")


def middle(values: Iterable[float]) -> float:
    return median(list(values))

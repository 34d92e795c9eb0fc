"""Cells of a table that are more than words. The macro `data_table` shows each as what it is."""

from collections.abc import Sequence

from shop.frozen import frozen


@frozen
class Link:
    """A cell that leads somewhere. `about` is said to screen readers alone; `tall`: hit by a finger."""

    label: str
    href: str
    about: str = ""
    tall: bool = False


@frozen
class Status:
    """A state in a word and a shape ("good", "wait", "bad" or "quiet"), and what stands behind it."""

    word: str
    kind: str
    more: str = ""


Cell = str | int | Link | Status
Cells = Sequence[Cell]
"""One row of a table."""

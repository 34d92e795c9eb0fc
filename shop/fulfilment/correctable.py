"""What of a paid order can still be put right, and until when: one table."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shop.fulfilment.stages import WORDS_OPEN, Stage


class Subject(StrEnum):
    """What can be put right. A new one is a migration, too: the database checks."""

    WORDS = "words"


OPEN_WHILE: Final[Mapping[Subject, frozenset[Stage]]] = {
    Subject.WORDS: WORDS_OPEN,
}
"""Stages of a unit in which each can be put right."""

"""What of a paid order can still be put right, and until when: one table."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shop.fulfilment.stages import TO_MAKE, WORDS_OPEN, Stage


class Subject(StrEnum):
    """What can be put right. A new one is a migration, too: the database checks."""

    WORDS = "words"
    DEDICATION = "dedication"
    DELIVERY = "delivery"
    """Name, address, telephone, the message on the slip; while WORDS are open, the day it is needed by."""
    VARIANT = "metal or chain"


OPEN_WHILE: Final[Mapping[Subject, frozenset[Stage]]] = {
    Subject.WORDS: WORDS_OPEN,
    Subject.DEDICATION: frozenset(TO_MAKE) - {Stage.PACKED},
    Subject.DELIVERY: frozenset(TO_MAKE),
    Subject.VARIANT: WORDS_OPEN,
}
"""Stages of a unit in which each can be put right."""

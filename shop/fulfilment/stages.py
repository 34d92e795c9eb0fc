"""The stages of a unit from paid to delivered, and the one table of what may follow what."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """Where a unit stands. A new one is a migration, too: the database checks."""

    TO_CHECK = "to check"
    CHECKED = "checked"
    ENGRAVING = "engraving"
    ENGRAVED = "engraved"
    INSPECTED = "inspected"
    PACKED = "packed"
    POSTED = "posted"
    DELIVERED = "delivered"
    REFUNDED = "refunded"


class Action(StrEnum):
    """What is done to a unit, or happens to it."""

    CHECK = "checked"
    BEGIN = "engraving begun"
    FINISH = "engraved"
    INSPECT = "inspected"
    PACK = "packed"
    POST = "posted"
    DELIVER = "delivered"
    COME_BACK = "came back"
    HOLD = "put on hold"
    RESUME = "off hold"
    REMAKE = "to be made again"
    REFUND = "refunded"
    REFUND_BACK = "refund came back"
    CORRECT = "words corrected"
    EXCHANGE = "metal or chain changed"
    UNDO = "undone"


class Hold(StrEnum):
    """Why a unit rests."""

    QUESTION = "a question to the buyer"
    MATERIAL = "waiting for material"
    PAYMENT = "something about the payment"
    CANCELLED = "cancelled"
    """Until its money has gone; it is not to be made."""


class Remake(StrEnum):
    """Why a unit is made again."""

    SLIP = "a slip while engraving"
    FAULT = "a fault in the piece"
    WORDS = "other words"
    LOST = "lost or damaged on the way"


class Seen(StrEnum):
    """How we know that it was delivered, where nobody said so."""

    TRACKING = "by its tracking"
    ASSUMED = "assumed, as nothing was heard"


class Undelivered(StrEnum):
    """Why a parcel came back."""

    REFUSED = "refused at the door"
    NOT_COLLECTED = "not collected"
    UNKNOWN = "nobody of that name at that address"


Reason = Hold | Remake | Seen | Undelivered
"""What may stand with a step."""


class Fate(StrEnum):
    """What becomes of a piece whose price went back."""

    FREE = "back in the drawer"
    """It can be sold to somebody else."""
    SCRAP = "scrap"
    KEPT = "not coming back"
    """It stays with its buyer, or was lost on the way."""


MOVES: Final[Mapping[Action, Mapping[Stage, Stage]]] = {
    Action.CHECK: {Stage.TO_CHECK: Stage.CHECKED},
    Action.BEGIN: {Stage.CHECKED: Stage.ENGRAVING},
    Action.FINISH: {Stage.ENGRAVING: Stage.ENGRAVED},
    Action.INSPECT: {Stage.ENGRAVED: Stage.INSPECTED},
    Action.PACK: {Stage.INSPECTED: Stage.PACKED},
    Action.POST: {Stage.PACKED: Stage.POSTED},
    Action.DELIVER: {Stage.POSTED: Stage.DELIVERED},
    Action.COME_BACK: {Stage.POSTED: Stage.PACKED, Stage.DELIVERED: Stage.PACKED},
    Action.REMAKE: dict.fromkeys(
        (
            Stage.ENGRAVING, Stage.ENGRAVED, Stage.INSPECTED, Stage.PACKED, Stage.POSTED, Stage.DELIVERED,
        ),
        Stage.TO_CHECK,
    ),
}  # fmt: skip
"""By what is done: where a unit with words may come from, and where it goes."""

WITHOUT_WORDS: Final[Mapping[Action, Mapping[Stage, Stage]]] = {
    Action.CHECK: MOVES[Action.CHECK],
    Action.PACK: {Stage.CHECKED: Stage.PACKED},
    Action.POST: MOVES[Action.POST],
    Action.DELIVER: MOVES[Action.DELIVER],
    Action.COME_BACK: MOVES[Action.COME_BACK],
    Action.REMAKE: dict.fromkeys((Stage.PACKED, Stage.POSTED, Stage.DELIVERED), Stage.TO_CHECK),
}
"""The same for a unit without words."""

TO_MAKE: Final = (
    Stage.TO_CHECK, Stage.CHECKED, Stage.ENGRAVING, Stage.ENGRAVED, Stage.INSPECTED, Stage.PACKED,
)  # fmt: skip
"""Stages at the bench, in their order: a unit there still has to leave."""

POSTED_ONCE: Final = frozenset({Stage.POSTED, Stage.DELIVERED})
"""Stages at which a unit is with its buyer, or on the way."""

WORDS_OPEN: Final = frozenset({Stage.TO_CHECK, Stage.CHECKED})
"""Until engraving begins the words can be changed."""


OF_A_PARCEL: Final = frozenset({Action.POST, Action.COME_BACK})
"""What is done with a parcel and not with a unit: see `parcels` and `undelivered`."""

BACKWARDS: Final = frozenset({Action.REMAKE, Action.COME_BACK})
"""What is never simply the next thing to be done."""


def after(stage: Stage, action: Action, *, words: bool) -> Stage | None:
    """Where the action takes a unit that stands there; None when it may not be done then."""
    return (MOVES if words else WITHOUT_WORDS).get(action, {}).get(stage)


def next_action(stage: Stage, *, words: bool) -> Action | None:
    """What is to be done next with a unit; None when nothing is."""
    forward = (action for action in (MOVES if words else WITHOUT_WORDS) if action not in BACKWARDS)
    return next((action for action in forward if after(stage, action, words=words)), None)

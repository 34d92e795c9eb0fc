"""A parcel comes back; and how it is known that one was delivered"""

from shop.migrations.checks import widen

revision = "0043"
down_revision = "0042"

ACTIONS = (
    "checked", "engraving begun", "engraved", "inspected", "packed", "posted", "delivered", "came back",
    "put on hold", "off hold", "to be made again", "refunded", "refund came back", "words corrected", "undone",
)  # fmt: skip
REASONS = (
    "a question to the buyer", "waiting for material", "something about the payment", "cancelled",
    "a slip while engraving",
    "a fault in the piece", "other words", "lost or damaged on the way", "by its tracking",
    "assumed, as nothing was heard", "refused at the door", "not collected", "nobody of that name at that address",
)  # fmt: skip


def upgrade() -> None:
    widen("unit_step", "action", ACTIONS)
    widen("unit_step", "reason", REASONS)

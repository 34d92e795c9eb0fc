"""Units that were cancelled rest until their money has gone"""

from shop.migrations.checks import widen

revision = "0038"
down_revision = "0037"

HOLDS = ("a question to the buyer", "waiting for material", "something about the payment", "cancelled")
REMAKES = (
    "a slip while engraving", "a fault in the piece", "other words", "lost or damaged on the way",
)  # fmt: skip


def upgrade() -> None:
    widen("unit", "held", HOLDS)
    widen("unit_step", "reason", (*HOLDS, *REMAKES))

"""Where an order goes, and its dedications, can be put right"""

from shop.migrations.checks import widen

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    widen("correction", "subject", ("words", "dedication", "delivery"))

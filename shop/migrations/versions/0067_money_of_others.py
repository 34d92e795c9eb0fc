"""The books have an account for money at Stripe that is not the shop's"""

from shop.migrations.checks import widen

revision = "0067"
down_revision = "0066"

ACCOUNTS = (
    "stripe", "clearing", "transit", "bank", "vat", "to go back", "other", "gifts owed", "gifts held",
    "sales", "postage", "refunds", "disputes", "stripe fees", "dispute fees", "gifts",
)  # fmt: skip


def upgrade() -> None:
    widen("month_sum", "account", ACCOUNTS)

"""Stripe's lists of what moved, page by page: whoever reads them keeps where they are themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypedDict

from shop.payments import stripe_objects
from shop.payments.gateway_errors import stripe_errors
from shop.payments.stripe_snapshot import MoveSeen, PayoutSeen

if TYPE_CHECKING:
    from shop.payments.stripe_client import StripeClient

PAGE: Final = 100
"""The most that Stripe gives at once."""


class Which(TypedDict, total=False):
    """Which rows of a list."""

    since: datetime | None
    """Made then or later."""
    after: str | None
    """Older than this one, the last of the page before."""
    payout: str
    """What an automatic payout is made of, itself among it; Stripe refuses to say it of another."""
    source: str
    """About this charge, refund, dispute or payout."""


def moves(client: "StripeClient", which: Which) -> tuple[Sequence[MoveSeen], bool]:
    """Balance transactions, newest first, and whether there are older ones."""
    with stripe_errors():
        page = client.v1.balance_transactions.list(_asked(which))
    return [stripe_objects.move(row.to_dict()) for row in page.data], page.has_more


def payouts(client: "StripeClient", which: Which) -> tuple[Sequence[PayoutSeen], bool]:
    """Payouts, newest first, and whether there are older ones."""
    with stripe_errors():
        page = client.v1.payouts.list(_asked(which))
    return [stripe_objects.payout(row.to_dict()) for row in page.data], page.has_more


def _asked(which: Which) -> Any:
    asked: dict[str, Any] = {"limit": PAGE}
    if since := which.get("since"):
        asked["created"] = {"gte": int(since.timestamp())}
    if after := which.get("after"):
        asked["starting_after"] = after
    return asked | {name: value for name, value in which.items() if name in ("payout", "source")}

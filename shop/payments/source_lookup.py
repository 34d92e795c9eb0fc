"""Whose money at Stripe is: the order that a payment names, for charges, refunds and disputes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from shop.frozen import frozen
from shop.payments.gateway_errors import stripe_errors
from shop.payments.stripe_objects import identifier

if TYPE_CHECKING:
    from shop.payments.stripe_client import StripeClient

PATHS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "ch": ("charges", ("payment_intent",)),
    "py": ("charges", ("payment_intent",)),
    "re": ("refunds", ("payment_intent", "charge")),
    "pyr": ("refunds", ("payment_intent", "charge")),
    "dp": ("disputes", ("payment_intent", "charge")),
    "du": ("disputes", ("payment_intent", "charge")),
}
"""By the beginning of an id: where it is asked for, and what of it is expanded."""


@frozen
class Whose:
    """What a payment says of itself."""

    order_reference: str | None
    """The order that it names, as every payment of ours does; None of another product's."""
    payment_intent: str | None


def of(client: "StripeClient", source: str) -> Whose | None:
    """Whose a charge, refund or dispute is; None of anything else. Raises GatewayDown or GatewayRefused."""
    path, expanded = PATHS.get(source.partition("_")[0], (None, ()))
    if path is None:
        return None
    with stripe_errors():
        answer = client.raw_request("get", f"/v1/{path}/{source}", expand=list(expanded))
    found: dict[str, Any] = answer.data
    places = [found, *(found.get(name) for name in expanded)]
    named = [(one.get("metadata") or {}).get("order") for one in places if isinstance(one, dict)]
    reference = next((name for name in named if name), None)
    return Whose(reference, identifier(found.get("payment_intent")))

"""What is asked of Stripe about suspected fraud. A restricted key may not see it: then none is seen."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from shop.payments import stripe_objects
from shop.payments.gateway_errors import GatewayRefused, stripe_errors
from shop.payments.stripe_snapshot import SuspicionSeen

if TYPE_CHECKING:
    from shop.payments.stripe_client import StripeClient

PAGE: Final = 100


def of(
    client: "StripeClient",
    intents: Iterable[Mapping[str, Any]],
    asked: Iterable[str],
    known: Iterable[str],
) -> Iterator[SuspicionSeen]:
    """Reviews that these payments name, or that are `known`; warnings about those that are `asked` for.

    Raises GatewayDown.
    """
    named = {stripe_objects.identifier(intent.get("review")) for intent in intents}
    for review_id in sorted({found for found in named if found} | set(known)):
        with suppress(GatewayRefused), stripe_errors():
            yield stripe_objects.review(client.v1.reviews.retrieve(review_id).to_dict())
    for intent in asked:
        yield from _warnings(client, intent)


def _warnings(client: "StripeClient", intent: str) -> Iterator[SuspicionSeen]:
    with suppress(GatewayRefused), stripe_errors():
        page = client.v1.radar.early_fraud_warnings.list({"payment_intent": intent, "limit": PAGE})
        yield from [stripe_objects.warning(row.to_dict()) for row in page.auto_paging_iter()]

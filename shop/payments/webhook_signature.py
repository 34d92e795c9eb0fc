"""Which messages to the webhook are believed: those that Stripe signed with our secret, and lately."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from shop.payments import stripe_objects
from shop.payments.gateway_errors import BadEvent
from shop.payments.stripe_snapshot import EventSeen

TOLERANCE_SECONDS: Final = 300
"""How far a message's timestamp may lie from now, either way. The SDK itself checks only the past."""


def verified_event(raw: bytes, signature: str | None, secret: str, clocks: Iterable[datetime]) -> EventSeen:
    """The event in a message: the bytes as they came and the Stripe-Signature header.

    Version and mode are given back unchecked. Raises BadEvent for any message that is not signed with this
    secret within TOLERANCE_SECONDS of one of the clocks, or that is signed but is no event.
    """
    from shop.payments.stripe_client import verified  # noqa: PLC0415 - only a message to the webhook needs it

    stamp = verified(raw, signature, secret)
    if min(abs(now.timestamp() - stamp) for now in clocks) > TOLERANCE_SECONDS:
        raise BadEvent("the signature's time is too far from now")
    try:
        return stripe_objects.event(json.loads(raw))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BadEvent("the message is signed but is not an event") from error

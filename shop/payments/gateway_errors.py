"""What can go wrong between the shop and whoever takes the payment: one class per failure."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

MAY_PASS: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
"""Statuses of refusals that end by themselves or when somebody mends a key. 409 and 429 are GatewayDown."""

CODES_THAT_MAY_PASS: Final = frozenset(
    {
        "balance_insufficient",
        "insufficient_funds",
        "charge_disputed",  # until the dispute is decided
        "account_invalid",
        "api_key_expired",
        "secret_key_required",
        "platform_api_key_expired",
        "lock_timeout",
        "rate_limit",
        "idempotency_key_in_use",
    }
)
"""docs.stripe.com/error-codes"""


class GatewayDown(Exception):
    """Stripe could not be reached, answered too late, or failed on its side. Trying again later is right.

    `status` is None when there was no answer: then what was asked may have been done, and must be asked for
    with the same key.
    """

    def __init__(self, cause: str, status: int | None = None) -> None:
        super().__init__(f"the payment service cannot be reached at the moment ({cause})")
        self.cause = cause
        self.status = status

    @property
    def failed(self) -> bool:
        """Whether Stripe failed on its side, and will say so again to whoever asks with the same key."""
        return self.status is not None and self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


class GatewayRefused(Exception):
    """Stripe understood the request and said no. Sending the same again gets the same answer.

    Stripe's own sentence is kept apart from `str()`, because it can quote what was sent and logs must not.
    """

    def __init__(self, code: str | None, message: str, status: int = 400) -> None:
        super().__init__(f"the payment service refused the request ({code or status})")
        self.code = code
        self.message = message
        self.status = status

    @property
    def may_pass(self) -> bool:
        """Whether the reason may pass: a key is mended, a balance filled, a dispute decided."""
        return self.status in MAY_PASS or self.code in CODES_THAT_MAY_PASS


class KeyTaken(GatewayRefused):
    """The idempotency key was used for another request: nothing was done. Ask with another key."""


class CannotExpire(Exception):
    """The session is no longer open, so it cannot be expired: look at what became of it instead."""

    def __init__(self, session_id: str) -> None:
        super().__init__(f"the payment session {session_id} is no longer open")
        self.session_id = session_id


class BadEvent(Exception):
    """A message to the webhook that is not, or not any more, Stripe's word. Nothing in it was believed."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def stripe_errors() -> Iterator[None]:
    """Turn the errors of Stripe's SDK into these."""
    try:
        yield
    except Exception as error:
        from shop.payments.stripe_client import translated  # noqa: PLC0415 - whoever asked Stripe has it

        if (ours := translated(error)) is None:
            raise
        # A refusal is not chained: Stripe's sentence can quote what was sent, and a traceback would print it.
        raise ours from (error if isinstance(ours, GatewayDown) else None)

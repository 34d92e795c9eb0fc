"""What can go wrong between the shop and whoever takes the payment: one class per failure."""


class GatewayDown(Exception):
    """Stripe could not be reached, answered too late, or failed on its side. Trying again later is right."""

    def __init__(self, cause: str) -> None:
        super().__init__(f"the payment service cannot be reached at the moment ({cause})")
        self.cause = cause


class GatewayRefused(Exception):
    """Stripe understood the request and said no. Sending the same again gets the same answer.

    Stripe's own sentence is kept apart from `str()`, because it can quote what was sent and logs must not.
    """

    def __init__(self, code: str | None, message: str, status: int = 400) -> None:
        super().__init__(f"the payment service refused the request ({code or status})")
        self.code = code
        self.message = message
        self.status = status


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

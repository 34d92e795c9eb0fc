"""Why a photograph is not taken or traced now, as it is said, and with which status."""

from http import HTTPStatus
from typing import Final

from shop.artwork.refusals import NotTraced
from shop.network import UsedUp
from shop.uploads.store import TooMany
from shop.uploads.trace_queue import Busy

REFUSED: Final = (NotTraced, TooMany, UsedUp, Busy)
NO_COOKIE: Final = (
    "Your browser did not keep the one cookie that a photograph needs, so it was not kept. Please allow "
    "cookies for this site and choose it again; or write to {}."
)
SLOW_DOWN: Final = "Many photographs came in a short time. Please wait a minute and try again."


def said_of(refused: Exception) -> tuple[str, HTTPStatus]:
    """The sentence for one of REFUSED, and its status."""
    if isinstance(refused, UsedUp):
        return SLOW_DOWN, HTTPStatus.TOO_MANY_REQUESTS
    if isinstance(refused, Busy):
        return str(refused), HTTPStatus.SERVICE_UNAVAILABLE
    return str(refused), HTTPStatus.UNPROCESSABLE_ENTITY

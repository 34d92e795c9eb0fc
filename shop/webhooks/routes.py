"""/webhooks/stripe: verified on the raw bytes, kept for the worker, answered at once."""

from http import HTTPStatus

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.container import current_services
from shop.payments.gateway_errors import BadEvent
from shop.payments.stripe_snapshot import EventSeen
from shop.webhooks.handlers import receive

blueprint = Blueprint("webhooks", __name__)

MOST_BYTES = 256 * 1024


@blueprint.post("/webhooks/stripe")
def stripe() -> ResponseReturnValue:
    """Take one event. 200: kept, or of no meaning here. 400: not from Stripe, or not for us. Else: again.

    Stripe's servers carry no form token, they sign: `create_app` opens this address to them.
    """
    services = current_services()
    if (request.content_length or 0) > MOST_BYTES:
        return "too large", HTTPStatus.BAD_REQUEST
    try:
        event = services.gateway.read_event(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except BadEvent:
        return "bad signature", HTTPStatus.BAD_REQUEST
    if problem := _not_for_us(event):
        current_app.logger.error("event %s refused: %s", event.id, problem)
        return problem, HTTPStatus.BAD_REQUEST
    receive(services, event)
    return "", HTTPStatus.OK


def _not_for_us(event: EventSeen) -> str | None:
    if event.livemode != web.settings().livemode:
        return "wrong mode"
    from shop.payments.stripe_client import API_VERSION  # noqa: PLC0415 - the SDK is loaded once it is asked

    return None if event.api_version == API_VERSION else "wrong api version"

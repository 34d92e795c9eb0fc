"""/checkout/thanks: coming back from paying."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.catalogue import page_cache
from shop.checkout import basket_reading, basket_words, cookie
from shop.checkout.papers_shown import of_order
from shop.checkout.presenters import given_said, ordered_shown, windows_said
from shop.container import current_services
from shop.fulfilment.corrections import words_windows
from shop.orders.lifecycle import with_link
from shop.orders.states import State
from shop.orders.view import summary_of, view
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.sync import StillMoving, of_page, sync_order

blueprint = Blueprint("thanks", __name__)

AFTER_PAYING: Final[Mapping[State, str]] = {
    State.PAID: "paid",
    State.PART_REFUNDED: "paid",
    State.AWAITING: "waiting",
    State.PROCESSING: "waiting",
    State.EXPIRED: "unpaid",
    State.FAILED: "unpaid",
}
"""What the page of thanks says of an order in these states."""


@blueprint.get("/checkout/thanks")
def thanks() -> ResponseReturnValue:
    """Back from paying. The order is found by session and its own cookie; nothing else is believed."""
    services, seen = current_services(), _own_order(request.args.get("session_id", ""))
    if not seen:
        abort(
            HTTPStatus.NOT_FOUND,
            "We cannot show this order here. The e-mail we send you has a link to it that always works.",
        )
    # Without an answer the page says what we know; webhook or sweep bring the rest.
    order_id = seen[0].Order.id
    with suppress(GatewayDown, GatewayRefused, StillMoving):
        sync_order(services, order_id, about_paying=True, seen=seen)
    with web.looking() as session:
        order, token = with_link(session, order_id, services.secret_key)
        opened = view(session, services.vault, order)
        windows = words_windows(session, order, [line.row for line in opened.lines])
        count = basket_reading.count(session, cookie.token() or "")
    page = make_response(
        render_template(
            "checkout/thanks.html",
            lines=ordered_shown(page_cache.shown().catalogue, opened.lines),
            order=opened,
            stage=AFTER_PAYING.get(opened.state, "other"),
            given=given_said(opened),
            printed=of_order(opened, ()),
            summary=summary_of(opened, order),
            windows=windows_said(opened.lines, windows, page_cache.plan().schedule),
            token=token,
            order_url=f"/orders/{token}" if token else None,
            left=_still_there(count),
        )
    )
    return cookie.show_count(page, count)


def _still_there(count: int) -> str:
    """What is in the basket that was put there after the order was placed; empty for nothing."""
    if count == 1:
        return "One piece is still in your basket: it was not part of this order."
    return f"{count} pieces are still in your basket: they were not part of this order." if count else ""


def _own_order(session_id: str) -> Sequence[Any]:
    token = cookie.token()
    if token is None or not session_id:
        return ()
    with web.looking() as session:
        return of_page(session, session_id, basket_words.token_hash(token))

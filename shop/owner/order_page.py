"""What an order's page in the workshop shows, and looking at Stripe from it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from flask import abort
from sqlalchemy import select

from shop import bench, web
from shop.container import current_services
from shop.emails.order_emails import named
from shop.engraving.faces import FACES
from shop.engraving.writers import FORMATS
from shop.mail import outbox
from shop.orders.lifecycle import UNPAID, State
from shop.orders.models import Order
from shop.orders.view import OrderView, view
from shop.owner.proofs import drawn_for, large_proofs
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.kinds import OWED_STILL, EntryKind, RefundReason
from shop.payments.models import PaymentEntry, RefundRequest
from shop.payments.order_record import PRINCIPAL
from shop.payments.refundable import Refundable, refundable
from shop.payments.sync import StillMoving, sync_order

TAGS: Final = {
    State.PAID: "good",
    State.PART_REFUNDED: "good",
    State.AWAITING: "quiet",
    State.PROCESSING: "wait",
    State.REVIEW: "bad",
    State.DISPUTED: "bad",
    State.DISPUTE_LOST: "bad",
}
"""The shape beside each state's word."""

AWAY: Final = "Stripe cannot be reached at the moment. It is asked again every few minutes."
KEY_REFUSED: Final = (
    "Stripe does not accept the shop's key at the moment, so nothing could be looked up. It is asked again "
    "every few minutes; if the key was changed at Stripe, the shop needs the new one (STRIPE_SECRET_KEY)."
)
UNKNOWN_THERE: Final = (
    "Stripe does not know this order's payment page. That is so when it was paid to another account, or with "
    "test keys; nothing here was changed."
)

REASONS: Final[Mapping[str, str]] = {
    "balance_insufficient": "there is not enough in the balance at Stripe",
    "insufficient_funds": "there is not enough in the balance at Stripe",
    "charge_disputed": "the payment is disputed",
    "charge_already_refunded": "all of the payment went back before",
    "api_key_expired": "Stripe does not accept the shop's key",
    "401": "Stripe does not accept the shop's key",
    "403": "the shop's key may not send refunds",
    "no answer": "Stripe does not answer",
    "failed": "the bank could not take it",
    "canceled": "it was cancelled at Stripe",
    "not known": "the shop was brought up to date while it was under way, so please look in Stripe's "
    "dashboard whether it went through before you send it again",
}


def why(code: str | None) -> str:
    """Why a refund was not sent, in words; Stripe's own code where there are none."""
    return REASONS.get(code or "", f"Stripe says {code}") if code else ""


def sync_now(order_id: int) -> str | None:
    """Ask Stripe how an order stands. Give a sentence when that could not be done."""
    try:
        sync_order(current_services(), order_id)
    except (GatewayDown, StillMoving):
        return AWAY
    except GatewayRefused as error:
        return UNKNOWN_THERE if error.status == HTTPStatus.NOT_FOUND else KEY_REFUSED
    return None


def opened(reference: str) -> OrderView:
    """The order, opened for showing; 404 when there is none."""
    with web.reading() as session:
        order = session.scalars(select(Order).where(Order.reference == reference)).one_or_none()
        if order is None:
            abort(HTTPStatus.NOT_FOUND)
        return view(session, current_services().vault, order)


def money_of(order: OrderView) -> Refundable | None:
    """What of it can be given back and what has gone; None when nothing was paid or review comes first."""
    if order.state in UNPAID or order.state is State.REVIEW or not current_services().owns(order.row):
        return None
    with web.reading() as session:
        return refundable(session, order.row)


def first_to_tick(money: Refundable | None) -> str:
    """The id of the first box that can be ticked; nothing when there is none."""
    if money is None or not (money.free or money.postage_free):
        return ""
    return f"line-{money.free[0]}" if money.free else "postage"


def context(reference: str, problems: dict[str, str] | None = None) -> dict[str, Any]:
    """Everything that the order's page shows."""
    order = opened(reference)
    with web.reading() as session:
        requests = session.scalars(
            select(RefundRequest)
            .where(RefundRequest.order_id == order.row.id, RefundRequest.state.in_(OWED_STILL))
            .order_by(RefundRequest.id)
        ).all()
        entries = session.scalars(select(PaymentEntry).where(PaymentEntry.order_id == order.row.id)).all()
        tool = bench.current(session).tool
        not_arrived = outbox.not_arrived(session, order.row.id)
    money = money_of(order)
    return {
        "order": order,
        "proofs": large_proofs(order.lines),
        "machines": {line.row.number: drawn_for(line, tool) for line in order.lines},
        "faces": FACES,
        "formats": FORMATS.values(),
        "tags": TAGS,
        "problems": problems or {},
        "money": money,
        "first": first_to_tick(money),
        "waiting": requests,
        "why": why,
        "not_arrived": [(named(email.kind), email.dropped is None) for email in not_arrived],
        "unexplained": _unexplained(order, entries, requests),
    }


def _unexplained(
    order: OrderView, entries: Sequence[PaymentEntry], requests: Sequence[RefundRequest]
) -> PaymentEntry | None:
    """The payment that the owner must accept or send back; None when there is none, or it was decided."""
    all_back = {RefundReason.UNEXPLAINED, RefundReason.UNFILLABLE}
    decided = any(request.reason in all_back for request in requests)
    if order.state is not State.REVIEW or decided:
        return None
    first = next((entry for entry in entries if entry.kind in PRINCIPAL), None)
    return first if first is not None and first.kind == EntryKind.UNEXPLAINED else None

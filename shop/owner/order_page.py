"""What an order's page in the workshop shows, and looking at Stripe from it."""

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from flask import abort
from sqlalchemy import select

from shop import bench, web
from shop.container import current_services
from shop.fulfilment import parcel_corrections, parcels, photograph_days, questions
from shop.fulfilment.stages import Stage
from shop.orders import notes
from shop.orders.lifecycle import UNPAID, State
from shop.orders.models import Order
from shop.orders.order_summary import days_said
from shop.orders.view import OrderView, view
from shop.owner import email_rows
from shop.owner.bench_tickets import bench_ticket
from shop.owner.claim_rows import rows_of
from shop.owner.order_history import happened
from shop.owner.order_money import (
    NOTHING_TYPED,
    Typed,
    refund_form,
    review_notice,
    waiting_refunds,
    why_no_refund,
)
from shop.owner.paper_choices import of_order
from shop.owner.parcels import parcels_shown
from shop.owner.send_backs import returning
from shop.owner.units import UnitShown, shown
from shop.payment_links import payment_links
from shop.payments import supplements
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.kinds import OWED_STILL, EntryKind, RefundReason
from shop.payments.models import PaymentEntry, RefundRequest
from shop.payments.order_record import PRINCIPAL
from shop.payments.refundable import Refundable, refundable
from shop.payments.sync import StillMoving, sync_order
from shop.web.cells import Link, Status

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

STRIPE_AWAY: Final = "Stripe cannot be reached at the moment. It is asked again every few minutes."
KEY_REFUSED: Final = (
    "Stripe does not accept the shop's key at the moment, so nothing could be looked up. It is asked again "
    "every few minutes; if the key was changed at Stripe, the shop needs the new one (STRIPE_SECRET_KEY)."
)
UNKNOWN_THERE: Final = (
    "Stripe does not know this order's payment page. That is so when it was paid to another account, or with "
    "test keys; nothing here was changed."
)
WISHES: Final = {
    "needed_by": "It has to be there by",
    "not_before": "Not to arrive before",
    "not_on": "Not to arrive on",
}
"""What the buyer said of the day; see planner.Wishes."""


def state_shown(state: str, more: str = "") -> Status:
    """An order's state with its shape."""
    return Status(state, TAGS.get(State(state), "quiet"), more)


def sync_now(order_id: int) -> str | None:
    """Ask Stripe how an order stands. Give a sentence when that could not be done."""
    try:
        sync_order(current_services(), order_id)
    except (GatewayDown, StillMoving):
        return STRIPE_AWAY
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


MONEY: Final = ("review", "waiting", "refund", "no_refund")
"""What the page may have of an order's money."""


def _places(shown: Mapping[str, Any]) -> list[Link]:
    """The parts of the page that are there, as links to them."""
    parts = (
        ("#unit-1", "Pieces", True),
        ("#claims", "Report a problem", shown["claims"]),
        ("#goes-to", "Address", shown["order"].contact),
        ("#papers", "Paper", shown["to_print"]),
        ("#parcels", "Posted", shown["parcels"]),
        ("#money", "Money", any(shown[part] for part in MONEY)),
        ("#notes", "Notes", True),
        ("#happened", "What happened", True),
    )
    return [Link(label, href, tall=True) for href, label, there in parts if there]


def context(
    reference: str, *, problem: str = "", at: str = "", typed: Typed = NOTHING_TYPED
) -> dict[str, Any]:
    """Everything that the order's page shows.

    `problem` stands at the field `at`, or at the first field of a refund; `typed` is what stood in those.
    """
    order = opened(reference)
    with web.reading() as session:
        requests = session.scalars(
            select(RefundRequest)
            .where(RefundRequest.order_id == order.row.id, RefundRequest.state.in_(OWED_STILL))
            .order_by(RefundRequest.id)
        ).all()
        entries = session.scalars(select(PaymentEntry).where(PaymentEntry.order_id == order.row.id)).all()
        tool = bench.current(session).tool
        pictures = photograph_days.kept_of(session, order)
        units = shown(session, order.row, [line.row for line in order.lines])
        sent = parcels_shown(session, order.row.id, parcels.parcels_of(session, order.row.id))
        not_arrived = email_rows.not_arrived(session, order.row.id)
        emails = email_rows.to_send_again(session, order.row.id) if order.contact else ()
        link = payment_links.of_order(session, order.row.id)
        days_before = parcel_corrections.wishes_before(session, current_services().vault, order.row.id)
        history = happened(session, order, entries, link)
        written = notes.notes_of(session, current_services().vault, order.row.id)
        asked = questions.questions_of(session, current_services().vault, order.row.id)
        claims = rows_of(session, order.row)
        back = returning(session, order.row)
        supplement = supplements.waiting_of(session, order.row.id)
        vault = current_services().vault
        asked_because = supplements.why_asked(session, vault, supplement) if supplement else ""
    money = money_of(order)
    refund = refund_form(order, money, typed)
    problems = {at or (refund.first if refund else ""): problem} if problem else {}
    parts: dict[str, Any] = {
        "order": order,
        "state": state_shown(order.state),
        "asked_by": link.via if link else "",
        "tickets": [
            bench_ticket(reference, line, tool, units.get(line.row.number), pictures) for line in order.lines
        ],
        "papers": of_order(),
        "to_print": [
            line.row.id
            for line in order.lines
            if order.contact and _is_printed_for(units.get(line.row.number))
        ],
        "days_before": days_said(days_before.get(order.row.id, {})),
        "wishes": [(WISHES[wish], date.fromisoformat(day)) for wish, day in order.wishes.items()],
        "promised": order.row if _is_due(order.state, units) else None,
        "parcels": sent,
        "history": history,
        "notes": written,
        "questions": asked,
        "claims": claims,
        "returning": back,
        "problems": problems,
        "refund": refund,
        "no_refund": why_no_refund(money),
        "waiting": waiting_refunds(requests, problems),
        "supplement": supplement,
        "supplement_why": asked_because,
        "review": review_notice(order, _unexplained(order, entries, requests)),
        "not_arrived": not_arrived,
        "emails": emails,
    }
    return parts | {"places": _places(parts)}


def _is_due(state: State, units: Mapping[int, UnitShown]) -> bool:
    """Whether the day that was promised still means something: not once nothing is to be had any more."""
    if not units:
        return state not in {State.EXPIRED, State.FAILED, State.REFUNDED, State.DISPUTE_LOST}
    return any(unit.stage != Stage.REFUNDED for unit in units.values())


def _is_printed_for(unit: UnitShown | None) -> bool:
    return unit is not None and unit.worked_on and not unit.held


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

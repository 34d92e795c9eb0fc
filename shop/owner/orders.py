"""The owner's orders: what to make, with the words large enough to read at the bench."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shop import alerts, web
from shop.accounts.access import require
from shop.engraving.faces import FACES
from shop.engraving.writers import FORMATS
from shop.money import pounds_and_pence
from shop.orders.converge import Services, StillMoving, converge
from shop.orders.lifecycle import UNPAID, State
from shop.orders.models import Order, OrderLine
from shop.orders.refunds import MoreThanPaid, NothingToRefund, ask
from shop.orders.view import OrderView, view
from shop.owner.proofs import large_proofs
from shop.payments.gateway import GatewayDown

blueprint = Blueprint("owner_orders", __name__, url_prefix="/owner")

MOST_ROWS = 200

TAGS = {
    State.PAID: "good",
    State.PART_REFUNDED: "good",
    State.AWAITING: "quiet",
    State.PROCESSING: "wait",
    State.REVIEW: "bad",
    State.DISPUTED: "bad",
    State.DISPUTE_LOST: "bad",
}
"""The shape beside each state's word."""


@blueprint.get("/")
@require("owner")
def today() -> ResponseReturnValue:
    """Where the owner starts: with what needs a person, otherwise straight to the orders."""
    with web.reading() as session:
        start = "/owner/alerts" if alerts.count_open(session) else "/owner/orders"
    return redirect(start, HTTPStatus.SEE_OTHER)


@blueprint.get("/orders")
@require("owner")
def index() -> ResponseReturnValue:
    """The orders, newest first; unpaid ones only when asked for."""
    everything = request.args.get("all") == "1"
    query = select(Order).order_by(Order.placed_at.desc(), Order.id.desc()).limit(MOST_ROWS)
    if not everything:
        query = query.where(Order.state.not_in(UNPAID))
    with web.reading() as session:
        orders = session.scalars(query).all()
        pieces = _pieces(
            session.scalars(select(OrderLine).where(OrderLine.order_id.in_([o.id for o in orders]))).all()
        )
    return render_template(
        "owner/orders.html", orders=orders, pieces=pieces, tags=TAGS, everything=everything
    )


@blueprint.get("/orders/<reference>")
@require("owner")
def show(reference: str) -> ResponseReturnValue:
    """One order with everything needed to make and send it."""
    return render_template("owner/order.html", **_context(reference))


@blueprint.post("/orders/<reference>/looks")
@require("owner")
def look(reference: str) -> ResponseReturnValue:
    """Ask Stripe how the order stands."""
    order = _opened(reference)
    try:
        converge(web.wired(Services), order.row.id)
        flash("Stripe was asked; what you see is up to date.")
    except (GatewayDown, StillMoving):
        flash("Stripe cannot be reached at the moment. It is asked again every few minutes.")
    return redirect(f"/owner/orders/{reference}", HTTPStatus.SEE_OTHER)


@blueprint.post("/orders/<reference>/refunds")
@require("owner")
def refund(reference: str) -> ResponseReturnValue:
    """Give money back for whole pieces or the postage."""
    order = _opened(reference)
    numbers = {str(line.row.number): line.row.number for line in order.lines}
    chosen = [numbers[ticked] for ticked in request.form.getlist("line") if ticked in numbers]
    postage = request.form.get("postage") == "1"
    try:
        with web.transaction() as session:
            asked = ask(session, order.row.id, lines=chosen, postage=postage, actor=g.account.email)
    except NothingToRefund:
        problem = "Please choose a piece that has not been refunded yet, or the postage."
        return _again(reference, problem)
    except MoreThanPaid:
        return _again(reference, "That is more than what is left of this payment.")
    try:
        converge(web.wired(Services), order.row.id)
        flash(f"{pounds_and_pence(asked.amount_pence)} is on its way back to the buyer.")
    except (GatewayDown, StillMoving):
        flash("The refund is written down and will be sent as soon as Stripe can be reached.")
    return redirect(f"/owner/orders/{reference}", HTTPStatus.SEE_OTHER)


def _again(reference: str, problem: str) -> ResponseReturnValue:
    context = _context(reference, {"line-1": problem})
    ticked = {*request.form.getlist("line"), *(["postage"] if request.form.get("postage") == "1" else [])}
    page = render_template("owner/order.html", **context, ticked=ticked)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _opened(reference: str) -> OrderView:
    with web.reading() as session:
        order = session.scalars(select(Order).where(Order.reference == reference)).one_or_none()
        if order is None:
            abort(HTTPStatus.NOT_FOUND)
        return view(session, web.wired(Services).vault, order)


def _context(reference: str, problems: dict[str, str] | None = None) -> dict[str, object]:
    order = _opened(reference)
    return {
        "order": order,
        "proofs": large_proofs(order.lines),
        "faces": FACES,
        "formats": FORMATS.values(),
        "tags": TAGS,
        "problems": problems or {},
        "refundable": order.state not in UNPAID and order.state is not State.REVIEW,
    }


def _pieces(lines: Sequence[OrderLine]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for line in lines:
        found.setdefault(line.order_id, []).append(line.piece_name)
    return found

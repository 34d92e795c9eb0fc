"""Giving money back from the workshop: the sum is shown, then confirmed; what does not go well is said."""

from http import HTTPStatus

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.money import pounds_and_pence
from shop.orders.view import OrderView
from shop.owner.order_money import why
from shop.owner.order_page import AWAY, context, money_of, opened, sync_now
from shop.payments import review
from shop.payments.kinds import RefundState
from shop.payments.models import RefundRequest
from shop.payments.refundable import MoreThanPaid, NothingToRefund
from shop.payments.refunds import NotWaiting, ask, close, send_again

blueprint = Blueprint("owner_refunds", __name__, url_prefix="/owner")

DECIDED_BEFORE = "Somebody has decided that already, or it is no longer needed. Nothing was changed."
LONGEST_NOTE = 500


@blueprint.post("/orders/<reference>/refunds")
@require("owner")
def refund(reference: str) -> ResponseReturnValue:
    """Give money back for whole pieces or the postage. Until the sum is confirmed it is only shown."""
    order = opened(reference)
    chosen, postage = _ticked(order)
    money = money_of(order)
    if money is None:
        return _again(reference, "Nothing was paid that could be given back.")
    try:
        amount = money.amount(chosen, postage=postage)
        if request.form.get("agreed") != str(amount):
            free = sorted(set(chosen) & set(money.free))
            return _confirm(order, free, amount, postage=postage and money.postage_free)
        with web.transaction() as session:
            actor = g.account.email
            asked = ask(
                session, order.row.id, lines=chosen, postage=postage, actor=actor, agreed_pence=amount
            )
    except NothingToRefund:
        problem = "Please choose a piece that has not been refunded yet, or the postage."
        return _again(reference, problem)
    except MoreThanPaid:
        return _again(reference, "That is more than what is left of this payment.")
    return _sent(reference, asked)


@blueprint.post("/orders/<reference>/refunds/<int(max=2147483647):number>/sending")
@require("owner")
def again(reference: str, number: int) -> ResponseReturnValue:
    """Send a refund that waits, was refused or came back."""
    order = opened(reference)
    try:
        with web.transaction() as session:
            asked = send_again(session, order.row.id, number, actor=g.account.email)
    except NotWaiting:
        return _back(reference, DECIDED_BEFORE)
    return _sent(reference, asked)


@blueprint.post("/orders/<reference>/refunds/<int(max=2147483647):number>/closing")
@require("owner")
def closing(reference: str, number: int) -> ResponseReturnValue:
    """Say that a refund is not to be sent, and why: it was returned by other means, or is not wanted."""
    order, note = opened(reference), " ".join(request.form.get(f"note-{number}", "").split())[:LONGEST_NOTE]
    if not note:
        return _again(reference, "Please say in a few words how, or why not.", f"note-{number}")
    returned = request.form.get("how") != "withdrawn"
    try:
        with web.transaction() as session:
            close(session, order.row.id, number, returned=returned, note=note, actor=g.account.email)
    except NotWaiting:
        return _back(reference, DECIDED_BEFORE)
    said = "It is noted as returned by other means." if returned else "It is noted that it is not sent."
    return _back(reference, sync_now(order.row.id) or said)


@blueprint.post("/orders/<reference>/acceptance")
@require("owner")
def acceptance(reference: str) -> ResponseReturnValue:
    """Take a payment that is not what was asked for as the order's."""
    order = opened(reference)
    try:
        with web.transaction() as session:
            review.accept(session, order.row.id, actor=g.account.email)
    except review.NotInReview:
        return _back(reference, DECIDED_BEFORE)
    except review.OtherCurrency:
        return _back(reference, "It was paid in another currency, so it can only go back.")
    return _back(reference, sync_now(order.row.id) or "The payment is accepted.")


@blueprint.post("/orders/<reference>/return")
@require("owner")
def return_all(reference: str) -> ResponseReturnValue:
    """Send all of a payment back that is not what was asked for."""
    order = opened(reference)
    try:
        with web.transaction() as session:
            asked = review.return_all(session, order.row.id, actor=g.account.email)
    except review.NotInReview:
        return _back(reference, DECIDED_BEFORE)
    return _sent(reference, asked)


def _ticked(order: OrderView) -> tuple[list[int], bool]:
    numbers = {str(line.row.number): line.row.number for line in order.lines}
    chosen = [numbers[ticked] for ticked in request.form.getlist("line") if ticked in numbers]
    return sorted(set(chosen)), request.form.get("postage") == "1"


def _confirm(order: OrderView, chosen: list[int], amount: int, *, postage: bool) -> ResponseReturnValue:
    rows = [line.row for line in order.lines if line.row.number in chosen]
    sums = [(f"{row.number}. {row.piece_name}, {row.metal_name}", row.price_pence) for row in rows]
    if postage:
        sums.append(("Postage", order.row.postage_pence))
    return render_template(
        "owner/refund.html",
        reference=order.row.reference,
        sums=sums,
        numbers=[row.number for row in rows],
        postage=postage,
        amount_pence=amount,
    )


def _sent(reference: str, asked: RefundRequest) -> ResponseReturnValue:
    """Look, which sends it, and say what has come of it."""
    trouble = sync_now(asked.order_id)
    with web.reading() as session:
        now = session.get_one(RefundRequest, asked.id)
    sum_ = pounds_and_pence(now.amount_pence)
    match now.state:
        case RefundState.SENT:
            said = f"{sum_} is on its way back to the buyer."
        case RefundState.REFUSED:
            said = f"Stripe did not send the {sum_}: {why(now.refused)}. What can be done is below."
        case RefundState.SENT_BACK:
            said = f"The {sum_} came back at once: {why(now.refused)}. What can be done is below."
        case RefundState.OWED if trouble is None and now.refused not in {None, "no answer"}:
            said = f"Stripe has not sent the {sum_}: {why(now.refused)}. It is tried again by itself."
        case RefundState.OWED:
            said = "The refund is written down and will be sent as soon as Stripe can be reached."
        case _:
            said = trouble or AWAY
    return _back(reference, said)


def _back(reference: str, said: str) -> ResponseReturnValue:
    flash(said)
    return redirect(f"/owner/orders/{reference}", HTTPStatus.SEE_OTHER)


def _again(reference: str, problem: str, field: str = "") -> ResponseReturnValue:
    ticked = {*request.form.getlist("line"), *(["postage"] if request.form.get("postage") == "1" else [])}
    shown = context(reference, problem=problem, at=field, ticked=ticked)
    if field and field not in {f"note-{refund.id}" for refund in shown["waiting"]}:
        return _back(reference, DECIDED_BEFORE)
    return render_template("owner/order.html", **shown), HTTPStatus.UNPROCESSABLE_ENTITY

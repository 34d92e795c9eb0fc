"""Giving money back from the workshop: the sum is shown, then confirmed; what does not go well is said."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import web
from shop.accounts.access import require
from shop.fulfilment import returns
from shop.fulfilment.stages import Fate
from shop.money import NotAnAmount, pounds_and_pence, read_pounds
from shop.orders.view import OrderView
from shop.owner.order_money import AMOUNT, IN_DISPUTE, Typed, why
from shop.owner.order_page import STRIPE_AWAY, context, money_of, opened, sync_now
from shop.owner.refund_review import LATER, Asked, RefundReview, refund_review
from shop.payments import review
from shop.payments.kinds import Goodwill, RefundState
from shop.payments.models import RefundRequest
from shop.payments.refundable import InDispute, MoreThanPaid, NothingToRefund
from shop.payments.refunds import NotWaiting, ask, close, parts_after, send_again
from shop.text.typed_text import line_problem

blueprint = Blueprint("owner_refunds", __name__, url_prefix="/owner")

DECIDED_BEFORE = "Somebody has decided that already, or it is no longer needed. Nothing was changed."
LONGEST_NOTE = 500

WRONG: Final[Mapping[type[Exception], str]] = {
    NothingToRefund: "Please choose a piece that has not been refunded yet, the postage, or an amount.",
    MoreThanPaid: "That is more than what is left of this payment.",
}


class NotThatAmount(Exception):
    """The amount, or what it is for, cannot be taken: the sentence stands beside the field."""

    def __init__(self, field: str, said: str) -> None:
        super().__init__(said)
        self.field, self.said = field, said


@blueprint.post("/orders/<reference>/refunds")
@require("owner")
def refund(reference: str) -> ResponseReturnValue:
    """Give money back for pieces, the postage, or out of goodwill. Until it is confirmed it is only shown."""
    order = opened(reference)
    money = money_of(order)
    if money is None:
        return _again(reference, "Nothing was paid that could be given back.")
    try:
        wanted, fates = _asked(order), _fates(order)
        with web.reading() as session:
            shown = refund_review(session, order, money, wanted, fates)
        if request.form.get("agreed") != str(shown.amount_pence):
            return render_template("owner/refund.html", reference=reference, shown=shown)
        with web.transaction() as session:
            asked = ask(
                session,
                order.row.id,
                lines=wanted.lines,
                postage=wanted.postage,
                goodwill=wanted.goodwill,
                goodwill_pence=wanted.goodwill_pence,
                actor=g.account.email,
                agreed_pence=shown.amount_pence,
            )
            _decide(session, order, shown, fates)
    except NotThatAmount as wrong:
        return _again(reference, wrong.said, wrong.field)
    except (NothingToRefund, MoreThanPaid) as wrong:
        return _again(reference, WRONG[type(wrong)])
    except InDispute:
        return _back(reference, refused=IN_DISPUTE)
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
        return _back(reference, refused=DECIDED_BEFORE)
    return _sent(reference, asked)


@blueprint.post("/orders/<reference>/refunds/<int(max=2147483647):number>/closing")
@require("owner")
def closing(reference: str, number: int) -> ResponseReturnValue:
    """Say that a refund is not to be sent, and why: it was returned by other means, or is not wanted."""
    order, note = opened(reference), web.line_in(f"note-{number}")
    if problem := line_problem(note, LONGEST_NOTE) if note else "Please say in a few words how, or why not.":
        return _again(reference, problem, f"note-{number}")
    returned = request.form.get("how") != "withdrawn"
    try:
        with web.transaction() as session:
            close(session, order.row.id, number, returned=returned, note=note, actor=g.account.email)
    except NotWaiting:
        return _back(reference, refused=DECIDED_BEFORE)
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
        return _back(reference, refused=DECIDED_BEFORE)
    except review.OtherCurrency:
        return _back(reference, refused="It was paid in another currency, so it can only go back.")
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
        return _back(reference, refused=DECIDED_BEFORE)
    return _sent(reference, asked)


def _asked(order: OrderView) -> Asked:
    """What was ticked and typed. Raises NotThatAmount."""
    numbers = {str(line.row.number): line.row.number for line in order.lines}
    lines = sorted({numbers[ticked] for ticked in request.form.getlist("line") if ticked in numbers})
    postage, amount = request.form.get("postage") == "1", request.form.get(AMOUNT, "").strip()
    if not amount:
        return Asked(lines, postage)
    try:
        pence = read_pounds(amount)
    except NotAnAmount as wrong:
        raise NotThatAmount(AMOUNT, str(wrong)) from None
    goodwill = next((each for each in Goodwill if each == request.form.get("goodwill")), None)
    if not pence:
        raise NotThatAmount(AMOUNT, "Please write more than nothing, or leave it empty.")
    if goodwill is None:
        raise NotThatAmount("goodwill", "Please say what the amount is for.")
    return Asked(lines, postage, goodwill, pence)


def _fates(order: OrderView) -> dict[int, str]:
    """What was chosen for each piece that goes, if its form has been seen."""
    chosen = {line.row.number: request.form.get(f"fate-{line.row.number}", "") for line in order.lines}
    return {number: fate for number, fate in chosen.items() if fate in {*Fate, LATER}}


def _decide(session: Session, order: OrderView, shown: RefundReview, fates: Mapping[int, str]) -> None:
    """Write down what becomes of the pieces that were shown to go, as far as that can be so."""
    going = {piece.name: [option.value for option in piece.options] for piece in shown.pieces}
    for number, fate in fates.items():
        if fate != LATER and fate in going.get(f"fate-{number}", ()):
            returns.decide(session, order.row.id, number, Fate(fate), actor=g.account.email)


def _sent(reference: str, asked: RefundRequest) -> ResponseReturnValue:
    """Look, which sends it, and say what has come of it."""
    trouble = sync_now(asked.order_id)
    with web.reading() as session:
        parts = [session.get_one(RefundRequest, asked.id), *parts_after(session, asked)]
    now = next((part for part in parts if part.state != RefundState.SENT), None)
    sum_ = pounds_and_pence(now.amount_pence if now else sum(part.amount_pence for part in parts))
    now = now or parts[0]
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
            said = "The refund is recorded and will be sent as soon as Stripe can be reached."
        case _:
            said = trouble or STRIPE_AWAY
    return _back(reference, said)


def _back(reference: str, said: str = "", *, refused: str = "") -> ResponseReturnValue:
    say = web.flash_refusal if refused else flash
    say(refused or said)
    return redirect(f"/owner/orders/{reference}", HTTPStatus.SEE_OTHER)


def _again(reference: str, problem: str, field: str = "") -> ResponseReturnValue:
    ticked = {*request.form.getlist("line"), *(["postage"] if request.form.get("postage") == "1" else [])}
    typed = Typed(ticked, request.form.get(AMOUNT, ""), request.form.get("goodwill", ""))
    shown = context(reference, problem=problem, at=field, typed=typed)
    if field.startswith("note-") and field not in {f"note-{refund.id}" for refund in shown["waiting"]}:
        return _back(reference, refused=DECIDED_BEFORE)
    return render_template("owner/order.html", **shown), HTTPStatus.UNPROCESSABLE_ENTITY

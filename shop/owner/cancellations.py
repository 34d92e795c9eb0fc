"""/owner/orders/<reference>/cancellation: units cancelled for a buyer who telephones, as the buyer could."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.container import current_services
from shop.fulfilment.corrections import TooLate
from shop.money import pounds_and_pence
from shop.orders import notes
from shop.orders.view import OrderView
from shop.owner.order_page import money_of, opened, sync_now
from shop.owner.refund_review import Asked, refund_review
from shop.payments import cancelling
from shop.payments.refundable import InDispute, MoreThanPaid, NothingToRefund
from shop.text.typed_text import line_problem

blueprint = Blueprint("owner_cancellations", __name__, url_prefix="/owner/orders/<reference>")

LONGEST_WHY: Final = 500
NO_REASON: Final = "Please say in a few words why, and who asked for it."
CHANGED: Final = (
    "Nothing was cancelled: something has changed since you looked. Please look at the sum again."
)
DONE: Final = "It is cancelled, and the buyer is written to. {} goes back."


@blueprint.post("/cancellation")
@require("owner")
def cancel(reference: str) -> ResponseReturnValue:
    """Cancel what was looked at: off the bench, into the drawer, the money back, one e-mail."""
    order, agreed = opened(reference), web.number_in("agreed") or 0
    why, numbers = web.line_in("why"), _chosen(order)
    problem = line_problem(why, LONGEST_WHY) if why else NO_REASON
    try:
        if problem:
            return _look(order, numbers, problem, why), HTTPStatus.UNPROCESSABLE_ENTITY
        _cancel(order, numbers, agreed, why)
    except TooLate as late:
        with web.reading() as session:
            done = cancelling.done_before(session, order.row, numbers, agreed_pence=agreed)
        if not done:
            return _back(reference, refused=f"Nothing was cancelled. {late}")
        return _back(reference, DONE.format(pounds_and_pence(agreed)))
    except (MoreThanPaid, NothingToRefund, InDispute):
        return _back(reference, refused=CHANGED)
    return _back(reference, sync_now(order.row.id) or DONE.format(pounds_and_pence(agreed)))


def _cancel(order: OrderView, numbers: list[int], agreed: int, why: str) -> None:
    actor = g.account.email
    with web.transaction() as session:
        cancelling.cancel(session, order.row.id, numbers, agreed_pence=agreed, actor=actor)
        notes.write(session, current_services().vault, order.row.id, f"Cancelled: {why}", actor=actor)


def _look(order: OrderView, numbers: list[int], problem: str, typed: str) -> str:
    """What was looked at once more, since no reason was given. Raises NothingToRefund or MoreThanPaid."""
    money = money_of(order)
    if money is None:
        raise NothingToRefund
    with web.reading() as session:
        postage = cancelling.what_goes_back(session, order.row, numbers).postage_pence > 0
        shown = refund_review(session, order, money, Asked(numbers, postage), {})
    reference = order.row.reference
    return render_template(
        "owner/refund.html", reference=reference, shown=shown, typed=typed, problems={"why": problem}
    )


def _chosen(order: OrderView) -> list[int]:
    known = {str(line.row.number): line.row.number for line in order.lines}
    return sorted({known[text] for text in request.form.getlist("line") if text in known})


def _back(reference: str, said: str = "", *, refused: str = "") -> ResponseReturnValue:
    say = web.flash_refusal if refused else flash
    say(refused or said)
    return redirect(f"/owner/orders/{reference}", HTTPStatus.SEE_OTHER)

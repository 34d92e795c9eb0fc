"""/orders/<token>/questions: what we asked while a piece rests, and the buyer's answer."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.checkout.forms import ActionForm
from shop.checkout.order_routes import found_by, unlisted
from shop.container import current_services
from shop.dedications.words import DedicationRefused
from shop.fulfilment import questions
from shop.fulfilment.units import NotAllowed

blueprint = Blueprint("questions", __name__, url_prefix="/orders/<token>/questions")

FIELD: Final = "answer"


@blueprint.get("/<int(max=2147483647):number>")
def show(token: str, number: int) -> ResponseReturnValue:
    """The question with this number, and room for its answer."""
    return _page(token, number)


@blueprint.post("/<int(max=2147483647):number>")
@web.checks_token_itself
def answer(token: str, number: int) -> ResponseReturnValue:
    """Answer it: the piece goes on."""
    words = request.form.get(FIELD, "")
    if not ActionForm().validate():
        stale = _page(token, number, problem=web.STALE_BUT_KEPT, typed=words)
        stale.status_code = HTTPStatus.BAD_REQUEST
        return stale
    try:
        with web.transaction() as session:
            order = found_by(session, token)
            questions.answer(session, current_services().vault, order.id, number, words)
    except (questions.NothingWritten, DedicationRefused) as refused:
        return _page(token, number, problem=str(refused), typed=words), HTTPStatus.UNPROCESSABLE_ENTITY
    except NotAllowed as refused:
        flash(str(refused))
    else:
        flash("Thank you. Your answer is with us, and we go on with your order.")
    return redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER)


def _page(token: str, number: int, *, problem: str = "", typed: str = "") -> Response:
    with web.reading() as session:
        order = found_by(session, token)
        asked = questions.questions_of(session, current_services().vault, order.id)
    one = next((each for each in asked if each.id == number and each.waits), None)
    if one is None:
        return make_response(redirect(f"/orders/{token}", HTTPStatus.SEE_OTHER))
    problems = {FIELD: problem} if problem else {}
    shown = render_template(
        "checkout/question.html", order=order, question=one, token=token, problems=problems, typed=typed
    )
    return unlisted(make_response(shown))

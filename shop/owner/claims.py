"""A claim on the owner's side: its thread, an answer, and what comes of it."""

from collections.abc import Mapping
from dataclasses import field
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, abort, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import ValidationError

from shop import web
from shop.accounts.access import require
from shop.claims import threads
from shop.claims.claim_steps import NotPossible, Step, found, picture_of, steps_of
from shop.claims.closing import MakingAgain, close
from shop.claims.models import Claim, Outcome
from shop.claims.pictures import MIMETYPE
from shop.claims.threads import BUYER, Message
from shop.container import current_services
from shop.dedications.words import DedicationRefused, check_message
from shop.frozen import frozen
from shop.fulfilment.stages import Remake
from shop.fulfilment.units import NotAllowed
from shop.money import NotAnAmount, read_pounds
from shop.orders.models import Order
from shop.owner.claim_rows import claim_row
from shop.owner.order_page import opened
from shop.web.dates import minute

blueprint = Blueprint("owner_claims", __name__, url_prefix="/owner/orders/<reference>/claims")

GOES_ON: Final = "open"
OUTCOMES: Final[Mapping[str, str]] = {
    GOES_ON: "It goes on: only the answer is sent",
    Outcome.MENDED: "Mended: it was put right",
    Outcome.REMADE: "Made again: it stands at the bench from now on",
    Outcome.REFUNDED: "Refunded: the money was given back before",
    Outcome.NOTHING: "Left as it is",
}


class AnswerForm(web.Form):
    """The owner's answer, and what comes of the claim."""

    words = TextAreaField("Your answer")
    outcome = RadioField(
        "What comes of it",
        choices=[SelectChoice(value, said) for value, said in OUTCOMES.items()],
        default=GOES_ON,
        validate_choice=False,
    )
    reason = RadioField(
        "If it is made again: why",
        choices=[SelectChoice(why.value, why.value.capitalize()) for why in Remake],
        validate_choice=False,
    )
    cost = StringField("If it is made again: what that costs, in pounds")

    kept = ""
    pence = 0

    def validate_words(self, field: TextAreaField) -> None:
        """What is readable; something, unless the claim is closed with it."""
        try:
            self.kept = check_message(field.data or "") or ""
        except DedicationRefused as refused:
            raise ValidationError(refused.message) from None
        if not self.kept and self.outcome.data == GOES_ON:
            raise ValidationError("Please write an answer, or say what comes of it.")

    def validate_outcome(self, field: RadioField) -> None:
        """One of those that are offered."""
        if field.data not in OUTCOMES:
            raise ValidationError("Please choose what comes of it.")

    def validate_reason(self, field: RadioField) -> None:
        """Asked where it is made again."""
        if self.outcome.data == Outcome.REMADE and field.data not in set(Remake):
            raise ValidationError("Please say why it is made again.")

    def validate_cost(self, field: StringField) -> None:
        """The same."""
        if self.outcome.data != Outcome.REMADE:
            return
        try:
            self.pence = read_pounds(field.data or "")
        except NotAnAmount as wrong:
            raise ValidationError(str(wrong)) from None

    @property
    def again(self) -> MakingAgain | None:
        """Why it is made again and what that costs; None where it is not."""
        again = self.outcome.data == Outcome.REMADE
        return MakingAgain(Remake(self.reason.data), self.pence) if again else None


@frozen
class StepShown:
    """Something that was said, as the owner reads it."""

    who: str
    words: str = field(repr=False)
    outcome: str
    picture: str
    """Its address; empty where none came with it."""
    why: str = field(default="", repr=False)
    """How it came to be written down for the buyer."""


@blueprint.get("/<int(max=2147483647):number>")
@require("owner")
def show(reference: str, number: int) -> ResponseReturnValue:
    """What was said about a claim, and what can be done."""
    return _page(reference, number, AnswerForm(formdata=None))


@blueprint.post("/<int(max=2147483647):number>/answers")
@require("owner")
def answer(reference: str, number: int) -> ResponseReturnValue:
    """Answer the buyer, and perhaps close the claim."""
    form = AnswerForm()
    if not form.validate():
        return _page(reference, number, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with web.transaction() as session:
            _do(session, _claim(session, reference, number), form)
    except (NotPossible, NotAllowed) as refused:
        form.outcome.errors = [str(refused)]
        return _page(reference, number, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    flash("It stands on the buyer's page, and an e-mail says so.")
    return redirect(f"/owner/orders/{reference}/claims/{number}", HTTPStatus.SEE_OTHER)


@blueprint.get("/<int(max=2147483647):number>/answers")
@require("owner")
def back(reference: str, number: int) -> ResponseReturnValue:
    """A reload of a refused form's address leads to the claim."""
    return redirect(f"/owner/orders/{reference}/claims/{number}", HTTPStatus.SEE_OTHER)


@blueprint.get("/<int(max=2147483647):number>/pictures/<int(max=2147483647):step>")
@require("owner")
def picture(reference: str, number: int, step: int) -> ResponseReturnValue:
    """The picture that came with a message: for the owner alone."""
    with web.reading() as session:
        content = picture_of(session, current_services().vault, _claim(session, reference, number), step)
    return Response(content, mimetype=MIMETYPE) if content else abort(HTTPStatus.NOT_FOUND)


def _do(session: Session, claim: Claim, form: AnswerForm) -> None:
    vault, message = current_services().vault, Message(form.kept, actor=g.account.email)
    if form.outcome.data == GOES_ON:
        threads.answer(session, vault, claim, message)
    else:
        close(session, vault, claim, Outcome(form.outcome.data), message, again=form.again)


def _claim(session: Session, reference: str, number: int) -> Claim:
    order_id = session.scalar(select(Order.id).where(Order.reference == reference))
    try:
        return found(session, order_id or 0, number)
    except NotPossible:
        abort(HTTPStatus.NOT_FOUND)


def _page(
    reference: str, number: int, form: AnswerForm, status: HTTPStatus = HTTPStatus.OK
) -> tuple[str, HTTPStatus]:
    order = opened(reference)
    with web.reading() as session:
        claim = _claim(session, reference, number)
        steps = steps_of(session, current_services().vault, claim)
    row = claim_row(claim, reference)
    page = render_template(
        "owner/claim.html",
        claim=row,
        wish=claim.wish,
        reference=reference,
        pieces=[line for line in order.lines if line.row.number in claim.lines],
        said=[_shown(step, row.href) for step in steps],
        form=form,
        problems=_problems(form),
    )
    return page, status


def _problems(form: AnswerForm) -> dict[str, Any]:
    return {field.id: field.errors[0] for field in form if field.errors}


def _shown(step: Step, href: str) -> StepShown:
    return StepShown(
        who=f"{_who(step)}, {minute(step.at)}",
        words=step.words,
        outcome=step.outcome.capitalize() if step.outcome else "",
        picture=f"{href}/pictures/{step.id}" if step.has_picture else "",
        why=step.why,
    )


def _who(step: Step) -> str:
    if step.actor == BUYER:
        return "The buyer"
    return f"The buyer, recorded by {step.actor}" if step.is_the_buyers else step.actor

"""/finance/money/payouts: what Stripe sent to the bank, what is in it, and that somebody saw it there."""

import re
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import InputRequired, ValidationError

from shop import clock, web
from shop.accounts import roster
from shop.accounts.access import require
from shop.bookkeeping import payout_arrivals, payout_contents
from shop.bookkeeping.models import Payout
from shop.bookkeeping.payout_arrivals import HasArrived, NotToArrive
from shop.container import current_services
from shop.finance.money_rows import content_rows, money, move_row, payout_facts, payout_row

blueprint = Blueprint("finance_payouts", __name__, url_prefix="/finance/money/payouts")

HERE: Final = "/finance/money/payouts"
MOST_ROWS: Final = 100
MOST_MOVES: Final = 500
LONGEST: Final = 100
ID: Final = re.compile(r"po_[A-Za-z0-9_]{1,100}", re.ASCII)


class ArrivalForm(web.Form):
    """A payout as it stands on the bank's statement."""

    arrived_on = web.DayField(
        "Day it arrived", validators=[InputRequired("Please enter the day it was at the bank.")]
    )
    reference = StringField("Reference")

    made: Payout | None = None

    def validate_arrived_on(self, field: web.DayField) -> None:
        """A day between its making and today."""
        if field.data and field.data > clock.today():
            raise ValidationError("That day is still to come.")
        if field.data and self.made and field.data < clock.in_britain(self.made.created).date():
            raise ValidationError("Stripe made the payout only after that day.")

    def validate_reference(self, field: StringField) -> None:
        """One line, as the bank shows it."""
        field.data = (field.data or "").strip()
        if not field.data:
            raise ValidationError("Please enter the reference that the bank shows for it.")
        web.check_line(field.data, LONGEST)


@blueprint.get("")
@require("finance", "owner")
def index() -> ResponseReturnValue:
    """Every payout, newest first."""
    before = request.args.get("before", "")
    before = before if ID.fullmatch(before) else ""
    with web.reading() as session:
        found = payout_contents.listed(session, current_services(), before=before or None, most=MOST_ROWS + 1)
    shown = found[:MOST_ROWS]
    return render_template(
        "finance/payouts.html",
        book=current_services().book,
        payouts=[payout_row(payout, arrival) for payout, arrival in shown],
        latest=HERE if before else None,
        earlier=f"{HERE}?before={shown[-1][0].id}" if len(found) > MOST_ROWS else None,
    )


@blueprint.get("/<payout_id>")
@require("finance", "owner")
def show(payout_id: str) -> ResponseReturnValue:
    """One payout."""
    return _page(payout_id, None)


@blueprint.post("/<payout_id>/arrival")
@require("finance", "owner")
def arrive(payout_id: str) -> ResponseReturnValue:
    """Write down that it was seen at the bank."""
    form = ArrivalForm()
    with web.reading() as session:
        form.made = payout_contents.find_payout(session, current_services(), payout_id)
    if not form.validate():
        return _page(payout_id, form), HTTPStatus.UNPROCESSABLE_ENTITY
    said = {"on": form.arrived_on.data, "reference": form.reference.data, "actor": g.account.role_and_number}
    try:
        with web.transaction() as session:
            payout_arrivals.record_arrival(session, current_services(), payout_id, **said)
    except HasArrived as error:
        return _page(
            payout_id, None, problem=f"{error} Please look at what stands here."
        ), HTTPStatus.CONFLICT
    except NotToArrive:
        abort(HTTPStatus.NOT_FOUND)
    flash("It is recorded as arrived at the bank.")
    return redirect(f"{HERE}/{payout_id}", HTTPStatus.SEE_OTHER)


@blueprint.post("/<payout_id>/arrival/removal")
@require("finance", "owner")
def take_back(payout_id: str) -> ResponseReturnValue:
    """It was another one, or the bank sent it back."""
    with web.transaction() as session:
        done = payout_arrivals.take_back(
            session, current_services(), payout_id, actor=g.account.role_and_number
        )
    flash("It is not at the bank any more, by the books." if done else "Nothing was recorded of it.")
    return redirect(f"{HERE}/{payout_id}", HTTPStatus.SEE_OTHER)


def _page(payout_id: str, form: ArrivalForm | None, *, problem: str = "") -> str:
    with web.reading() as session:
        payout = payout_contents.find_payout(session, current_services(), payout_id)
        if payout is None:
            abort(HTTPStatus.NOT_FOUND)
        contents = payout_contents.contents(session, payout_id)
        moves = payout_contents.moves_in(session, payout_id, most=MOST_MOVES)
        arrival = payout_arrivals.arrival_of(session, payout_id)
        seen_by = roster.who(arrival.actor, roster.addresses(session)) if arrival else ""
    made_of = sum(one.net for one in contents)
    day = min(payout.arrives_on, clock.today())
    return render_template(
        "finance/payout.html",
        payout=payout,
        amount=money(payout.amount, payout.currency),
        facts=payout_facts(payout),
        contents=content_rows(contents, payout.currency),
        differs=money(made_of, payout.currency)
        if payout.members_read_at and made_of != payout.amount
        else "",
        moves=[move_row(move) for move in moves],
        more=len(moves) == MOST_MOVES,
        arrival=arrival,
        seen_by=seen_by,
        form=form or ArrivalForm(formdata=None, data={"arrived_on": day}),
        problem=problem,
    )

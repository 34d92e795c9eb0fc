"""/finance/reconciliation: whether all of the money agrees, what does not, and why."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import TextAreaField
from wtforms.validators import ValidationError

from shop import web
from shop.accounts import roster
from shop.accounts.access import require
from shop.accounts.models import Role
from shop.container import current_services
from shop.finance import reconciliation_rows as rows
from shop.finance.reconciliation_rows import HERE
from shop.reconciliation import difference_lists, runs
from shop.reconciliation.difference_kinds import SAID, DifferenceKind
from shop.reconciliation.differences import NotOpen, explain
from shop.reconciliation.reconciling import is_late
from shop.text.typed_text import CANNOT_BE_PRINTED, unprintable

blueprint = Blueprint("finance_reconciliation", __name__, url_prefix=HERE)

MOST: Final = 200
"""Open differences on the page; of a history, a tenth."""
LONGEST: Final = 1000
SHORTEST: Final = 3
NOT_OPEN: Final = (
    "It needs no explaining any more: somebody has, or it is gone. Please look at what stands here."
)


class ExplanationForm(web.Form):
    """Why something does not agree."""

    why = TextAreaField("Why it is so")

    def validate_why(self, field: TextAreaField) -> None:
        """Said by a person, and kept for good."""
        field.data = (field.data or "").strip()
        if len(field.data) < SHORTEST:
            raise ValidationError("Please say why it is so.")
        if len(field.data) > LONGEST:
            raise ValidationError(f"This can be {LONGEST} characters at most; it has {len(field.data)}.")
        if unprintable(field.data):
            raise ValidationError(CANNOT_BE_PRINTED)


@blueprint.get("")
@require("finance", "owner")
def index() -> ResponseReturnValue:
    """What may be said of the money now, what is open, and every run."""
    services = current_services()
    with web.reading() as session:
        who, last = _who(session), runs.last_ended(session, services)
        under_way = runs.run_under_way(session, services)
        found = difference_lists.open_differences(session, services)
        return render_template(
            "finance/reconciliation.html",
            book=services.book,
            verdict=rows.verdict(last, len(found), late=is_late(session, services)),
            progress=rows.progress(under_way) if under_way else None,
            differences=[rows.open_row(known, _order_page) for known in found[:MOST]],
            more=max(len(found) - MOST, 0),
            not_ours=rows.not_ours(difference_lists.listed_sums(session, services)),
            settled=[
                rows.settled_row(known, who)
                for known in difference_lists.settled_differences(session, services, MOST // 10)
            ],
            runs=[rows.run_row(run, who) for run in runs.history(session, services, MOST // 10)],
        )


@blueprint.post("/runs")
@require("finance", "owner")
def begin() -> ResponseReturnValue:
    """Begin a run, or let the one that is under way go on. Pressed twice it is one."""
    whole = request.form.get("whole") == "y"
    runs.begin(current_services(), by=g.account.role_and_number, whole=whole)
    flash("Comparing begins within a minute. Load this page again to see how far it is.")
    return redirect(HERE, HTTPStatus.SEE_OTHER)


@blueprint.get("/<int(max=2147483647):number>")
@require("finance", "owner")
def show(number: int) -> ResponseReturnValue:
    """One difference, and all that became of it."""
    return _page(number, ExplanationForm(formdata=None))


@blueprint.post("/<int(max=2147483647):number>/explanation")
@require("finance", "owner")
def say_why(number: int) -> ResponseReturnValue:
    """Write down why it is so."""
    form = ExplanationForm()
    if not form.validate():
        return _page(number, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with web.transaction() as session:
            explain(session, current_services(), number, why=form.why.data, actor=g.account.role_and_number)
    except NotOpen:
        return _page(number, form, problem=NOT_OPEN), HTTPStatus.CONFLICT
    flash("The explanation is recorded. If the amount changes, the difference is open again.")
    return redirect(HERE, HTTPStatus.SEE_OTHER)


def _page(number: int, form: ExplanationForm, *, problem: str = "") -> str:
    services = current_services()
    with web.reading() as session:
        known = difference_lists.one_difference(session, services, number)
        if known is None:
            abort(HTTPStatus.NOT_FOUND)
        who, steps = _who(session), difference_lists.steps_of(session, number)
        order = known.difference.order_reference
        return render_template(
            "finance/difference.html",
            number=number,
            said=known.last.said,
            kind=SAID[DifferenceKind(known.difference.kind)],
            facts=rows.facts(known),
            order=(order, _order_page(order)) if order and order.startswith("PM-") else None,
            steps=[rows.step_row(step, who) for step in steps],
            form=form if known.is_open else None,
            problems={field.id: field.errors[0] for field in form if field.errors},
            problem=problem,
        )


def _order_page(reference: str) -> str:
    """Where the order is looked at by whoever is signed in."""
    owner = g.account.role == Role.OWNER
    return f"/owner/orders/{reference}" if owner else f"/finance/money/orders/{reference}"


def _who(session: Session) -> Callable[[str], str]:
    addresses = roster.addresses(session)
    return lambda actor: roster.who(actor, addresses)

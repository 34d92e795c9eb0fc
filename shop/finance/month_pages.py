"""/finance/months: what each month came to, its statement, and closing it."""

import re
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import HiddenField

from shop import clock, web
from shop.accounts import second_factor
from shop.accounts.access import require
from shop.container import current_services
from shop.finance.file_forms import FileForm
from shop.finance.month_rows import Stand, frozen_facts, gift_row, month_row, statement_rows
from shop.finance.period_rows import kinds
from shop.giving import month_close
from shop.giving.booking_days import first_day, last_day
from shop.giving.months import by_month, read_sums
from shop.web.dates import month_name

blueprint = Blueprint("finance_months", __name__, url_prefix="/finance/months")

MONTH: Final = re.compile(r"\d{4}-(0[1-9]|1[0-2])", re.ASCII)
CHANGED: Final = "Something was booked in this month since you opened the page. Please look at it again."
NOT_ITS_TURN: Final = "This month cannot be closed now: it is closed already, or one before it is open."


class CloseForm(web.Form):
    """Closing a month as it was shown."""

    seen = HiddenField()


@blueprint.get("")
@require("finance", "owner")
def index() -> ResponseReturnValue:
    """Every month, and which is to be closed."""
    with web.reading() as session:
        stand = stand_of(session)
        months = by_month(read_sums(session, current_services().book), clock.month(clock.now()))
    return render_template(
        "finance/months.html",
        book=current_services().book,
        turn=_turn(stand),
        kinds=kinds(None),
        months=[month_row(month, stand) for month in reversed(months)],
    )


@blueprint.get("/<month>")
@require("finance", "owner")
def show(month: str) -> ResponseReturnValue:
    """One month's statement."""
    return _page(month)


@blueprint.get("/<month>/statement.json")
@require("finance", "owner")
def file(month: str) -> ResponseReturnValue:
    """What is frozen when the month is closed: its SHA-256 is the closed month's."""
    with web.reading() as session:
        found = _ending(session, month)
    headers = {"Content-Disposition": f'attachment; filename="statement-{month}.json"'}
    return Response(found.text, mimetype="application/json", headers=headers)


@blueprint.post("/<month>/close")
@require("finance", "owner")
def close(month: str) -> ResponseReturnValue:
    """Close a month whose turn it is."""
    with web.reading() as session:
        _ending(session, month)
    form = CloseForm()
    if not form.validate():
        return _page(month), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        second_factor.confirm()
    except second_factor.NotConfirmed as refused:
        return _page(month, problem=str(refused)), HTTPStatus.UNPROCESSABLE_ENTITY
    return _close(month, form.seen.data or "")


def _close(month: str, seen: str) -> ResponseReturnValue:
    try:
        with web.transaction() as session:
            month_close.close_month(session, month, seen=seen, actor=g.account.email)
    except month_close.SomethingWasBooked:
        return _page(month, problem=CHANGED), HTTPStatus.CONFLICT
    except month_close.NotItsTurn:
        return _page(month, problem=NOT_ITS_TURN), HTTPStatus.CONFLICT
    flash(f"{month_name(month)} is closed.")
    return redirect(f"/finance/months/{month}", HTTPStatus.SEE_OTHER)


def _page(month: str, *, problem: str = "") -> str:
    book = current_services().book
    with web.reading() as session:
        found, stand = _ending(session, month), stand_of(session)
        postings = month_close.postings(session, month)
    statement = next(one for one in found.statements if one.book == book)
    days = f"from={first_day(month)}&to={last_day(month)}&book={book}"
    return render_template(
        "finance/month.html",
        book=book,
        month=month,
        name=month_name(month),
        rows=statement_rows(statement),
        gifts=[gift_row(gift) for gift in statement.gifts],
        stand=stand.said(month),
        closed=stand.closed.get(month),
        form=CloseForm(formdata=None, data={"seen": found.digest}) if stand.turn == month else None,
        frozen=frozen_facts(found, postings),
        problem=problem,
        turn=_turn(stand),
        passkey=second_factor.is_asked(),
        postings=f"/finance/?{days}",
        files=FileForm(formdata=None),
    )


def _turn(stand: Stand) -> tuple[str, str] | None:
    return (month_name(stand.turn), f"/finance/months/{stand.turn}") if stand.turn else None


def _ending(session: Session, month: str) -> month_close.Ending:
    """The month as the ledger has it; 404 for one that it has not come to, or began after."""
    first = month_close.first_month(session) if MONTH.fullmatch(month) else None
    if first is None or not first <= month <= clock.month(clock.now()):
        abort(HTTPStatus.NOT_FOUND)
    return month_close.ending(session, month)


def stand_of(session: Session) -> Stand:
    """How the months stand."""
    return Stand(
        closed=month_close.closed_months(session),
        turn=month_close.next_to_close(session),
        now=clock.month(clock.now()),
    )

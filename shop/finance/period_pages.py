"""/finance/periods: what quarters, financial years and the years of agreements came to."""

import json
from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import clock, web
from shop.accounts.access import require
from shop.container import current_services, trader
from shop.exports.selection import of_months
from shop.finance.file_forms import FileForm
from shop.finance.files import asked_format, sent
from shop.finance.month_pages import stand_of
from shop.finance.month_rows import gift_row, statement_rows
from shop.finance.period_rows import HERE as PAGES
from shop.finance.period_rows import NAMES, kinds, month_cells, period_name, period_row, stands
from shop.giving import month_close
from shop.giving.booking_days import first_day, last_day
from shop.giving.periods import Kind, Period, figures, periods, written

blueprint = Blueprint("finance_periods", __name__, url_prefix="/finance/periods")


@blueprint.get("/<length>")
@require("finance", "owner")
def index(length: str) -> ResponseReturnValue:
    """Every period of a kind."""
    with web.reading() as session:
        found, stand = _periods(session, _kind(length)), stand_of(session)
        came_to = figures(session, current_services().book, found)
    rows = [period_row(period, one, stand) for period, one in zip(found, came_to, strict=True)]
    return render_template(
        "finance/periods.html",
        book=current_services().book,
        name=NAMES[_kind(length)],
        kinds=kinds(_kind(length)),
        rows=rows,
    )


@blueprint.get("/<length>/<first>")
@require("finance", "owner")
def show(length: str, first: str) -> ResponseReturnValue:
    """One period: its figures, and the months that they are made of."""
    book = current_services().book
    with web.reading() as session:
        period, stand = _period(session, _kind(length), first), stand_of(session)
        begun = max(period.first, month_close.first_month(session) or period.first)
        months = [replace(period, first=one, last=one) for one in period.months if begun <= one <= stand.now]
        whole, *each = figures(session, book, [period, *months])
    return render_template(
        "finance/period.html",
        book=book,
        kind=NAMES[period.kind],
        kind_address=f"/finance/periods/{period.kind}",
        name=period_name(period),
        charity=period.charity_name,
        stand=stands(period, stand),
        closed=period.is_closed(stand.closed),
        rows=statement_rows(whole),
        gifts=[gift_row(gift) for gift in whole.gifts],
        months=[month_cells(one.first, came_to, stand) for one, came_to in zip(months, each, strict=True)],
        address=f"{PAGES}/{period.kind}/{period.first}",
        asked={"agreement": period.policy_id} if period.policy_id else {},
        days=(first_day(period.first), last_day(period.last)),
        files=FileForm(formdata=None),
    )


@blueprint.get("/<length>/<first>/file")
@require("finance", "owner")
def postings(length: str, first: str) -> ResponseReturnValue:
    """What it is made of, in the format that was chosen; of an agreement's year, its charity's alone."""
    with web.reading() as session:
        period = _period(session, _kind(length), first)
    selection = of_months(
        current_services().book,
        period.first,
        period.last,
        title=period_name(period),
        name=f"{length}-{period.first}",
        charity=period.charity_name or None,
    )
    return sent(asked_format(), selection)


@blueprint.get("/<length>/<first>/statement.json")
@require("finance", "owner")
def file(length: str, first: str) -> ResponseReturnValue:
    """The same as data, with the hash that each closed month has."""
    with web.reading() as session:
        period, closed = _period(session, _kind(length), first), month_close.closed_months(session)
        (came_to,) = figures(session, current_services().book, [period])
    text = json.dumps(written(period, came_to, closed), sort_keys=True, ensure_ascii=False, indent=1) + "\n"
    headers = {"Content-Disposition": f'attachment; filename="{length}-{period.first}.json"'}
    return Response(text, mimetype="application/json", headers=headers)


def _kind(asked: str) -> Kind:
    try:
        return Kind(asked)
    except ValueError:
        abort(HTTPStatus.NOT_FOUND)


def _periods(session: Session, kind: Kind) -> list[Period]:
    first = month_close.first_month(session)
    if first is None:
        return []
    book, starts = current_services().book, trader().financial_year_month
    return periods(session, kind, book, first=first, now=clock.month(clock.now()), starts=starts)


def _period(session: Session, kind: Kind, first: str) -> Period:
    agreement = web.number_asked("agreement")
    found = (one for one in _periods(session, kind) if (one.first, one.policy_id) == (first, agreement))
    return next(found, None) or abort(HTTPStatus.NOT_FOUND)

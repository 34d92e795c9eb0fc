"""/finance/money: the whole money month by month, and the accounts of one month."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounting.money_months import MonthBooks, booked_month, months
from shop.accounts.access import require
from shop.bookkeeping.balance_transaction_reading import read_again
from shop.bookkeeping.chart_of_accounts import MoneyAccount as Account
from shop.bookkeeping.models import BalanceTransactionReading
from shop.container import current_services
from shop.finance.money_file_pages import MoneyFileForm
from shop.finance.money_rows import account_foot, account_rows, journal_row, month_row, reading_said
from shop.finance.month_pages import MONTH
from shop.money import pounds_and_pence
from shop.web.dates import month_name

blueprint = Blueprint("finance_money", __name__, url_prefix="/finance/money")

MOST_MONTHS: Final = 24
MOST_ROWS: Final = 100
FIGURES: Final = (
    ("With Stripe", Account.STRIPE, "less its fees"),
    ("On the way to the bank", Account.TRANSIT, "not seen there yet"),
    ("Between the shop and Stripe", Account.CLEARING, "should come to nothing"),
    ("To go back to buyers", Account.TO_GO_BACK, "paid twice, or not what was asked for"),
)


@blueprint.get("")
@require("finance", "owner")
def index() -> ResponseReturnValue:
    """Every month, and where the money is now."""
    services, before = current_services(), request.args.get("before", "")
    with web.reading() as session:
        found = list(months(session, services))
        reading = session.get(BalanceTransactionReading, (services.mode, services.book))
    vat = any(month.change(Account.VAT) for month in found)
    shown = [month for month in reversed(found) if not MONTH.fullmatch(before) or month.name < before]
    return render_template(
        "finance/money.html",
        book=services.book,
        figures=_figures(found[-1]) if found else [],
        vat=vat,
        months=[month_row(month, vat=vat) for month in shown[:MOST_MONTHS]],
        latest="/finance/money" if before else None,
        earlier=_earlier(shown),
        read=reading_said(reading),
    )


@blueprint.post("/reading")
@require("finance", "owner")
def read_now() -> ResponseReturnValue:
    """Let the worker read Stripe at once, and not only tonight."""
    with web.transaction() as session:
        read_again(session, current_services())
    flash("Stripe is read within a minute or two. Please open this page again then.")
    return redirect("/finance/money", HTTPStatus.SEE_OTHER)


@blueprint.get("/<month>")
@require("finance", "owner")
def show(month: str) -> ResponseReturnValue:
    """The accounts of one month, and everything that was booked in it."""
    services, page = current_services(), web.number_asked("page") or 1
    with web.reading() as session:
        found, entries = booked_month(session, services, month) or abort(HTTPStatus.NOT_FOUND)
    rows = entries[(page - 1) * MOST_ROWS : page * MOST_ROWS]
    here = f"/finance/money/{month}?page="
    return render_template(
        "finance/money_month.html",
        book=services.book,
        name=month_name(month),
        files=MoneyFileForm(formdata=None),
        saved_from=f"/finance/money/{month}/file",
        complete=found.complete,
        accounts=account_rows(found),
        foot=account_foot(found),
        journal=[journal_row(entry) for entry in rows],
        back=f"{here}{page - 1}" if page > 1 else None,
        on=f"{here}{page + 1}" if len(entries) > page * MOST_ROWS else None,
    )


def _figures(month: MonthBooks) -> list[tuple[str, str, str]]:
    closing = month.closing
    return [
        (
            name,
            pounds_and_pence(-closing[account] if account is Account.TO_GO_BACK else closing[account]),
            note,
        )
        for name, account, note in FIGURES
    ]


def _earlier(shown: list[MonthBooks]) -> str | None:
    more = len(shown) > MOST_MONTHS
    return f"/finance/money?before={shown[MOST_MONTHS - 1].name}" if more else None

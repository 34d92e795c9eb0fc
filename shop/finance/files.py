"""/finance: the ledger as files, of any days, a month, or what made up a payment to the charity."""

from collections.abc import Generator
from http import HTTPStatus
from itertools import chain

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from shop import current, exports, web
from shop.accounts.access import require
from shop.container import current_services
from shop.exports.selection import Selection, of_days, of_month, of_payment
from shop.finance.file_forms import PeriodForm
from shop.finance.month_pages import MONTH

blueprint = Blueprint("finance_files", __name__, url_prefix="/finance")


@blueprint.get("/ledger")
@require("finance", "owner")
def days() -> ResponseReturnValue:
    """What was booked on some days, in the format that was chosen."""
    return _of_days(asked_format())


@blueprint.get("/ledger.<kind>")
@require("finance", "owner")
def days_as(kind: str) -> ResponseReturnValue:
    """The same, by an address that names the format."""
    return _of_days(kind)


@blueprint.get("/months/<month>/file")
@require("finance", "owner")
def month(month: str) -> ResponseReturnValue:
    """A month's postings and figures."""
    if not MONTH.fullmatch(month) or month < "0001":  # there is no year 0
        abort(HTTPStatus.NOT_FOUND)
    return sent(asked_format(), of_month(current_services().book, month))


@blueprint.get("/remittances/<int(max=2147483647):seq>/file")
@require("finance", "owner")
def payment(seq: int) -> ResponseReturnValue:
    """What made up a payment to the charity."""
    with web.reading() as session:
        selection = of_payment(session, current_services().book, seq)
    return sent(asked_format(), selection or abort(HTTPStatus.NOT_FOUND))


def asked_format() -> str:
    """By its name; the first there is where none was chosen."""
    return request.args.get("format") or next(iter(exports.FORMATS))


def _of_days(kind: str) -> ResponseReturnValue:
    form = PeriodForm(request.args)
    if not form.validate():
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(chain.from_iterable(form.errors.values())))
    return sent(kind, of_days(form.chosen_book, form.start.data, form.end.data))


def sent(kind: str, selection: Selection) -> Response:
    """The file, streamed; what does not fit is said before anything is sent."""
    if kind not in exports.FORMATS:
        abort(HTTPStatus.NOT_FOUND)
    database, office = current.database(), exports.Office.of(current.settings())

    def pieces() -> Generator[bytes]:
        with database.reading() as session:
            yield from exports.write(session, kind, selection, office)

    streamed = pieces()
    try:
        first = next(streamed, b"")
    except exports.NotWritten as refused:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, str(refused))
    found = exports.FORMATS[kind]
    headers = {"Content-Disposition": f'attachment; filename="{selection.name}.{found.ending or kind}"'}
    response = Response(chain([first], streamed), mimetype=found.media_type, headers=headers)
    response.call_on_close(streamed.close)  # a chain does not, when somebody leaves half way
    return response

"""/finance/money/<month>/file: a month of the whole money, for accounting programs."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice, SelectField
from wtforms.validators import Optional

from shop import current, exports, web
from shop.accounting.money_months import booked_month
from shop.accounts.access import require
from shop.container import current_services
from shop.exports.money_journals import MONEY_FORMATS, BookedMonth

blueprint = Blueprint("finance_money_files", __name__, url_prefix="/finance/money/<month>/file")

FORMATS: Final = [SelectChoice(name, found.label) for name, found in MONEY_FORMATS.items()]


class MoneyFileForm(web.Form):
    """In which format."""

    class Meta:
        """A file changes nothing, so it needs no token."""

        csrf = False

    format = SelectField("As a file", choices=FORMATS, validators=[Optional()])


@blueprint.get("")
@require("finance", "owner")
def save(month: str) -> ResponseReturnValue:
    """The month in the format that was chosen."""
    services = current_services()
    found = MONEY_FORMATS.get(request.args.get("format") or "csv") or abort(HTTPStatus.NOT_FOUND)
    with web.reading() as session:
        booked = booked_month(session, services, month) or abort(HTTPStatus.NOT_FOUND)
    try:
        text = "".join(found.write(BookedMonth(*booked), exports.Office.of(current.settings())))
    except exports.CodesUnusable as refused:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, str(refused))
    name = f"money-{services.book}-{month}.{found.ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode(), mimetype=found.media_type, headers=headers)

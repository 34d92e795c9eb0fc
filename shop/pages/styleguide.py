"""The style page: every building block in every state, beside the pages of errors. Only in test payments."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import DataRequired

from shop import web
from shop.catalogue import filters
from shop.catalogue.filters import UNFILTERED
from shop.catalogue.page_cache import shown
from shop.orders.order_summary import order_summary
from shop.planning.planner import Promise
from shop.web.cells import Cells, Link, Status

blueprint = Blueprint("styles", __name__)

ERRORS: Final = (400, 401, 403, 404, 405, 409, 410, 413, 422, 429, 500, 503)
COLOURS: Final = (
    "paper",
    "stone",
    "rule",
    "edge",
    "gilt",
    "ink",
    "soft",
    "sage",
    "notice",
    "success",
    "error",
    "focus",
)
ROWS: Final[Sequence[Cells]] = (
    ("April", 7, "£35.00", Status("Paid over", "good")),
    ("May", 5, "£25.00", Link("Owed", "/giving")),
)
CONTACT: Final = {
    "name": "Zoë",
    "line1": "12 Quiet Street",
    "line2": "",
    "town": "Bath",
    "postcode": "BA1 1AA",
}
PROMISED: Final = Promise(posted_by=date(2026, 5, 6), post_from=date(2026, 5, 4), arrives_by=date(2026, 5, 8))
WISHES: Final = {"needed_by": "2026-05-15"}


def _choices(**labels: str) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in labels.items()]


class _Fields(web.Form):
    """One field of each kind."""

    name = StringField("Name on the parcel")
    town = StringField("Town or city", validators=[DataRequired("Please enter the town or city.")])
    message = TextAreaField("Message for the slip")
    gift = BooleanField("Send it to someone else")
    read = BooleanField("I have checked every letter", validators=[DataRequired("Please tick this.")])
    postage = RadioField(
        "Postage", choices=_choices(a="Tracked 48: two to three days", b="Tracked 24: one day")
    )
    way = RadioField(
        "How to reach you",
        choices=_choices(mail="By e-mail", post="By post"),
        validators=[DataRequired("Please choose one.")],
    )


@blueprint.before_request
def _only_in_test() -> None:
    if web.settings().livemode:
        abort(HTTPStatus.NOT_FOUND)


@blueprint.get("/styleguide")
def blocks() -> ResponseReturnValue:
    """Every building block."""
    now = shown()
    form = _Fields(data={"name": "Zoë", "postage": "a"})
    form.validate()
    return render_template(
        "pages/styleguide.html",
        pieces=now.catalogue.pieces,
        statement=now.statement,
        options=filters.options(now.catalogue, UNFILTERED),
        form=form,
        colours=COLOURS,
        link=Link("link", filters.ADDRESS),
        rows=ROWS,
        contact=CONTACT,
        promised=PROMISED,
        summary=order_summary(CONTACT, PROMISED, "Royal Mail Tracked 24", wishes=WISHES),
        errors=[Link(f"Error {code}", f"/styleguide/errors/{code}", tall=True) for code in ERRORS],
    )


@blueprint.get("/styleguide/errors/<int(max=599):code>")
def error(code: int) -> ResponseReturnValue:
    """The page of an error, as somebody sees it who meets one."""
    if code not in ERRORS:
        abort(HTTPStatus.NOT_FOUND)
    return web.error_html(code), code

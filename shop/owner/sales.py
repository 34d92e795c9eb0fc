"""/owner/sales: what was sold outside the shop, entered once, and taken back by another row."""

import re
import secrets
from datetime import date
from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue
from wtforms import (
    BooleanField,
    HiddenField,
    IntegerField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired, NumberRange, ValidationError

from shop import clock, web
from shop.accounts.access import require
from shop.catalogue import snapshot
from shop.catalogue.views import Catalogue
from shop.container import current_services
from shop.money import pounds_and_pence
from shop.orders import outside_sales
from shop.orders.outside_sales import MOST, FewerThere, SaidOtherwise, SaleEntry, SaleRow
from shop.web.cells import Cells, Status
from shop.web.dates import short_day

blueprint = Blueprint("owner_sales", __name__, url_prefix="/owner/sales")

ONCE: Final = re.compile(r"[A-Za-z0-9_-]{22}")
MOST_ROWS: Final = 100
LONGEST_NOTE: Final = 200
FIRST_YEAR: Final = 2020
NO_PROMISE: Final = "No promise to a charity was in force on that day."
HOW_MANY: Final = f"Please enter a number from 1 to {MOST}."


class SaleForm(web.Form):
    """A sale that was made elsewhere."""

    once = HiddenField()
    """The same form sent twice is one sale."""

    variant = SelectField("Piece", validate_choice=False)
    quantity = IntegerField("How many", validators=[InputRequired(HOW_MANY), NumberRange(1, MOST, HOW_MANY)])
    sold_on = web.DayField("Day of the sale", validators=[InputRequired("Please enter the day of the sale.")])
    note = StringField("Where")
    counted = BooleanField("The drawer was counted since, and they were missing then")

    def validate_once(self, field: HiddenField) -> None:
        """A key of ours, or a new one: then it is another form."""
        if not ONCE.fullmatch(field.data or ""):
            field.data = secrets.token_urlsafe(16)

    def validate_variant(self, field: SelectField) -> None:
        """One of those shown."""
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Please choose the piece that was sold.")

    def validate_sold_on(self, field: web.DayField) -> None:
        """A day that has come; a year that lost a digit would stand in the ledger for good."""
        if field.data and field.data.year < FIRST_YEAR:
            raise ValidationError("Please look at the year again.")
        if field.data and field.data > _today():
            raise ValidationError("That day has not come yet.")

    def validate_note(self, field: StringField) -> None:
        """A note is one line that can be printed."""
        field.data = (field.data or "").strip()
        web.check_line(field.data, LONGEST_NOTE)


@blueprint.get("")
@require("owner")
def index() -> ResponseReturnValue:
    """What was sold elsewhere, and a form to enter another sale."""
    return _page(_fresh())


@blueprint.post("")
@require("owner")
def enter() -> ResponseReturnValue:
    """Enter a sale."""
    form = SaleForm()
    catalogue = _offer(form)
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        given = _write_down(form, catalogue)
    except (FewerThere, SaidOtherwise) as refused:
        return _refused(form, refused), HTTPStatus.CONFLICT
    gift = f"{pounds_and_pence(given)} of it is for the charity." if given else NO_PROMISE
    flash(f"The sale is recorded. {gift}")
    return redirect("/owner/sales", HTTPStatus.SEE_OTHER)


@blueprint.post("/<int(max=2147483647):number>/reversal")
@require("owner")
def take_back(number: int) -> ResponseReturnValue:
    """Take back a sale that was entered by mistake."""
    with web.transaction() as session:
        done = outside_sales.take_back(session, number, actor=g.account.email)
    if done:
        flash("The sale is taken back: its pieces are on hand again, and its gift is reversed.")
    else:
        web.flash_refusal("That sale is not there, or was taken back before. Nothing was changed.")
    return redirect("/owner/sales", HTTPStatus.SEE_OTHER)


def _write_down(form: SaleForm, catalogue: Catalogue) -> int:
    """Write the sale down. Give the pence of its gift. Raises FewerThere or SaidOtherwise."""
    piece, variant = catalogue.by_sku(form.variant.data) or (None, None)
    if piece is None or variant is None:
        raise SaidOtherwise
    asked = {name: form[name].data for name in ("quantity", "sold_on", "counted")}
    entry = SaleEntry(piece=piece, variant=variant, note=(form.note.data or "").strip(), **asked)
    with web.transaction() as session:
        book, once = current_services().book, form.once.data
        sale = outside_sales.enter(session, entry, book=book, once=once, actor=g.account.email)
        return outside_sales.gift_of(session, sale)


def _refused(form: SaleForm, why: Exception) -> str:
    if isinstance(why, SaidOtherwise):
        form.once.data = secrets.token_urlsafe(16)
    field = form.quantity if isinstance(why, FewerThere) else form.variant
    field.errors = [str(why)]
    return _page(form)


def _fresh() -> SaleForm:
    data = {"once": secrets.token_urlsafe(16), "quantity": 1, "sold_on": _today()}
    return SaleForm(formdata=None, data=data)


def _offer(form: SaleForm) -> Catalogue:
    with web.reading() as session:
        catalogue = snapshot.load(session)
    form.variant.choices = [
        SelectChoice(variant.sku, f"{piece.name}, {variant.metal_name}, {variant.chain_inches} in")
        for piece in catalogue.pieces
        for variant in piece.variants
    ]
    return catalogue


def _page(form: SaleForm) -> str:
    _offer(form)
    before = web.number_asked("before")
    with web.reading() as session:
        found = outside_sales.listed(session, current_services().book, before=before, most=MOST_ROWS + 1)
    return render_template(
        "owner/sales.html",
        form=form,
        problems={field.id: field.errors[0] for field in form if field.errors},
        sales=[(one.sale.id, _cells(one), one.undone) for one in found[:MOST_ROWS]],
        latest="/owner/sales" if before else None,
        earlier=f"/owner/sales?before={found[MOST_ROWS - 1].sale.id}" if len(found) > MOST_ROWS else None,
    )


def _cells(one: SaleRow) -> Cells:
    sale = one.sale
    return [
        short_day(sale.sold_on),
        f"{sale.quantity} {sale.piece_name}, {sale.metal_name}, {sale.chain_inches} in",
        sale.note,
        Status("taken back", "quiet") if one.undone else pounds_and_pence(one.given_pence),
        sale.reference,
        sale.actor,
    ]


def _today() -> date:
    return clock.today()

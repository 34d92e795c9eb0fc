"""The owner's stock: what is on hand, set aside and free, with a reason for every change.

"There are 3" and "3 more" are two forms: a count is set by `stocktake`, a change is added here.
"""

from http import HTTPStatus

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import IntegerField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, NumberRange, ValidationError

from shop import stock, web
from shop.accounts.access import require
from shop.catalogue import snapshot
from shop.catalogue.views import VariantView
from shop.container import current_services
from shop.fulfilment import returns, stocktake
from shop.fulfilment.stages import Fate
from shop.fulfilment.units import NotAllowed
from shop.orders.models import OrderLine
from shop.owner.stocktake import NOTHING_SENT, Sent, row, write_down
from shop.restock import waiting
from shop.stock.models import StockMovement
from shop.web.cells import Cells, Link, Status
from shop.web.dates import minute

blueprint = Blueprint("owner_stock", __name__, url_prefix="/owner/stock")

MOST = 10_000
LONGEST_NOTE = 200
MOST_RETURNS = 50
NOT_FEW = "Please enter a whole number from 0 to 9999, or nothing."
NO_NUMBER = "Please enter how many: a whole number, such as 5 or -1."


class MovementForm(web.Form):
    """A change to what is on hand."""

    quantity = IntegerField(
        "How many",
        validators=[
            InputRequired(NO_NUMBER),
            NumberRange(-MOST, MOST, f"Please enter a number between -{MOST} and {MOST}."),
        ],
    )
    reason = SelectField(
        "Why",
        choices=[
            SelectChoice("received", "Made or received"),
            SelectChoice("damaged", "Damaged"),
        ],
        validate_choice=False,
    )
    note = StringField("Note")

    def validate_reason(self, field: SelectField) -> None:
        """One of those shown."""
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Please choose why.")

    def validate_note(self, field: StringField) -> None:
        """A note is one line that can be printed."""
        field.data = (field.data or "").strip()
        web.check_line(field.data, LONGEST_NOTE)

    def validate_quantity(self, field: IntegerField) -> None:
        """Nought changes nothing."""
        if field.data == 0:
            raise ValidationError("Nought would change nothing. Please enter another number.")


@blueprint.get("")
@require("owner")
def index() -> ResponseReturnValue:
    """Every variant with its counts. Only when asked for are they held against every movement."""
    checked = request.args.get("check") == "all"
    with web.reading() as session:
        catalogue, levels = snapshot.load(session), stock.levels(session)
        asked = waiting.how_many(session)
        problems = stock.check(session) if checked else []
        refunded = returns.undecided(session, current_services().book, most=MOST_RETURNS)
    return render_template(
        "owner/stock.html",
        pieces=[
            (piece, [_counts(variant, levels[variant.id]) for variant in piece.variants])
            for piece in catalogue.pieces
        ],
        asked=[
            [*_named(variant), asked[variant.id]]
            for piece in catalogue.pieces
            for variant in piece.variants
            if variant.id in asked
        ],
        discrepancies=problems,
        refunded=refunded,
        checked=checked,
    )


@blueprint.post("/returns/<int(max=2147483647):number>")
@require("owner")
def decide(number: int) -> ResponseReturnValue:
    """Say what became of the refunded unit whose line has this id."""
    with web.transaction() as session:
        line = session.get(OrderLine, number) or abort(HTTPStatus.NOT_FOUND)
        fate = next((one for one in Fate if one == request.form.get("fate")), None)
        if fate:
            flash(_decided(session, line, fate))
        else:
            web.flash_refusal("Please choose what became of it.")
    return redirect("/owner/stock", HTTPStatus.SEE_OTHER)


def _decided(session: Session, line: OrderLine, fate: Fate) -> str:
    try:
        returns.decide(session, line.order_id, line.number, fate, actor=g.account.email)
    except NotAllowed as refused:
        return str(refused)
    return f"{line.piece_name}: {fate}."


@blueprint.get("/<sku>")
@require("owner")
def show(sku: str) -> ResponseReturnValue:
    """One variant: its counts, its movements, and a form to change them."""
    return _page(sku, MovementForm(formdata=None))


@blueprint.post("/<sku>/movements")
@require("owner")
def adjust(sku: str) -> ResponseReturnValue:
    """Add a movement: so many more, or so many fewer."""
    form = MovementForm()
    if not form.validate():
        return _page(sku, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        _write_down(sku, form)
    except stock.WouldGoNegative as refused:
        form.quantity.errors = [str(refused)]
        return _page(sku, form), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("The stock is recorded.")
    return redirect(f"/owner/stock/{sku}", HTTPStatus.SEE_OTHER)


@blueprint.post("/<sku>/threshold")
@require("owner")
def set_threshold(sku: str) -> ResponseReturnValue:
    """Say of how few the owner is to be told; nothing: of none."""
    typed = request.form.get("low_at", "").strip()
    if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 5):  # noqa: PLR2004
        return _page(sku, MovementForm(formdata=None), low=typed), HTTPStatus.UNPROCESSABLE_ENTITY
    with web.transaction() as session:
        found = snapshot.load(session).by_sku(sku) or abort(HTTPStatus.NOT_FOUND)
        stock.set_threshold(session, found[1].id, int(typed) if typed else None)
    flash(f"You are told when {typed} or fewer are left." if typed else "You are told of none.")
    return redirect(f"/owner/stock/{sku}", HTTPStatus.SEE_OTHER)


@blueprint.post("/<sku>/counts")
@require("owner")
def count(sku: str) -> ResponseReturnValue:
    """Say how many there are: the count sheet, for one variant."""
    sent = write_down(only=sku)
    if sent.errors or not sent.written:
        return _page(sku, MovementForm(formdata=None), sent), sent.status
    flash(sent.said)
    return redirect(f"/owner/stock/{sku}", HTTPStatus.SEE_OTHER)


def _write_down(sku: str, form: MovementForm) -> None:
    reason, note, actor = form.reason.data, form.note.data or "", g.account.email
    with web.transaction() as session:
        found = snapshot.load(session).by_sku(sku)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        stock.adjust(session, found[1].id, form.quantity.data, reason=reason, note=note, actor=actor)


def _page(sku: str, form: MovementForm, sent: Sent = NOTHING_SENT, low: str | None = None) -> str:
    with web.reading() as session:
        found = snapshot.load(session).by_sku(sku)
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        piece, variant = found
        movements, opened = stock.movements(session, variant.id), stocktake.moment(session)
        counted, threshold = row(session, variant, sent), stock.threshold_of(session, variant.id)
    problems = {field.id: field.errors[0] for field in form if field.errors}
    if counted.error:
        problems[f"count-{sku}"] = counted.error
    if low is not None:
        problems["low_at"] = NOT_FEW
    return render_template(
        "owner/variant.html",
        piece=piece,
        variant=variant,
        counted=counted,
        opened=opened,
        low="" if threshold is None else threshold,
        refused_low=low,
        movements=[_moved(movement) for movement in movements],
        form=form,
        problems=problems,
    )


def _counts(variant: VariantView, level: stock.Level) -> Cells:
    return [
        *_named(variant),
        level.on_hand,
        level.reserved,
        level.available or Status("none", "wait"),
    ]


def _named(variant: VariantView) -> Cells:
    return [
        Link(variant.sku, f"/owner/stock/{variant.sku}"),
        f"{variant.metal_name}, {variant.chain_inches} in",
    ]


def _moved(movement: StockMovement) -> Cells:
    why = movement.order_reference or movement.note
    return [minute(movement.at), movement.quantity, movement.reason, why, movement.actor]

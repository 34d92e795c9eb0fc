"""/owner/orders/<reference>/...: the owner puts an order right for a buyer who telephones, and says why."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, g
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shop import web
from shop.accounts.access import require
from shop.corrections import parcel_form, variant_form, words_form
from shop.corrections.corrector import Corrector
from shop.orders.models import Order

blueprint = Blueprint("owner_corrections", __name__, url_prefix="/owner/orders/<reference>")

LINE: Final = "/lines/<int(max=2147483647):number>"


@blueprint.route(f"{LINE}/words", methods=["GET", "POST"])
@require("owner")
def words(reference: str, number: int) -> ResponseReturnValue:
    """Other words for a unit, until engraving begins; of one that is made again, too."""
    unit = words_form.opened(order_of(reference), number, _owner(reference))
    return words_form.answered(unit)


@blueprint.route(f"{LINE}/variant", methods=["GET", "POST"])
@require("owner")
def variant(reference: str, number: int) -> ResponseReturnValue:
    """Another metal or chain length for a unit, until engraving begins."""
    unit = variant_form.opened(order_of(reference), number, _owner(reference))
    return variant_form.answered(unit)


@blueprint.route("/delivery", methods=["GET", "POST"])
@require("owner")
def delivery(reference: str) -> ResponseReturnValue:
    """Name, address and message, until it is posted."""
    return parcel_form.delivery(order_of(reference), _owner(reference))


@blueprint.route(f"{LINE}/dedication", methods=["GET", "POST"])
@require("owner")
def dedication(reference: str, number: int) -> ResponseReturnValue:
    """The dedication of a unit, until it is packed."""
    return parcel_form.card(order_of(reference), number, _owner(reference))


def order_of(reference: str) -> Order:
    """The order with this reference; 404 when there is none."""
    with web.reading() as session:
        order = session.scalars(select(Order).where(Order.reference == reference)).one_or_none()
    return order or abort(HTTPStatus.NOT_FOUND)


def _owner(reference: str) -> Corrector:
    return Corrector(g.account.email, f"/owner/orders/{reference}", asks_why=True)

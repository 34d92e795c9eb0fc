"""/orders/<token>/...: what the buyer puts right on an order that is paid for. The link is the key."""

from typing import Final

from flask import Blueprint
from flask.typing import ResponseReturnValue

from shop import web
from shop.checkout.order_routes import found_by
from shop.checkout.throttle import throttled
from shop.corrections import parcel_form, variant_form, words_form
from shop.corrections.corrector import Corrector
from shop.corrections.words_form import Correcting
from shop.fulfilment.corrections import BUYER

blueprint = Blueprint("buyer_corrections", __name__, url_prefix="/orders/<token>")

LINE: Final = "/lines/<int(max=2147483647):number>"


@blueprint.get(f"{LINE}/words")
@throttled
def words(token: str, number: int) -> ResponseReturnValue:
    """The words of a unit, to be changed; or since when they are fixed."""
    return words_form.asked(_unit(token, number))


@blueprint.post(f"{LINE}/words")
@web.checks_token_itself
@throttled
def change_words(token: str, number: int) -> ResponseReturnValue:
    """Show other words on the picture, as they would be cut, or have them engraved."""
    return words_form.sent(_unit(token, number))


@blueprint.route(f"{LINE}/variant", methods=["GET", "POST"])
@web.checks_token_itself
def variant(token: str, number: int) -> ResponseReturnValue:
    """Another metal or chain length for a unit, until engraving begins."""
    with web.reading() as session:
        order = found_by(session, token)
    return variant_form.answered(variant_form.opened(order, number, _buyer(token)))


@blueprint.route("/delivery", methods=["GET", "POST"])
@web.checks_token_itself
def delivery(token: str) -> ResponseReturnValue:
    """Name, address and message, to be put right until it is posted."""
    with web.reading() as session:
        order = found_by(session, token)
    return parcel_form.delivery(order, _buyer(token))


@blueprint.route(f"{LINE}/dedication", methods=["GET", "POST"])
@web.checks_token_itself
def dedication(token: str, number: int) -> ResponseReturnValue:
    """The dedication of a unit, to be put right until it is packed."""
    with web.reading() as session:
        order = found_by(session, token)
    return parcel_form.card(order, number, _buyer(token))


def _buyer(token: str) -> Corrector:
    return Corrector(BUYER, f"/orders/{token}")


def _unit(token: str, number: int) -> Correcting:
    with web.reading() as session:
        order = found_by(session, token)
    return words_form.opened(order, number, _buyer(token))

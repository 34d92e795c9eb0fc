"""/orders/<token>/proof: the gifts in an order, and the proof of each as a file. The link is the key."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from shop import web
from shop.checkout.order_routes import UNKNOWN, found_by, unlisted
from shop.container import current_services
from shop.frozen import frozen
from shop.orders.models import OrderLine
from shop.orders.view import view
from shop.transparency.gift_entries import GiftEntry, State, gift_entries, paid_over_since
from shop.transparency.gift_proofs import proof_of
from shop.transparency.gift_sentences import gift_said, gifts_said
from shop.transparency.proof_file import EXTENSION, proof_file

blueprint = Blueprint("gifts", __name__, url_prefix="/orders/<token>/proof")


@frozen
class ShownGift:
    """The gift of a unit: of what, what is to be said, and where its proof is, if it has one."""

    piece: str
    said: str
    file: str


@blueprint.get("")
def show(token: str) -> ResponseReturnValue:
    """The gifts of the order; 404 where nothing was promised, or nothing is paid yet."""
    with web.reading() as session:
        order = found_by(session, token)
        entries = gift_entries(session, order.reference)
        paid_on = paid_over_since(session, entries)
        lines = [line.row for line in view(session, current_services().vault, order).lines]
    if not entries:
        abort(HTTPStatus.NOT_FOUND, UNKNOWN)
    return unlisted(
        Response(
            render_template(
                "checkout/gift.html",
                token=token,
                reference=order.reference,
                said=gifts_said(entries, paid_on),
                gifts=_shown(entries, lines, token),
            )
        )
    )


@blueprint.get("/<int(max=2147483647):unit>")
def file(token: str, unit: int) -> ResponseReturnValue:
    """The proof of a unit's gift; where there is none, the page that says why."""
    with web.reading() as session:
        order = found_by(session, token)
        proof = proof_of(session, current_services().vault, order.reference, unit)
    if proof is None:
        return redirect(f"/orders/{token}/proof", HTTPStatus.SEE_OTHER)
    answer = Response(proof_file(proof), mimetype="application/octet-stream")
    name = f"gift-{order.reference}-{unit}.{EXTENSION}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return unlisted(answer)


def _shown(entries: Sequence[GiftEntry], lines: Sequence[OrderLine], token: str) -> list[ShownGift]:
    names = {line.number: f"Piece {line.number}: {line.piece_name}" for line in lines}
    return [
        ShownGift(
            names.get(entry.unit, "Your order"),
            gift_said(entry),
            f"/orders/{token}/proof/{entry.unit}" if entry.state is State.GIVEN and entry.number else "",
        )
        for entry in entries
    ]

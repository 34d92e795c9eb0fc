"""Pieces on their way back: noted for whoever telephones, and what becomes of them when they arrive."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock, web
from shop.accounts.access import require
from shop.claims import send_backs
from shop.claims.claim_steps import NotPossible
from shop.claims.send_backs import ComingBack
from shop.frozen import frozen
from shop.fulfilment.stages import Fate
from shop.fulfilment.units import NotAllowed
from shop.orders.models import Order
from shop.owner.claim_rows import ClaimRow
from shop.web.dates import short_day

blueprint = Blueprint("owner_send_backs", __name__, url_prefix="/owner/orders/<reference>/send-backs")

ARRIVES_AS: Final[Mapping[Fate, str]] = {
    Fate.FREE: "It is here, back in the drawer",
    Fate.SCRAP: "It is here, scrap",
}


@frozen
class Returning:
    """What of an order goes back, for its page."""

    rows: Sequence[tuple[ComingBack, str]]
    """Each with how it stands."""
    arrivals: Mapping[Fate, str]
    possible: Sequence[int]
    """Units that may still be sent back."""
    owed: Sequence[ComingBack]
    """Units that are here and whose money has not gone."""
    postage: bool
    """Whether the postage goes back with them: nothing of the order is kept."""


def returning(session: Session, order: Order) -> Returning:
    """How it stands with an order."""
    rows = send_backs.coming_back(session, order.id)
    owed = [one for one in rows if one.arrived_at and not one.refunded]
    here = all(one.arrived_at for one in rows)
    return Returning(
        rows=[(one, stands(one)) for one in rows],
        arrivals=ARRIVES_AS,
        possible=send_backs.returnable(session, order.id),
        owed=owed,
        postage=here and send_backs.whole_order(session, order.id),
    )


def stands(one: ComingBack) -> str:
    """How it stands with a piece that goes back, in a few words."""
    if one.refunded:
        return "its money went back"
    if one.refund_by is not None:
        late = " (past)" if one.refund_by < send_backs.day_of(clock.now()) else ""
        return f"here: its money goes back by {short_day(one.refund_by)}{late}"
    return f"told {short_day(one.told_at)}, to be posted by {short_day(one.send_by)}"


def awaited_rows(session: Session, *, most: int) -> list[ClaimRow]:
    """All that is on its way back or to be paid back, for the bench."""
    return [
        ClaimRow(
            title=f"{reference}, piece {one.number}",
            href=f"/owner/orders/{reference}#send-backs",
            state=stands(one),
            kind="wait" if one.arrived_at else "quiet",
            since=short_day(one.told_at),
        )
        for reference, one in send_backs.awaited(session, most=most)
    ]


@blueprint.post("")
@require("owner")
def leave(reference: str) -> ResponseReturnValue:
    """Write the notice down for a buyer who telephones, or for whoever was given the piece."""
    text = request.form.get("line", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0  # noqa: PLR2004
    try:
        with web.transaction() as session:
            send_backs.give_notice(session, _order_id(session, reference), [number], actor=g.account.email)
    except NotPossible as refused:
        return _back(reference, refused=str(refused))
    return _back(reference, f"Piece {number} comes back. The buyer has an e-mail that says where to.")


@blueprint.post("/<int(max=2147483647):number>/arrival")
@require("owner")
def arrival(reference: str, number: int) -> ResponseReturnValue:
    """It is here, and what becomes of it."""
    fate = next((fate for fate in ARRIVES_AS if fate == request.form.get("fate")), None)
    if fate is None:
        return _back(reference, refused="Please choose one of those that are offered.")
    try:
        with web.transaction() as session:
            order_id = _order_id(session, reference)
            send_backs.arrive(session, order_id, number, fate, actor=g.account.email)
    except (NotPossible, NotAllowed) as refused:
        return _back(reference, refused=str(refused))
    return _back(reference, f"{ARRIVES_AS[fate]}. The stock follows once its money has gone back.")


@blueprint.post("/<int(max=2147483647):number>/keeping")
@require("owner")
def keeping(reference: str, number: int) -> ResponseReturnValue:
    """It does not come back after all."""
    try:
        with web.transaction() as session:
            send_backs.keep(session, _order_id(session, reference), number)
    except NotPossible as refused:
        return _back(reference, refused=str(refused))
    return _back(reference, "It is noted that the buyer keeps it.")


def _order_id(session: Session, reference: str) -> int:
    found = session.scalar(select(Order.id).where(Order.reference == reference))
    return found or abort(HTTPStatus.NOT_FOUND)


def _back(reference: str, said: str = "", *, refused: str = "") -> ResponseReturnValue:
    say = web.flash_refusal if refused else flash
    say(refused or said)
    return redirect(f"/owner/orders/{reference}#send-backs", HTTPStatus.SEE_OTHER)

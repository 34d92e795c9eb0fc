"""What became of a parcel: it arrived by its tracking, or came back. One that is lost: `parcel_losses`."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import web
from shop.accounts.access import require
from shop.frozen import frozen
from shop.fulfilment import undelivered, units
from shop.fulfilment.models import Parcel
from shop.fulfilment.stages import Action, Seen, Stage, Undelivered
from shop.fulfilment.units import NotAllowed
from shop.orders.models import Order

blueprint = Blueprint("owner_parcels", __name__, url_prefix="/owner/orders/<reference>/parcels")

ARRIVED: Final = "arrived"
NO_NUMBERS: Final = "/owner/today/posted-without-a-number"
CHOOSE: Final = "Please choose one of those that are offered."


@frozen
class ParcelShown:
    """A parcel on its order's page."""

    row: Parcel
    numbers: Sequence[int]
    """The units in it that are on their way, or said to have arrived."""
    under_way: bool
    """Whether some have not arrived, as far as we know."""

    @property
    def what(self) -> str:
        """The units as people say them."""
        said = ", ".join(map(str, self.numbers))
        return f"piece {said}" if len(self.numbers) == 1 else f"pieces {said}"


def parcels_shown(session: Session, order_id: int, rows: Sequence[Parcel]) -> list[ParcelShown]:
    """Each parcel with what of it is on its way."""
    standing = units.units_of(session, order_id)
    found = []
    for row in rows:
        numbers = undelivered.in_parcel(session, order_id, row.id)
        sent = any(standing[number].stage == Stage.POSTED for number in numbers)
        found.append(ParcelShown(row, numbers, sent))
    return found


CAME_BACK: Final[Mapping[Undelivered, str]] = {why: f"It came back: {why}" for why in Undelivered}


@blueprint.app_template_global("ways_back")
def ways_back() -> Mapping[Undelivered, str]:
    """Why a parcel can have come back, as its buttons say it."""
    return CAME_BACK


@blueprint.post("/<int(max=2147483647):number>/news")
@require("owner")
def news(reference: str, number: int) -> ResponseReturnValue:
    """Say what became of a parcel, and do what follows from it."""
    what = request.form.get("what", "")
    try:
        with web.transaction() as session:
            order_id = session.scalar(select(Order.id).where(Order.reference == reference))
            said = _do(session, order_id or abort(HTTPStatus.NOT_FOUND), number, what)
    except NotAllowed as refused:
        web.flash_refusal(str(refused))
    else:
        flash(said)
    return redirect(f"/owner/orders/{reference}#parcels", HTTPStatus.SEE_OTHER)


def _do(session: Session, order_id: int, parcel: int, what: str) -> str:
    actor = g.account.email
    if what == ARRIVED:
        numbers = undelivered.in_parcel(session, order_id, parcel)
        if not numbers:
            raise NotAllowed(undelivered.NOTHING)
        for number in numbers:
            if units.units_of(session, order_id)[number].stage == Stage.POSTED:
                units.act(session, order_id, number, Action.DELIVER, actor=actor, reason=Seen.TRACKING)
        return "It is recorded as delivered, by its tracking."
    why = next((why for why in Undelivered if why == what), None)
    if why is None:
        raise NotAllowed(CHOOSE)
    undelivered.come_back(session, order_id, parcel, why, actor=actor)
    return "What was in it rests at the bench until the buyer says where to. An e-mail asks."


def say_posted(references: Sequence[str]) -> None:
    """Say of the parcels of these orders, just posted without a number, where that is written down."""
    if len(references) == 1:
        said = Markup('{} has no tracking number yet. <a href="/owner/dispatch?code={}">Record it</a>')
        flash(said.format(references[0], references[0]))
    elif references:
        said = Markup('{} parcels have no tracking number yet. <a href="{}">Record them</a>')
        flash(said.format(len(references), NO_NUMBERS))

"""One unit of an order from its page: the next step, a rest, making it again, and its parcel's number."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Final, TypeVar

from flask import Blueprint, abort, flash, g, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import web
from shop.accounts.access import require
from shop.frozen import frozen
from shop.fulfilment import finished_looks, parcels, returns, units
from shop.fulfilment.correctable import OPEN_WHILE, Subject
from shop.fulfilment.corrections import Window, words_windows
from shop.fulfilment.models import Unit
from shop.fulfilment.stages import TO_MAKE, Action, Hold, Remake, Stage, after, next_action
from shop.fulfilment.units import WORKED_ON, NotAllowed
from shop.orders.models import Order, OrderLine
from shop.owner.bench_rows import look_href
from shop.owner.cutting import refuse_unless_as_approved, seen_wording
from shop.owner.parcels import say_posted
from shop.owner.step_words import BUTTONS, MEANT, done
from shop.web.dates import minute

blueprint = Blueprint("owner_units", __name__, url_prefix="/owner/orders/<reference>")

Word = TypeVar("Word", bound=StrEnum)

KINDS: Final[Mapping[Stage, str]] = {
    Stage.POSTED: "good",
    Stage.DELIVERED: "good",
    Stage.REFUNDED: "bad",
    Stage.TO_CHECK: "quiet",
}
"""The shape beside a stage's word; half full while it is being made."""


OFFERED: Final = tuple(hold for hold in Hold if hold not in {Hold.CANCELLED, Hold.QUESTION})
"""Why the owner lets a unit rest."""

LABELS: Final = BUTTONS | {Action.DELIVER: "Mark as delivered"}


@frozen
class UnitShown:
    """Where one unit stands, and what can be done with it now."""

    stage: Stage
    kind: str
    held: str | None
    making: int
    action: Action | None
    button: str
    meant: str
    """What to look for before it is pressed; empty where the button says it."""
    holds: Sequence[Hold]
    remakes: Sequence[Remake]
    wording: int
    """Which of its wordings is in sight."""
    words_until: str
    """Until when its words can be changed, or since when not any more; empty where nothing is to be said."""
    words_open: bool
    """Whether the owner can still change its words; those of one that is made again, too."""
    card_open: bool
    worked_on: bool
    """Whether its money is here and it is wanted: else nothing of it is made, and there are no files."""
    too_early: str
    """Why it must not be posted yet, where that is the next step; empty where it may."""
    look: str
    """Where it is looked at, where that comes before the post; empty where it was, or is not asked for."""
    fate: str | None
    """What became of the piece of a refunded unit; empty as long as nobody has said."""


def shown(session: Session, order: Order, lines: Sequence[OrderLine]) -> dict[int, UnitShown]:
    """By the number of the line, how each unit stands; nothing before the order is paid for."""
    found = units.units_of(session, order.id)
    windows, said = words_windows(session, order, lines), returns.said_of(session, order.id)
    packed = [line.id for line in lines if line.number in found and found[line.number].stage == Stage.PACKED]
    due = finished_looks.not_looked_at(session, packed)
    return {
        line.number: _shown(
            order,
            line,
            found[line.number],
            windows[line.number],
            fate=said.get(line.number),
            look=look_href(line.id) if line.id in due else "",
        )
        for line in lines
        if line.number in found
    }


def words_until(window: Window) -> str:
    """When the buyer's window for a unit's words closes, or closed."""
    if window.is_open:
        return "The buyer can change the words until engraving begins."
    return f"The words are fixed since {minute(window.closed_at)}." if window.closed_at else ""


def _shown(
    order: Order, line: OrderLine, unit: Unit, window: Window, *, fate: str | None, look: str
) -> UnitShown:
    stage = Stage(unit.stage)
    worked_on = order.state in WORKED_ON and not unit.is_gone
    free = worked_on and not unit.held
    action = next_action(stage, words=line.engraved) if free else None
    again = free and after(stage, Action.REMAKE, words=line.engraved) is not None
    return UnitShown(
        stage=stage,
        kind=KINDS.get(stage, "wait"),
        held=unit.held,
        making=unit.making,
        action=action,
        button=LABELS[action] if action else "",
        meant=MEANT.get(action, "") if action else "",
        holds=OFFERED if free and stage in TO_MAKE else (),
        remakes=tuple(Remake) if again else (),
        wording=unit.wording,
        words_until=words_until(window) if line.engraved else "",
        words_open=worked_on and stage in OPEN_WHILE[Subject.WORDS],
        card_open=worked_on and stage in OPEN_WHILE[Subject.DEDICATION],
        worked_on=worked_on,
        too_early=parcels.why_not_yet(order.post_from) if action is Action.POST else "",
        look=look if action is Action.POST else "",
        fate=(fate or "") if stage is Stage.REFUNDED else None,
    )


@blueprint.post("/lines/<int(max=2147483647):number>/steps")
@require("owner")
def step(reference: str, number: int) -> ResponseReturnValue:
    """Take a unit one step further, or have it made again."""
    with web.reading() as session:
        line = _line(session, reference, number)
    try:
        action = _word(Action, request.form.get("action"))
        if action is Action.BEGIN:
            refuse_unless_as_approved(line)
        with web.transaction() as session:
            _do(session, line, action)
        if action is Action.POST:
            say_posted([reference])
    except NotAllowed as refused:
        return _back(reference, number, refused=str(refused))
    return _back(reference, number, f"Piece {number}: {done(action)}.")


@blueprint.post("/lines/<int(max=2147483647):number>/hold")
@require("owner")
def hold(reference: str, number: int) -> ResponseReturnValue:
    """Let a unit rest, and say why; without a reason, go on with it."""
    why = request.form.get("reason")
    with web.transaction() as session:
        line = _line(session, reference, number)
        try:
            if why:
                units.hold(session, line.order_id, number, _word(Hold, why), actor=g.account.email)
            else:
                units.resume(session, line.order_id, number, actor=g.account.email)
        except NotAllowed as refused:
            return _back(reference, number, refused=str(refused))
    return _back(reference, number, f"Piece {number} rests: {why}." if why else f"Piece {number} goes on.")


def _do(session: Session, line: OrderLine, action: Action) -> None:
    if action is Action.POST:
        parcels.post(session, line.order_id, [line.number], tracking=None, actor=g.account.email)
        return
    reason = _word(Remake, request.form.get("reason")) if action is Action.REMAKE else None
    units.act(
        session,
        line.order_id,
        line.number,
        action,
        actor=g.account.email,
        reason=reason,
        wording=None if action is Action.REMAKE else seen_wording("wording"),
    )


def _line(session: Session, reference: str, number: int) -> OrderLine:
    line = session.scalars(
        select(OrderLine)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.reference == reference, OrderLine.number == number)
    ).one_or_none()
    return line or abort(HTTPStatus.NOT_FOUND)


def _word(kind: type[Word], text: str | None) -> Word:
    """One of these words. Raises NotAllowed."""
    found = next((word for word in kind if word == text), None)
    if found is None:
        raise NotAllowed("Please choose one of those that are offered.")
    return found


def _back(reference: str, number: int, said: str = "", *, refused: str = "") -> ResponseReturnValue:
    say = web.flash_refusal if refused else flash
    say(refused or said)
    place = f"#unit-{number}" if number else ""
    return redirect(f"/owner/orders/{reference}{place}", HTTPStatus.SEE_OTHER)

"""One unit on a page of its own, for who holds it in the other hand: its words, large, and the next step."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import bench, web
from shop.accounts.access import require
from shop.container import current_services
from shop.engraving import Letter
from shop.engraving.spelling import spelled
from shop.frozen import frozen
from shop.fulfilment import photograph_days
from shop.fulfilment.promised import Day, standing
from shop.fulfilment.queue import waiting_for
from shop.fulfilment.stages import Action, Stage, next_action
from shop.fulfilment.units import units_of
from shop.orders.models import Order, OrderLine
from shop.orders.view import view
from shop.owner.bench_rows import card_href
from shop.owner.bench_tickets import BenchTicket, bench_ticket
from shop.owner.finished_shown import FinishedShown, finished_shown
from shop.owner.step_words import HEADINGS
from shop.owner.units import UnitShown, shown
from shop.owner.work_queue import MOST
from shop.payments.models import Supplement
from shop.payments.supplements import waiting_of
from shop.web.cells import Link

blueprint = Blueprint("owner_bench_card", __name__, url_prefix="/owner/bench/units")

GOES_ON: Final[Mapping[Action, str]] = {
    action: f"The next {heading.lower()}" for action, heading in HEADINGS.items()
}


@frozen
class Spelled:
    """One line of words, letter by letter."""

    where: str
    text: str = field(repr=False)
    letters: Sequence[Letter] = field(repr=False)


@frozen
class Card:
    """One unit and where it stands in what waits for the same step."""

    reference: str
    href: str
    """Its place on the order's page."""
    ticket: BenchTicket
    spelled: Sequence[Spelled] = field(repr=False)
    step: Mapping[str, str | int]
    """What its button sends; empty when nothing can be done here."""
    following: Link | None
    """The next unit that waits for the same step."""
    day: Day | None
    """How the day promised stands, while something of the order is to be posted."""
    supplement: Supplement | None
    """What may still be paid for it to be of another metal or chain."""
    finished: FinishedShown | None
    """How the finished piece is looked at; None before it is engraved, and once it has left."""


@blueprint.get("/<int(max=2147483647):number>")
@require("owner")
def show(number: int) -> ResponseReturnValue:
    """The unit whose line has this id."""
    return page(number)


def page(number: int, problems: Mapping[str, str] | None = None, *, typed: str = "") -> str:
    """The card, with what is wrong with a form on it, and the reason that was typed there."""
    with web.reading() as session:
        line = session.get(OrderLine, number) or abort(HTTPStatus.NOT_FOUND)
        card = _card(session, line)
    return render_template(
        "owner/bench_card.html", card=card, ticket=card.ticket, problems=problems or {}, typed=typed
    )


def _card(session: Session, line: OrderLine) -> Card:
    order = session.get_one(Order, line.order_id)
    opened = view(session, current_services().vault, order)
    unit = next(one for one in opened.lines if one.row.number == line.number)
    stands = shown(session, order, [line]).get(line.number)
    pictures = photograph_days.kept_of(session, opened)
    place, supplement = f"/owner/orders/{order.reference}", waiting_of(session, order.id)
    profile = bench.current(session)
    ticket = bench_ticket(order.reference, unit, profile.tool, stands, pictures)
    return Card(
        reference=order.reference,
        href=f"{place}#unit-{line.number}",
        ticket=ticket,
        spelled=[Spelled(where, text, spelled(text)) for where, text in unit.words_for_bench],
        step=_step(line, stands),
        following=_following(session, line),
        day=standing(session, order),
        supplement=supplement if supplement and supplement.line_number == line.number else None,
        finished=finished_shown(session, unit, ticket, look_first=profile.look_first),
    )


def _step(line: OrderLine, stands: UnitShown | None) -> Mapping[str, str | int]:
    action = stands.action if stands else None
    if stands is None or stands.too_early or action not in HEADINGS:
        return {}
    return {"action": action, "only": line.id, f"wording-{line.id}": stands.wording, "back": "card"}


def _following(session: Session, line: OrderLine) -> Link | None:
    """The unit behind this one in its queue; the first of them when there is none behind it."""
    unit = units_of(session, line.order_id).get(line.number)
    action = next_action(Stage(unit.stage), words=line.engraved) if unit else None
    if action not in HEADINGS:
        return None
    queue = waiting_for(session, action, current_services().book, most=MOST)
    ids = [one.line_id for one in queue]
    behind = ids[ids.index(line.id) + 1 :] if line.id in ids else []
    others = [one for one in (*behind, *ids) if one != line.id]
    return Link(GOES_ON[action], card_href(others[0]), tall=True) if others else None

"""The bench: what is to be done next with which unit, several at once, and a slip taken back."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from shop import bench, web
from shop.accounts.access import require
from shop.container import current_services
from shop.frozen import frozen
from shop.fulfilment import finished_looks, parcels, undoing, units
from shop.fulfilment.queue import STEPS, Undoable, can_be_undone, counts, on_hold, waiting_for
from shop.fulfilment.stages import Action
from shop.fulfilment.units import NotAllowed
from shop.orders.models import Order, OrderLine
from shop.owner.bench_rows import Row, card_href, row
from shop.owner.claim_rows import waiting_rows
from shop.owner.cutting import refuse_unless_as_approved, seen_wording
from shop.owner.paper_choices import OF_STEP
from shop.owner.parcels import say_posted
from shop.owner.send_backs import awaited_rows
from shop.owner.step_words import BEHIND_IT, BUTTONS, DONE, HEADINGS, MEANT, done

blueprint = Blueprint("owner_work_queue", __name__, url_prefix="/owner/bench")

MOST: Final = 50
"""Of each step on one page: about a week at the bench."""


@frozen
class Section:
    """The units that wait for one step."""

    action: Action
    number: int
    rows: Sequence[Row]

    @property
    def heading(self) -> str:
        """What is to be done with them."""
        return HEADINGS[self.action]

    @property
    def id(self) -> str:
        """Where the section stands on its page."""
        return self.heading.lower().replace(" ", "-")

    @property
    def button(self) -> str:
        """What does it."""
        return BUTTONS[self.action]

    @property
    def meant(self) -> str:
        """What to look for; empty where the button says it."""
        said = MEANT.get(self.action, "")
        return f"{said} {BEHIND_IT}" if said and any(row.engraved for row in self.rows) else said

    @property
    def several(self) -> bool:
        """Whether there is more than one to tick."""
        return len(self.rows) > 1

    @property
    def more(self) -> str:
        """How many are not shown."""
        shown = len(self.rows)
        return f"The first {shown} of {self.number}." if shown < self.number else ""


@frozen
class Slip:
    """A step that can be taken back."""

    said: str
    about: str
    undo: str


def _slip(step: Undoable) -> Slip:
    return Slip(
        said=f"{step.reference}, {step.number}. {step.piece}: {done(step.action)}",
        about=f"{step.reference}, piece {step.number}",
        undo=f"{card_href(step.line_id)}/undo",
    )


@blueprint.get("")
@require("owner")
def index() -> ResponseReturnValue:
    """What there is to do, by step."""
    book = current_services().book
    with web.reading() as session:
        number = counts(session, book)
        rows = {action: waiting_for(session, action, book, most=MOST) for action in STEPS if number[action]}
        packed = [one.line_id for one in rows.get(Action.POST, ())]
        due = finished_looks.not_looked_at(session, packed) if bench.current(session).look_first else ()
        sections = [
            Section(action, number[action], [row(one, due) for one in found])
            for action, found in rows.items()
        ]
        resting = [row(one) for one in on_hold(session, book, most=MOST)]
        slips = [_slip(step) for step in can_be_undone(session)]
        claims = waiting_rows(session, most=MOST) + awaited_rows(session, most=MOST)
    shown = {"sections": sections, "resting": resting, "slips": slips, "claims": claims, "papers_of": OF_STEP}
    return render_template("owner/bench.html", **shown)


@blueprint.post("/steps")
@require("owner")
def step() -> ResponseReturnValue:
    """Do one thing with one unit or with several; what cannot be done is said, and the rest is done."""
    action = next((step for step in STEPS if step == request.form.get("action")), None)
    chosen = _chosen()
    if action is None or not chosen:
        web.flash_refusal("No piece was ticked.")
        return _back()
    done = _post(chosen) if action is Action.POST else [line for line in chosen if _act(line, action)]
    if done:
        pieces = "1 piece" if len(done) == 1 else f"{len(done)} pieces"
        flash(f"{DONE[action]}: {pieces}.")
    return _back(chosen[0].id)


@blueprint.post("/units/<int(max=2147483647):number>/undo")
@require("owner")
def undo(number: int) -> ResponseReturnValue:
    """Take back the last step of the unit whose line has this id."""
    line = _line(number)
    try:
        with web.transaction() as session:
            undone = undoing.undo(session, line.order_id, line.number, actor=g.account.email)
        flash(f"Taken back: {undone}.")
    except NotAllowed as refused:
        web.flash_refusal(str(refused))
    return _back(number)


def _back(line_id: int | None = None) -> ResponseReturnValue:
    """To where the button was: the unit's card, or the list."""
    on_card = line_id is not None and request.form.get("back") == "card"
    return redirect(card_href(line_id) if on_card and line_id else "/owner/bench", HTTPStatus.SEE_OTHER)


def _chosen() -> list[OrderLine]:
    """The unit whose own button was pressed, or all that are ticked."""
    asked = request.form.getlist("only") or request.form.getlist("unit")
    return [_line(int(text)) for text in asked[:MOST] if text.isascii() and text.isdigit() and len(text) < 10]  # noqa: PLR2004


def _line(line_id: int) -> OrderLine:
    with web.reading() as session:
        line = session.get(OrderLine, line_id)
    if line is None:
        abort(HTTPStatus.NOT_FOUND)
    return line


def _act(line: OrderLine, action: Action) -> bool:
    try:
        if action is Action.BEGIN:
            refuse_unless_as_approved(line)
        with web.transaction() as session:
            actor, seen = g.account.email, seen_wording(f"wording-{line.id}")
            units.act(session, line.order_id, line.number, action, actor=actor, wording=seen)
    except NotAllowed as refused:
        web.flash_refusal(f"{_named(line)}: {refused}")
        return False
    return True


def _post(lines: Sequence[OrderLine]) -> list[OrderLine]:
    """Post the packed units of each order in one parcel."""
    done, bare = [], []
    for order_id in dict.fromkeys(line.order_id for line in lines):
        together = [line for line in lines if line.order_id == order_id]
        try:
            with web.transaction() as session:
                numbers = [line.number for line in together]
                parcels.post(session, order_id, numbers, tracking=None, actor=g.account.email)
                reference = session.get_one(Order, order_id).reference
        except NotAllowed as refused:
            web.flash_refusal(f"{_named(together[0])}: {refused}")
        else:
            done += together
            bare.append(reference)
    say_posted(bare)
    return done


def _named(line: OrderLine) -> str:
    with web.reading() as session:
        reference = session.scalar(select(Order.reference).where(Order.id == line.order_id))
    return f"{reference}, piece {line.number}"

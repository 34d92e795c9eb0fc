"""Printing: tickets, slips, cards and labels of the units that were ticked, as one PDF."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, g, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import clock, web
from shop.accounts.access import require
from shop.container import current_services, trader
from shop.fulfilment.cards_opened import note_opened
from shop.fulfilment.queue import STEPS, waiting_for
from shop.owner.paper_choices import KINDS
from shop.paper.cards import cards, with_dedication
from shop.paper.chosen import Chosen, chosen
from shop.paper.label_sheets import SHEETS, LabelSheet
from shop.paper.labels import labels
from shop.paper.slips import slips
from shop.paper.tickets import tickets
from shop.paper.typesetting import NotTypeset, Part, typeset

blueprint = Blueprint("owner_papers", __name__, url_prefix="/owner/papers")

MOST: Final = 200
"""Units in one PDF."""

NO_KIND: Final = "Please tick what should be printed."
NOTHING: Final = (
    "There is nothing to print: these pieces are refunded, on hold or in question, or have no card."
)
FIRST_SHEET: Final = next(iter(SHEETS))
NO_SHEET: Final = "There is no such sheet of labels. Please choose one of those that are offered."
FAILED: Final = "The PDF could not be made. Please try again with fewer pieces."


@blueprint.post("")
@require("owner")
def print_them() -> ResponseReturnValue:
    """One PDF of the papers that were asked for; opening a dedication for its card is written down."""
    kinds = [kind for kind in KINDS if kind in request.form.getlist("paper")]
    if not kinds:
        return _back(NO_KIND)
    if "labels" in kinds and (wrong := _wrong_sheet()):
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, wrong)
    parts = _parts(kinds, _chosen(opening="cards" in kinds))
    if not parts:
        return _back(NOTHING)
    name = ", ".join(KINDS[kind].lower() for kind in kinds).capitalize()
    try:
        made = typeset(parts, title=f"{name} ({clock.today()})", seller=trader().name)
    except NotTypeset:
        return _back(FAILED)
    return pdf(made, f"{'-'.join(kinds)}-{clock.today()}")


def _chosen(*, opening: bool) -> list[Chosen]:
    """The units that were asked for; `opening` their dedications is written down."""
    with web.transaction() if opening else web.reading() as session:
        them = chosen(session, current_services().vault, _line_ids(session))
        if opening:
            note_opened(session, [line.row.id for _, line in with_dedication(them)], actor=g.account.email)
    return them


def pdf(made: bytes, name: str) -> Response:
    """A PDF to look at and print; nobody between here and the printer keeps it."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(made, mimetype="application/pdf", headers=headers)


def _parts(kinds: Iterable[str], them: Sequence[Chosen]) -> list[Part]:
    """Those of the papers that have anything on them."""
    made = {
        "tickets": lambda: tickets(them, current_services().site_url),
        "slips": lambda: slips(them, trader()),
        "labels": lambda: labels(them, trader(), _sheet(), _start()),
        "cards": lambda: cards(them),
    }
    parts = [made[kind]() for kind in kinds] if them else []
    return [part for part in parts if part.get("items") or part.get("sheets")]


def _line_ids(session: Session) -> set[int]:
    """The units that are ticked; when none is, all that wait for the section's step."""
    asked = request.form.getlist("unit")[:MOST]
    if asked:
        return {int(text) for text in asked if text.isascii() and text.isdigit() and len(text) < 10}  # noqa: PLR2004
    action = next((step for step in STEPS if step == request.form.get("action")), None)
    if action is None:
        return set()
    book = current_services().book
    return {one.line_id for one in waiting_for(session, action, book, most=MOST)}


def _wrong_sheet() -> str:
    """Why the labels cannot be printed on what was chosen; empty when they can."""
    sheet = SHEETS.get(request.form.get("sheet", FIRST_SHEET))
    if sheet is None:
        return NO_SHEET
    if not 1 <= _start() <= sheet.places:
        one = "is one label" if sheet.places == 1 else f"are {sheet.places} labels"
        return f"There {one} on that sheet, so printing cannot begin at “{request.form['start'][:20]}”."
    return ""


def _sheet() -> LabelSheet:
    return SHEETS[request.form.get("sheet", FIRST_SHEET)]


def _start() -> int:
    """The first free label; 0 for what is no number."""
    text = request.form.get("start", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 0  # noqa: PLR2004


def _back(said: str) -> ResponseReturnValue:
    web.flash_refusal(said)
    return redirect("/owner/bench", HTTPStatus.SEE_OTHER)

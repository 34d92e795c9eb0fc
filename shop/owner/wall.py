"""The owner's part in the remembrance wall: read what people chose to share, show it or leave it off."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.container import current_services
from shop.orders import wall
from shop.orders.wall import DECISIONS, WallState
from shop.web.cells import Status

blueprint = Blueprint("owner_wall", __name__, url_prefix="/owner/wall")

SAID = {
    WallState.SHOWN: "The words are on the wall.",
    WallState.LEFT_OUT: "The words are not on the wall.",
}
STANDS = {
    WallState.SHOWN: Status("On the wall", "good"),
    WallState.LEFT_OUT: Status("Left off", "quiet"),
}


@blueprint.get("")
@require("owner")
def index() -> ResponseReturnValue:
    """What waits, oldest first; below it what was decided, newest first, page by page."""
    vault, asked = current_services().vault, request.args.get("page", "1")
    number = int(asked) if wall.PAGE_NUMBER.fullmatch(asked) else 1
    with web.reading() as session:
        waiting, decided = wall.waiting(session, vault), wall.decided(session, vault, number)
    more = len(decided) == wall.AT_A_TIME
    return render_template(
        "owner/wall.html",
        waiting=waiting,
        decided=[(entry, STANDS[entry.state]) for entry in decided],
        later=f"/owner/wall?page={number - 1}" if number > 1 else None,
        earlier=f"/owner/wall?page={number + 1}" if more else None,
    )


@blueprint.post("/<reference>/<int(max=2147483647):number>/decisions")
@require("owner")
def decide(reference: str, number: int) -> ResponseReturnValue:
    """Show the words, or leave them off."""
    to, seen = _asked()
    vault, actor = current_services().vault, g.account.email
    try:
        with web.transaction() as session:
            wall.decide(session, vault, reference, number, to=to, seen=seen, actor=actor)
    except wall.DecidedBefore as before:
        web.flash_refusal(f"Somebody decided this a moment ago: {before.state}. Nothing was changed.")
    except wall.NotOffered:
        web.flash_refusal("These words are not offered to the wall any more. Nothing was changed.")
    else:
        flash(SAID[to])
    return redirect("/owner/wall", HTTPStatus.SEE_OTHER)


def _asked() -> tuple[WallState, WallState]:
    """What the words are to be, and what they were on the page."""
    try:
        to, seen = WallState(request.form.get("to", "")), WallState(request.form.get("seen", ""))
    except ValueError:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    if to not in DECISIONS:
        abort(HTTPStatus.UNPROCESSABLE_ENTITY)
    return to, seen

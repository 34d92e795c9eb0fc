"""The owner's comments: what waits to be read, oldest first, and what to do with each."""

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts import access
from shop.accounts.access import require
from shop.container import current_services
from shop.journal import comments
from shop.journal.comment_cards import comment_card
from shop.journal.models import State

blueprint = Blueprint("owner_comments", __name__, url_prefix="/owner/comments")

AFTER: Final = re.compile(r"[1-9][0-9]{0,8}")
NUMBER: Final = f"<int(max={2**31 - 1}):number>"
DONE: Final = {
    State.SHOWN: "The comment is shown beneath its post.",
    State.HIDDEN: "The comment is not shown. Its words are kept for 90 days.",
    State.REMOVED: "The comment is gone for good.",
}
"""Decisions, and what is said once they are taken."""


@blueprint.get("")
@require("owner")
def index() -> ResponseReturnValue:
    """Those that wait; with `?all=1`, every one that still has words."""
    return _page()


@blueprint.app_template_global("comments_to_read")
def count() -> int:
    """How many wait, for the page the owner starts with."""
    with web.reading() as session:
        return comments.count_waiting(session)


@blueprint.post(f"/{NUMBER}/decisions")
@require("owner")
def decide(number: int) -> ResponseReturnValue:
    """Show, hide or remove one."""
    decision = request.form.get("decision", "")
    if decision not in DONE:
        problem = {f"comment-{number}": "Please choose what to do with this comment."}
        return _page(problems=problem), HTTPStatus.UNPROCESSABLE_ENTITY
    state = State(decision)
    try:
        with web.transaction() as session:
            comments.decide(session, current_services().vault, number, state, actor=access.account().email)
    except comments.UnknownComment:
        abort(HTTPStatus.NOT_FOUND)
    if state is State.REMOVED:
        web.database().forget_deleted()
    flash(DONE[state])
    return redirect("/owner/comments", HTTPStatus.SEE_OTHER)


@blueprint.post(f"/{NUMBER}/address-views")
@require("owner")
def look_at_address(number: int) -> ResponseReturnValue:
    """Show the writer's e-mail this once, and write down that it was looked at."""
    try:
        with web.transaction() as session:
            found = comments.address(session, current_services().vault, number, actor=access.account().email)
    except comments.UnknownComment:
        abort(HTTPStatus.NOT_FOUND)
    return _page(addresses={number: found or "No e-mail was given, or it has been erased."}, only=number)


def _page(
    *,
    problems: dict[str, str] | None = None,
    addresses: dict[int, str] | None = None,
    only: int | None = None,
) -> str:
    everything, asked = request.args.get("all") == "1", request.args.get("after", "")
    after = int(asked) if AFTER.fullmatch(asked) else 0
    with web.reading() as session:
        found, more = comments.listed(
            session, current_services().vault, everything=everything, comment_id=only, after=after
        )
    return render_template(
        "owner/comments.html",
        comments=[comment_card(listed, (addresses or {}).get(listed.comment.id)) for listed in found],
        everything=everything,
        only=only,
        later=_address(everything=everything, after=more) if more else None,
        problems=problems or {},
    )


def _address(*, everything: bool, after: int) -> str:
    return f"/owner/comments?{urlencode({**({'all': '1'} if everything else {}), 'after': after})}"

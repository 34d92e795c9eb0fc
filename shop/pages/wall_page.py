"""/wall: the remembrance wall. It is read from the database each time: what was taken off is gone at once."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, make_response, render_template, request

from shop import web
from shop.container import current_services
from shop.orders import wall

blueprint = Blueprint("wall", __name__)


@blueprint.get("/wall")
def show() -> Response:
    """One page of it, newest first; no search engine may keep it, and nothing on it is counted."""
    asked = request.args.get("page", "1")
    if not wall.PAGE_NUMBER.fullmatch(asked):
        abort(HTTPStatus.NOT_FOUND)
    with web.reading() as session:
        found = wall.page(session, current_services().vault, int(asked))
    if not found.entries and found.number > 1:
        abort(HTTPStatus.NOT_FOUND)
    newer = _address(found.number - 1) if found.number > 1 else None
    earlier = _address(found.number + 1) if found.more else None
    page = render_template(
        "pages/wall.html", here="wall", entries=found.entries, newer=newer, earlier=earlier
    )
    answer = make_response(page)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _address(number: int) -> str:
    return f"/wall?page={number}" if number > 1 else "/wall"

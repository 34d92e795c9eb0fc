"""/giving/log: the log of giving for programs, in the forms of c2sp.org/tlog-tiles."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from shop import current
from shop.container import current_services
from shop.transparency import served_tiles
from shop.transparency.signing_key import public_key
from shop.transparency.tiles import NoSuchTile
from shop.web.assets import FOREVER, Stored

blueprint = Blueprint("giving_log", __name__, url_prefix="/giving/log")

TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"
MOMENTS: Final = "public, max-age=5"
"""A checkpoint is followed by another; tlog-tiles allows a few seconds."""


@blueprint.after_request
def _for_everybody(response: Response) -> Response:
    """Pages of others may read the log, too: whoever watches it need not be we."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.get("/checkpoint")
def checkpoint() -> ResponseReturnValue:
    """The newest checkpoint, signed."""
    with current.looking() as session:
        note = served_tiles.checkpoint(session, current_services().book)
    if note is None:
        abort(HTTPStatus.NOT_FOUND)
    return Stored.of(note.encode(), TEXT, shrinks=False).response(MOMENTS)


@blueprint.get("/tile/<path:tile>")
def show_tile(tile: str) -> ResponseReturnValue:
    """Hashes of the tree, or leaves; they never change."""
    try:
        with current.looking() as session:
            content = served_tiles.tile(session, current_services().book, tile)
    except NoSuchTile:
        abort(HTTPStatus.NOT_FOUND)
    return Stored.of(content, BYTES, shrinks=tile.startswith("entries/")).response(FOREVER)


@blueprint.get("/key")
def key() -> ResponseReturnValue:
    """The key by which checkpoints are checked, as signed-note writes it."""
    found = public_key(current.settings(), current_services().book)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return Stored.of(f"{found}\n".encode(), TEXT, shrinks=False).response(MOMENTS)

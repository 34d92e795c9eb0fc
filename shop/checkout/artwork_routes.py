"""Artwork on a piece: its page with an upload on a side, and what is said of a place while it moves."""

from http import HTTPStatus

from flask import Blueprint, abort, jsonify, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.artwork.form_fields import ArtworkRead, field_of, values_of
from shop.artwork.positioning import takes_artwork
from shop.catalogue import piece_pages, snapshot
from shop.catalogue.views import Catalogue
from shop.checkout import basket_contents, cookie
from shop.checkout.line_item_form import artwork_of, piece_of
from shop.checkout.own_artwork import own_artwork
from shop.checkout.throttle import throttled

blueprint = Blueprint("artwork", __name__)


@blueprint.get("/pieces/<slug>/artwork/<side>/<upload>")
@throttled
def place(slug: str, side: str, upload: str) -> ResponseReturnValue:
    """The page of a piece with an upload on a side, to be moved; 404 for anybody else's upload."""
    catalogue = _catalogue()
    piece, asked = catalogue.by_slug.get(slug), {field_of(side): upload}
    areas = [area for area in piece.sides if area.key == side and takes_artwork(area)] if piece else []
    if piece is None or not areas:
        abort(HTTPStatus.NOT_FOUND)
    read = artwork_of(piece, asked, own_artwork(asked, cookie.token()))
    if not read.placed:
        abort(HTTPStatus.NOT_FOUND)
    values = {name: text for artwork in read.placed for name, text in values_of(artwork).items()}
    return piece_pages.piece_page(catalogue, slug, values=values, errors={}, artwork=read)


@blueprint.post("/artwork/said")
@web.checks_token_itself
@throttled
def said() -> ResponseReturnValue:
    """What there is to say of the artwork of a form, by its side; nothing is kept."""
    if not web.valid_public_token(request.form.get("csrf_token", "")):
        abort(HTTPStatus.BAD_REQUEST)
    piece = piece_of(_catalogue(), request.form)
    read = (
        artwork_of(piece, request.form, own_artwork(request.form, cookie.token())) if piece else ArtworkRead()
    )
    return jsonify(
        {
            side: {"said": said.sentence, "wrong": said.wrong, "fine": said.fine}
            for side, said in read.remarks.items()
        }
        | {
            name.removeprefix("artwork-"): {"said": why, "wrong": True, "fine": ""}
            for name, why in _unplaced(read)
        }
    )


def _unplaced(read: ArtworkRead) -> list[tuple[str, str]]:
    """What could not be placed at all, and why."""
    return [(name, why) for name, why in read.errors.items() if name not in map(field_of, read.remarks)]


def _catalogue() -> Catalogue:
    with web.looking() as session:
        return basket_contents.seen_by(session, snapshot.load(session), cookie.token())

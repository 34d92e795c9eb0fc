"""The first page, the collection, and each piece: one address each, the same for everyone."""

from http import HTTPStatus

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from shop.catalogue import pages
from shop.catalogue.editions import Shown, editions

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The first page."""
    return editions().page("/", pages.home_page).response()


@blueprint.get("/pieces")
def collection() -> ResponseReturnValue:
    """All pieces."""
    return editions().page("/pieces", pages.pieces_page).response()


@blueprint.get("/pieces/<slug>")
def piece(slug: str) -> ResponseReturnValue:
    """One piece and the form to choose it."""

    def render(shown: Shown) -> str:
        return pages.piece_page(shown.catalogue, slug, values={}, errors={})

    try:
        return editions().page(f"/pieces/{slug}", render).response()
    except pages.UnknownPiece:
        abort(HTTPStatus.NOT_FOUND)

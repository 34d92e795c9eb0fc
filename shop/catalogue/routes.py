"""The first page, the collection, and each piece: one address each, the same for everyone."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from shop.catalogue import choosing, piece_pages
from shop.catalogue.page_cache import Shown, cached_pages, shown
from shop.catalogue.snapshot import PieceView
from shop.engraving import preview
from shop.network import Allowance, UsedUp, network

blueprint = Blueprint("catalogue", __name__)

PREVIEW_KEPT = 3600
"""Seconds a browser may keep a preview."""

PREVIEWS: Final = Allowance(seconds=4.0, per_second=0.25)
"""Of CPU time, for one network in one process. Who types uses a hundredth of a second each second."""


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The first page."""
    return cached_pages().page("/", piece_pages.home_page).response()


@blueprint.get("/pieces")
def collection() -> ResponseReturnValue:
    """All pieces, or those of a metal (`?metal=`) and a price (`?price=`)."""
    choice = choosing.choice_of(request.args, shown().catalogue)
    return (
        cached_pages().page(choice.address, lambda shown: piece_pages.pieces_page(shown, choice)).response()
    )


@blueprint.get("/pieces/<slug>")
def piece(slug: str) -> ResponseReturnValue:
    """One piece and the form to choose it."""

    def render(shown: Shown) -> str:
        return piece_pages.piece_page(shown.catalogue, slug, values={}, errors={}, canonical=address)

    address = f"/pieces/{slug}"
    try:
        return cached_pages().page(address, render).response()
    except piece_pages.UnknownPiece:
        abort(HTTPStatus.NOT_FOUND)


@blueprint.get("/engravings/preview.svg")
def engraving() -> ResponseReturnValue:
    """Words on a piece: `piece`, `face` and the fields of the piece's form; on the `picture` of that name.

    Without a picture it is the plain drawing of the `side`, in mm. It may be kept by the visitor's own
    browser, never by a cache on the way: the words in it are hers.
    """
    piece = shown().catalogue.by_slug.get(request.args.get("piece", ""))
    if piece is None or not piece.sides:
        abort(HTTPStatus.NOT_FOUND)
    try:
        with PREVIEWS.spending(network(request.remote_addr or "")):
            drawn = _drawn(piece, request.args)
    except UsedUp as used_up:
        raise TooManyRequests(retry_after=used_up.retry_after) from None
    return Response(
        drawn, mimetype="image/svg+xml", headers={"Cache-Control": f"private, max-age={PREVIEW_KEPT}"}
    )


def _drawn(piece: PieceView, asked: Mapping[str, str]) -> str:
    if (name := asked.get("picture")) is None:
        return preview(asked, piece.sides, piece.tool)
    picture = next((stage for stage in piece.stages if stage.name == name), None)
    if picture is None:
        abort(HTTPStatus.NOT_FOUND)
    return piece_pages.words_on(piece, picture, asked)

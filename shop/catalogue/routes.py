"""The first page, the collection, and each piece: one address each, the same for everyone."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from shop.catalogue import filters, piece_pages, previews
from shop.catalogue.choices import opened
from shop.catalogue.page_cache import cached_pages, shown
from shop.catalogue.views import Catalogue
from shop.network import UsedUp
from shop.web.security_headers import gzipped

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """The first page."""
    return cached_pages().page("/", piece_pages.home_page).response()


@blueprint.get("/pieces")
def collection() -> ResponseReturnValue:
    """All pieces, or those of a metal (`?metal=`) and a price (`?price=`)."""
    choice = filters.filter_of(request.args, shown().catalogue)
    return (
        cached_pages().page(choice.address, lambda shown: piece_pages.pieces_page(shown, choice)).response()
    )


@blueprint.get("/pieces/<slug>")
def piece(slug: str) -> ResponseReturnValue:
    """One piece and the form to choose it; see choices.opened for what an address may ask for."""
    try:
        choice = opened(request.args, piece_pages.piece_called(shown().catalogue, slug))
        page = cached_pages().page(
            f"/pieces/{slug}{choice.query}", lambda shown: piece_pages.opened_page(shown, slug, choice)
        )
        return page.response()
    except piece_pages.UnknownPiece:
        abort(HTTPStatus.NOT_FOUND)


@blueprint.get(previews.ADDRESS)
def engraving() -> ResponseReturnValue:
    """Words on a piece while somebody types them; see previews.drawn."""
    return _within_allowance(previews.drawn, previews.CONTENT_TYPE)


@blueprint.get(previews.FACES_ADDRESS)
def faces() -> ResponseReturnValue:
    """The same words in each face, once somebody pauses; see previews.in_faces."""
    return _within_allowance(
        lambda catalogue, asked: json.dumps(previews.in_faces(catalogue, asked)), "application/json"
    )


def _within_allowance(
    draw: Callable[[Catalogue, Mapping[str, str]], str], content_type: str
) -> ResponseReturnValue:
    try:
        with previews.ALLOWED.spending(request.remote_addr or ""):
            drawing = draw(shown().catalogue, request.args)
    except previews.UnknownDrawing:
        abort(HTTPStatus.NOT_FOUND)
    except UsedUp as used_up:
        raise TooManyRequests(retry_after=used_up.retry_after) from None
    answer = Response(drawing, content_type=content_type, headers={"Cache-Control": previews.CACHE_CONTROL})
    answer.vary.add("Accept-Encoding")
    if packed := gzipped(drawing.encode(), request.headers.get("Accept-Encoding", "")):
        answer.data, answer.content_encoding = packed, "gzip"
    return answer

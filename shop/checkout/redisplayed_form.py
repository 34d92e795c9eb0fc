"""The page of a piece once more, with all that was typed: refused, only to be looked at, or too old."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.catalogue import piece_pages, snapshot
from shop.catalogue.views import Catalogue
from shop.checkout import basket_contents, cookie
from shop.checkout.line_item_form import Refused, artwork_of, engraving_problems, piece_of, words_kept
from shop.checkout.own_artwork import own_artwork
from shop.engraving import taken

PREVIEW: Final = "preview"
"""The name of the button that only shows the words on the picture, for browsers without our script."""


def again(
    catalogue: Catalogue,
    refused: Refused,
    action: str,
    label: str,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
    *,
    values: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """The very same page with what was typed, and the reason beside each field."""
    if refused.piece is None:
        return render_template("checkout/words.html", written=words_kept(request.form)), status
    values = request.form if values is None else values
    page = piece_pages.piece_page(
        catalogue,
        refused.piece.slug,
        values=values,
        errors=refused.errors,
        action=action,
        submit_label=label,
        artwork=artwork_of(refused.piece, values, own_artwork(values, cookie.token())),
    )
    return page, status


def stale(action: str, label: str) -> ResponseReturnValue:
    """The page had been open for more than a day: it comes back as it was, with a fresh token."""
    catalogue = _catalogue()
    return again(catalogue, refused(catalogue, web.STALE_BUT_KEPT), action, label, HTTPStatus.BAD_REQUEST)


def previewed(action: str, label: str) -> ResponseReturnValue:
    """The same page with what is cut on the picture, and what cannot be cut named; the basket stays.

    A button that offers a way out of what cannot be cut has been pressed first.
    """
    catalogue = _catalogue()
    piece, values = piece_of(catalogue, request.form), taken(request.form)
    own = own_artwork(values, cookie.token())
    problems = engraving_problems(piece, values, own) if piece else {}
    return again(catalogue, Refused(piece, problems), action, label, HTTPStatus.OK, values=values)


def refused(catalogue: Catalogue, why: str) -> Refused:
    """A refusal of the form as a whole."""
    return Refused(piece_of(catalogue, request.form), {"": why})


def _catalogue() -> Catalogue:
    with web.looking() as session:
        return basket_contents.seen_by(session, snapshot.load(session), cookie.token())

"""/basket: what is in it, adding, changing, removing."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import web
from shop.catalogue import pages, snapshot
from shop.catalogue.postage import CHEAPEST
from shop.checkout import basket, cookie
from shop.checkout.basket import Line
from shop.checkout.choice import Refused, engraving_problems, piece_of, read_choice, values_of, written
from shop.checkout.forms import ActionForm
from shop.checkout.show import lines_shown, statement

blueprint = Blueprint("basket", __name__)

LINE: Final = f"/basket/lines/<int(max={2**31 - 1}):line_id>"
"""No database has a line with a greater number."""

PREVIEW: Final = "preview"
"""The name of the button that only shows the words on the picture, for browsers without our script."""

ADD, SAVE = "Add to basket", "Save the changes"
FULL: Final = f"A basket holds {basket.MOST_LINES} pieces. Please order those first, or take one out."
GONE: Final = (
    "That line is no longer in your basket. What you wrote is kept below: it can be added as a new one."
)


@blueprint.get("/basket")
def show() -> ResponseReturnValue:
    """The basket, each piece with its exact words."""
    with web.reading() as session:
        held = basket.contents(session, snapshot.load(session), cookie.token())
    page = render_template(
        "checkout/basket.html",
        held=held,
        lines=lines_shown(held.lines),
        statement=statement(),
        cheapest=CHEAPEST,
    )
    return cookie.show_count(make_response(page), len(held.lines))


@blueprint.get(pages.ADD_TO)
def lines() -> ResponseReturnValue:
    """The address of a refused form, asked for anew: what was kept is in the basket."""
    return _to_basket()


@blueprint.post(pages.ADD_TO)
@web.checks_token_itself
def add() -> ResponseReturnValue:
    """Put a unit with its words into the basket."""
    if not web.valid_public_token(request.form.get("csrf_token", "")):
        return _stale(pages.ADD_TO, ADD)
    if PREVIEW in request.form:
        return _previewed(pages.ADD_TO, ADD)
    token = cookie.token() or basket.new_token()
    with web.transaction() as session:
        catalogue = basket.seen_by(session, snapshot.load(session), token)
        try:
            basket.add(session, token, read_choice(catalogue, request.form))
        except Refused as refused:
            return _again(catalogue, refused, pages.ADD_TO, ADD)
        except basket.BasketFull:
            return _again(catalogue, _refused(catalogue, FULL), pages.ADD_TO, ADD)
        count = basket.count(session, token)
    return cookie.remember(_to_basket(), token, count)


@blueprint.get(LINE)
def edit(line_id: int) -> ResponseReturnValue:
    """The piece page again, with the words of this line, to change them."""
    with web.reading() as session:
        catalogue = basket.seen_by(session, snapshot.load(session), cookie.token())
        line = _line(session, catalogue, line_id)
    if line is None or line.piece is None:
        abort(HTTPStatus.NOT_FOUND)
    return pages.piece_page(
        catalogue,
        line.piece.slug,
        values=values_of(line.wished),
        errors={},
        action=f"/basket/lines/{line_id}",
        submit_label=SAVE,
    )


@blueprint.post(LINE)
@web.checks_token_itself
def change(line_id: int) -> ResponseReturnValue:
    """Replace a line's words or variant."""
    action, token = f"/basket/lines/{line_id}", cookie.token() or ""
    if not web.valid_public_token(request.form.get("csrf_token", "")):
        return _stale(action, SAVE)
    if PREVIEW in request.form:
        return _previewed(action, SAVE)
    with web.transaction() as session:
        catalogue = basket.seen_by(session, snapshot.load(session), token)
        try:
            changed = basket.change(session, token, line_id, read_choice(catalogue, request.form))
            count = basket.count(session, token)
        except Refused as refused:
            return _again(catalogue, refused, action, SAVE)
    if not changed:
        return _again(catalogue, _refused(catalogue, GONE), pages.ADD_TO, ADD, HTTPStatus.NOT_FOUND)
    return cookie.remember(_to_basket(), token, count)


@blueprint.post(f"{LINE}/removal")
def remove(line_id: int) -> ResponseReturnValue:
    """Take a line out; taking it out twice is fine."""
    ActionForm()
    token = cookie.token()
    if token is None:
        return _to_basket()
    with web.transaction() as session:
        basket.remove(session, token, line_id)
        count = basket.count(session, token)
    return cookie.show_count(_to_basket(), count)


def _line(session: Session, catalogue: snapshot.Catalogue, line_id: int) -> Line | None:
    held = basket.contents(session, catalogue, cookie.token())
    return next((line for line in held.lines if line.id == line_id), None)


def _stale(action: str, label: str) -> ResponseReturnValue:
    """The page had been open for more than a day: it comes back as it was, with a fresh token."""
    with web.reading() as session:
        catalogue = basket.seen_by(session, snapshot.load(session), cookie.token())
    return _again(catalogue, _refused(catalogue, web.STALE_BUT_KEPT), action, label, HTTPStatus.BAD_REQUEST)


def _previewed(action: str, label: str) -> ResponseReturnValue:
    """The same page with the words on the picture, and what cannot be cut named; the basket stays."""
    with web.reading() as session:
        catalogue = basket.seen_by(session, snapshot.load(session), cookie.token())
    piece = piece_of(catalogue, request.form)
    problems = engraving_problems(piece, request.form) if piece else {}
    return _again(catalogue, Refused(piece, problems), action, label, HTTPStatus.OK)


def _refused(catalogue: snapshot.Catalogue, why: str) -> Refused:
    """A refusal of the form as a whole."""
    return Refused(piece_of(catalogue, request.form), {"": why})


def _again(
    catalogue: snapshot.Catalogue,
    refused: Refused,
    action: str,
    label: str,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> ResponseReturnValue:
    """The very same page with what she typed, and the reason beside each field."""
    if refused.piece is None:
        return render_template("checkout/words.html", written=written(request.form)), status
    page = pages.piece_page(
        catalogue,
        refused.piece.slug,
        values=request.form,
        errors=refused.errors,
        action=action,
        submit_label=label,
    )
    return page, status


def _to_basket() -> Response:
    return make_response(redirect("/basket", HTTPStatus.SEE_OTHER))

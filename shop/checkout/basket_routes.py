"""/basket: what is in it, adding, changing, removing."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form

from shop import web
from shop.catalogue import pages, snapshot
from shop.catalogue.postage import CHEAPEST
from shop.checkout import basket, cookie
from shop.checkout.basket import Line
from shop.checkout.choice import Refused, read_choice, values_of
from shop.checkout.forms import ActionForm
from shop.checkout.show import lines_shown, statement

blueprint = Blueprint("basket", __name__)

ADD, SAVE = "Add to basket", "Save the changes"
STALE = "This page had been open for a while. Go back, load it again, and send it once more."


class PublicForm(Form):  # type: ignore[misc, unused-ignore]
    """The token of the piece page's form, which knows no session."""

    class Meta:
        """WTForms' own settings."""

        csrf = True
        csrf_class = web.PublicToken


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


@blueprint.post("/basket/lines")
@web.csrf.exempt  # the piece page is the same for everyone: its own token is checked here
def add() -> ResponseReturnValue:
    """Put a unit with its words into the basket."""
    if not PublicForm(request.form).validate():
        abort(HTTPStatus.BAD_REQUEST, STALE)
    token = cookie.token() or basket.new_token()
    with web.transaction() as session:
        catalogue = snapshot.load(session)
        try:
            basket.add(session, token, read_choice(catalogue, request.form))
        except Refused as refused:
            return _again(catalogue, refused, "/basket/lines", ADD)
        except basket.BasketFull:
            abort(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                f"A basket holds {basket.MOST_LINES} pieces. Please order those first, or take one out.",
            )
        count = basket.count(session, token)
    return cookie.remember(_to_basket(), token, count)


@blueprint.get("/basket/lines/<int:line_id>")
def edit(line_id: int) -> ResponseReturnValue:
    """The piece page again, with the words of this line, to change them."""
    with web.reading() as session:
        catalogue = snapshot.load(session)
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


@blueprint.post("/basket/lines/<int:line_id>")
@web.csrf.exempt
def change(line_id: int) -> ResponseReturnValue:
    """Replace a line's words or variant."""
    if not PublicForm(request.form).validate():
        abort(HTTPStatus.BAD_REQUEST, STALE)
    with web.transaction() as session:
        catalogue = snapshot.load(session)
        try:
            changed = basket.change(
                session, cookie.token() or "", line_id, read_choice(catalogue, request.form)
            )
        except Refused as refused:
            return _again(catalogue, refused, f"/basket/lines/{line_id}", SAVE)
    if not changed:
        abort(HTTPStatus.NOT_FOUND, "That line is no longer in your basket.")
    return _to_basket()


@blueprint.post("/basket/lines/<int:line_id>/removal")
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


def _again(catalogue: snapshot.Catalogue, refused: Refused, action: str, label: str) -> ResponseReturnValue:
    """The very same page with what she typed, and the reason beside each field."""
    if refused.piece is None:
        abort(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "Please choose the piece again: we could not tell which one it was.",
        )
    page = pages.piece_page(
        catalogue,
        refused.piece.slug,
        values=request.form,
        errors=refused.errors,
        action=action,
        submit_label=label,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _to_basket() -> Response:
    return make_response(redirect("/basket", HTTPStatus.SEE_OTHER))

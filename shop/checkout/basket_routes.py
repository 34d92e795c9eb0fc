"""/basket: what is in it, adding, changing, removing."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final, TypeVar

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import web
from shop.catalogue import piece_pages, snapshot
from shop.catalogue.views import Catalogue
from shop.checkout import basket_contents, basket_reading, basket_store, cookie
from shop.checkout.basket_changes import OpenPage, change_basket
from shop.checkout.changes_said import NOTHING_CHANGED, REMOVED, change_said
from shop.checkout.cuttable import read_cuttable
from shop.checkout.forms import ActionForm
from shop.checkout.kept_basket import stands
from shop.checkout.line_item_form import Refused, artwork_of, values_of
from shop.checkout.own_artwork import own_artwork
from shop.checkout.presenters import lines_shown, statement
from shop.checkout.promised_day import summary_of, with_promise
from shop.checkout.redisplayed_form import PREVIEW, again, previewed, refused, stale
from shop.checkout.throttle import throttled
from shop.container import current_services, trader
from shop.engraving import INSTEAD
from shop.pricing import QuotedLine

T = TypeVar("T")

blueprint = Blueprint("basket", __name__)

LINE: Final = f"/basket/lines/<int(max={2**31 - 1}):line_id>"
"""No database has a line with a greater number."""

REVIEW: Final = "review"
ADD, SAVE = "Add to basket", "Save the changes"
FULL: Final = f"A basket holds {basket_store.MOST_LINES} pieces. Please order those first, or take one out."
GONE: Final = (
    "That line is no longer in your basket. What you wrote is kept below: it can be added as a new one."
)
PAID_GONE: Final = (
    "Order {} has been paid in the meantime, and it stands as it was when you went to pay. If something in "
    "it should be different, please answer the e-mail about it soon. What you wrote here is kept below: it "
    "can be added as a new piece."
)


@blueprint.get("/basket")
def show() -> ResponseReturnValue:
    """The basket, each piece with its exact words."""
    with web.looking() as session:
        basket = basket_contents.contents(
            session, snapshot.load(session), cookie.token(), vat_registered=bool(trader().vat)
        )
        left_open = basket_reading.page_left_open(session, cookie.token())
        found = basket_reading.find(session, cookie.token()) is not None
    basket = with_promise(basket)
    page = render_template(
        "checkout/basket.html",
        basket=basket,
        left_open=left_open,
        found=found,
        basket_days=basket_store.KEPT_FOR.days,
        kept=stands(basket),
        lines=lines_shown(basket.lines),
        statement=statement(),
        summary=summary_of(basket),
        quote=basket.quote,
    )
    return cookie.show_count(make_response(page), len(basket.lines))


@blueprint.get(piece_pages.ADD_TO)
def lines() -> ResponseReturnValue:
    """The address of a refused form, asked for anew: what was kept is in the basket."""
    return _to_basket()


@blueprint.post(piece_pages.ADD_TO)
@web.checks_token_itself
@throttled
def add() -> ResponseReturnValue:
    """Put a unit with its words into the basket."""
    if not web.valid_public_token(request.form.get("csrf_token", "")):
        return stale(piece_pages.ADD_TO, ADD)
    if PREVIEW in request.form or INSTEAD in request.form:
        return previewed(piece_pages.ADD_TO, ADD)
    catalogue = _catalogue(cookie.token())
    if cookie.asks_first():
        why = cookie.REFUSED.format(trader().email)
        asked = cookie.ASKED in request.args
        return again(catalogue, refused(catalogue, why), piece_pages.ADD_TO, ADD) if asked else cookie.ask()
    token = cookie.token() or basket_store.new_token()
    try:
        item = read_cuttable(catalogue, request.form, own_artwork(request.form, token))
        _, count, page = _changed(token, lambda session: basket_store.add(session, token, item))
    except Refused as why:
        return again(catalogue, why, piece_pages.ADD_TO, ADD)
    except basket_store.BasketFull:
        return again(catalogue, refused(catalogue, FULL), piece_pages.ADD_TO, ADD)
    _say(page)
    return cookie.remember(_to_basket(), token, count)


@blueprint.get(LINE)
@throttled
def edit(line_id: int) -> ResponseReturnValue:
    """The piece page again, with the words of this line, to change them."""
    with web.reading() as session:
        catalogue = basket_contents.seen_by(session, snapshot.load(session), cookie.token())
        line = _line(session, catalogue, line_id)
    if line is None or line.piece is None:
        abort(HTTPStatus.NOT_FOUND)
    values = values_of(line.item)
    return piece_pages.piece_page(
        catalogue,
        line.piece.slug,
        values=values,
        errors={},
        action=_place(line_id),
        submit_label=SAVE,
        artwork=artwork_of(line.piece, values, own_artwork(values, cookie.token())),
    )


@blueprint.post(LINE)
@web.checks_token_itself
@throttled
def change(line_id: int) -> ResponseReturnValue:
    """Replace a line's words or variant."""
    action, token = _place(line_id), cookie.token() or ""
    if not web.valid_public_token(request.form.get("csrf_token", "")):
        return stale(action, SAVE)
    if PREVIEW in request.form or INSTEAD in request.form:
        return previewed(action, SAVE)
    catalogue = _catalogue(token)
    try:
        item = read_cuttable(catalogue, request.form, own_artwork(request.form, token))
    except Refused as why:
        return again(catalogue, why, action, SAVE)
    with web.reading() as session:
        before = basket_store.item_in(session, token, line_id)
    if before == item:
        flash(NOTHING_CHANGED)
        return _back()
    changed, count, page = _changed(token, lambda session: basket_store.change(session, token, line_id, item))
    if not changed:
        return _gone(catalogue, token, line_id)
    _say(page)
    if before is not None:
        flash(change_said(catalogue, before, item))
    return cookie.remember(_back(), token, count)


@blueprint.post(f"{LINE}/removal")
def remove(line_id: int) -> ResponseReturnValue:
    """Take a line out; taking it out twice is fine."""
    ActionForm()
    token = cookie.token()
    if token is None:
        return _to_basket()
    removed, count, page = _changed(token, lambda session: basket_store.remove(session, token, line_id))
    _say(page)
    if removed:
        flash(REMOVED)
    return cookie.show_count(_to_basket(), count)


def _changed(token: str, do: Callable[[Session], T]) -> tuple[T, int, OpenPage]:
    """What came of changing the basket, how much is in it now, and what became of an open payment page."""

    def counted(session: Session) -> tuple[T, int]:
        return do(session), basket_reading.count(session, token)

    (done, count), page = change_basket(current_services(), token, counted)
    return done, count, page


def _say(page: OpenPage) -> None:
    if page.said:
        flash(page.said)


def _gone(catalogue: Catalogue, token: str, line_id: int) -> ResponseReturnValue:
    """The line was taken out or bought in another tab: what was written comes back, to be added anew."""
    with web.reading() as session:
        bought = basket_reading.bought_with(session, token, line_id)
    why = PAID_GONE.format(bought.reference) if bought else GONE
    return again(catalogue, refused(catalogue, why), piece_pages.ADD_TO, ADD, HTTPStatus.NOT_FOUND)


def _catalogue(token: str | None) -> Catalogue:
    with web.looking() as session:
        return basket_contents.seen_by(session, snapshot.load(session), token)


def _line(session: Session, catalogue: Catalogue, line_id: int) -> QuotedLine | None:
    basket = basket_contents.contents(session, catalogue, cookie.token())
    return next((line for line in basket.lines if line.id == line_id), None)


def _place(line_id: int) -> str:
    """Where a line is changed; whoever comes from the last look goes back there."""
    return f"/basket/lines/{line_id}{f'?to={REVIEW}' if request.args.get('to') == REVIEW else ''}"


def _back() -> Response:
    if request.args.get("to") != REVIEW:
        return _to_basket()
    return make_response(redirect("/checkout/payment", HTTPStatus.SEE_OTHER))


def _to_basket() -> Response:
    return make_response(redirect("/basket", HTTPStatus.SEE_OTHER))

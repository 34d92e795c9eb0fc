"""One more like a piece in the basket: its metal, chain and lettering; its words if they are asked for."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.catalogue import piece_pages, snapshot
from shop.checkout import basket_contents, cookie
from shop.checkout.basket_routes import LINE
from shop.checkout.line_item_form import FACE, artwork_of, values_of, values_of_words
from shop.checkout.own_artwork import own_artwork
from shop.checkout.throttle import throttled

blueprint = Blueprint("another", __name__)

SAME: Final = "same"


@blueprint.get(f"{LINE}/another")
@throttled
def another(line_id: int) -> ResponseReturnValue:
    """The piece's page as that line was chosen; with its words too (`?words=same`). The basket stays.

    A dedication is for one box, and is written anew.
    """
    with web.reading() as session:
        catalogue = basket_contents.seen_by(session, snapshot.load(session), cookie.token())
        lines = basket_contents.contents(session, catalogue, cookie.token()).lines
    line = next((line for line in lines if line.id == line_id), None)
    if line is None or line.piece is None:
        abort(HTTPStatus.NOT_FOUND)
    values, words = values_of(line.item), values_of_words(line.item.engraving)
    same = request.args.get("words") == SAME
    kept = {"variant", *(name for name in words if same or name.startswith(FACE))}
    values = {name: text for name, text in values.items() if name in kept}
    return piece_pages.piece_page(
        catalogue,
        line.piece.slug,
        values=values,
        artwork=artwork_of(line.piece, values, own_artwork(values, cookie.token())),
        errors={},
        like=piece_pages.Like(request.path, same_words=same, has_words=bool(words)),
    )

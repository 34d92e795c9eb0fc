"""Who puts an order right, from which page; and why, where that is to be kept."""

from http import HTTPStatus
from typing import Final

from flask import Response, abort, make_response, render_template, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from shop import web
from shop.checkout.order_routes import unlisted
from shop.container import current_services
from shop.frozen import frozen
from shop.fulfilment.models import Unit
from shop.fulfilment.units import NotAllowed, unit_of
from shop.orders.models import Order, OrderLine
from shop.orders.view import LineView, view
from shop.text.typed_text import line_problem

LONGEST_WHY: Final = 500
SAY_WHY: Final = "Please say in a few words why, and who asked for it."


@frozen
class Corrector:
    """Who puts an order right, and the order's page they do it from."""

    actor: str
    page: str
    asks_why: bool = False
    """Whether the reason is kept: the owner does it for somebody who telephones."""

    @property
    def layout(self) -> str:
        """The page that the forms are part of."""
        return "staff.html" if self.asks_why else "base.html"

    @property
    def token(self) -> str:
        """That of the forms: of the session for those who work here, else one that needs no session."""
        return generate_csrf() if self.asks_why else web.public_token()

    @property
    def is_fresh(self) -> bool:
        """Whether the form's token is valid; that of a session was looked at before."""
        return self.asks_why or web.valid_public_token(request.form.get("csrf_token", ""))

    @property
    def why(self) -> str:
        """The reason that was given, on one line."""
        return web.line_in("why") if self.asks_why else ""

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong with the reason."""
        if not self.asks_why:
            return {}
        problem = line_problem(self.why, LONGEST_WHY) if self.why else SAY_WHY
        return {"why": problem} if problem else {}


def unit_shown(session: Session, order: Order, number: int) -> tuple[LineView, OrderLine, Unit]:
    """The unit of a paid order with this number: as its page shows it, and its rows; 404 if there is none."""
    lines = view(session, current_services().vault, order).lines
    shown = next((line for line in lines if line.row.number == number), None)
    try:
        row, unit = unit_of(session, order.id, number)
    except NotAllowed:
        abort(HTTPStatus.NOT_FOUND)
    return shown or abort(HTTPStatus.NOT_FOUND), row, unit


def page(template: str, status: int, **shown: object) -> Response:
    """A page of an order's, which nobody lists and no link tells on."""
    answer = make_response(render_template(f"corrections/{template}.html", **shown))
    answer.status_code = status
    return unlisted(answer)

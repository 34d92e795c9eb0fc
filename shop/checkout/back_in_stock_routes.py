"""/pieces/<slug>/back-in-stock: an e-mail address is left for a variant that is sold out, to be told once.

A page of its own, for the piece's is the same for everyone. What it answers never says who asked before.
"""

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectChoice
from wtforms.validators import ValidationError

from shop import web
from shop.accounts import rate_limit
from shop.catalogue.page_cache import shown
from shop.catalogue.views import PieceView
from shop.checkout.email_question import answered, question
from shop.checkout.forms import Text, check_email
from shop.container import current_services
from shop.mail.addresses import mailbox
from shop.restock import waiting

blueprint = Blueprint("back_in_stock", __name__, url_prefix="/pieces/<slug>/back-in-stock")

SLOW_DOWN: Final = "This was asked several times in a short time. Please wait a while and send it again."
CHOOSE: Final = (
    "Please choose one that is sold out. What is not here can be had now, on the page of the piece."
)


class BackInStockForm(web.PublicForm):
    """Which variant, and whom to tell."""

    variant = RadioField("Metal and chain length", choices=[], validate_choice=False)
    email = Text("E-mail", asked="Please enter the e-mail address we should write to.")

    def __init__(self, piece: PieceView, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        gone = [variant for variant in piece.variants if not variant.available]
        self.variant.choices = [
            SelectChoice(str(variant.id), f"{variant.metal_name}, {variant.chain_inches} in")
            for variant in gone
        ]
        if len(gone) == 1 and not self.is_submitted():
            self.variant.data = str(gone[0].id)

    def validate_variant(self, field: RadioField) -> None:
        """One of those that are sold out."""
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError(CHOOSE)

    def validate_email(self, field: Text) -> None:
        """See check_email."""
        check_email(field.clean)


@blueprint.after_request
def keep_out_of_searches(response: Response) -> Response:
    """There is nothing to find here."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("")
def show(slug: str) -> ResponseReturnValue:
    """The form; after it was sent, the same words whoever asked before."""
    piece = _piece_or_404(slug)
    return _page(piece, BackInStockForm(piece, formdata=None), asked="asked" in request.args)


@blueprint.post("")
@web.checks_token_itself
def ask(slug: str) -> ResponseReturnValue:
    """Keep the address, unless it looks mistyped: then it is asked about first.

    What came for one mailbox is counted over all networks: each asking sends it an e-mail.
    """
    piece = _piece_or_404(slug)
    form = BackInStockForm(piece, formdata=answered(request.form))
    if not form.validate():
        return _page(piece, form), HTTPStatus.UNPROCESSABLE_ENTITY
    if meant := question(request.form, form.email.clean, None):
        return _page(piece, form, meant=meant)
    try:
        with web.transaction() as session:
            secret, address = web.settings().secret_key, request.remote_addr or ""
            rate_limit.allow(session, kind="back in stock", address=address, secret=secret)
            to = mailbox(form.email.clean)
            rate_limit.allow_mailbox(session, kind="back in stock", mailbox=to, secret=secret)
            waiting.ask(session, current_services().vault, int(form.variant.data), form.email.clean)
    except rate_limit.TooManyTries as error:
        form.email.errors = [SLOW_DOWN]
        return _page(piece, form), HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(error.retry_after)}
    return redirect(f"/pieces/{slug}/back-in-stock?asked", HTTPStatus.SEE_OTHER)


def _piece_or_404(slug: str) -> PieceView:
    return shown().catalogue.by_slug.get(slug) or abort(HTTPStatus.NOT_FOUND)


def _page(piece: PieceView, form: BackInStockForm, *, meant: str | None = None, asked: bool = False) -> str:
    problems = {field.id: field.errors[0] for field in form if field.errors}
    if problems.pop(form.csrf_token.id, None):
        problems = {"": web.STALE_BUT_KEPT, **problems}
    return render_template(
        "checkout/back_in_stock.html",
        here="pieces",
        piece=piece,
        form=form,
        problems=problems,
        meant=meant,
        asked=asked,
        days=waiting.KEPT.days,
    )

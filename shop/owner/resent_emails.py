"""The button that sends an e-mail of an order again."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.container import current_services, trader
from shop.emails.order_emails import write
from shop.mail import outbox
from shop.mail.models import QueuedEmail
from shop.mail.outbox import Drop
from shop.mail.resending import send_again
from shop.owner.order_page import opened

blueprint = Blueprint("owner_resent_emails", __name__, url_prefix="/owner/orders/<reference>/emails")

NOT_SENT: Final = {
    Drop.ERASED: "It was not sent: the words and the address of this order were erased.",
    Drop.NOT_SO: "It was not sent: what it tells is not so any more.",
    Drop.NOT_WANTED: "It was not sent: the buyer asked to be written to only when it is posted.",
}
GOES_OUT: Final = "The e-mail goes out again in a moment, as things stand now."
ONCE: Final = "Nothing more was sent: it is on its way, or was sent again already."


@blueprint.post("/<int(max=2147483647):number>/copies")
@require("owner")
def resend(reference: str, number: int) -> ResponseReturnValue:
    """Send an e-mail of the order again; what is not so any more is not sent, and the owner is told."""
    order = opened(reference)
    with web.reading() as session:
        email = outbox.email_of(session, order.row.id, number)
    if email is None:
        abort(HTTPStatus.NOT_FOUND)
    said = _resent(email)
    say = flash if said == GOES_OUT else web.flash_refusal
    say(said)
    return redirect(f"/owner/orders/{reference}", HTTPStatus.SEE_OTHER)


def _resent(email: QueuedEmail) -> str:
    written = write(current_services(), render_template, outbox.claimed(email), trader())
    if isinstance(written, Drop):
        return NOT_SENT[written]
    with web.transaction() as session:
        return GOES_OUT if send_again(session, email, asked_by=g.account.email) else ONCE

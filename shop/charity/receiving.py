"""/charity/payments/<seq>: one payment to the charity, and the receipts that it sent."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import web
from shop.accounts import charity_people, passkeys
from shop.accounts.access import account, require
from shop.accounts.passkeys import fingerprint
from shop.charity.room_rows import file_links, payment_facts, receipt_row
from shop.confirmations import payment_confirmations
from shop.container import current_services
from shop.exports.selection import of_payment
from shop.finance.files import sent
from shop.finance.rows import confirmed_sentence
from shop.giving import documents, remittances
from shop.giving.documents import About
from shop.giving.remittances import Remittance

blueprint = Blueprint("charity_payments", __name__, url_prefix="/charity/payments/<int(max=2147483647):seq>")


@blueprint.get("")
@require("charity")
def show(seq: int) -> ResponseReturnValue:
    """One payment."""
    return payment_page(seq)


@blueprint.get("/receipts/<int(max=2147483647):number>")
@require("charity")
def receipt(seq: int, number: int) -> ResponseReturnValue:
    """A receipt, to be saved: no browser opens it in the shop's name."""
    with web.reading() as session:
        payment_to_mine(session, seq)
        found, content = documents.one(session, number), documents.content(session, number)
    if found is None or found.taken_back or content is None or found.about != About(payment_seq=seq):
        abort(HTTPStatus.NOT_FOUND)
    headers = {
        "Content-Disposition": f'attachment; filename="{found.name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, mimetype=found.media_type, headers=headers)


@blueprint.get("/file.<kind>")
@require("charity")
def file(seq: int, kind: str) -> ResponseReturnValue:
    """What made up the payment."""
    with web.reading() as session:
        payment_to_mine(session, seq)
        selection = of_payment(session, current_services().book, seq)
    return sent(kind, selection or abort(HTTPStatus.NOT_FOUND))


def payment_page(seq: int, *, problem: str = "") -> str:
    """One payment, what was confirmed of it, and a button to confirm it."""
    with web.reading() as session:
        made = payment_to_mine(session, seq)
        files = documents.listed(session, About(payment_seq=seq))
        confirmed = payment_confirmations.of(session, [seq]).get(seq, [])
        mine = {fingerprint(one) for one in passkeys.standing(session, account().id)}
    return render_template(
        "charity/payment.html",
        payment=made,
        facts=payment_facts(made),
        confirmed=[confirmed_sentence(one) for one in confirmed],
        asked=not made.undone and not mine <= {one.fingerprint for one in confirmed},
        counts=any(one.counts for one in confirmed),
        problems={"": [problem]} if problem else None,
        files=file_links(f"/charity/payments/{seq}/file", of_payment=True),
        receipts=[receipt_row(one, seq) for one in files if not one.taken_back],
    )


def payment_to_mine(session: Session, seq: int) -> Remittance:
    """A payment to the charity of whoever asks, else 404."""
    made = remittances.one(session, current_services().book, seq)
    if made is None or made.charity_name != charity_people.charity_of(session, account().id):
        abort(HTTPStatus.NOT_FOUND)
    return made

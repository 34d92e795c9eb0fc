"""/charity/payments/<seq>/confirmation: the charity says, signed with its key, that a payment has come."""

import json
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, flash
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts import access, passkey_requests, rate_limit, security_log
from shop.accounts.access import account, require
from shop.accounts.passkey_requests import SAID, TOO_MANY, Proof
from shop.accounts.passkeys import Asked, PasskeyRefused, Purpose
from shop.charity.receiving import payment_page, payment_to_mine
from shop.confirmations import payment_confirmations
from shop.confirmations.assertions import Assertion
from shop.confirmations.payment_confirmations import NotConfirmable
from shop.container import current_services

blueprint = Blueprint(
    "charity_confirmations", __name__, url_prefix="/charity/payments/<int(max=2147483647):seq>/confirmation"
)

UNDONE: Final = "This payment was undone: it cannot be confirmed."


@blueprint.post("/options")
@require("charity")
def options(seq: int) -> ResponseReturnValue:
    """What the device is given to sign: the payment, and what the public log looks like now."""
    try:
        with web.reading() as session:
            payment_to_mine(session, seq)
            challenge, checkpoint = payment_confirmations.to_sign(session, current_services().book, seq)
        return passkey_requests.ask(
            Asked(Purpose.PAYMENT, account().id, _subject(seq, checkpoint)), challenge
        )
    except NotConfirmable:
        return {"said": UNDONE}, HTTPStatus.CONFLICT
    except rate_limit.TooManyTries as error:
        return {"said": TOO_MANY}, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(error.retry_after)}


@blueprint.post("")
@require("charity")
def confirm(seq: int) -> ResponseReturnValue:
    """Keep what was signed."""
    with web.reading() as session:
        payment_to_mine(session, seq)
    try:
        proof = passkey_requests.proven(Asked(Purpose.PAYMENT, account().id))
        _keep(seq, proof)
    except (PasskeyRefused, NotConfirmable):
        return payment_page(seq, problem=SAID), HTTPStatus.UNPROCESSABLE_ENTITY
    security_log.write("payment confirmed", account=account().id, payment=seq)
    flash("Thank you. That it reached you is signed, and cannot be changed by anybody any more.")
    return access.see_other(f"/charity/payments/{seq}")


@blueprint.get("/signed.json")
@require("charity")
def file(seq: int) -> ResponseReturnValue:
    """What was signed, for whoever wants to check it without us."""
    with web.reading() as session:
        payment_to_mine(session, seq)
        found = payment_confirmations.files_of(session, seq)
    headers = {"Content-Disposition": f'attachment; filename="confirmation-{seq}.json"'}
    return Response(json.dumps(found, indent=1), mimetype="application/json", headers=headers)


def _keep(seq: int, proof: Proof) -> None:
    """Raises PasskeyRefused and NotConfirmable."""
    asked, _, checkpoint = (proof.subject or "").partition("\n")
    if asked != str(seq):
        raise NotConfirmable("another payment was asked for")
    answer = proof.answer
    parts = [answer.part(name) for name in ("authenticatorData", "clientDataJSON", "signature")]
    signed = Assertion(proof.passkey.spki, *parts)
    with web.transaction() as session:
        proof.counted(session)
        book, by = current_services().book, account().role_and_number
        payment_confirmations.confirm(session, book, seq, checkpoint, signed, by=by)


def _subject(seq: int, checkpoint: str) -> str:
    return f"{seq}\n{checkpoint}"

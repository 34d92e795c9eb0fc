"""What this request's browser is asked to sign, and what it answered.

No signature is looked at in a transaction.
"""

import hashlib
import secrets
from typing import Final

from flask import Response, make_response, request, session
from sqlalchemy.orm import Session

from shop import web
from shop.accounts import ceremonies, passkeys, rate_limit, security_log
from shop.accounts.ceremonies import Answer, Site
from shop.accounts.models import Account, Passkey
from shop.accounts.passkeys import Asked, NewKey, PasskeyRefused
from shop.frozen import frozen

CHALLENGE_BYTES: Final = 32
FIELD: Final = "passkey"
"""The field in which a form brings the answer."""

SAID: Final = (
    "No passkey was shown, or it did not fit. Please press the button again, and follow what your browser "
    "asks."
)
"""To whoever looked on; why is in the security log."""

TOO_MANY: Final = "There were several tries in a short time. Please wait a minute and try again."


@frozen
class Proof:
    """Somebody has shown a passkey: call `counted` in the transaction of what it is for."""

    passkey: Passkey
    sign_count: int
    answer: Answer
    subject: str | None

    def counted(self, db: Session) -> None:
        """Note that it signed. Raises PasskeyRefused when it was revoked meanwhile."""
        passkeys.use(db, self.passkey, self.sign_count)


def site() -> Site:
    """The site that passkeys are made for."""
    return Site(web.settings().site_url)


def ask(asked: Asked, challenge: bytes | None = None) -> Response:
    """Ask for a passkey of an account, or for any: the options that a browser's script wants.

    Raises TooManyTries.
    """
    challenge = challenge or secrets.token_bytes(CHALLENGE_BYTES)
    return _json(ceremonies.assertion_options(site(), challenge, _remember(challenge, asked)))


def ask_to_make(asked: Asked, account: Account) -> Response:
    """Ask for a new passkey. Raises TooManyTries."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    having = _remember(challenge, asked)
    return _json(ceremonies.registration_options(site(), challenge, account, having))


def proven(asked: Asked) -> Proof:
    """The passkey that this form brings, as it was asked. Raises PasskeyRefused, written down."""
    try:
        answer, subject = _answer(asked)
        with web.reading() as db:
            passkey = passkeys.by_credential(db, answer.credential_id)
        if asked.account_id not in {None, passkey.account_id}:
            raise PasskeyRefused("it is somebody else's")  # noqa: TRY301
        return Proof(passkey, ceremonies.signed(site(), answer, passkey), answer, subject)
    except PasskeyRefused as refused:
        write_refused(asked, refused)
        raise


def newly_made(asked: Asked) -> NewKey:
    """The passkey that this form's browser has made. Raises PasskeyRefused, written down."""
    try:
        answer, _ = _answer(asked)
        return ceremonies.made(site(), answer)
    except PasskeyRefused as refused:
        write_refused(asked, refused)
        raise


def write_refused(asked: Asked, refused: PasskeyRefused) -> None:
    """Into the security log."""
    told = {"purpose": asked.purpose.value, "why": str(refused)}
    security_log.write("passkey refused", account=asked.account_id, **told)


def _answer(asked: Asked) -> tuple[Answer, str | None]:
    """What this form brings, and what was to be signed. Raises PasskeyRefused unless it was asked."""
    answer = ceremonies.read(request.form.get(FIELD, ""))
    with web.transaction() as db:
        return answer, passkeys.take(db, answer.challenge, asked, _browser())


def _remember(challenge: bytes, asked: Asked) -> list[Passkey]:
    """Count a try, and remember what is asked. Gives the passkeys that the account has."""
    try:
        with web.transaction() as db:
            _count_try(db, asked.account_id)
    except rate_limit.TooManyTries:
        security_log.write("passkey throttled", account=asked.account_id)
        raise
    with web.transaction() as db:
        passkeys.ask(db, challenge, asked, _browser())
        return list(passkeys.standing(db, asked.account_id)) if asked.account_id is not None else []


def _count_try(db: Session, account_id: int | None) -> None:
    secret = web.settings().secret_key
    if account_id is None:
        rate_limit.allow(db, kind="passkey", address=request.remote_addr or "", secret=secret)
    else:
        rate_limit.allow_account(db, kind="passkey", account_id=account_id, secret=secret)


def _browser() -> str:
    """A digest of what only this browser has: the secret behind its form tokens."""
    return hashlib.sha256(str(session.get("csrf_token", "")).encode()).hexdigest()


def _json(options: str) -> Response:
    answer = make_response(options)
    answer.mimetype = "application/json"
    return answer

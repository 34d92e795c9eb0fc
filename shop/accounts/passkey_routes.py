"""Signing in by passkey, showing it after a password, and one's own passkeys: added, listed, ended."""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, ParamSpec

from flask import Blueprint, flash, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, StringField
from wtforms.validators import InputRequired

from shop import web
from shop.accounts import (
    access,
    devices,
    passkey_requests,
    passkeys,
    rate_limit,
    security_log,
    session_cookie,
    sessions,
)
from shop.accounts.forms import SignInForm
from shop.accounts.models import STAFF, Account, OpenedBy, Passkey, Role
from shop.accounts.passkey_requests import SAID, TOO_MANY
from shop.accounts.passkeys import Asked, PasskeyRefused, Purpose
from shop.frozen import frozen
from shop.web.dates import minute, short_day

blueprint = Blueprint("passkeys", __name__, url_prefix="/sign-in")

LONGEST_NAME: Final = 60


P = ParamSpec("P")
View = Callable[P, ResponseReturnValue]


def just_signed_in(view: View[P]) -> View[P]:
    """Send whoever has not signed in within the hour to the page that says so (OWASP ASVS 5.0, 7.5.1)."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return view(*args, **kwargs) if _is_fresh() else access.see_other("/sign-in/passkeys")

    return guarded


def _is_fresh() -> bool:
    found = access.signed_in()
    return found is not None and found.is_fresh


@frozen
class PasskeyCard:
    """One passkey on its owner's page."""

    id: int
    name: str
    said: str


class NewPasskeyForm(web.Form):
    """A passkey that was just made, and what its owner calls it."""

    name = StringField(
        "What you call it",
        [
            InputRequired("Please give it a name, so that you know it again: the device it is on, perhaps."),
        ],
    )
    passkey = HiddenField()

    def validate_name(self, field: StringField) -> None:
        """One line, without the spaces around it."""
        field.data = (field.data or "").strip()
        web.check_line(field.data, LONGEST_NAME)


@blueprint.post("/passkey/options")
def sign_in_options() -> ResponseReturnValue:
    """What a device is asked by somebody who is to sign in with a passkey alone, or after a password."""
    return _options(_asked_to_sign_in())


@blueprint.post("/confirm/options")
@access.require()
def confirm_options() -> ResponseReturnValue:
    """What a device is asked before money is concerned."""
    return _options(Asked(Purpose.CONFIRM, access.account().id))


@blueprint.get("/passkey")
def passkey_page() -> ResponseReturnValue:
    """After the password: the passkey."""
    if access.half_signed_in() is None:
        return access.see_other("/sign-in")
    return _second_step(access.safe_next(request.args.get("next")) or "")


@blueprint.post("/passkey")
def sign_in() -> ResponseReturnValue:
    """Sign in with a passkey, alone or after a password."""
    wanted = access.safe_next(request.form.get("next")) or ""
    try:
        token, account = _open(passkey_requests.proven(_asked_to_sign_in()))
    except PasskeyRefused:
        half = access.half_signed_in()
        refused = _second_step(wanted, refused=True) if half else _first_step(wanted)
        return refused, HTTPStatus.UNPROCESSABLE_ENTITY
    answer = access.see_other(wanted or access.HOME[Role(account.role)])
    return devices.remember(session_cookie.remember(answer, token), account.email)


@blueprint.get("/passkeys")
@access.require(*Role)
def index() -> ResponseReturnValue:
    """One's own passkeys, and a form for another."""
    return _page(NewPasskeyForm(formdata=None))


@blueprint.post("/passkeys/options")
@access.require(*Role)
@just_signed_in
def new_options() -> ResponseReturnValue:
    """What a device is asked that is to make one."""
    try:
        account = access.account()
        return passkey_requests.ask_to_make(Asked(Purpose.ADD, account.id), account)
    except rate_limit.TooManyTries as error:
        return _too_many(error)


@blueprint.post("/passkeys")
@access.require(*Role)
@just_signed_in
def add() -> ResponseReturnValue:
    """Keep a passkey that was made; from now on it is asked for in every browser."""
    form, account = NewPasskeyForm(), access.account()
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    token, name = session_cookie.token() or "", form.name.data
    try:
        made = passkey_requests.newly_made(Asked(Purpose.ADD, account.id))
        with web.transaction() as db:
            kept = passkeys.add(db, account.id, made, name)
            sessions.begin_to_ask(db, account.id, token)
    except PasskeyRefused:
        form.passkey.errors = [SAID]
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    security_log.write("passkey added", account=account.id, passkey=kept)
    flash("The passkey is yours from now on. Every other browser was signed out.")
    return access.see_other("/sign-in/passkeys")


@blueprint.post("/passkeys/<int(max=2147483647):number>/removal")
@access.require(*Role)
@just_signed_in
def remove(number: int) -> ResponseReturnValue:
    """End one of one's own; twice is fine."""
    account = access.account()
    with web.transaction() as db:
        gone = passkeys.revoke(db, account.id, number)
        if gone:
            sessions.end_others(db, account.id, session_cookie.token() or "")
    if gone:
        security_log.write("passkey removed", account=account.id, passkey=number)
        flash("The passkey opens nothing any more. Every other browser was signed out.")
    return access.see_other("/sign-in/passkeys")


def _open(proof: passkey_requests.Proof) -> tuple[str, Account]:
    """Open a session for a passkey that was shown; the one before, half open or whole, ends."""
    with web.transaction() as db:
        proof.counted(db)
        account = db.get_one(Account, proof.passkey.account_id)
        token = sessions.open_session(db, account.id, OpenedBy.PASSKEY, session_cookie.token())
    security_log.write("signed in by passkey", account=account.id, passkey=proof.passkey.id)
    return token, account


def _first_step(wanted: str) -> str:
    """The sign-in page, after a passkey that did not fit."""
    form = SignInForm(formdata=None, next=wanted)
    return render_template("accounts/sign_in.html", form=form, problems={"": [SAID]})


def _second_step(wanted: str, *, refused: bool = False) -> str:
    return render_template("accounts/passkey.html", wanted=wanted, problems={"": [SAID]} if refused else None)


def _asked_to_sign_in() -> Asked:
    """After a password its account's passkey, else anybody's."""
    half = access.half_signed_in()
    return Asked(Purpose.SECOND_FACTOR, half.account.id) if half else Asked(Purpose.SIGN_IN)


def _options(asked: Asked) -> ResponseReturnValue:
    try:
        return passkey_requests.ask(asked)
    except rate_limit.TooManyTries as error:
        return _too_many(error)


def _too_many(error: rate_limit.TooManyTries) -> ResponseReturnValue:
    headers = {"Retry-After": str(error.retry_after)}
    return {"said": TOO_MANY}, HTTPStatus.TOO_MANY_REQUESTS, headers


def _page(form: NewPasskeyForm) -> str:
    with web.reading() as db:
        mine = passkeys.standing(db, access.account().id)
    problems = {field.id: field.errors for field in form if field.errors}
    if refused := problems.pop("passkey", None):
        problems[""] = refused
    return render_template(
        "accounts/passkeys.html",
        form=form,
        problems=problems,
        mine=[_card(one) for one in mine],
        home=access.HOME[Role(access.account().role)],
        may_change=_is_fresh(),
        works_here=access.account().role in STAFF,
        has_name=passkey_requests.site().has_name,
    )


def _card(passkey: Passkey) -> PasskeyCard:
    used = f"last used {minute(passkey.last_used_at)}" if passkey.last_used_at else "not used since"
    return PasskeyCard(passkey.id, passkey.name, f"Made on {short_day(passkey.made_at)}, {used}.")

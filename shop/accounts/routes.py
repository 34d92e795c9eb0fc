"""Signing in and out, one-time links, and setting a password.

A password is hashed between transactions, never inside one, and only after its try has been counted.
"""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from shop import web
from shop.accounts import (
    access,
    devices,
    passwords,
    rate_limit,
    security_log,
    session_cookie,
    sessions,
    sign_in_links,
    staff,
)
from shop.accounts.forms import ButtonForm, ChangePasswordForm, PasswordForm, SignInForm
from shop.accounts.models import Role
from shop.alerts import AlertKind, raise_alert

blueprint = Blueprint("accounts", __name__)

WRONG: Final = "The e-mail or the password is not right."
"""The same for an unknown e-mail, a disabled account and a wrong password."""


@blueprint.get("/sign-in")
def sign_in_page() -> ResponseReturnValue:
    """Show the form, or go on when there is nothing to ask."""
    wanted = access.safe_next(request.args.get("next"))
    if found := access.signed_in():
        return access.see_other(wanted or access.HOME[Role(found.account.role)])
    return _page("accounts/sign_in.html", SignInForm(formdata=None, next=wanted or ""))


@blueprint.post("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Check an e-mail and its password."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _again("accounts/sign_in.html", form)
    try:
        proven = _proven(form.normalised_email, form.password.data)
    except rate_limit.TooManyTries as error:
        return _wait("accounts/sign_in.html", form, error)
    token = _open(proven, form.password.data) if proven else None
    if token is None or proven is None:
        form.email.errors = [WRONG]
        return _again("accounts/sign_in.html", form)
    security_log.write("signed in", account=proven.account_id, email=form.normalised_email)
    answer = session_cookie.remember(
        access.see_other(access.safe_next(form.next.data) or _home(token)), token
    )
    return devices.remember(answer, form.normalised_email)


@blueprint.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session on the server, then in the browser."""
    if token := session_cookie.token():
        with web.transaction() as db:
            sessions.sign_out(db, token)
    session.pop("csrf_token", None)
    return session_cookie.forget(access.see_other("/sign-in"))


@blueprint.get("/sign-in/link/<token>")
def link_page(token: str) -> ResponseReturnValue:
    """Show a button: programs that preview links may open this page without using the link up."""
    with web.reading() as db:
        good = staff.link_is_good(db, token)
    return _page("accounts/link.html", ButtonForm()) if good else _link_spent()


@blueprint.post("/sign-in/link/<token>")
def use_link(token: str) -> ResponseReturnValue:
    """Use the link up and sign in."""
    try:
        with web.transaction() as db:
            opened = staff.use_link(db, token, instead_of=session_cookie.token())
    except sign_in_links.LinkSpent:
        return _link_spent()
    security_log.write("link used")
    return session_cookie.remember(access.see_other("/sign-in/password"), opened)


@blueprint.get("/sign-in/password")
@access.require()
def password_page() -> ResponseReturnValue:
    """Show the form for a new password."""
    return _page("accounts/password.html", _password_form())


@blueprint.post("/sign-in/password")
@access.require()
def set_password() -> ResponseReturnValue:
    """Set a new password; every other browser is signed out."""
    form, account = _password_form(), access.account()
    if not form.validate_on_submit():
        return _again("accounts/password.html", form)
    if isinstance(form, ChangePasswordForm):
        try:
            known = _proven(account.email, form.current.data)
        except rate_limit.TooManyTries as error:
            return _wait("accounts/password.html", form, error)
        if not known:
            form.current.errors = ["This is not the password you have now."]
            return _again("accounts/password.html", form)
    fresh = passwords.hashed(form.password.data)
    with web.transaction() as db:
        token = staff.set_password(db, account.id, fresh)
    if token is None:
        return session_cookie.forget(access.see_other("/sign-in"))
    security_log.write("password set", account=account.id)
    return devices.remember(
        session_cookie.remember(access.see_other(access.HOME[Role(account.role)]), token), account.email
    )


def _proven(email: str, password: str) -> staff.Credentials | None:
    """Count a try, then check the password; what it proved, or None. Raises TooManyTries."""
    _count_try(email)
    with web.reading() as db:
        known = staff.credentials(db, email)
    if passwords.verify(password, known.password_hash):
        return known
    security_log.write("sign-in failed", email=email)
    return None


def _count_try(email: str) -> None:
    address, secret = request.remote_addr or "", web.settings().secret_key
    try:
        with web.transaction() as db:
            rate_limit.allow_try(db, email=email, address=address, secret=secret, device=devices.known(email))
    except rate_limit.TooManyTries as error:
        security_log.write("sign-in throttled", email=email)
        if error.everywhere:
            _tell_owner(email)
        raise


def _tell_owner(email: str) -> None:
    """An account that there is has been tried from so many places that strangers' tries are used up."""
    with web.transaction() as db:
        account_id = staff.credentials(db, email).account_id
        if account_id is not None:
            raise_alert(db, AlertKind.SIGN_IN_GUESSED, f"account {account_id}")


def _open(proven: staff.Credentials, password: str) -> str | None:
    """Open a session for a proven password, and hash it anew if the hash is of older parameters."""
    rehashed = passwords.hashed(password) if passwords.outdated(proven.password_hash or "") else None
    with web.transaction() as db:
        return staff.sign_in(db, proven, rehashed=rehashed, instead_of=session_cookie.token())


def _home(token: str) -> str:
    with web.reading() as db:
        account = sessions.account_for(db, token)
    return access.HOME[Role(account.role)] if account else "/sign-in"


def _password_form() -> PasswordForm:
    found = access.signed_in()
    email = access.account().email
    return PasswordForm(email) if found and found.may_set_password else ChangePasswordForm(email)


def _page(template: str, form: FlaskForm, problems: dict[str, list[str]] | None = None) -> str:
    found = access.signed_in()
    home = access.HOME[Role(found.account.role)] if found else None
    return render_template(template, form=form, problems=problems, home=home)


def _problems(form: FlaskForm) -> dict[str, list[str]]:
    return {form[name].id: errors for name, errors in form.errors.items() if name in form}


def _again(template: str, form: FlaskForm) -> ResponseReturnValue:
    return _page(template, form, _problems(form)), HTTPStatus.UNPROCESSABLE_ENTITY


def _wait(template: str, form: FlaskForm, error: rate_limit.TooManyTries) -> ResponseReturnValue:
    headers = {"Retry-After": str(error.retry_after)}
    return _page(template, form, {"": [str(error)]}), HTTPStatus.TOO_MANY_REQUESTS, headers


def _link_spent() -> ResponseReturnValue:
    return render_template("accounts/link_spent.html"), HTTPStatus.GONE

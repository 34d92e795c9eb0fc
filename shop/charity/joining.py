"""/charity/join/<token>: an invitation is used up by making a passkey, and the room is open."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts import (
    access,
    charity_people,
    passkey_requests,
    rate_limit,
    security_log,
    session_cookie,
    sign_in_links,
)
from shop.accounts.models import Account
from shop.accounts.passkey_requests import SAID, TOO_MANY
from shop.accounts.passkeys import Asked, PasskeyRefused, Purpose

blueprint = Blueprint("charity_joining", __name__, url_prefix="/charity/join/<token>")

FIRST: Final = "First passkey"
"""What it is called; more can be added inside."""


@blueprint.get("")
def look(token: str) -> ResponseReturnValue:
    """Show a button: programs that preview links may open this page without using the link up."""
    return _page(token) if _invited(token) else _over()


@blueprint.post("/options")
def options(token: str) -> ResponseReturnValue:
    """What a device is asked that is to make the passkey."""
    invited = _invited(token)
    if invited is None:
        return _over()
    try:
        return passkey_requests.ask_to_make(Asked(Purpose.JOIN, invited.id), invited)
    except rate_limit.TooManyTries as error:
        return {"said": TOO_MANY}, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(error.retry_after)}


@blueprint.post("")
def join(token: str) -> ResponseReturnValue:
    """Use the invitation up."""
    invited = _invited(token)
    if invited is None:
        return _over()
    try:
        opened = _join(token, invited)
    except sign_in_links.LinkSpent:
        return _over()
    except PasskeyRefused:
        return _page(token, refused=True), HTTPStatus.UNPROCESSABLE_ENTITY
    security_log.write("joined the charity's room", account=invited.id)
    return session_cookie.remember(access.see_other("/charity/"), opened)


def _join(token: str, invited: Account) -> str:
    """Raises LinkSpent, PasskeyRefused."""
    made = passkey_requests.newly_made(Asked(Purpose.JOIN, invited.id))
    with web.transaction() as db:
        return charity_people.join(db, token, made, name=FIRST, instead_of=session_cookie.token())


def _invited(token: str) -> Account | None:
    with web.reading() as db:
        number = sign_in_links.account_of_link(db, token, charity_people.CHARITY)
        return db.get_one(Account, number) if number is not None else None


def _page(token: str, *, refused: bool = False) -> str:
    return render_template(
        "charity/join.html",
        token=token,
        problems={"": [SAID]} if refused else None,
        has_name=passkey_requests.site().has_name,
    )


def _over() -> ResponseReturnValue:
    return render_template("charity/join_over.html"), HTTPStatus.GONE

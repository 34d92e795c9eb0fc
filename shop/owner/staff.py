"""The owner's list of who works here: inviting, another role, dismissing."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, abort, flash, redirect, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import EmailField, RadioField, SelectChoice
from wtforms.validators import InputRequired

from shop import web
from shop.accounts import access, roster, security_log, staff
from shop.accounts.access import require
from shop.accounts.models import Account, Role
from shop.accounts.roster import Member
from shop.frozen import frozen
from shop.web.cells import Status
from shop.web.dates import minute, short_day

blueprint = Blueprint("owner_staff", __name__, url_prefix="/owner/staff")

ONE: Final = f"/<int(max={2**31 - 1}):number>"
ROLES: Final = {
    Role.OWNER: "Owner: Orders, stock, words, and who works here",
    Role.FINANCE: "Finance: What was given and paid over, and no name or word",
}
OTHER: Final = {Role.OWNER: Role.FINANCE, Role.FINANCE: Role.OWNER}


@frozen
class StaffCard:
    """Somebody who works here, or did; who was dismissed has no `other_role` to be given."""

    id: int
    email: str
    stands: Status
    said: str
    other_role: Role | None


class InviteForm(web.Form):
    """Whom to let in, and as what."""

    email = EmailField("E-mail", [InputRequired("Enter the e-mail address of who is to work here.")])
    role = RadioField("Role", choices=[SelectChoice(*one) for one in ROLES.items()], default=Role.FINANCE)


@blueprint.get("")
@require("owner")
def index() -> ResponseReturnValue:
    """Everybody, and the form for one more."""
    return _page(InviteForm(formdata=None))


@blueprint.post("")
@require("owner")
def invite() -> ResponseReturnValue:
    """Give somebody an account, and show the link that signs them in once."""
    form = InviteForm()
    if not form.validate_on_submit():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with web.transaction() as session:
            account, token = staff.add_account(session, form.email.data or "", form.role.data)
    except (staff.NotAnEmail, staff.RoleDiffers) as refused:
        form.email.errors = [str(refused)]
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    security_log.write("account added", account=account.id, role=account.role, by=access.account().id)
    link = f"{web.settings().site_url}/sign-in/link/{token}"
    return _page(InviteForm(formdata=None), invited=account.email, link=link)


@blueprint.post(f"{ONE}/role")
@require("owner")
def change_role(number: int) -> ResponseReturnValue:
    """Give somebody the other role."""
    with web.transaction() as session:
        member = _account(session, number)
        try:
            changed = roster.give_role(session, member.email, OTHER[Role(member.role)])
        except roster.LastOwner as refused:
            return _refused(str(refused))
        except roster.UnknownAccount:
            abort(HTTPStatus.NOT_FOUND)
    security_log.write("role changed", account=changed.id, role=changed.role, by=access.account().id)
    flash(f"{changed.email} has the role {changed.role} from now on.")
    return redirect("/owner/staff", HTTPStatus.SEE_OTHER)


@blueprint.post(f"{ONE}/dismissal")
@require("owner")
def dismiss(number: int) -> ResponseReturnValue:
    """Close an account; dismissed twice is fine."""
    with web.transaction() as session:
        member = _account(session, number)
        try:
            roster.dismiss(session, member.email)
        except roster.LastOwner as refused:
            return _refused(str(refused))
        except roster.UnknownAccount:
            return redirect("/owner/staff", HTTPStatus.SEE_OTHER)
    security_log.write("account dismissed", account=number, by=access.account().id)
    flash(f"{member.email} is signed out everywhere and cannot sign in any more.")
    return redirect("/owner/staff", HTTPStatus.SEE_OTHER)


def _account(session: Session, number: int) -> Account:
    found = session.get(Account, number)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _refused(why: str) -> ResponseReturnValue:
    return _page(InviteForm(formdata=None), refused=why), HTTPStatus.UNPROCESSABLE_ENTITY


def _page(form: InviteForm, *, invited: str = "", link: str = "", refused: str = "") -> str:
    with web.reading() as session:
        members = roster.listed(session)
    problems = {form[name].id: errors for name, errors in form.errors.items() if name in form}
    return render_template(
        "owner/staff.html",
        members=[_card(member) for member in members],
        form=form,
        problems={"": [refused]} if refused else problems,
        invited=invited,
        link=link,
    )


def _card(member: Member) -> StaffCard:
    account = member.account
    role, gone = Role(account.role), account.disabled_at
    return StaffCard(
        id=account.id,
        email=account.email,
        stands=Status("Dismissed", "quiet") if gone else Status(role.capitalize(), "good"),
        said=_since(account) + _seen(member),
        other_role=None if gone else OTHER[role],
    )


def _since(account: Account) -> str:
    since = f"Since {short_day(account.created_at)}"
    if account.disabled_at:
        return f"{since}, until {short_day(account.disabled_at)}."
    return f"{since}." if account.password_hash else f"{since}. No password yet."


def _seen(member: Member) -> str:
    if not member.browsers or member.last_seen_at is None:
        return ""
    browsers = "1 browser" if member.browsers == 1 else f"{member.browsers} browsers"
    return f" Signed in with {browsers}, last used {minute(member.last_seen_at)}."

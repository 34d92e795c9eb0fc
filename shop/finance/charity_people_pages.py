"""/finance/charity: who of the charity may come into its room: invited, listed, and out again at once."""

from http import HTTPStatus

from flask import Blueprint, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue
from wtforms import EmailField, HiddenField, SelectChoice, SelectField
from wtforms.validators import InputRequired, ValidationError

from shop import web
from shop.accounts import charity_people, second_factor, security_log, staff
from shop.accounts.access import require
from shop.accounts.charity_people import INVITATION_LASTS, CharityPerson
from shop.container import current_services
from shop.frozen import frozen
from shop.giving import remittances
from shop.web.cells import Status
from shop.web.dates import minute, short_day

blueprint = Blueprint("finance_charity", __name__, url_prefix="/finance/charity")


@frozen
class PersonCard:
    """Somebody who may come in, or was invited."""

    id: int
    email: str
    stands: Status
    said: str


class InvitationForm(web.Form):
    """Whom to invite, of which charity."""

    email = EmailField("E-mail", [InputRequired("Enter the e-mail address of whoever is to be invited.")])
    charity = SelectField("Charity", validate_choice=False)
    passkey = HiddenField()

    def validate_charity(self, field: SelectField) -> None:
        """One of those shown."""
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Please choose the charity they belong to.")


@blueprint.get("")
@require("finance", "owner")
def index() -> ResponseReturnValue:
    """Everybody, and the form for one more."""
    return _page(InvitationForm(formdata=None))


@blueprint.post("")
@require("finance", "owner")
def invite() -> ResponseReturnValue:
    """Invite somebody, by e-mail; the link is shown once as well."""
    form = InvitationForm()
    _offer(form)
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        second_factor.confirm()
    except second_factor.NotConfirmed as refused:
        form.passkey.errors = [str(refused)]
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    return _invite(form)


def _invite(form: InvitationForm) -> ResponseReturnValue:
    secret, by = web.settings().secret_key, g.account.role_and_number
    try:
        with web.transaction() as session:
            account, token = charity_people.invite(
                session, form.email.data, form.charity.data, by=by, secret=secret
            )
    except (staff.NotAnEmail, staff.RoleDiffers) as refused:
        form.email.errors = [str(refused)]
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    security_log.write("charity invited", account=account.id, by=g.account.id)
    link = f"{web.settings().site_url}/charity/join/{token}"
    return _page(InvitationForm(formdata=None), invited=account.email, link=link)


@blueprint.post("/<int(max=2147483647):number>/removal")
@require("finance", "owner")
def remove(number: int) -> ResponseReturnValue:
    """Let somebody in no more; twice is fine."""
    with web.transaction() as session:
        email = charity_people.remove(session, number)
    if email:
        security_log.write("charity person removed", account=number, by=g.account.id)
        flash(f"{email} is signed out everywhere and cannot come in any more.")
    return redirect("/finance/charity", HTTPStatus.SEE_OTHER)


def _offer(form: InvitationForm) -> None:
    with web.reading() as session:
        found = remittances.charities(session, current_services().book)
    form.charity.choices = [SelectChoice(name, name) for name in found]


def _page(form: InvitationForm, *, invited: str = "", link: str = "") -> str:
    _offer(form)
    with web.reading() as session:
        people = charity_people.listed(session)
    return render_template(
        "finance/charity_people.html",
        people=[_card(one) for one in people],
        form=form,
        problems={field.id: field.errors[0] for field in form if field.errors},
        invited=invited,
        link=link,
        passkey=second_factor.is_asked(),
        lasts=INVITATION_LASTS.days,
    )


def _card(person: CharityPerson) -> PersonCard:
    said = f"Of {person.charity_name}, invited {short_day(person.invited_at)}."
    if person.link_until:
        said += f" Their link can be used until {minute(person.link_until)}."
    if person.passkeys:
        status = Status("Has joined", "good")
    else:
        status = Status("Invited", "wait") if person.link_until else Status("Invitation ran out", "quiet")
    return PersonCard(person.account.id, person.account.email, status, said)

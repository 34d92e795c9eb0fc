"""/finance/agreements/<n>/keys: the charity's key is named by its fingerprint, as the signed paper has it."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import InputRequired, ValidationError

from shop import web
from shop.accounts import charity_people, second_factor, security_log
from shop.accounts.access import require
from shop.accounts.passkeys import fingerprint
from shop.confirmations import charity_keys
from shop.container import current_services
from shop.giving import agreements
from shop.giving.agreements import Written
from shop.web.cells import Cells
from shop.web.dates import day

blueprint = Blueprint(
    "finance_charity_keys", __name__, url_prefix="/finance/agreements/<int(max=2147483647):number>/keys"
)


class KeyForm(web.Form):
    """A fingerprint, and the paper it stands in."""

    fingerprint = StringField("Fingerprint")
    dated = web.DayField("Signed on", validators=[InputRequired("Please enter the day it was signed.")])
    passkey = HiddenField()
    seen = BooleanField("I have the paper before me, signed by both, and it names this key")

    def validate_fingerprint(self, field: StringField) -> None:
        """As it stands on the paper, in groups or not."""
        try:
            field.data = charity_keys.read_fingerprint(field.data or "")
        except charity_keys.NoFingerprint as error:
            raise ValidationError(str(error)) from None

    def validate_seen(self, field: BooleanField) -> None:
        """Without the paper anybody could be the charity."""
        if not field.data:
            raise ValidationError("A key that no signed paper names counts for nothing.")


@blueprint.get("")
@require("finance", "owner")
def show(number: int) -> ResponseReturnValue:
    """The keys that an agreement names, and those it could."""
    return _page(number, KeyForm(formdata=None))


@blueprint.post("")
@require("finance", "owner")
def name_key(number: int) -> ResponseReturnValue:
    """Write down that the agreement names a key."""
    _agreement(number)
    form = KeyForm()
    if not form.validate():
        return _page(number, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        second_factor.confirm()
    except second_factor.NotConfirmed as refused:
        form.passkey.errors = [str(refused)]
        return _page(number, form), HTTPStatus.UNPROCESSABLE_ENTITY
    return _name(number, form)


def _name(number: int, form: KeyForm) -> ResponseReturnValue:
    said = {"dated": form.dated.data, "by": g.account.role_and_number, "book": current_services().book}
    try:
        with web.transaction() as session:
            charity_keys.name_key(session, number, form.fingerprint.data, **said)
    except charity_keys.NotBefore as refused:
        form.dated.errors = [str(refused)]
        return _page(number, form), HTTPStatus.UNPROCESSABLE_ENTITY
    security_log.write("charity key named", account=g.account.id, agreement=number)
    flash("The key is named. The public log says so with its next entries.")
    return redirect(f"/finance/agreements/{number}/keys", HTTPStatus.SEE_OTHER)


def _agreement(number: int) -> Written:
    with web.reading() as session:
        return agreements.one(session, number) or abort(HTTPStatus.NOT_FOUND)


def _page(number: int, form: KeyForm) -> str:
    found = _agreement(number)
    with web.reading() as session:
        named = charity_keys.keys_of(session, number)
        people = charity_people.listed(session)
    known = {one.fingerprint for one in named}
    return render_template(
        "finance/charity_keys.html",
        number=number,
        name="The sample" if found.sample else found.policy.agreement_reference,
        charity=found.policy.charity_name,
        keys=[_row(charity_keys.grouped(one.fingerprint), f"named on {day(one.dated)}") for one in named],
        waiting=[
            _row(charity_keys.grouped(fingerprint(key)), f"{person.account.email}: {key.name}")
            for person in people
            for key in person.passkeys
            if person.charity_name == found.policy.charity_name and fingerprint(key) not in known
        ],
        form=form,
        passkey=second_factor.is_asked(),
        problems={field.id: field.errors[0] for field in form if field.errors},
    )


def _row(shown: str, said: str) -> Cells:
    return [shown, said]

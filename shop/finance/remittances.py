"""/finance/remittances: money paid over to the charity, written down once, undone by another line."""

import re
import secrets
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, SelectChoice, SelectField, StringField
from wtforms.validators import InputRequired, ValidationError

from shop import clock, web
from shop.accounts import roster, second_factor
from shop.accounts.access import require
from shop.container import current_services
from shop.finance.due_rows import shown_due
from shop.finance.rows import owed_figures, payment
from shop.finance.typed import pence
from shop.giving import remittances
from shop.giving.due import due
from shop.giving.posting import PLAIN, IdempotencyConflict
from shop.money import pounds_and_pence

blueprint = Blueprint("remittances", __name__, url_prefix="/finance/remittances")

ONCE: Final = re.compile(r"[A-Za-z0-9_-]{22}")
MOST_ROWS: Final = 100
FIRST_YEAR: Final = 2020
"""Before the shop was."""


class PaymentForm(web.Form):
    """A payment that was made at the bank."""

    once = HiddenField()
    """The same form sent twice is one payment."""

    charity = SelectField("To", validate_choice=False)
    amount = StringField("Amount in pounds")
    paid_on = web.DayField("Day it was paid", validators=[InputRequired("Please enter the day it was paid.")])
    bank_reference = StringField("Bank reference")
    receipt = StringField("Receipt")
    more_than_owed = BooleanField("More than is owed was paid, and that was meant")
    passkey = HiddenField()

    def validate_once(self, field: HiddenField) -> None:
        """A key of ours, or a new one: then it is another form."""
        if not ONCE.fullmatch(field.data or ""):
            field.data = secrets.token_urlsafe(16)

    def validate_charity(self, field: SelectField) -> None:
        """One of those shown."""
        if field.data not in {choice.value for choice in field.choices}:
            raise ValidationError("Please choose the charity that was paid.")

    def validate_amount(self, field: StringField) -> None:
        """An amount above nothing."""
        self.pence = pence(field, if_nothing="A payment of nothing need not be recorded.")

    def validate_paid_on(self, field: web.DayField) -> None:
        """A day that has come; a year that lost a digit would stand in the ledger for good."""
        if field.data and field.data.year < FIRST_YEAR:
            raise ValidationError("Please look at the year again.")

    def validate_bank_reference(self, field: StringField) -> None:
        """As a bank takes it."""
        text = (field.data or "").strip()
        if not text:
            raise ValidationError("Please enter the reference the bank shows for the payment.")
        if not PLAIN.fullmatch(text) or len(text) > remittances.LONGEST:
            raise ValidationError(
                "A bank reference begins with a letter or digit and holds only letters, digits, "
                "spaces, . _ / and -."
            )

    def validate_receipt(self, field: StringField) -> None:
        """A note that fits one line."""
        web.check_line(field.data or "", remittances.LONGEST)


class UndoForm(web.Form):
    """Why a payment is undone."""

    reason = StringField("Why it is undone")
    passkey = HiddenField()

    def validate_reason(self, field: StringField) -> None:
        """Some words."""
        if not (field.data or "").strip():
            raise ValidationError("Please say in a few words why this payment is undone.")
        web.check_line(field.data, remittances.LONGEST)


@blueprint.get("")
@require("finance", "owner")
def index() -> ResponseReturnValue:
    """What is owed, what was paid over, and a form to write a payment down."""
    return _page(PaymentForm(formdata=None, data={"once": secrets.token_urlsafe(16)}))


@blueprint.post("")
@require("finance", "owner")
def record() -> ResponseReturnValue:
    """Write a payment down."""
    form = PaymentForm()
    charities = _offer(form)
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        second_factor.confirm()
    except second_factor.NotConfirmed as refused:
        form.passkey.errors = [str(refused)]
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    return _record(form, charities[form.charity.data])


def _record(form: PaymentForm, policy_id: int) -> ResponseReturnValue:
    try:
        _write_down(form, policy_id=policy_id)
    except (remittances.BeforeTheAgreement, remittances.NotYet) as refused:
        form.paid_on.errors = [str(refused)]
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    except remittances.MoreThanOwed as refused:
        form.amount.errors = [f"{refused} If that was meant, please tick the box below."]
        return _page(form, allow=True), HTTPStatus.UNPROCESSABLE_ENTITY
    except IdempotencyConflict:
        form.amount.errors = ["This form was sent before with something else in it. Please look at the list."]
        form.once.data = secrets.token_urlsafe(16)
        return _page(form), HTTPStatus.CONFLICT
    flash(f"{pounds_and_pence(form.pence)} is recorded as paid over.")
    return redirect("/finance/remittances", HTTPStatus.SEE_OTHER)


def _write_down(form: PaymentForm, *, policy_id: int) -> None:
    with web.transaction() as session:
        remittances.record_remittance(
            session,
            book=current_services().book,
            policy_id=policy_id,
            amount_pence=form.pence,
            paid_on=form.paid_on.data,
            bank_reference=form.bank_reference.data.strip(),
            receipt=(form.receipt.data or "").strip(),
            key=form.once.data,
            actor=g.account.role_and_number,
            more_than_owed=form.more_than_owed.data,
        )


@blueprint.get("/<int(max=2147483647):seq>/reversal")
@require("finance", "owner")
def look_again(seq: int) -> ResponseReturnValue:
    """One payment, before it is undone."""
    return _reversal_page(seq, UndoForm(formdata=None)) or _gone()


@blueprint.post("/<int(max=2147483647):seq>/reversal")
@require("finance", "owner")
def undo(seq: int) -> ResponseReturnValue:
    """Undo a payment that was written down by mistake."""
    form = UndoForm()
    if not form.validate():
        page = _reversal_page(seq, form)
        return (page, HTTPStatus.UNPROCESSABLE_ENTITY) if page else _gone()
    try:
        second_factor.confirm()
        _undo(seq, form.reason.data.strip())
    except second_factor.NotConfirmed as refused:
        form.passkey.errors = [str(refused)]
        page = _reversal_page(seq, form)
        return (page, HTTPStatus.UNPROCESSABLE_ENTITY) if page else _gone()
    except (remittances.NoSuchRemittance, remittances.AlreadyUndone):
        web.flash_refusal("That payment is not there, or was undone before. Nothing was changed.")
    else:
        flash("The payment is undone. Both lines stay in the ledger.")
    return redirect("/finance/remittances", HTTPStatus.SEE_OTHER)


def _undo(seq: int, reason: str) -> None:
    """Raises NoSuchRemittance, also for one of the other book, and AlreadyUndone."""
    with web.transaction() as session:
        if remittances.one(session, current_services().book, seq) is None:
            raise remittances.NoSuchRemittance(seq)
        remittances.undo_remittance(session, seq, reason=reason, actor=g.account.role_and_number)


def _offer(form: PaymentForm) -> dict[str, int]:
    with web.reading() as session:
        found = remittances.charities(session, current_services().book)
    form.charity.choices = [SelectChoice(name, name) for name in found]
    return found


def _page(form: PaymentForm, *, allow: bool = False) -> str:
    _offer(form)
    book = current_services().book
    before = web.number_asked("before")
    with web.reading() as session:
        owed, found = remittances.owed(session, book), due(session, book)
        made = remittances.remittances(session, book, before=before, most=MOST_ROWS + 1)
        addresses = roster.addresses(session)
    return render_template(
        "finance/remittances.html",
        form=form,
        problems=_problems(form),
        owed=owed_figures(owed),
        due=[shown_due(one, clock.today()) for one in found],
        payments=[payment(one, addresses) for one in made[:MOST_ROWS]],
        latest="/finance/remittances" if before else None,
        earlier=f"/finance/remittances?before={made[MOST_ROWS - 1].seq}" if len(made) > MOST_ROWS else None,
        book=book,
        passkey=second_factor.is_asked(),
        allow=allow or bool(form.more_than_owed.data),
    )


def _reversal_page(seq: int, form: UndoForm) -> str | None:
    with web.reading() as session:
        found = remittances.one(session, current_services().book, seq)
    if found is None:
        return None
    return render_template(
        "finance/reversal.html",
        payment=found,
        form=form,
        problems=_problems(form),
        passkey=second_factor.is_asked(),
    )


def _gone() -> ResponseReturnValue:
    web.flash_refusal("There is no payment with that number.")
    return redirect("/finance/remittances", HTTPStatus.SEE_OTHER)


def _problems(form: web.Form) -> dict[str, Any]:
    return {field.id: field.errors[0] for field in form if field.errors}

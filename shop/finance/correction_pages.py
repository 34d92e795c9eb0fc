"""/finance/remittances/<seq>/correction: what was written down of a payment is put right by another line."""

from datetime import date
from http import HTTPStatus

from flask import Blueprint, abort, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue
from wtforms import StringField
from wtforms.validators import ValidationError

from shop import web
from shop.accounts import second_factor
from shop.accounts.access import require
from shop.container import current_services
from shop.finance.remittances import PaymentForm
from shop.giving import remittances
from shop.giving.remittances import Remittance

blueprint = Blueprint(
    "finance_corrections", __name__, url_prefix="/finance/remittances/<int(max=2147483647):seq>"
)

GONE = "That payment was undone or corrected before. Nothing was changed."


class CorrectionForm(PaymentForm):
    """A payment as it should have been written down."""

    once = charity = receipt = None
    reason = StringField("What was wrong")

    def validate_reason(self, field: StringField) -> None:
        """Some words."""
        field.data = (field.data or "").strip()
        if not field.data:
            raise ValidationError("Please say in a few words what was wrong.")
        web.check_line(field.data, remittances.LONGEST)


@blueprint.get("/correction")
@require("finance", "owner")
def look(seq: int) -> ResponseReturnValue:
    """A payment as it stands, to be put right."""
    made = _standing(seq)
    amount = f"{made.amount_pence // 100}.{made.amount_pence % 100:02d}"
    stands = {"amount": amount, "paid_on": made.paid_on, "bank_reference": made.bank_reference}
    return _page(made, CorrectionForm(formdata=None, data=stands))


@blueprint.post("/correction")
@require("finance", "owner")
def correct(seq: int) -> ResponseReturnValue:
    """Undo a payment, and write down the one that stands for it."""
    form, made = CorrectionForm(), _payment(seq)
    if not form.validate():
        return _page(made, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        second_factor.confirm()
        number = _correct(seq, form)
    except second_factor.NotConfirmed as refused:
        form.passkey.errors = [str(refused)]
    except (remittances.BeforeTheAgreement, remittances.NotYet) as refused:
        form.paid_on.errors = [str(refused)]
    except remittances.MoreThanOwed as refused:
        form.amount.errors = [f"{refused} If that was meant, please tick the box below."]
        return _page(made, form, allow=True), HTTPStatus.UNPROCESSABLE_ENTITY
    except remittances.AlreadyUndone:
        web.flash_refusal(GONE)
        return redirect(f"/finance/remittances/{seq}", HTTPStatus.SEE_OTHER)
    else:
        flash("The payment is corrected. What was recorded first stays in the ledger, undone.")
        return redirect(f"/finance/remittances/{number}", HTTPStatus.SEE_OTHER)
    return _page(made, form), HTTPStatus.UNPROCESSABLE_ENTITY


def _correct(seq: int, form: CorrectionForm) -> int:
    paid_on: date = form.paid_on.data
    with web.transaction() as session:
        return remittances.correct_remittance(
            session,
            seq,
            amount_pence=form.pence,
            paid_on=paid_on,
            bank_reference=form.bank_reference.data.strip(),
            reason=form.reason.data,
            actor=g.account.role_and_number,
            more_than_owed=form.more_than_owed.data,
        ).seq


def _payment(seq: int) -> Remittance:
    with web.reading() as session:
        made = remittances.one(session, current_services().book, seq)
    return made or abort(HTTPStatus.NOT_FOUND)


def _standing(seq: int) -> Remittance:
    made = _payment(seq)
    return abort(HTTPStatus.NOT_FOUND) if made.undone else made


def _page(made: Remittance, form: CorrectionForm, *, allow: bool = False) -> str:
    return render_template(
        "finance/correction.html",
        payment=made,
        form=form,
        problems={field.id: field.errors[0] for field in form if field.errors},
        passkey=second_factor.is_asked(),
        allow=allow or bool(form.more_than_owed.data),
    )

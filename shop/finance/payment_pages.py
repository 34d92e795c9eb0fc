"""/finance/remittances/<seq>: one payment to the charity, and what the charity sent for it."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts import roster
from shop.accounts.access import require
from shop.confirmations import payment_confirmations
from shop.container import current_services
from shop.finance.document_rows import document_row
from shop.finance.file_forms import PaymentFileForm
from shop.finance.rows import confirmed_sentence, payment_facts
from shop.finance.uploads import FILE, HINT, DocumentForm
from shop.giving import documents, remittances
from shop.giving.documents import About
from shop.web.setup import MAX_PICTURE_REQUEST_BYTES

blueprint = Blueprint(
    "finance_payments", __name__, url_prefix="/finance/remittances/<int(max=2147483647):seq>"
)


@blueprint.url_value_preprocessor
def allow_documents(*_: object) -> None:
    """A form here may carry a file."""
    request.max_content_length = MAX_PICTURE_REQUEST_BYTES


@blueprint.get("")
@require("finance", "owner")
def show(seq: int) -> ResponseReturnValue:
    """One payment."""
    return _page(seq, DocumentForm(formdata=None))


@blueprint.post("/documents")
@require("finance", "owner")
def attach(seq: int) -> ResponseReturnValue:
    """Add what the charity sent: now, or whenever it comes."""
    form = DocumentForm()
    if not form.accepted():
        return _page(seq, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        _keep(seq, form)
    except documents.TooMany as refused:
        form.file_problem = str(refused)
        return _page(seq, form), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("The receipt is kept with the payment.")
    return redirect(f"/finance/remittances/{seq}", HTTPStatus.SEE_OTHER)


def _keep(seq: int, form: DocumentForm) -> None:
    with web.transaction() as session:
        if remittances.one(session, current_services().book, seq) is None:
            abort(HTTPStatus.NOT_FOUND)
        documents.add(
            session,
            About(payment_seq=seq),
            media_type=form.media_type,
            content=form.content,
            note=form.note.data,
            actor=g.account.role_and_number,
        )


def _page(seq: int, form: DocumentForm) -> str:
    with web.reading() as session:
        made = remittances.one(session, current_services().book, seq)
        files = documents.listed(session, About(payment_seq=seq))
        addresses = roster.addresses(session)
        confirmed = payment_confirmations.of(session, [seq]).get(seq, [])
    if made is None:
        abort(HTTPStatus.NOT_FOUND)
    return render_template(
        "finance/payment.html",
        payment=made,
        facts=payment_facts(made, addresses)
        + [("By the charity", confirmed_sentence(one)) for one in confirmed],
        documents=[document_row(one) for one in files],
        form=form,
        files=PaymentFileForm(formdata=None),
        problems=form.problems,
        file=FILE,
        file_hint=HINT,
    )

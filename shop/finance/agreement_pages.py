"""/finance/agreements: what was agreed with a charity, written down before the site may say it, and ended."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import clock, web
from shop.accounts.access import require
from shop.confirmations import charity_keys
from shop.container import current_services
from shop.finance.agreement_forms import AgreementForm, EndForm
from shop.finance.agreement_rows import agreement_row, facts
from shop.finance.document_rows import document_row
from shop.finance.uploads import FILE, HINT, DocumentForm
from shop.giving import agreements, documents
from shop.giving.documents import About
from shop.giving.policies import statement
from shop.web.setup import MAX_PICTURE_REQUEST_BYTES

blueprint = Blueprint("finance_agreements", __name__, url_prefix="/finance/agreements")

HERE = "/finance/agreements"
USED = "Orders were placed under it, so it stays. It can be ended."


@blueprint.url_value_preprocessor
def allow_documents(*_: object) -> None:
    """A form here may carry a file."""
    request.max_content_length = MAX_PICTURE_REQUEST_BYTES


@blueprint.get("")
@require("finance", "owner")
def index() -> ResponseReturnValue:
    """Every agreement."""
    with web.reading() as session:
        found = agreements.listed(session)
    today, live = clock.today(), current_services().book == "live"
    rows = [agreement_row(one, today, live=live) for one in found]
    return render_template("finance/agreements.html", rows=rows, live=live)


@blueprint.get("/new")
@require("finance", "owner")
def new() -> ResponseReturnValue:
    """An empty form."""
    return _form(AgreementForm(formdata=None, data={"pay_within_days": 28, "basis": "unit"}))


@blueprint.post("/new")
@require("finance", "owner")
def enter() -> ResponseReturnValue:
    """Write an agreement down."""
    form = AgreementForm()
    if not form.validate():
        return _form(form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with web.transaction() as session:
            made = agreements.enter(
                session, form.read(), actor=g.account.email, not_alone=form.not_alone.data
            )
            policy_id = made.id
    except agreements.BeginsInThePast as refused:
        form.starts_on.errors = [str(refused)]
        return _form(form), HTTPStatus.UNPROCESSABLE_ENTITY
    except agreements.NotAlone as refused:
        form.starts_on.errors = [f"{refused} If that is meant, please tick the box below."]
        return _form(form, ask=True), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("The agreement is recorded. From its first day the site says what stands below.")
    return redirect(f"{HERE}/{policy_id}", HTTPStatus.SEE_OTHER)


@blueprint.get("/<int(max=2147483647):number>")
@require("finance", "owner")
def show(number: int) -> ResponseReturnValue:
    """One agreement, and what the site says under it."""
    return _page(number, EndForm(formdata=None))


@blueprint.post("/<int(max=2147483647):number>/documents")
@require("finance", "owner")
def attach(number: int) -> ResponseReturnValue:
    """Add the agreement as it was signed: now, or whenever it comes."""
    form = DocumentForm()
    if not form.accepted():
        return _page(number, EndForm(formdata=None), form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        _keep(number, form)
    except documents.NoSuchThing:
        abort(HTTPStatus.NOT_FOUND)
    except documents.TooMany as refused:
        form.file_problem = str(refused)
        return _page(number, EndForm(formdata=None), form), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("The document is kept with the agreement.")
    return redirect(f"{HERE}/{number}", HTTPStatus.SEE_OTHER)


def _keep(number: int, form: DocumentForm) -> None:
    with web.transaction() as session:
        documents.add(
            session,
            About(policy_id=number),
            media_type=form.media_type,
            content=form.content,
            note=form.note.data,
            actor=g.account.role_and_number,
        )


@blueprint.post("/<int(max=2147483647):number>/end")
@require("finance", "owner")
def end(number: int) -> ResponseReturnValue:
    """Write down its last day."""
    form = EndForm()
    if not form.validate():
        return _page(number, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with web.transaction() as session:
            agreements.end(
                session,
                number,
                on=form.ends_on.data,
                actor=g.account.email,
                not_alone=form.not_alone.data,
            )
    except agreements.NotAlone as refused:
        form.ends_on.errors = [f"{refused} If that is meant, please tick the box below."]
        return _page(number, form, ask=True), HTTPStatus.UNPROCESSABLE_ENTITY
    except agreements.CannotEnd as refused:
        form.ends_on.errors = [str(refused)]
        return _page(number, form), HTTPStatus.UNPROCESSABLE_ENTITY
    flash("Its last day is recorded.")
    return redirect(f"{HERE}/{number}", HTTPStatus.SEE_OTHER)


@blueprint.post("/<int(max=2147483647):number>/removal")
@require("finance", "owner")
def take_back(number: int) -> ResponseReturnValue:
    """Remove one that was written down by mistake."""
    try:
        with web.transaction() as session:
            charity_keys.forget_of_unused(session, number)
            agreements.take_back(session, number)
    except agreements.InUse:
        web.flash_refusal(USED)
        return redirect(f"{HERE}/{number}", HTTPStatus.SEE_OTHER)
    flash("The agreement is removed.")
    return redirect(HERE, HTTPStatus.SEE_OTHER)


def _form(form: AgreementForm, *, ask: bool = False) -> str:
    return render_template(
        "finance/agreement_new.html",
        form=form,
        problems=_problems(form),
        clauses=agreements.CLAUSES.values(),
        ask=ask or bool(form.not_alone.data),
    )


def _page(number: int, form: EndForm, attaching: DocumentForm | None = None, *, ask: bool = False) -> str:
    attaching = attaching or DocumentForm(formdata=None)
    with web.reading() as session:
        found = agreements.one(session, number)
        files = documents.listed(session, About(policy_id=number))
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return render_template(
        "finance/agreement.html",
        name=found.policy.agreement_reference,
        facts=facts(found),
        said=statement(found.policy),
        number=number,
        ending=form if found.policy.ends_on is None and not found.sample else None,
        ask=ask or bool(form.not_alone.data),
        documents=[document_row(one) for one in files],
        form=attaching,
        problems=_problems(form) | attaching.problems,
        file=FILE,
        file_hint=HINT,
        removable=not found.used and not found.sample,
        sample=found.sample,
    )


def _problems(form: web.Form) -> dict[str, Any]:
    return {field.id: field.errors[0] for field in form if field.errors}

"""/finance/documents: one file of an agreement or a payment, to be saved, or taken back."""

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts import roster
from shop.accounts.access import require
from shop.finance.document_rows import document_facts, page_of
from shop.finance.uploads import TakeBackForm
from shop.giving import documents
from shop.giving.documents import Document

blueprint = Blueprint("finance_documents", __name__, url_prefix="/finance/documents")

GONE: Final = "That file was taken back before. Nothing was changed."


@blueprint.get("/<int(max=2147483647):number>")
@require("finance", "owner")
def show(number: int) -> ResponseReturnValue:
    """What is known of a file."""
    return _page(number, TakeBackForm(formdata=None))


@blueprint.get("/<int(max=2147483647):number>/file")
@require("finance", "owner")
def file(number: int) -> ResponseReturnValue:
    """The file itself, to be saved: no browser opens it in the shop's name."""
    with web.reading() as session:
        found, content = documents.one(session, number), documents.content(session, number)
    if found is None or content is None:
        abort(HTTPStatus.NOT_FOUND)
    headers = {
        "Content-Disposition": f'attachment; filename="{found.name}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(content, mimetype=found.media_type, headers=headers)


@blueprint.post("/<int(max=2147483647):number>/removal")
@require("finance", "owner")
def take_back(number: int) -> ResponseReturnValue:
    """Write down that a file was added by mistake."""
    form = TakeBackForm()
    if not form.validate():
        return _page(number, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        with web.transaction() as session:
            about = documents.take_back(
                session, number, reason=form.reason.data, actor=g.account.role_and_number
            )
    except documents.NoSuchThing:
        _known(number)
        web.flash_refusal(GONE)
        return redirect(f"/finance/documents/{number}", HTTPStatus.SEE_OTHER)
    flash("The file is taken back. It stays on record, with why.")
    return redirect(page_of(about).href, HTTPStatus.SEE_OTHER)


def _known(number: int) -> Document:
    with web.reading() as session:
        found = documents.one(session, number)
    return found or abort(HTTPStatus.NOT_FOUND)


def _page(number: int, form: TakeBackForm) -> str:
    found = _known(number)
    with web.reading() as session:
        addresses = roster.addresses(session)
    return render_template(
        "finance/document.html",
        document=found,
        facts=document_facts(found, addresses),
        belongs=page_of(found.about),
        form=form,
        problems={field.id: field.errors[0] for field in form if field.errors},
    )

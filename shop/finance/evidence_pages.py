"""/finance/evidence: what the site promised on a day, whether it was kept, and the proof to send away."""

from datetime import date
from http import HTTPStatus
from itertools import chain
from typing import Final

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from wtforms.validators import InputRequired, ValidationError

from shop import clock, web
from shop.accounts.access import require
from shop.container import current_services, trader
from shop.finance.evidence_beside import beside
from shop.finance.evidence_pack import evidence_pdf, files_of, packed
from shop.finance.evidence_rows import answered, sections
from shop.giving.evidence import evidence
from shop.paper.typesetting import NotTypeset
from shop.web.dates import day

blueprint = Blueprint("finance_evidence", __name__, url_prefix="/finance/evidence")

HERE: Final = "/finance/evidence"
FAILED: Final = "The PDF could not be made. Please try again."
FIRST_YEAR: Final = 2020


class DayForm(web.Form):
    """Which day is asked about."""

    class Meta:
        """A question changes nothing, so it needs no token."""

        csrf = False

    day = web.DayField("Day", validators=[InputRequired("Please enter a day.")])

    def validate_day(self, field: web.DayField) -> None:
        """A day that has come."""
        if field.data and field.data > clock.today():
            raise ValidationError("That day has not come yet.")
        if field.data and field.data.year < FIRST_YEAR:
            raise ValidationError("Please look at the year again.")


@blueprint.get("")
@require("finance", "owner")
def show() -> ResponseReturnValue:
    """What was promised on a day, and whether it was kept."""
    if "day" not in request.args:
        return render_template("finance/evidence.html", form=DayForm(formdata=None), problems={})
    form = DayForm(request.args)
    if not form.validate():
        problems = {field.id: field.errors[0] for field in form if field.errors}
        return render_template("finance/evidence.html", form=form, problems=problems), 422
    with web.reading() as session:
        found = evidence(session, current_services().book, form.day.data)
        known = beside(session, found)
    return render_template(
        "finance/evidence.html",
        form=form,
        problems={},
        book=current_services().book,
        name=day(found.day),
        answer=answered(found, known, clock.today()),
        sections=sections(found, known),
        pack=f"{HERE}/pack.zip?day={found.day}",
        paper=f"{HERE}/paper.pdf?day={found.day}",
    )


@blueprint.get("/pack.zip")
@require("finance", "owner")
def pack() -> ResponseReturnValue:
    """The same as one PDF with its data and the documents behind it, in an archive."""
    return _file("zip", "application/zip")


@blueprint.get("/paper.pdf")
@require("finance", "owner")
def paper() -> ResponseReturnValue:
    """The PDF alone."""
    return _file("pdf", "application/pdf")


def _file(kind: str, mimetype: str) -> ResponseReturnValue:
    form = DayForm(request.args)
    if not form.validate():
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(chain.from_iterable(form.errors.values())))
    asked = form.day.data
    try:
        content = _made(asked, whole=kind == "zip")
    except NotTypeset:
        web.flash_refusal(FAILED)
        return redirect(f"{HERE}?day={asked}", HTTPStatus.SEE_OTHER)
    headers = {"Content-Disposition": f'attachment; filename="evidence-{asked}.{kind}"'}
    return Response(content, mimetype=mimetype, headers=headers)


def _made(asked: date, *, whole: bool) -> bytes:
    with web.reading() as session:
        found = evidence(session, current_services().book, asked)
        known = beside(session, found)
        files = files_of(session, found) if whole else {}
    pdf = evidence_pdf(found, known, trader())
    return packed({"evidence.pdf": pdf, **files}) if whole else pdf

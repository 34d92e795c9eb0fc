"""/finance: the ledger to the penny, and its export without a single personal field."""

import re
from collections.abc import Iterator
from datetime import date
from http import HTTPStatus
from itertools import chain
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import DateField, SelectChoice, SelectField
from wtforms.validators import Optional, ValidationError

from shop import clock, triggers, web
from shop.accounts.access import require
from shop.container import current_services
from shop.finance.due_rows import due_clock
from shop.finance.rows import posting
from shop.giving import export, ledger, ledger_triggers, verification
from shop.giving.booking_days import Part
from shop.giving.due import due
from shop.giving.record import listed
from shop.web.dates import DAY_FORMATS, day

blueprint = Blueprint("finance", __name__, url_prefix="/finance")

MOST_ROWS = 200
PAGE_FROM = re.compile(r"[1-9][0-9]{0,8}")
MIME_TYPES = {"csv": "text/csv", "json": "application/jsonl"}


class PeriodForm(web.Form):
    """Which days, which book."""

    class Meta:
        """A search changes nothing, so it needs no token."""

        csrf = False

    start = DateField("From", format=DAY_FORMATS, validators=[Optional()], name="from")
    end = DateField("To", format=DAY_FORMATS, validators=[Optional()], name="to")
    book = SelectField(
        "Orders",
        choices=[SelectChoice("live", "Real orders"), SelectChoice("test", "Test orders")],
        validators=[Optional()],
    )

    def validate_end(self, field: DateField) -> None:
        """A period ends after it begins."""
        if field.data and self.start.data and field.data < self.start.data:
            raise ValidationError("The last day lies before the first.")


@blueprint.get("/")
@require("finance", "owner")
def overview() -> ResponseReturnValue:
    """What was given, reversed and is held, with every posting behind it."""
    form = PeriodForm(request.args)
    if not form.validate():
        return render_template("finance/overview.html", **_context(form, form_ok=False)), 422
    return render_template("finance/overview.html", **_context(form, form_ok=True))


@blueprint.get("/ledger.<kind>")
@require("finance", "owner")
def ledger_file(kind: str) -> ResponseReturnValue:
    """The ledger as a file, streamed row by row."""
    form = PeriodForm(request.args)
    if kind not in export.FORMATS:
        abort(HTTPStatus.NOT_FOUND)
    if not form.validate():
        abort(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(chain.from_iterable(form.errors.values())))
    book = _book(form)

    def rows() -> Iterator[str]:
        with web.reading() as session:
            yield from export.export(session, kind, book=book, first=form.start.data, last=form.end.data)

    headers = {"Content-Disposition": f'attachment; filename="ledger-{book}.{kind}"'}
    return Response(stream_with_context(rows()), mimetype=MIME_TYPES.get(kind, "text/plain"), headers=headers)


def _book(form: PeriodForm) -> ledger.Book:
    chosen: ledger.Book = form.book.data or current_services().book
    return chosen


def _context(form: PeriodForm, *, form_ok: bool) -> dict[str, object]:
    whole = request.args.get("check") == "all"
    book = _book(form) if form_ok else current_services().book
    first, last = (form.start.data, form.end.data) if form_ok else (None, None)
    form.book.data = book  # the form says what the page shows
    with web.reading() as session:
        part = Part(book, first, last)
        records = listed(session, part, before=_before(), most=MOST_ROWS + 1)
        totals, query = ledger.totals(session, book), _query() if form_ok else ""
        return {
            "form": form,
            "problems": {field.id: field.errors[0] for field in form if field.errors},
            "book": book,
            "postings": [posting(record) for record in records[:MOST_ROWS]],
            "latest": _with(query, "/finance/") if "before" in request.args else None,
            "earlier": _page_from(records[MOST_ROWS - 1].seq) if len(records) > MOST_ROWS else None,
            "totals": totals,
            "owed_pence": totals.accrued_pence + totals.payable_pence,
            "due": [due_clock(one, clock.today()) for one in due(session, book)],
            "unsound": _unsound(session, whole=whole),
            "checked": whole,
            "printed": _printed(book, first, last),
            "files": [(kind, _with(query, f"/finance/ledger.{kind}")) for kind in sorted(export.FORMATS)],
        }


def _before() -> int | None:
    """The last posting of the page before, whose followers are asked for."""
    asked = request.args.get("before", "")
    return int(asked) if PAGE_FROM.fullmatch(asked) else None


def _page_from(seq: int) -> str:
    return f"/finance/?{urlencode([*_asked(), ('before', seq)])}"


def _with(query: str, address: str) -> str:
    return f"{address}?{query}" if query else address


def _printed(book: ledger.Book, first: date | None, last: date | None) -> str:
    """What the page shows, for paper, which has no form to say it."""
    said = "Test orders" if book == "test" else "Orders"
    since, until = f", from {day(first)}" if first else "", f", to {day(last)}" if last else ""
    return f"{said}{since}{until}."


def _query() -> str:
    return urlencode(_asked())


def _asked() -> list[tuple[str, str]]:
    """The choice of days and book, without the page."""
    return [(name, value) for name, value in request.args.items() if name not in {"before", "check"}]


def _unsound(session: Session, *, whole: bool) -> list[str]:
    """What is wrong. Each look asks for the guards; only `whole` walks the chain, slow in a large one."""
    problems = triggers.missing(session.connection(), ledger_triggers.TRIGGERS)
    return verification.verify(session) + problems if whole else problems

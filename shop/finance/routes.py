"""/finance: the ledger to the penny."""

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import clock, triggers, web
from shop.accounts.access import require
from shop.confirmations import payment_confirmations
from shop.container import current_services
from shop.finance.due_rows import due_clock
from shop.finance.file_forms import PeriodForm
from shop.finance.rows import posting
from shop.giving import ledger, ledger_triggers, verification
from shop.giving.booking_days import Part
from shop.giving.due import due
from shop.giving.record import listed
from shop.transparency.anchoring import anchors
from shop.web.dates import day

blueprint = Blueprint("finance", __name__, url_prefix="/finance")

MOST_ROWS = 200


@blueprint.get("/")
@require("finance", "owner")
def overview() -> ResponseReturnValue:
    """What was given, taken back and is held, with every posting behind it."""
    form = PeriodForm(request.args)
    if not form.validate():
        return render_template("finance/overview.html", **_context(form, form_ok=False)), 422
    return render_template("finance/overview.html", **_context(form, form_ok=True))


def _context(form: PeriodForm, *, form_ok: bool) -> dict[str, object]:
    whole = request.args.get("check") == "all"
    book = form.chosen_book if form_ok else current_services().book
    first, last = (form.start.data, form.end.data) if form_ok else (None, None)
    form.book.data = book  # the form says what the page shows
    with web.reading() as session:
        part = Part(book, first, last)
        records = listed(session, part, before=web.number_asked("before"), most=MOST_ROWS + 1)
        totals, query = ledger.totals(session, book), _query() if form_ok else ""
        return {
            "form": form,
            "problems": {field.id: field.errors[0] for field in form if field.errors},
            "book": book,
            "postings": [
                posting(record, leads=book == current_services().book) for record in records[:MOST_ROWS]
            ],
            "latest": _with(query, "/finance/") if "before" in request.args else None,
            "earlier": _page_from(records[MOST_ROWS - 1].seq) if len(records) > MOST_ROWS else None,
            "totals": totals,
            "owed_pence": totals.accrued_pence + totals.payable_pence,
            "due": [due_clock(one, clock.today()) for one in due(session, book)],
            "unsound": _unsound(session, whole=whole),
            "checked": whole,
            "printed": _printed(book, first, last),
        }


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
    return [
        (name, value) for name, value in request.args.items() if name not in {"before", "check", "format"}
    ]


def _unsound(session: Session, *, whole: bool) -> list[str]:
    """What is wrong. Each look asks for the guards; only `whole` walks chain and log, and what was signed."""
    problems = triggers.missing(session.connection(), ledger_triggers.TRIGGERS)
    log = current_services().giving_log
    if not whole or log is None:
        return problems
    problems = verification.verify(session, anchors(session)) + problems + log().problems(session)
    return [*problems, *payment_confirmations.problems(session)]

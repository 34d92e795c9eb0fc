"""/charity: the room of whoever the gifts are for. It shows no name, no address and no word of a buyer's.

And nothing of another charity's: an agreement with one may follow one with another, or run beside it.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import clock, web
from shop.accounts import charity_people, passkeys
from shop.accounts.access import account, require
from shop.accounts.models import Passkey
from shop.accounts.passkeys import fingerprint
from shop.charity.room_rows import entry_row, file_links, month_row, payment_row, room_figures
from shop.confirmations import charity_keys, payment_confirmations
from shop.container import current_services
from shop.exports.selection import Selection, of_days, of_month
from shop.finance.due_rows import shown_due
from shop.finance.files import sent
from shop.finance.month_rows import gift_row, statement_rows
from shop.giving import entry_search, month_close, periods, record, remittances
from shop.giving.booking_days import Part
from shop.giving.due import due
from shop.giving.month_close import Closed
from shop.giving.months import held_by_charity, owed_by_charity, read_sums
from shop.giving.record import Record
from shop.giving.remittances import Remittance
from shop.transparency.log_numbers import log_numbers, row_of_number
from shop.web.cells import Cells
from shop.web.dates import month_name

blueprint = Blueprint("charity_room", __name__, url_prefix="/charity")

MOST_ROWS: Final = 100
LATEST: Final = 5
"""Payments on the first page."""


@blueprint.get("/")
@require("charity")
def overview() -> ResponseReturnValue:
    """What is due, what was paid over last, and which months are closed."""
    book = current_services().book
    with web.reading() as session:
        name = _charity(session)
        waits = [shown_due(one, clock.today()) for one in due(session, book) if one.charity_name == name]
        sums = read_sums(session, book)
        owed, held = owed_by_charity(session, sums), held_by_charity(session, sums)
        made = _made(session, name)
        paid = _rows(session, made[:LATEST])
        keys = [
            (one.name, charity_keys.grouped(fingerprint(one)), fingerprint(one)) for one in _mine(session)
        ]
        named = charity_keys.named_by(session, name)
        closed = month_close.closed_months(session)
    return render_template(
        "charity/overview.html",
        charity=name,
        figures=room_figures(owed, name, held.get(name, 0), sum(one.amount_pence for one in made)),
        due=waits,
        payments=paid,
        keys=[(name, shown, whole in named) for name, shown, whole in keys],
        latest=max(closed, default=None),
        latest_name=month_name(max(closed)) if closed else "",
        test=book == "test",
    )


@blueprint.get("/payments")
@require("charity")
def payments() -> ResponseReturnValue:
    """Every payment to this charity."""
    with web.reading() as session:
        paid = _rows(session, _made(session, _charity(session)))
    return render_template("charity/payments.html", payments=paid)


@blueprint.get("/months")
@require("charity")
def months() -> ResponseReturnValue:
    """Every month that is closed."""
    with web.reading() as session:
        closed = sorted(month_close.closed_months(session).items(), reverse=True)
        names = [name for name, _ in closed]
        found = periods.months_of_charity(session, current_services().book, _charity(session), names)
    rows = [month_row(came_to, one) for came_to, (_, one) in zip(found, closed, strict=True)]
    return render_template("charity/months.html", months=rows)


@blueprint.get("/months/<month>")
@require("charity")
def statement(month: str) -> ResponseReturnValue:
    """What one month came to for this charity."""
    with web.reading() as session:
        closed = _closed(session, month)
        (said,) = periods.months_of_charity(session, current_services().book, _charity(session), [month])
    return render_template(
        "charity/statement.html",
        month=month,
        name=month_name(month),
        rows=statement_rows(said),
        gifts=[gift_row(gift) for gift in said.gifts],
        closed=closed,
        files=file_links(f"/charity/months/{month}/file"),
    )


@blueprint.get("/months/<month>/statement.json")
@require("charity")
def statement_file(month: str) -> ResponseReturnValue:
    """What was frozen when the month was closed: of all that is given, as the log has its SHA-256."""
    with web.reading() as session:
        _closed(session, month)
        found = month_close.ending(session, month)
    headers = {"Content-Disposition": f'attachment; filename="statement-{month}.json"'}
    return Response(found.text, mimetype="application/json", headers=headers)


@blueprint.get("/ledger")
@require("charity")
def ledger() -> ResponseReturnValue:
    """All for this charity, page by page, or what a reference or a number, also of the log, finds in it."""
    asked = request.args.get("q", "").strip()
    with web.reading() as session:
        part = Part(current_services().book, charity=_charity(session))
        if asked:
            shown = _found(session, part, asked)
        else:
            before = web.number_asked("before")
            shown = record.listed(session, part, before=before, most=MOST_ROWS + 1)
        in_log = log_numbers(session, [one.seq for one in shown])
    earlier = not asked and len(shown) > MOST_ROWS
    return render_template(
        "charity/ledger.html",
        asked=asked,
        entries=[entry_row(one, in_log.get(one.seq)) for one in shown[:MOST_ROWS]],
        earlier=f"/charity/ledger?before={shown[MOST_ROWS - 1].seq}" if earlier else None,
        latest="/charity/ledger" if asked or "before" in request.args else None,
        files=file_links("/charity/ledger"),
    )


def _found(session: Session, part: Part, asked: str) -> list[Record]:
    """What a reference or a number finds. A buyer tells the number that their gift has in the public log."""
    found = entry_search.find(session, part, asked)
    number = entry_search.ENTRY.fullmatch(asked.replace(",", ""))
    row = row_of_number(session, current_services().book, int(number[1])) if number else None
    of_buyer = entry_search.find(session, part, str(row)) if row else []
    return sorted({one.seq: one for one in (*found, *of_buyer)}.values(), key=lambda one: one.seq)


@blueprint.get("/ledger.<kind>")
@require("charity")
def ledger_file(kind: str) -> ResponseReturnValue:
    """Everything for this charity as a file."""
    return sent(kind, _mine_of(of_days(current_services().book)))


@blueprint.get("/months/<month>/file.<kind>")
@require("charity")
def month_file(month: str, kind: str) -> ResponseReturnValue:
    """A closed month's entries and figures."""
    with web.reading() as session:
        _closed(session, month)
    return sent(kind, _mine_of(of_month(current_services().book, month)))


def _made(session: Session, charity_name: str) -> list[Remittance]:
    """The payments to a charity, newest first; one that was undone is there twice, and comes to nothing."""
    made = remittances.remittances(session, current_services().book)
    return [one for one in made if one.charity_name == charity_name]


def _rows(session: Session, made: Sequence[Remittance]) -> list[Cells]:
    confirmed = payment_confirmations.of(session, [one.seq for one in made])
    return [payment_row(one, confirmed.get(one.seq, ())) for one in made]


def _mine(session: Session) -> Sequence[Passkey]:
    return passkeys.standing(session, account().id)


def _mine_of(selection: Selection) -> Selection:
    with web.reading() as session:
        return selection.for_charity(_charity(session))


def _charity(session: Session) -> str:
    """Whose room it is, for whoever asks."""
    return charity_people.charity_of(session, account().id)


def _closed(session: Session, month: str) -> Closed:
    """A month that is closed, else 404: before that its figures may still change."""
    return month_close.closed_months(session).get(month) or abort(HTTPStatus.NOT_FOUND)

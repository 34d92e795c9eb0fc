"""Tracking numbers read back in: first what every row would change and which are faulty, then doing it."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from flask import Blueprint, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.container import current_services
from shop.frozen import frozen
from shop.fulfilment import tracking_numbers
from shop.fulfilment.tracking_numbers import NotReadable, Planned
from shop.owner.dispatch import HERE, said
from shop.paper.click_and_drop import LayoutUnusable, load_layout

blueprint = Blueprint("owner_tracking_import", __name__, url_prefix=f"{HERE}/tracking")

MOST_BYTES: Final = 256 * 1024
NO_FILE: Final = "Please choose the file that Click & Drop exported, or paste its lines."
TOO_LARGE: Final = "The file is larger than 256 kB."
_OURS: Final = {"reference": ["reference"], "number": ["number"]}


@frozen
class ShownRow:
    """One row of the file."""

    line: int
    reference: str
    number: str
    what: str


@blueprint.post("")
@require("owner")
def look() -> ResponseReturnValue:
    """What the file would change, row by row; nothing is changed yet."""
    try:
        rows = tracking_numbers.read_rows(_text(), load_layout(web.settings().instance_dir).tracking)
    except (NotReadable, LayoutUnusable) as found:
        return _refused(str(found))
    if not rows:
        return _refused(NO_FILE)
    with web.reading() as session:
        plan = tracking_numbers.plan(session, rows, current_services().book)
    return _shown_first(plan)


@blueprint.post("/changes")
@require("owner")
def change() -> ResponseReturnValue:
    """Do what was shown, each order by itself; what has become otherwise meanwhile is said and left."""
    try:
        rows = tracking_numbers.read_rows(request.form.get("rows", ""), _OURS)
    except NotReadable as found:
        return _refused(str(found))
    done = 0
    for row in rows:
        with web.transaction() as session:
            planned = tracking_numbers.apply(session, row, current_services().book, actor=g.account.email)
        done += bool(planned.change)
        if planned.problem:
            flash(f"{row.reference}: {said(planned)}")
    flash("1 number is recorded." if done == 1 else f"{done} numbers are recorded.")
    return redirect(HERE, HTTPStatus.SEE_OTHER)


def _shown_first(plan: Sequence[Planned]) -> str:
    changes = [one for one in plan if one.change]
    return render_template(
        "owner/tracking_import.html",
        changes=[_shown(one, one.change) for one in changes],
        faulty=[_shown(one, one.problem) for one in plan if one.problem],
        known=sum(not one.change and not one.problem for one in plan),
        rows="\n".join(["reference,number", *(f"{one.row.reference},{one.row.number}" for one in changes)]),
    )


def _text() -> str:
    """The file as text, or what was pasted. Raises NotReadable."""
    file = request.files.get("file")
    raw = file.read(MOST_BYTES + 1) if file is not None else b""
    if len(raw) > MOST_BYTES:
        raise NotReadable(TOO_LARGE)
    if not raw:
        return request.form.get("lines", "")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # what spreadsheets write in Britain


def _shown(one: Planned, what: str) -> ShownRow:
    return ShownRow(one.row.line, one.row.reference, one.row.number, what)


def _refused(why: str) -> ResponseReturnValue:
    flash(why)
    return redirect(f"{HERE}#tracking", HTTPStatus.SEE_OTHER)

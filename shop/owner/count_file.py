"""Counts in a spreadsheet: the sheet as a CSV file, and one read back, shown before it is written."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from shop import web
from shop.accounts.access import require
from shop.catalogue import snapshot
from shop.container import current_services
from shop.frozen import frozen
from shop.fulfilment import stocktake
from shop.fulfilment.stocktake import Drawer, Moment
from shop.stock import count_file
from shop.stock.count_file import MOST_BYTES, CountedRow, CountFile, NoCounts

blueprint = Blueprint("owner_count_file", __name__, url_prefix="/owner/stock")

NO_FILE: Final = "Please choose a file first."


@frozen
class Change:
    """One row of a file: what would become of it."""

    row: CountedRow
    name: str
    thought: int
    """What the shop thought lay there when the file was written, or thinks now if the file says nothing."""
    lies: int

    @property
    def difference(self) -> str:
        """By how much the count would change what is on hand, signed."""
        change = self.row.count - self.lies
        return f"{change:+}" if change else "as it is"


@blueprint.get("/counts.csv")
@require("owner")
def download() -> ResponseReturnValue:
    """The count sheet for a spreadsheet."""
    with web.reading() as session:
        catalogue, opened = snapshot.load(session), stocktake.moment(session)
        drawers = stocktake.drawers(session, current_services().book)
    rows: list[list[str | int]] = [
        [v.sku, piece.name, v.metal_name, v.chain_inches, *_numbers(drawers[v.id]), str(opened)]
        for piece in catalogue.pieces
        for v in piece.variants
    ]
    headers = {"Content-Disposition": 'attachment; filename="counts.csv"'}
    return Response(count_file.write(rows), mimetype="text/csv", headers=headers)


@blueprint.get("/file")
@require("owner")
def index() -> ResponseReturnValue:
    """Take the file, or bring it back."""
    return render_template("owner/count_file.html", problems={})


@blueprint.post("/file")
@require("owner")
def look() -> ResponseReturnValue:
    """Say what a file would change, and what is wrong with it. Nothing is written before its button."""
    sent = request.files.get("file")
    raw = sent.read(MOST_BYTES + 1) if sent else b""
    with web.reading() as session:
        catalogue, now = snapshot.load(session), stocktake.moment(session)
        drawers = stocktake.drawers(session, current_services().book)
    known = {
        v.sku: (f"{p.name}, {v.metal_name}, {v.chain_inches} in", drawers[v.id].lies)
        for p in catalogue.pieces
        for v in p.variants
    }
    try:
        found = count_file.read(raw, known) if raw else _none()
    except NoCounts as refused:
        page = render_template("owner/count_file.html", problems={"file": str(refused)})
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    changes = _changes(found, known)
    return render_template(
        "owner/count_file.html",
        looked=True,
        problems={},
        changes=changes,
        faults=found.faults,
        opened=_opened(found) or now,
    )


def _none() -> CountFile:
    raise NoCounts(NO_FILE)


def _changes(found: CountFile, known: Mapping[str, tuple[str, int]]) -> list[Change]:
    believed = _opened(found) is not None
    changes = []
    for row in found.rows:
        name, lies = known[row.sku]
        thought = row.thought if believed and row.thought is not None else lies
        changes.append(Change(row, name, thought, lies))
    return changes


def _opened(found: CountFile) -> Moment | None:
    """When the file was written, if every row says the same."""
    said = {row.sheet for row in found.rows}
    return Moment.read(said.pop()) if len(said) == 1 else None


def _numbers(drawer: Drawer) -> tuple[int, int, int, int]:
    return drawer.lies, drawer.level.on_hand, drawer.level.reserved, drawer.sold

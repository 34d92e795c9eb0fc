"""Where the owner starts: what there is to do today, each number a link to exactly what it counts."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import alerts, clock, stock, web
from shop.accounts.access import require
from shop.catalogue import snapshot
from shop.catalogue.views import VariantView
from shop.claims import claim_steps
from shop.container import current_services
from shop.frozen import frozen
from shop.fulfilment import parcels
from shop.fulfilment.queue import Queued
from shop.fulfilment.waiting_units import LISTS, numbers, units_in
from shop.giving import ledger
from shop.money import pounds_and_pence
from shop.orders import waiting_links
from shop.orders.wall_counts import words_to_read
from shop.owner.alerts import COUNTED_APART
from shop.owner.bench_rows import card_href
from shop.owner.claim_rows import waiting_rows
from shop.owner.due_days import due, late
from shop.payments.review import undecided
from shop.web.cells import Cells, Link
from shop.web.dates import short_day, weekday

blueprint = Blueprint("owner_today", __name__, url_prefix="/owner")

AT_THE_BENCH: Final = (
    "to check", "to engrave", "being engraved", "to look at again", "to pack", "to post", "late", "on hold",
    "waiting for an answer",
)  # fmt: skip
NOT_GOOD: Final = frozenset({"late", "alerts", "money that waits"})

LOW_STOCK: Final = "low stock"
CLAIMS: Final = "claims to answer"
NO_NUMBER: Final = "posted without a number"
MOST: Final = 100
"""Rows on one page."""


@frozen
class Tile:
    """A number, and where what it counts is listed."""

    label: str
    number: str
    href: str
    kind: str
    """Of its shape: bad where something is wrong."""


@blueprint.get("/")
@require("owner")
def index() -> ResponseReturnValue:
    """Today."""
    services = current_services()
    with web.reading() as session:
        units = numbers(session, services.book)
        others = {
            "payment links not paid for": (waiting_links.count_unfinished(session), "/owner/payment-links"),
            CLAIMS: (claim_steps.count_waiting(session), _list(CLAIMS)),
            "alerts": (alerts.count_open(session, besides=COUNTED_APART), "/owner/alerts"),
            "money that waits": (len(undecided(session, services)), "/owner/orders#money-that-waits"),
            NO_NUMBER: (len(parcels.without_number(session, services.book)), _list(NO_NUMBER)),
            LOW_STOCK: (len(_low(session)), _list(LOW_STOCK)),
            "words for the wall": (words_to_read(session), "/owner/wall"),
        }
        totals = ledger.totals(session, services.book)
    return render_template(
        "owner/today.html",
        day=weekday(clock.today()),
        bench=[_tile(name, units[name], _list(name)) for name in AT_THE_BENCH if units[name]],
        desk=[_tile(name, number, href) for name, (number, href) in others.items() if number],
        owed=pounds_and_pence(totals.accrued_pence + totals.payable_pence)
        + ("" if services.book == "live" else " of test orders"),
    )


@blueprint.get("/today/<name>")
@require("owner")
def listed(name: str) -> ResponseReturnValue:
    """Each of those that a number counts."""
    wanted = name.replace("-", " ")
    asked = request.args.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 6 else 1  # noqa: PLR2004
    with web.reading() as session:
        columns, rows = _rows(session, wanted, max(page, 1))
    here = _list(wanted)
    return render_template(
        "owner/today_list.html",
        name=wanted,
        columns=columns,
        rows=rows[:MOST],
        before=f"{here}?page={page - 1}" if page > 1 else None,
        after=f"{here}?page={page + 1}" if len(rows) > MOST else None,
    )


def _tile(name: str, number: int, href: str) -> Tile:
    return Tile(name.capitalize(), str(number), href, "bad" if name in NOT_GOOD else "quiet")


def _list(name: str) -> str:
    return f"/owner/today/{quote(name.replace(' ', '-'))}"


Columns = Sequence[tuple[str, str]]

UNITS: Final = (("Order", "whole"), ("Piece", ""), ("Day", ""), ("Note", ""))
FREE: Final = (("Variant", "whole"), ("Metal and chain", ""), ("Free", "number"))
SENT: Final = (("Order", "whole"), ("Posted", "whole"))
THREADS: Final = (("Claim", ""), ("Since", "whole"))


def _rows(session: Session, name: str, page: int) -> tuple[Columns, Sequence[Cells]]:
    """A page of a list, and one row more if there are more; 404 when there is no such list."""
    if name in LISTS:
        book, skipped = current_services().book, (page - 1) * MOST
        found = units_in(session, name, book, most=MOST + 1, skipped=skipped)
        return UNITS, [_unit(one) for one in found]
    columns, whole = OTHERS.get(name) or abort(HTTPStatus.NOT_FOUND)
    return columns, whole(session)[(page - 1) * MOST :]


def _unit(one: Queued) -> Cells:
    about = f"{one.reference}, piece {one.number}"
    words = "" if one.engraved else ", no words"
    piece = f"{one.piece}, {one.metal}, {one.chain_inches} inch chain{words}"
    return [Link(about, card_href(one.line_id), tall=True), piece, due(one), late(one) or one.held or ""]


def _low(session: Session) -> list[Cells]:
    variants = {
        variant.id: (piece.name, variant)
        for piece in snapshot.load(session).pieces
        for variant in piece.variants
    }
    return [_little(*variants[number], level) for number, level in stock.low(session) if number in variants]


def _little(piece: str, variant: VariantView, level: stock.Level) -> Cells:
    name = f"{piece}, {variant.metal_name}, {variant.chain_inches} inch chain"
    return [Link(variant.sku, f"/owner/stock/{variant.sku}", tall=True), name, level.available]


def _claims(session: Session) -> list[Cells]:
    found = waiting_rows(session, most=claim_steps.count_waiting(session))
    return [[Link(claim.title, claim.href, tall=True), claim.since] for claim in found]


def _without_number(session: Session) -> list[Cells]:
    found = parcels.without_number(session, current_services().book)
    return [
        [Link(reference, f"/owner/dispatch?code={reference}", tall=True), short_day(parcel.posted_at)]
        for parcel, reference in found
    ]


OTHERS: Final[Mapping[str, tuple[Columns, Callable[[Session], list[Cells]]]]] = {
    LOW_STOCK: (FREE, _low),
    CLAIMS: (THREADS, _claims),
    NO_NUMBER: (SENT, _without_number),
}

"""Posting: what is packed, a parcel by its ticket and its number, Royal Mail's file, the day's manifest."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, flash, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock, web
from shop.accounts.access import require
from shop.container import current_services, trader
from shop.frozen import frozen
from shop.fulfilment import finished_looks, parcels, tracking_numbers
from shop.fulfilment.queue import Queued, waiting_for
from shop.fulfilment.stages import Action
from shop.fulfilment.ticket_codes import read_code
from shop.fulfilment.tracking_numbers import Planned, TrackingRow
from shop.orders.models import Order
from shop.owner.bench_rows import look_href
from shop.owner.paper_choices import of_packed
from shop.owner.papers import FAILED, pdf
from shop.paper.chosen import chosen
from shop.paper.click_and_drop import LayoutUnusable, load_layout, to_csv
from shop.paper.manifests import Sent, manifest
from shop.paper.typesetting import NotTypeset, typeset
from shop.web.dates import weekday

blueprint = Blueprint("owner_dispatch", __name__, url_prefix="/owner/dispatch")

HERE: Final = "/owner/dispatch"
MOST: Final = 200
"""Packed units on the page and in Royal Mail's file."""

SHOWN: Final = 60
"""Letters of a number that is refused."""

NOT_A_CODE: Final = "There is no such ticket. A code looks like PM-7K3Q-2F-1."
NOTHING: Final = "Nothing is packed that may be posted today."
NOTHING_NEW: Final = "a parcel of it has this number already, so nothing new was posted under it."
NONE_POSTED: Final = "Nothing was posted on that day."


@frozen
class PackedOrder:
    """What is packed of one order."""

    reference: str
    pieces: str
    not_before: str
    """Before which day it must not go; empty when it may."""
    look: str
    """Where its first piece that must still be looked at is; empty where there is none."""


@frozen
class PostedParcel:
    """A parcel of today."""

    reference: str
    service: str
    tracking: str


@blueprint.get("")
@require("owner")
def show() -> ResponseReturnValue:
    """What is packed, what was posted today, and the parcel whose ticket was scanned."""
    return _page(_scanned())


def _page(found: str, refused: str = "") -> str:
    """The page, with the order whose ticket was scanned, and why its number was refused."""
    book = current_services().book
    with web.reading() as session:
        waiting = waiting_for(session, Action.POST, book, most=MOST)
        packed = _by_order(waiting, finished_looks.not_looked_at(session, [one.line_id for one in waiting]))
        named = select(Order.post_from).where(Order.reference == found, Order.book == book)
        scanned_day = session.scalar(named)
        today = parcels.posted_between(session, *_bounds(_today()), book)
    return render_template(
        "owner/dispatch.html",
        packed=packed,
        left_out=any(one.look for one in packed),
        today=list(map(_parcel, today)),
        day=_today().isoformat(),
        scanned=found,
        not_before=_not_before(scanned_day),
        papers=of_packed(),
        problems={"number": refused} if refused else {},
    )


@blueprint.get("/parcels")
@require("owner")
def back() -> ResponseReturnValue:
    """A reload of a refused form's address leads to the page."""
    return redirect(HERE, HTTPStatus.SEE_OTHER)


@blueprint.post("/parcels")
@require("owner")
def post_parcel() -> ResponseReturnValue:
    """Post what is packed of an order under this number; a ticket's code instead turns to that ticket.

    A number that is refused is said beside its field, which is empty for the scanner to try again.
    """
    number, code = request.form.get("number", ""), read_code(request.form.get("reference", ""))
    if following := read_code(number):
        return redirect(f"{HERE}?code={following[0]}", HTTPStatus.SEE_OTHER)
    if code is None:
        web.flash_refusal(NOT_A_CODE)
        return redirect(HERE, HTTPStatus.SEE_OTHER)
    row = TrackingRow(0, code[0], number)
    with web.transaction() as session:
        done = tracking_numbers.apply(session, row, current_services().book, actor=g.account.email)
    if done.problem:
        typed = f"{number[:SHOWN]}: " if number else ""
        return _page(code[0], f"{typed}{done.problem}"), HTTPStatus.UNPROCESSABLE_ENTITY
    say = flash if done.change else web.flash_refusal
    say(f"{code[0]}: {said(done)}")
    again = HERE if done.change else f"{HERE}?code={code[0]}"
    return redirect(again, HTTPStatus.SEE_OTHER)


@blueprint.post("/click-and-drop")
@require("owner")
def royal_mail() -> ResponseReturnValue:
    """What is packed as a file for Royal Mail Click & Drop."""
    services = current_services()
    try:
        layout = load_layout(web.settings().instance_dir)
    except LayoutUnusable as found:
        return _back(str(found))
    with web.reading() as session:
        packed = waiting_for(session, Action.POST, services.book, most=MOST)
        ids = _may_go(packed, finished_looks.not_looked_at(session, [one.line_id for one in packed]))
        orders = chosen(session, services.vault, ids)
    if not orders:
        return _back(NOTHING)
    name = f"click-and-drop-{clock.in_britain(clock.now()):%Y-%m-%d-%H%M}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(to_csv(orders, layout), mimetype="text/csv", headers=headers)


@blueprint.get("/manifest.pdf")
@require("owner")
def day_manifest() -> ResponseReturnValue:
    """Every parcel of a day, to be signed by whoever takes them."""
    day = _asked_day()
    with web.reading() as session:
        sent = _sent(session, day)
    if not sent:
        return _back(NONE_POSTED)
    try:
        made = typeset([manifest(sent, day, trader())], title=f"Posted on {day}", seller=trader().name)
    except NotTypeset:
        return _back(FAILED)
    return pdf(made, f"manifest-{day}")


def said(planned: Planned) -> str:
    """What came of a row, in a sentence."""
    if planned.problem:
        return planned.problem
    if planned.pieces:
        return f"posted under {parcels.tidy(planned.row.number)}."
    return "the number is recorded." if planned.parcel_id else NOTHING_NEW


def _parcel(one: parcels.PostedParcel) -> PostedParcel:
    return PostedParcel(one.reference, one.service, one.parcel.tracking or "no number yet")


def _scanned() -> str:
    """The order's reference that the scanned code names; empty when none was."""
    text = request.args.get("code", "")
    code = read_code(text)
    if text.strip() and code is None:
        web.flash_refusal(NOT_A_CODE)
    return code[0] if code else ""


def _by_order(waiting: Sequence[Queued], due: Collection[int]) -> list[PackedOrder]:
    """`due` has the lines that must be looked at first."""
    found: dict[str, list[Queued]] = {}
    for one in waiting:
        found.setdefault(one.reference, []).append(one)
    return [
        PackedOrder(
            reference,
            ", ".join(one.piece for one in ones),
            _not_before(ones[0].post_from),
            next((look_href(one.line_id) for one in ones if one.line_id in due), ""),
        )
        for reference, ones in found.items()
    ]


def _may_go(packed: Sequence[Queued], due: Collection[int]) -> set[int]:
    """The lines of orders whose day has come, and of which no piece must be looked at first."""
    waits = {one.reference for one in packed if one.line_id in due}
    return {one.line_id for one in packed if one.reference not in waits and parcels.may_leave(one.post_from)}


def _not_before(day: date | None) -> str:
    return "" if day is None or parcels.may_leave(day) else f"Not to be posted before {weekday(day)}"


def _sent(session: Session, day: date) -> list[Sent]:
    services = current_services()
    posted = parcels.posted_between(session, *_bounds(day), services.book)
    opened = services.vault.reveal_each(session, {one.parcel.order_id for one in posted})
    return [Sent(one, opened.get(one.parcel.order_id, {}).get("contact", {})) for one in posted]


def _asked_day() -> date:
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return _today()


def _today() -> date:
    return clock.today()


def _bounds(day: date) -> tuple[datetime, datetime]:
    """A day of Britain's, from its first moment to the next day's."""
    begins = datetime.combine(day, time(), clock.BRITAIN)
    following = day + timedelta(days=1) if day < date.max else day
    return begins, datetime.combine(following, time(), clock.BRITAIN)


def _back(what: str) -> ResponseReturnValue:
    web.flash_refusal(what)
    return redirect(HERE, HTTPStatus.SEE_OTHER)

"""Another metal or chain length for a unit that was paid for: chosen, looked at with its sum, changed.

What costs more is changed once its supplement is paid: see `supplement_routes`.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

from flask import Response, flash, redirect, request
from flask.typing import ResponseReturnValue

from shop import stock, web
from shop.catalogue import snapshot
from shop.catalogue.engraved_pictures import engraved_unit
from shop.catalogue.face_choices import Tile
from shop.catalogue.piece_form import SOLD_OUT as SOLD_OUT_NOW
from shop.catalogue.piece_form import MetalTiles
from shop.catalogue.views import PieceView, VariantView
from shop.checkout.presenters import picture_of
from shop.container import current_services
from shop.corrections import supplement_form
from shop.corrections.corrector import Corrector, page, unit_shown
from shop.frozen import frozen
from shop.fulfilment.corrections import ChangedMeanwhile, TooLate
from shop.money import pounds_and_pence
from shop.orders.models import Order
from shop.orders.view import LineView
from shop.payments import exchanging, supplements
from shop.payments.exchanging import Exchange, NotOffered, Wanted
from shop.payments.gateway_errors import GatewayDown, GatewayRefused
from shop.payments.refundable import MoreThanPaid
from shop.payments.supplements import AnotherWaits
from shop.payments.sync import StillMoving, sync_order
from shop.payments.unit_exchange import detail_of

FIELD: Final = "variant"
NONE_CHOSEN: Final = "Please choose one of those that are offered."
SOLD_OUT: Final = "It was sold to somebody else a moment ago. Nothing was changed."
CHANGED_MEANWHILE: Final = "Something has changed since you looked. Please look at it once more."
BY_HAND: Final = (
    "This cannot be changed by itself, for some of the payment has gone back already. Please write to us, "
    "and we change it for you."
)
REFUSED: Final[Mapping[type[Exception], str]] = {
    stock.SoldOut: SOLD_OUT,
    MoreThanPaid: BY_HAND,
    ChangedMeanwhile: CHANGED_MEANWHILE,
    NotOffered: CHANGED_MEANWHILE,
    AnotherWaits: supplement_form.ANOTHER,
}
"""Why nothing was changed."""
DONE: Final = "It is changed: {}."
GOES_BACK: Final = " {} goes back to you; banks take five to ten days to show it."
AS_IT_IS: Final = "as it is now"
NOTHING_ELSE: Final = "There is nothing else to change it to at the moment."


@frozen
class Exchanging:
    """A unit whose metal or chain is to be changed, and everything that its pages need."""

    who: Corrector
    order: Order
    line: LineView
    piece: PieceView | None
    """As it is sold today; None when it is sold no more."""
    exchanges: Sequence[Exchange]
    wording: int
    closed: str
    """Why it can no longer be changed; empty while it can."""

    @property
    def action(self) -> str:
        """Where its form is sent."""
        return f"{self.who.page}/lines/{self.line.row.number}/variant"

    @property
    def standing(self) -> str:
        """The metal and length that stand."""
        return detail_of(self.line.row)

    @property
    def offered(self) -> Sequence[Exchange]:
        """What can be chosen: what can be had."""
        return [one for one in self.exchanges if one.variant.available]

    @property
    def metals(self) -> list[MetalTiles]:
        """What there is, metal by metal: what can be chosen, what is sold out, and what stands."""
        by_id = {one.variant.id: one for one in self.exchanges}
        groups = self.piece.metals if self.piece else ()
        first = next((one.variant.id for one in self.offered), 0)
        return [_metal(group, by_id, first) for group in groups]


def opened(order: Order, number: int, who: Corrector) -> Exchanging:
    """The unit of a paid order with this number; 404 when there is none."""
    with web.reading() as session:
        line, row, unit = unit_shown(session, order, number)
        closed = exchanging.why_closed(session, order, row, unit, actor=who.actor)
        catalogue = snapshot.load(session)
        offered = exchanging.exchanges(catalogue, order, row)
    piece = catalogue.by_slug.get(row.piece_slug)
    return Exchanging(who, order, line, piece, offered, unit.wording, closed)


def answered(unit: Exchanging) -> ResponseReturnValue:
    """What can be chosen; what was chosen, with its sum; or, once that was in sight, the change."""
    if request.method == "GET":
        return _choice(unit)
    if unit.closed:
        return _choice(unit, f"Nothing was changed. {unit.closed}", HTTPStatus.CONFLICT)
    if not unit.who.is_fresh:
        return _choice(unit, web.STALE_BUT_KEPT, HTTPStatus.BAD_REQUEST)
    return _chosen(unit, web.number_in(FIELD))


def _chosen(unit: Exchanging, chosen: int | None) -> ResponseReturnValue:
    if chosen == unit.line.row.variant_id and "agreed" in request.form:
        return _done(unit, "")  # a form that was sent twice
    found = next((one for one in unit.exchanges if one.variant.id == chosen), None)
    if found in unit.offered and found is not None:
        return _decided(unit, found)
    if found is None or "agreed" not in request.form:
        return _choice(unit, NONE_CHOSEN, HTTPStatus.UNPROCESSABLE_ENTITY)
    return _again(unit, CHANGED_MEANWHILE if found.variant.available else SOLD_OUT)


def _decided(unit: Exchanging, found: Exchange) -> ResponseReturnValue:
    difference = (web.number_in("more") or 0) - (web.number_in("agreed") or 0)
    wanted = Wanted(found.variant.id, difference, web.number_in("wording") or 0)
    if "agreed" not in request.form:
        return _look(unit, found)
    if problems := unit.who.problems:
        return _look(unit, found, problems, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        if found.difference_pence > 0:
            return supplement_form.asked(unit.order, unit.line.row.number, wanted, unit.who)
        _change(unit, wanted)
    except TooLate as late:
        return _again(unit, f"Nothing was changed. {late}")
    except tuple(REFUSED) as refused:
        return _again(unit, REFUSED[type(refused)])
    back = -found.difference_pence
    return _done(unit, GOES_BACK.format(pounds_and_pence(back)) if back else "", found.detail)


def _change(unit: Exchanging, wanted: Wanted) -> None:
    services, who = current_services(), unit.who
    with web.transaction() as session:
        exchanging.exchange(
            session,
            services.vault,
            unit.order.id,
            unit.line.row.number,
            catalogue=snapshot.load(session),
            wanted=wanted,
            actor=who.actor,
            why=who.why,
        )
    with suppress(GatewayDown, GatewayRefused, StillMoving):  # then it is sent by the next round
        sync_order(services, unit.order.id)


def _done(unit: Exchanging, besides: str, now: str = "") -> ResponseReturnValue:
    flash(DONE.format(now or unit.standing) + besides)
    return redirect(unit.who.page, HTTPStatus.SEE_OTHER)


def _again(unit: Exchanging, problem: str) -> Response:
    now = opened(unit.order, unit.line.row.number, unit.who)
    return _choice(now, problem, HTTPStatus.CONFLICT)


def _choice(unit: Exchanging, problem: str = "", status: HTTPStatus = HTTPStatus.OK) -> Response:
    if unit.closed:
        problem = problem or unit.closed
    nothing = "" if unit.offered else NOTHING_ELSE
    problems = {FIELD: problem} if problem and not unit.closed and unit.offered else {}
    return _page("variant_choose", unit, status, problem=problem, problems=problems, nothing=nothing)


def _look(
    unit: Exchanging,
    found: Exchange,
    problems: dict[str, str] | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    line = unit.line
    return _page(
        "variant_look",
        unit,
        status,
        found=found,
        engraved=engraved_unit(
            found.piece,
            found.variant.metal_slug,
            line.sides,
            line.engraving,
            id_="exchanged",
            by_hand=line.hand.sides,
        ),
        shot=picture_of(found.piece, found.variant),
        words=line.words,
        back=max(0, -found.difference_pence),
        more=max(0, found.difference_pence),
        until_pay=supplements.LASTS // timedelta(hours=1),
        why=unit.who.why,
        problems=problems or {},
    )


def _page(name: str, unit: Exchanging, status: HTTPStatus, **shown: Any) -> Response:
    return page(
        name, status, unit=unit, row=unit.line.row, who=unit.who, csrf_token_value=unit.who.token, **shown
    )


def _metal(group: Sequence[VariantView], exchanges: Mapping[int, Exchange], first: int) -> MetalTiles:
    chosen = request.form.get(FIELD)
    tiles = []
    for variant in group:
        one, value = exchanges.get(variant.id), str(variant.id)
        may = one is not None and variant.available
        name = FIELD if variant.id == first else f"{FIELD}-{value}"
        label = f"{variant.chain_inches} in"
        tiles.append(Tile(name, value, label, _note(one), checked=may and value == chosen, disabled=not may))
    return MetalTiles(group[0].metal_slug, group[0].metal_name, "", tiles)


def _note(one: Exchange | None) -> str:
    """What follows from choosing it, or why it cannot be chosen."""
    if one is None:
        return AS_IT_IS
    if not one.variant.available:
        return SOLD_OUT_NOW
    sum_ = pounds_and_pence(abs(one.difference_pence))
    if one.difference_pence == 0:
        return "the same price"
    return f"{sum_} back" if one.difference_pence < 0 else f"{sum_} more"

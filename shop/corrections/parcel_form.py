"""Where a paid order goes and what lies in the box, put right on a page of its own."""

from collections.abc import Collection, Sequence
from http import HTTPStatus
from typing import Any, Final

from flask import Response, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from shop import web
from shop.checkout.changes_said import saved_said
from shop.checkout.forms import DetailsForm
from shop.container import current_services
from shop.corrections import wished_days
from shop.corrections.corrector import Corrector, page
from shop.dedications.words import DedicationRefused, check_dedication, check_gift_message
from shop.fulfilment import parcel_corrections
from shop.fulfilment.corrections import ChangedMeanwhile, TooLate
from shop.fulfilment.promised import standing
from shop.fulfilment.units import NotAllowed, unit_of
from shop.orders.models import Order
from shop.orders.order_summary import HOW
from shop.orders.view import OrderView, view
from shop.web.dates import day, weekday

OTHERS_STAND: Final = (
    "It was changed meanwhile. What stands now is shown below, and what you wrote is kept in the form."
)
EMAILED: Final = "An e-mail says so."
PARTS: Final = {
    "name": "name for the parcel", "line1": "address", "line2": "address", "town": "address",
    "postcode": "address", "phone": "phone number", "buyer_name": "buyer’s name",
    "as_gift": "answer on whether it is a gift", "message": "message", "needed_by": "day you need it by",
    "not_before": "day it should not arrive before", "not_on": "day it should not arrive on",
    "dedication": "dedication",
}  # fmt: skip
"""What each field is called once it was changed; what it is now stands on the order's page alone."""
AS_IT_STANDS: Final = "That is as it stands already."


class ParcelForm(DetailsForm):
    """Name, address, message and the days asked for, of an order that was paid for."""

    # WTForms leaves out an inherited field that is None.
    email = None  # type: ignore[assignment]
    postage = None
    seen = HiddenField()

    def contact(self) -> dict[str, Any]:
        """The part of the contact that is put right here; the e-mail address has a page of its own."""
        names = ("name", "line1", "line2", "town", "phone", "buyer_name")
        return {name: self[name].clean for name in names} | {"postcode": self.postcode_meant}

    def gift(self) -> dict[str, Any]:
        """Whether it is a gift, and the message."""
        return {
            "as_gift": bool(self.as_gift.data),
            "message": check_gift_message(self.gift_message.data or ""),
        }


def delivery(order: Order, who: Corrector) -> ResponseReturnValue:
    """The form with what stands, and what was sent in it."""
    vault = current_services().vault
    with web.reading() as session:
        opened = view(session, vault, order)
        closed = parcel_corrections.why_delivery_closed(session, order)
        seen = parcel_corrections.delivery_stamp(session, vault, order.id)
        promised = standing(session, order)
        asks = () if closed else wished_days.open_days(session, order, promised)
    if opened.contact is None or seen is None:
        abort(HTTPStatus.NOT_FOUND)
    if request.method == "GET" or closed:
        status = HTTPStatus.OK if request.method == "GET" else HTTPStatus.CONFLICT
        filled = _filled(opened, seen)
        return _delivery(opened, who, _asking(filled, asks), status, closed=closed)
    form = _asking(ParcelForm(), asks)
    if not form.validate() or who.problems or wished_days.too_soon(form, opened, promised):
        stale = bool(form.csrf_token.errors)
        return _delivery(
            opened, who, form, HTTPStatus.BAD_REQUEST if stale else HTTPStatus.UNPROCESSABLE_ENTITY
        )
    try:
        with web.transaction() as session:
            changed = parcel_corrections.correct_delivery(
                session,
                vault,
                order.id,
                form.contact(),
                form.gift(),
                wishes=wished_days.said_in(form, opened.wishes),
                seen=form.seen.data or "",
                actor=who.actor,
                why=who.why,
            )
    except TooLate as late:
        return _delivery(opened, who, form, HTTPStatus.CONFLICT, closed=str(late))
    except ChangedMeanwhile:
        form.seen.process_data(seen)
        form.seen.raw_data = None
        return _delivery(opened, who, form, HTTPStatus.CONFLICT, said=OTHERS_STAND)
    parts = [name for name, is_other in _others(form, opened).items() if is_other] if changed else []
    return _done(who, opened, parts, later=_later(order))


def card(order: Order, number: int, who: Corrector) -> ResponseReturnValue:
    """The dedication of a unit, and what was sent for it."""
    vault = current_services().vault
    with web.reading() as session:
        opened = view(session, vault, order)
        try:
            _, unit = unit_of(session, order.id, number)
        except NotAllowed:
            abort(HTTPStatus.NOT_FOUND)
        closed = parcel_corrections.why_card_closed(order, unit)
        stamp = parcel_corrections.card_stamp(session, vault, order.id, number)
    line = next(line for line in opened.lines if line.row.number == number)
    if opened.contact is None:
        abort(HTTPStatus.NOT_FOUND)
    shown: dict[str, Any] = {"line": line, "order": order, "who": who, "closed": closed, "problems": {}}
    # The owner opens a dedication by its own button alone, which is written down.
    standing = "" if who.asks_why else line.dedication or ""
    typed = request.form.get("dedication", standing)
    shown |= {"standing": standing, "seen": stamp}
    shown |= {"typed": typed, "csrf_token_value": who.token, "why": who.why}
    if request.method == "GET" or closed:
        return page("card", HTTPStatus.OK if request.method == "GET" else HTTPStatus.CONFLICT, **shown)
    if not who.is_fresh:
        return page("card", HTTPStatus.BAD_REQUEST, **shown | {"problems": {"": web.STALE_BUT_KEPT}})
    try:
        dedication, problems = check_dedication(typed), who.problems
    except DedicationRefused as refused:
        dedication, problems = None, {"dedication": refused.message, **who.problems}
    if problems:
        return page("card", HTTPStatus.UNPROCESSABLE_ENTITY, **shown | {"problems": problems})
    seen = request.form.get("seen", "")
    try:
        with web.transaction() as session:
            changed = parcel_corrections.correct_dedication(
                session, vault, order.id, number, dedication, seen=seen, actor=who.actor, why=who.why
            )
    except TooLate as late:
        return page("card", HTTPStatus.CONFLICT, **shown | {"closed": str(late)})
    except ChangedMeanwhile:
        return page("card", HTTPStatus.CONFLICT, **shown | {"problems": {"": OTHERS_STAND}})
    return _done(who, opened, ["dedication"] if changed else [])


def _later(order: Order) -> str:
    """What is said when it takes longer to the new address than was promised; empty when it does not."""
    with web.reading() as session:
        now = session.get_one(Order, order.id)
    there, other_day = now.arrives_by, (now.posted_by, now.post_from) != (order.posted_by, order.post_from)
    if other_day or there is None or order.arrives_by is None or there <= order.arrives_by:
        return ""
    return f" There is a holiday where it goes now: it should be there by {weekday(there)}."


def _others(form: ParcelForm, opened: OrderView) -> dict[str, bool]:
    """Of each field whether it says something else than what stood."""
    stood = {**(opened.contact or {}), **(opened.gift or {})}
    said = {**form.contact(), **form.gift()}
    others = {name: (stood.get(name) or "") != (text or "") for name, text in said.items()}
    days = wished_days.said_in(form, opened.wishes)
    return others | {wish: days.get(wish) != opened.wishes.get(wish) for wish in HOW}


def _done(who: Corrector, opened: OrderView, parts: Sequence[str], *, later: str = "") -> ResponseReturnValue:
    """Back to the order, which says what was changed; no part, and all is as it stood."""
    web.database().forget_deleted()
    told = f" {EMAILED}" if (opened.contact or {}).get("email") else ""
    said = saved_said(list(dict.fromkeys(PARTS[part] for part in parts))) if parts else ""
    flash(f"{said}{told}{later}" if parts else AS_IT_STANDS)
    return redirect(who.page, HTTPStatus.SEE_OTHER)


def _asking(form: ParcelForm, days: Collection[str]) -> ParcelForm:
    """The form with the days that can be changed."""
    for wish in HOW:
        if wish not in days:
            delattr(form, wish)
    return form


def _filled(opened: OrderView, seen: str) -> ParcelForm:
    gift = opened.gift or {}
    stands = {"as_gift": gift.get("as_gift"), "gift_message": gift.get("message"), "seen": seen}
    asked = {wish: wished_days.standing_day(opened.wishes, wish) for wish in HOW}
    days = {wish: day(said) if said else "" for wish, said in asked.items()}
    return ParcelForm(formdata=None, data=(opened.contact or {}) | stands | days)


def _delivery(
    opened: OrderView,
    who: Corrector,
    form: ParcelForm,
    status: HTTPStatus,
    *,
    closed: str = "",
    said: str = "",
) -> Response:
    problems = {field.id: field.errors[0] for field in form if field.errors}
    if problems.pop(form.csrf_token.id, None):
        problems = {"": web.STALE_BUT_KEPT, **problems}
    if said:
        problems = {"": said, **problems}
    if request.method == "POST":
        problems |= who.problems
    return page(
        "delivery",
        status,
        order=opened,
        who=who,
        form=form,
        closed=closed,
        why=who.why,
        problems={} if closed else problems,
    )

"""The days that a buyer asks for after paying: which can still be said, and whether they can be kept."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy.orm import Session

from shop import clock, web
from shop.checkout.forms import DetailsForm
from shop.checkout.promised_day import LEAVE_EMPTY, cannot_promise, contradicting
from shop.fulfilment import parcel_corrections
from shop.fulfilment.promised import Day, wished_otherwise
from shop.orders.models import Order
from shop.orders.order_summary import HOW
from shop.orders.view import OrderView
from shop.planning.planner import Promise, Wishes


def open_days(session: Session, order: Order, promised: Day | None) -> Collection[str]:
    """Which of the days can be changed; once another day was told, none on which it must not arrive."""
    if not parcel_corrections.day_is_open(session, order):
        return ()
    return HOW if promised and not promised.told else (parcel_corrections.NEEDED_BY,)


def standing_day(wishes: Mapping[str, str], wish: str) -> date | None:
    """One of the days, as long as it is to come: what is over is no day to say again."""
    said = wishes.get(wish)
    found = date.fromisoformat(said) if said else None
    return found if found and found > clock.today() else None


def said_in(form: DetailsForm, stood: Mapping[str, str]) -> dict[str, str]:
    """The days asked for, as ISO days: what stood where it was left so, or cannot be said any more."""
    said = {wish: _said(form, wish, stood) for wish in HOW}
    return {wish: day for wish, day in said.items() if day}


def _said(form: DetailsForm, wish: str, stood: Mapping[str, str]) -> str:
    if wish not in form or form[wish].day == standing_day(stood, wish):
        return stood.get(wish, "")
    return str(form[wish].day or "")


def too_soon(form: DetailsForm, opened: OrderView, promised: Day | None) -> bool:
    """Whether it is needed before it can be there, which is then said beside the day."""
    said, stood = said_in(form, opened.wishes), opened.wishes
    if said == stood or parcel_corrections.NEEDED_BY not in form or not form.needed_by.day:
        return False
    days, wishes = _promised(form, opened, promised), Wishes.of(said)
    if days is None or days.arrives_by is None or form.needed_by.day >= days.arrives_by:
        return False
    late = cannot_promise(days.posted_by, days.arrives_by, opened.postage.name)
    form.needed_by.errors = [contradicting(wishes) or f"{late} {LEAVE_EMPTY}"]
    return True


def _promised(form: DetailsForm, opened: OrderView, promised: Day | None) -> Day | Promise | None:
    """The day that stands, or the one that the days in the form would lead to."""
    said, held = said_in(form, opened.wishes), parcel_corrections.holds_back
    if held(said) == held(opened.wishes):
        return promised
    with web.reading() as session:
        return wished_otherwise(session, opened.row, form.postcode_meant, Wishes.of(said))

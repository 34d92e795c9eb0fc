"""Where a paid order goes and what lies in the box, put right in time: see `correctable`."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.alerts import AlertKind, raise_alert
from shop.dedications.vault import Vault
from shop.fulfilment.correctable import OPEN_WHILE, Subject
from shop.fulfilment.corrections import (
    ERASED,
    ChangedMeanwhile,
    TooLate,
    keep_before,
    kept_as,
    words_windows,
)
from shop.fulfilment.models import Correction, Unit
from shop.fulfilment.promised import send_elsewhere
from shop.fulfilment.stages import Hold, Stage
from shop.fulfilment.units import WORKED_ON, unit_of, units_of
from shop.mail import outbox
from shop.orders import wall_changes
from shop.orders.lifecycle import lines_of, lock
from shop.orders.models import Order
from shop.orders.wall import Words

DELIVERY_EMAIL: Final = "delivery-changed"
CARD_EMAIL: Final = "card-changed"
ARRIVAL: Final = "arrives_by"
"""With what stood before: the day of arrival that was promised, where another one holds since."""

WISHES: Final = "wishes"
NEEDED_BY: Final = "needed_by"
"""Under which names the days are sealed; see planner.Wishes."""
KEEP_DAY: Final = date.min
"""Stands for the day it is needed by where that is not to be changed."""
DAY_FIXED: Final = "We have begun to make it, so the day can no longer be changed."

UNSETTLED: Final = "Something about its payment is not settled yet."
POSTED: Final = "It was posted, or is not to be sent any more."
PACKED: Final = "It is packed, or is not to be made any more."


def why_delivery_closed(session: Session, order: Order) -> str:
    """Why name, address and message can no longer be put right; empty while something is to be posted."""
    if order.state not in WORKED_ON:
        return UNSETTLED
    units = units_of(session, order.id).values()
    return "" if any(_is_open(unit, Subject.DELIVERY) for unit in units) else POSTED


def why_card_closed(order: Order, unit: Unit) -> str:
    """Why the dedication of a unit can no longer be put right; empty until it is packed."""
    if order.state not in WORKED_ON:
        return UNSETTLED
    return "" if _is_open(unit, Subject.DEDICATION) else PACKED


def delivery_stamp(session: Session, vault: Vault, order_id: int) -> str | None:
    """What tells whether name, address and message are still what they were; None once they were erased."""
    sealed = vault.reveal_all(session, order_id)
    standing = [sealed.get("contact"), sealed.get("gift"), sealed.get(WISHES)]
    return vault.keyed(session, order_id, json.dumps(standing, sort_keys=True)) if standing[0] else None


def card_stamp(session: Session, vault: Vault, order_id: int, number: int) -> str:
    """What tells whether the dedication of a unit is still what it was, and not what it is."""
    words = vault.reveal(session, order_id, f"line:{number}") or {}
    return vault.keyed(session, order_id, f"{number}:{words.get('dedication') or ''}") or ""


def correct_delivery(
    session: Session,
    vault: Vault,
    order_id: int,
    contact: Mapping[str, Any],
    gift: Mapping[str, Any],
    *,
    needed_by: date | None = KEEP_DAY,
    seen: str,
    actor: str,
    why: str = "",
) -> bool:
    """Put name, address, telephone, message and the day it is needed right. Give whether they are others.

    The e-mail address is not changed by it. `seen` is the stamp of what was looked at. Raises TooLate, or
    ChangedMeanwhile.
    """
    order = lock(session, order_id)
    sealed = vault.reveal_all(session, order_id)
    if sealed.get("contact") is None:
        raise TooLate(ERASED)
    before = {"contact": sealed["contact"], "gift": sealed["gift"]}
    now = {"contact": _with(before["contact"], contact), "gift": _with(before["gift"], gift)}
    wishes = sealed.get(WISHES, {})
    if needed_by != KEEP_DAY and (renewed := _needed(wishes, needed_by)) != wishes:
        before[WISHES], now[WISHES] = wishes, renewed
    if now == before:
        return False
    if closed := why_delivery_closed(session, order):
        raise TooLate(closed)
    if WISHES in now and not day_is_open(session, order):
        raise TooLate(DAY_FIXED)
    if seen != delivery_stamp(session, vault, order_id):
        raise ChangedMeanwhile
    if promised := send_elsewhere(session, order, now["contact"]["postcode"]):
        before[ARRIVAL] = promised.isoformat()
    made = keep_before(session, vault, order, Subject.DELIVERY, before, line=None, actor=actor, why=why)
    vault.seal_all(session, order_id, now)
    order.is_gift = bool(now["gift"].get("as_gift"))
    _tell(session, order, f"{DELIVERY_EMAIL}-{made.id}", DELIVERY_EMAIL)
    return True


def day_is_open(session: Session, order: Order) -> bool:
    """Whether the buyer can still say another day it is needed by: as long as any words can be changed."""
    lines = lines_of(session, order.id)
    return any(window.is_open for window in words_windows(session, order, lines).values())


def needed_before(session: Session, vault: Vault, *order_ids: int) -> dict[int, date]:
    """By order, the day it was needed by until that was changed last; none where there was no such day."""
    of_delivery = Correction.order_id.in_(order_ids), Correction.subject == Subject.DELIVERY
    newest_first = (
        select(Correction.id, Correction.order_id).where(*of_delivery).order_by(Correction.id.desc())
    )
    found: dict[int, str] = {}
    for number, order_id in session.execute(newest_first).all():
        if order_id not in found:
            before = (vault.reveal(session, order_id, kept_as(number)) or {}).get("before", {})
            if WISHES in before:
                found[order_id] = before[WISHES].get(NEEDED_BY, "")
    return {order_id: date.fromisoformat(day) for order_id, day in found.items() if day}


def promised_before(session: Session, vault: Vault, order_id: int, dedupe_key: str) -> date | None:
    """The day of arrival that held before the change an e-mail tells of; None where that one stays."""
    number = dedupe_key.removeprefix(f"{DELIVERY_EMAIL}-")
    sealed = vault.reveal(session, order_id, kept_as(int(number))) if number.isdigit() else None
    day = sealed["before"].get(ARRIVAL) if sealed else None
    return date.fromisoformat(day) if day else None


def correct_dedication(
    session: Session,
    vault: Vault,
    order_id: int,
    number: int,
    dedication: str | None,
    *,
    seen: str,
    actor: str,
    why: str = "",
) -> bool:
    """Put other words on the card of a unit, or none. Give whether they are others at all.

    Shared with the wall they are looked at anew before they stand there. `seen` is the stamp of what was
    looked at. Raises TooLate, or ChangedMeanwhile.
    """
    order = lock(session, order_id)
    _, unit = unit_of(session, order_id, number)
    label = f"line:{number}"
    standing = vault.reveal(session, order_id, label)
    if standing is None:
        raise TooLate(ERASED)
    before = standing["dedication"]
    if before == dedication:
        return False
    if closed := why_card_closed(order, unit):
        raise TooLate(closed)
    if seen != card_stamp(session, vault, order_id, number):
        raise ChangedMeanwhile
    kept = {"dedication": before}
    made = keep_before(session, vault, order, Subject.DEDICATION, kept, line=number, actor=actor, why=why)
    shared = standing.get("shared_as") if dedication else None
    vault.seal(session, order_id, label, standing | {"dedication": dedication, "shared_as": shared})
    words = Words(dedication, shared) if dedication and shared is not None else None
    wall_changes.renew(session, vault, order, number, words, actor=actor)
    _tell(session, order, f"{CARD_EMAIL}-{made.id}", CARD_EMAIL)
    return True


def _needed(wishes: Mapping[str, str], day: date | None) -> dict[str, str]:
    others = {wish: said for wish, said in wishes.items() if wish != NEEDED_BY}
    return {NEEDED_BY: day.isoformat(), **others} if day else others


def _with(standing: dict[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What stands with what is new in it; an empty text is as good as none."""
    return standing | {
        name: value for name, value in new.items() if (standing.get(name) or "") != (value or "")
    }


def _is_open(unit: Unit, subject: Subject) -> bool:
    return Stage(unit.stage) in OPEN_WHILE[subject] and unit.held != Hold.CANCELLED


def _tell(session: Session, order: Order, key: str, kind: str) -> None:
    """An e-mail to the buyer; and the owner must know, for label, slip or card may be printed already."""
    outbox.put(session, kind=kind, order_id=order.id, dedupe_key=key)
    raise_alert(session, AlertKind.PARCEL_CHANGED, order.reference)

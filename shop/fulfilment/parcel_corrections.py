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
from shop.fulfilment.promised import send_elsewhere, wished_otherwise
from shop.fulfilment.stages import Hold, Stage
from shop.fulfilment.units import WORKED_ON, unit_of, units_of
from shop.mail import outbox
from shop.orders import wall_changes
from shop.orders.lifecycle import lines_of, lock
from shop.orders.models import Order
from shop.orders.wall import Words
from shop.planning.planner import Wishes

DELIVERY_EMAIL: Final = "delivery-changed"
CARD_EMAIL: Final = "card-changed"
ARRIVAL: Final = "arrives_by"
"""With what stood before: the day of arrival that was promised, where another one holds since."""

WISHES: Final = "wishes"
NEEDED_BY: Final = "needed_by"
HELD_BACK: Final = ("not_before", "not_on")
"""Under which names the days are sealed; see planner.Wishes."""
DAY_FIXED: Final = "We have begun to make it, so the day can no longer be changed."
DAY_TOLD: Final = (
    "We told you of another day meanwhile, so the days it should not arrive on stay as they are."
)

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
    wishes: Mapping[str, str] | None = None,
    seen: str,
    actor: str,
    why: str = "",
) -> bool:
    """Put name, address, telephone, message and the days that were asked for right. Give whether they differ.

    The e-mail address is not changed by it. `wishes` are ISO days by their names, None where they stay.
    `seen` is the stamp of what was looked at. Raises TooLate, or ChangedMeanwhile.
    """
    order = lock(session, order_id)
    sealed = vault.reveal_all(session, order_id)
    if sealed.get("contact") is None:
        raise TooLate(ERASED)
    before = {"contact": sealed["contact"], "gift": sealed["gift"]}
    now = {"contact": _with(before["contact"], contact), "gift": _with(before["gift"], gift)}
    stood = sealed.get(WISHES, {})
    if wishes is not None and wishes != stood:
        before[WISHES], now[WISHES] = stood, dict(wishes)
    if now == before:
        return False
    if closed := why_delivery_closed(session, order):
        raise TooLate(closed)
    if WISHES in now and not day_is_open(session, order):
        raise TooLate(DAY_FIXED)
    if seen != delivery_stamp(session, vault, order_id):
        raise ChangedMeanwhile
    postcode = now["contact"]["postcode"]
    if holds_back(stood) != holds_back(now.get(WISHES, stood)):
        _promise_anew(session, order, postcode, Wishes.of(now[WISHES]))
    elif promised := send_elsewhere(session, order, postcode):
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


def holds_back(wishes: Mapping[str, str]) -> dict[str, str]:
    """Of the days, those on which it must not arrive."""
    return {wish: wishes[wish] for wish in HELD_BACK if wishes.get(wish)}


def wishes_before(session: Session, vault: Vault, *order_ids: int) -> dict[int, dict[str, str]]:
    """By order, the days that were asked for until they were changed last, as ISO days by their names."""
    of_delivery = Correction.order_id.in_(order_ids), Correction.subject == Subject.DELIVERY
    newest_first = (
        select(Correction.id, Correction.order_id).where(*of_delivery).order_by(Correction.id.desc())
    )
    found: dict[int, dict[str, str]] = {}
    for number, order_id in session.execute(newest_first).all():
        if order_id not in found:
            before = (vault.reveal(session, order_id, kept_as(number)) or {}).get("before", {})
            if WISHES in before:
                found[order_id] = before[WISHES]
    return found


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


def _promise_anew(session: Session, order: Order, postcode: str, wishes: Wishes) -> None:
    promise = wished_otherwise(session, order, postcode, wishes)
    if promise is None:
        raise TooLate(DAY_TOLD)
    order.posted_by, order.post_from = promise.posted_by, promise.post_from
    order.arrives_by = promise.arrives_by


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

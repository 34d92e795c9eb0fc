"""What a bank or Radar suspects of a payment: early fraud warnings, and reviews that a person closes."""

from typing import Final

from sqlalchemy.orm import Session

from shop.standin import store
from shop.standin.errors import ApiError
from shop.standin.events import emit
from shop.standin.models import StandinObject
from shop.standin.store import JSON, new_id, seconds_now

APPROVED: Final = "approved"


def warn(session: Session, intent_id: str) -> StandinObject:
    """The card's bank says that it may have been stolen. Raises ApiError if nothing was paid."""
    charge = _charge(session, intent_id)
    body: JSON = {
        "id": new_id("issfr_"),
        "object": "radar.early_fraud_warning",
        "actionable": not (charge.body["refunded"] or charge.body["disputed"]),
        "charge": charge.id,
        "created": seconds_now(),
        "fraud_type": "made_with_stolen_card",
        "livemode": False,
        "payment_intent": intent_id,
    }
    made = store.put(session, body, payment_intent=intent_id, charge=charge.id)
    emit(session, "radar.early_fraud_warning.created", made)
    return made


def open_review(session: Session, intent_id: str) -> StandinObject:
    """A rule of Radar's wants somebody to look at a payment. Raises ApiError if nothing was paid."""
    charge = _charge(session, intent_id)
    if charge.body["review"]:
        raise ApiError("This payment was reviewed already.")
    body: JSON = {
        "id": new_id("prv_"),
        "object": "review",
        "billing_zip": None,
        "charge": charge.id,
        "closed_reason": None,
        "created": seconds_now(),
        "ip_address": None,
        "ip_address_location": None,
        "livemode": False,
        "open": True,
        "opened_reason": "rule",
        "payment_intent": intent_id,
        "reason": "rule",
        "session": None,
    }
    made = store.put(session, body, payment_intent=intent_id, charge=charge.id)
    store.change(charge, review=made.id)
    store.change(store.locked(session, "payment_intent", intent_id), review=made.id)
    emit(session, "review.opened", made)
    return made


def close_review(session: Session, review_id: str, *, why: str = APPROVED) -> StandinObject:
    """Somebody has looked, and says what it is. Raises ApiError when it is closed already."""
    made = store.locked(session, "review", review_id, "review")
    if not made.body["open"]:
        raise ApiError("This review is already closed.")
    store.change(made, open=False, closed_reason=why, reason=why)
    emit(session, "review.closed", made)
    return made


def _charge(session: Session, intent_id: str) -> StandinObject:
    intent = store.locked(session, "payment_intent", intent_id, "payment_intent")
    if intent.status != "succeeded":
        raise ApiError("Only a payment that succeeded can be suspected.")
    return store.locked(session, "charge", intent.body["latest_charge"])

"""What a tester's choice on the payment page does to the session, its payment and its charge.

Every function takes the session's row locked and open (or, for a late payment, complete and unpaid), and
tells each event in the order Stripe does: charge, payment, session.
"""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shop.db import Database
from shop.standin import money_objects, payment_objects, store
from shop.standin.errors import ApiError
from shop.standin.events import at_once, emit
from shop.standin.models import StandinObject

DECLINED = "Your card was declined."


def pay(session: Session, visit: StandinObject, *, three_d_secure: bool = False) -> None:
    """The card is good: charge, payment and session succeed at once."""
    with at_once(session):
        _pay(session, visit, three_d_secure=three_d_secure)


def _pay(session: Session, visit: StandinObject, *, three_d_secure: bool) -> None:
    intent = _intent(session, visit)
    charge = _charge(session, intent, status="pending", method="card", three_d_secure=three_d_secure)
    store.change(
        intent, payment_method=charge.body["payment_method"], latest_charge=charge.id, next_action=None
    )
    _complete(visit, intent.id)
    _succeed(session, visit, intent, charge)
    emit(session, "checkout.session.completed", visit)


def decline(session: Session, visit: StandinObject) -> None:
    """The card is declined: the session stays open, so that another can be tried."""
    intent = _intent(session, visit)
    charge = _charge(session, intent, status="failed", method="card")
    _fail(session, intent, charge)


def ask_for_3ds(session: Session, visit: StandinObject) -> None:
    """The bank wants to hear from the buyer first."""
    intent = _intent(session, visit)
    if intent.status == "requires_action":
        return
    redirect = {"return_url": visit.body["success_url"], "url": f"{visit.body['url']}/3ds"}
    store.change(
        intent,
        status="requires_action",
        payment_method=store.new_id("pm_"),
        next_action={"type": "redirect_to_url", "redirect_to_url": redirect},
    )
    emit(session, "payment_intent.requires_action", intent)


def pay_late(session: Session, visit: StandinObject) -> None:
    """A bank debit: the session completes, the money is not there yet."""
    intent = _intent(session, visit)
    charge = _charge(session, intent, status="pending", method="bacs_debit")
    store.change(
        intent,
        status="processing",
        payment_method=charge.body["payment_method"],
        latest_charge=charge.id,
        next_action=None,
    )
    _complete(visit, intent.id)
    emit(session, "charge.pending", charge)
    emit(session, "payment_intent.processing", intent)
    emit(session, "checkout.session.completed", visit)


def settle_late(session: Session, visit: StandinObject, *, succeeds: bool) -> None:
    """A bank debit arrives, or comes back. Raises ApiError when none is on its way."""
    intent = store.locked(session, "payment_intent", visit.payment_intent or "")
    if intent.status != "processing":
        raise ApiError("This payment is not on its way any more.")
    charge = store.locked(session, "charge", intent.body["latest_charge"])
    if succeeds:
        _succeed(session, visit, intent, charge)
        emit(session, "checkout.session.async_payment_succeeded", visit)
    else:
        _fail(session, intent, charge)
        emit(session, "checkout.session.async_payment_failed", visit)


def expire(session: Session, visit: StandinObject) -> None:
    """Close a session. Raises ApiError unless it is open."""
    if visit.status != "open":
        message = (
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of '{visit.status}'."
        )
        raise ApiError(message)
    if visit.payment_intent:
        intent = store.locked(session, "payment_intent", visit.payment_intent)
        store.change(
            intent,
            status="canceled",
            canceled_at=store.seconds_now(),
            cancellation_reason="expired",
            next_action=None,
        )
        emit(session, "payment_intent.canceled", intent)
    store.change(visit, status="expired", url=None)
    emit(session, "checkout.session.expired", visit)


_OVERDUE: Final = (
    select(StandinObject.id)
    .where(StandinObject.kind == "checkout.session", StandinObject.status == "open")
    .where(StandinObject.due_at <= bindparam("now"))
    .order_by(StandinObject.due_at)
)


def expire_overdue(database: Database) -> int:
    """Expire every open session whose time is over, each in its own transaction; gives how many."""
    with database.looking() as session:
        found = list(session.scalars(_OVERDUE, {"now": store.seconds_now()}))
    expired = 0
    for session_id in found:
        with database.transaction() as session:
            visit = store.locked(session, "checkout.session", session_id)
            if visit.status == "open":
                expire(session, visit)
                expired += 1
    return expired


def is_overdue(body: Mapping[str, Any]) -> bool:
    """Whether an object is a session that shows as open although its time is over."""
    return (
        body["object"] == "checkout.session"
        and body["status"] == "open"
        and int(body["expires_at"]) <= store.seconds_now()
    )


def _intent(session: Session, visit: StandinObject) -> StandinObject:
    """The session's payment, made at the first attempt and used again at the next."""
    if visit.payment_intent:
        return store.locked(session, "payment_intent", visit.payment_intent)
    body = payment_objects.payment_intent(visit.body["amount_total"], visit.kept["payment_metadata"])
    intent = store.put(session, body)
    store.change(visit, payment_intent=intent.id)
    emit(session, "payment_intent.created", intent)
    return intent


def _charge(session: Session, intent: StandinObject, **how: Any) -> StandinObject:
    return store.put(session, payment_objects.charge(intent.body, **how), payment_intent=intent.id)


def _complete(visit: StandinObject, intent_id: str) -> None:
    nobody = dict.fromkeys(("address", "business_name", "email", "individual_name", "name", "phone"))
    store.change(
        visit,
        status="complete",
        url=None,
        payment_intent=intent_id,
        customer_details={**nobody, "tax_exempt": "none", "tax_ids": []},
    )


def _succeed(session: Session, visit: StandinObject, intent: StandinObject, charge: StandinObject) -> None:
    amount = charge.body["amount"]
    money = money_objects.balance_transaction(
        "charge" if charge.body["payment_method_details"]["type"] == "card" else "payment",
        amount,
        source=charge.id,
        category="charge",
        fee=money_objects.charge_fee(amount),
    )
    store.put(session, money, source=charge.id)
    store.change(
        charge, status="succeeded", paid=True, amount_captured=amount, balance_transaction=money["id"]
    )
    store.change(intent, status="succeeded", amount_received=amount, last_payment_error=None)
    store.change(visit, payment_status="paid")
    emit(session, "charge.succeeded", charge)
    emit(session, "payment_intent.succeeded", intent)


def _fail(session: Session, intent: StandinObject, charge: StandinObject) -> None:
    store.change(charge, status="failed", paid=False, failure_code="card_declined", failure_message=DECLINED)
    error = {
        "charge": charge.id,
        "code": "card_declined",
        "decline_code": "generic_decline",
        "doc_url": "https://docs.stripe.com/error-codes#card-declined",
        "message": DECLINED,
        "type": "card_error",
    }
    store.change(
        intent,
        status="requires_payment_method",
        latest_charge=charge.id,
        last_payment_error=error,
        next_action=None,
        payment_method=None,
    )
    emit(session, "charge.failed", charge)
    emit(session, "payment_intent.payment_failed", intent)

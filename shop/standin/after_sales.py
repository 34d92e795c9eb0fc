"""What happens to money after it was taken: refunds and their failures, disputes, payouts.

Each change holds the payment intent's row, so that two refunds of one charge come one after the other.
"""

from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shop.money import pounds_and_pence
from shop.standin import money_objects, store
from shop.standin.errors import ApiError
from shop.standin.events import emit
from shop.standin.models import StandinObject

OPEN_DISPUTES: Final = {"needs_response", "under_review", "warning_needs_response", "warning_under_review"}


def refund(
    session: Session,
    intent_id: str,
    amount: int | None = None,
    *,
    reason: str | None = None,
    metadata: dict[str, str] | None = None,
) -> StandinObject:
    """Give back `amount` pence, or all that is left. Raises ApiError when that cannot be."""
    intent = store.locked(session, "payment_intent", intent_id, "payment_intent")
    if intent.status != "succeeded":
        raise ApiError(f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.")
    charge = store.locked(session, "charge", intent.body["latest_charge"])
    left = charge.body["amount"] - charge.body["amount_refunded"]
    if not left:
        raise ApiError(f"Charge {charge.id} has already been refunded.", code="charge_already_refunded")
    if charge.kept.get("disputed"):
        raise ApiError(f"Charge {charge.id} has been charged back.", code="charge_disputed")
    amount = left if amount is None else amount
    if amount > left:
        message = (
            f"Refund amount ({pounds_and_pence(amount)}) is greater than unrefunded amount on charge "
            f"({pounds_and_pence(left)})"
        )
        raise ApiError(message, code="amount_too_large", param="amount")
    body = money_objects.refund(charge.body, amount, reason=reason, metadata=metadata or {})
    body["balance_transaction"] = _move(session, "refund", -amount, source=body["id"], category="refund")[
        "id"
    ]
    made = store.put(session, body, payment_intent=intent_id, charge=charge.id)
    before = _refunded(charge, amount)
    emit(session, "refund.created", made)
    emit(session, "charge.refunded", charge, before)
    return made


def fail_refund(session: Session, refund_id: str) -> None:
    """The bank sends a refund back. Raises ApiError unless it had gone through."""
    made = _locked_with_intent(session, "refund", refund_id)
    if made.status != "succeeded":
        raise ApiError("Only a refund that went through can fail.")
    charge = store.locked(session, "charge", made.charge or "")
    amount = made.body["amount"]
    back = _move(session, "refund_failure", amount, source=refund_id, category="refund_failure")
    before = store.change(
        made,
        status="failed",
        failure_reason="lost_or_stolen_card",
        failure_balance_transaction=back["id"],
    )
    _refunded(charge, -amount)
    before = {name: value for name, value in before.items() if value is not None}
    emit(session, "refund.updated", made, before)
    emit(session, "charge.refund.updated", made, before)
    emit(session, "refund.failed", made)


def open_dispute(
    session: Session,
    intent_id: str,
    amount: int,
    *,
    inquiry: bool = False,
    prevented: bool = False,
    withdrawn: int | None = None,
) -> StandinObject:
    """The buyer's bank asks (`inquiry`), or takes the money, or `withdrawn` of it, at once.

    One that is `prevented` is over when it is told of. Raises ApiError if there is no payment.
    """
    intent = store.locked(session, "payment_intent", intent_id)
    if intent.status != "succeeded":
        raise ApiError("Only a payment that succeeded can be disputed.")
    charge = store.locked(session, "charge", intent.body["latest_charge"])
    if charge.kept.get("disputed"):
        raise ApiError("This payment is disputed already.")
    if not 0 < amount <= charge.body["amount"]:
        raise ApiError("A dispute is for at most what was paid.", param="amount")
    body = money_objects.dispute(charge.body, amount, inquiry=inquiry)
    if prevented:
        body["status"] = "prevented"
    taken = 0 if inquiry else amount if withdrawn is None else withdrawn
    if taken:
        fee = 0 if prevented else money_objects.DISPUTE_FEE
        body["balance_transactions"] = [
            _move(session, "adjustment", -taken, source=body["id"], category="dispute", fee=fee)
        ]
        charge.kept = {**charge.kept, "disputed": not prevented}
    store.change(charge, disputed=True)
    made = store.put(session, body, payment_intent=intent_id, charge=charge.id)
    emit(session, "charge.dispute.created", made)
    if taken:
        emit(session, "charge.dispute.funds_withdrawn", made)
    return made


def close_dispute(
    session: Session, dispute_id: str, *, won: bool, gives_back: int | None = None
) -> StandinObject:
    """The bank decides. Won, the money, or `gives_back` of it, comes back, and never the fee.

    Raises ApiError when it is closed already.
    """
    made = _locked_with_intent(session, "dispute", dispute_id)
    if made.status not in OPEN_DISPUTES:
        raise ApiError("This dispute is already closed.")
    charge = store.locked(session, "charge", made.charge or "")
    moves = made.body["balance_transactions"]
    details = {**made.body["evidence_details"], "past_due": False}
    before_status = made.body["status"]
    if not moves:
        store.change(made, status="warning_closed", evidence_details=details)
    elif won:
        back = -sum(move["amount"] for move in moves) if gives_back is None else gives_back
        given = _move(session, "adjustment", back, source=dispute_id, category="dispute_reversal")
        store.change(
            made,
            status="won",
            balance_transactions=[*moves, given],
            evidence_details=details,
            is_charge_refundable=True,
        )
        charge.kept = {**charge.kept, "disputed": False}
    else:
        store.change(made, status="lost", evidence_details=details)
    if made.status == "won":
        emit(session, "charge.dispute.funds_reinstated", made)
    emit(session, "charge.dispute.closed", made, {"status": before_status})
    return made


def pay_out(session: Session, *, automatic: bool = True, days: int = 0) -> StandinObject:
    """Send all that is in the balance to the bank, where it is in so many days.

    Raises ApiError when there is nothing to send.
    """
    waiting = (
        select(StandinObject)
        .filter_by(kind="balance_transaction", payout=None)
        .order_by(StandinObject.number)
        .with_for_update()
    )
    rows = list(session.scalars(waiting))
    amount = sum(row.body["net"] for row in rows)
    if amount <= 0:
        raise ApiError("There is nothing in the balance to pay out.")
    body = money_objects.payout(amount, automatic=automatic, days=days)
    own = _move(session, "payout", -amount, source=body["id"], category="payout")
    rows.append(store.find(session, "balance_transaction", own["id"]))
    for row in rows:
        row.payout = body["id"]
        store.change(row, status="available", available_on=min(row.body["available_on"], store.seconds_now()))
    made = store.put(session, body | {"balance_transaction": own["id"]})
    emit(session, "payout.created", made)
    if not days:
        emit(session, "payout.paid", made)
    if automatic:
        emit(session, "payout.reconciliation_completed", made)
    return made


def fail_payout(session: Session, payout_id: str) -> StandinObject:
    """The bank sends a payout back into the balance. Raises ApiError unless it had been paid."""
    made = store.locked(session, "payout", payout_id)
    if made.status != "paid":
        raise ApiError("Only a payout that was paid can fail.")
    back = _move(session, "payout_failure", made.body["amount"], source=payout_id, category="payout_reversal")
    before = store.change(
        made,
        status="failed",
        failure_balance_transaction=back["id"],
        failure_code="account_closed",
        failure_message="The bank account has been closed.",
    )
    emit(session, "payout.failed", made, before)
    return made


def balance(session: Session) -> dict[str, int]:
    """Pence available and pending. What was paid out is in neither."""
    net = StandinObject.body["net"].as_integer()
    rows = session.execute(
        select(StandinObject.status, func.sum(net))
        .where(StandinObject.kind == "balance_transaction")
        .group_by(StandinObject.status)
    )
    found = {status: int(total) for status, total in rows if status}
    return {"available": found.get("available", 0), "pending": found.get("pending", 0)}


def release_pending(session: Session) -> None:
    """Make available what has waited long enough, and let payouts arrive."""
    for row in session.scalars(_waited()).all():
        if row.kind == "payout":
            emit(session, "payout.paid", row, store.change(row, status="paid"))
        else:
            store.change(row, status="available")


def any_pending(session: Session) -> bool:
    """Whether something has waited long enough."""
    return session.scalars(_waited().limit(1)).first() is not None


def _waited() -> Select[StandinObject]:
    waiting = select(StandinObject).where(StandinObject.kind.in_(["balance_transaction", "payout"]))
    return waiting.where(StandinObject.due_at <= store.seconds_now())


def _locked_with_intent(session: Session, kind: str, wanted: str) -> StandinObject:
    intent_id = store.find(session, kind, wanted, kind).payment_intent
    store.locked(session, "payment_intent", intent_id or "")
    return store.locked(session, kind, wanted)


def _refunded(charge: StandinObject, amount: int) -> store.JSON:
    refunded = charge.body["amount_refunded"] + amount
    return store.change(charge, amount_refunded=refunded, refunded=refunded == charge.body["amount"])


def _move(
    session: Session, kind: str, amount: int, *, source: str, category: str, fee: int = 0
) -> store.JSON:
    body = money_objects.balance_transaction(kind, amount, source=source, category=category, fee=fee)
    store.put(session, body, source=source)
    return body

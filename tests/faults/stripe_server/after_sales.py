"""What happens to a payment afterwards: refunds and disputes."""

from typing import Any

from tests.faults.stripe_server.account import DAY, Account, Body, Refusal

GONE = frozenset({"failed", "canceled"})
OPEN = frozenset({"needs_response", "under_review", "warning_needs_response", "warning_under_review"})
DISPUTE_FEE = 2_000
DAYS_TO_ANSWER = 7


def refund(
    account: Account,
    *,
    payment_intent: str | None = None,
    charge: str | None = None,
    amount: int | None = None,
    key: str | None = None,
    **wanted: Any,
) -> Body:
    """Give back part or all of a payment; `key` is the idempotency key of whoever asked. Raises Refusal."""
    if bool(payment_intent) == bool(charge):
        raise Refusal(400, "One of `payment_intent` and `charge` must be given.")
    paid = account.get("charge", charge) if charge else _charge_of(account, payment_intent or "")
    left = paid["amount_captured"] - paid["amount_refunded"]
    if not paid["paid"]:
        raise Refusal(400, "This charge has not succeeded.", code="charge_not_refundable")
    if any(one["status"] in OPEN and one["balance_transactions"] for one in _disputes(account, paid)):
        raise Refusal(400, "The charge is being disputed.", code="charge_disputed")
    if left <= 0:
        raise Refusal(400, "The charge has already been refunded.", code="charge_already_refunded")
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        said = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
        raise Refusal(400, said, param="amount")
    if account.short == "refused":
        raise Refusal(400, "Insufficient funds in your Stripe balance.", code="balance_insufficient")
    made = account.make(
        "refund",
        amount=amount,
        currency=paid["currency"],
        charge=paid["id"],
        payment_intent=paid["payment_intent"],
        metadata=wanted.get("metadata", {}),
        reason=wanted.get("reason"),
        status="pending",
    )
    if key is not None:
        account.calls[made["id"]] = key
    _count(account, paid)
    if account.short == "pending":
        made["pending_reason"] = "insufficient_funds"
    else:
        _take(account, made)
    account.tell("refund.created", made)
    account.tell("charge.refunded", paid)
    return made


def settle_refund(account: Account, refund_id: str) -> Body:
    """A refund that waited for money goes out. Raises Refusal when it does not wait."""
    made = _refund(account, refund_id, "pending")
    made.pop("pending_reason", None)
    _take(account, made)
    account.tell("refund.updated", made)
    return made


def fail_refund(account: Account, refund_id: str) -> Body:
    """The bank sends a refund back, or its time ran out. Raises Refusal when it failed before."""
    made = _refund(account, refund_id, "pending", "succeeded")
    if made["status"] == "succeeded":
        back = account.move(
            "refund_failure", "refund_failure", made["id"], made["amount"], currency=made["currency"]
        )
        made["failure_balance_transaction"] = back["id"]
    made.pop("pending_reason", None)
    made.update(status="failed", failure_reason="declined")
    paid = account.objects[made["charge"]]
    _count(account, paid)
    account.tell("refund.updated", made)
    account.tell("refund.failed", made)
    return made


def cancel_refund(account: Account, refund_id: str) -> Body:
    """Stop a refund that waits for the buyer. Raises Refusal: none of ours ever does."""
    made = account.get("refund", refund_id)
    raise Refusal(400, f"A refund that is {made['status']} cannot be canceled.")


def dispute(
    account: Account,
    payment_intent: str,
    amount: int,
    *,
    status: str = "needs_response",
    withdrawn: int | None = None,
) -> Body:
    """The buyer's bank objects. An inquiry takes no money; `prevented` may have taken a part.

    Raises Refusal when there is nothing to object to.
    """
    paid = _charge_of(account, payment_intent)
    if not paid["paid"] or paid["disputed"]:
        raise Refusal(400, "The charge cannot be disputed.")
    made = account.make(
        "dispute",
        amount=amount,
        currency="gbp",
        charge=paid["id"],
        payment_intent=payment_intent,
        status=status,
        reason="product_not_received",
        livemode=False,
        is_charge_refundable=status.startswith("warning"),
        metadata={},
        balance_transactions=[],
        enhanced_eligibility_types=[],
        evidence={"enhanced_evidence": {}},
        evidence_details={
            "due_by": account.now() + DAYS_TO_ANSWER * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
    )
    paid["disputed"] = True
    account.tell("charge.dispute.created", made)
    takes = 0 if status.startswith("warning") else amount
    _withdraw(account, made, takes if withdrawn is None else withdrawn)
    return made


def escalate(account: Account, dispute_id: str) -> Body:
    """An inquiry becomes a dispute, and the money goes. Raises Refusal when it is none."""
    found = _dispute(account, dispute_id)
    if not found["status"].startswith("warning"):
        raise Refusal(400, "This is no inquiry.")
    found.update(status="needs_response", is_charge_refundable=False)
    _withdraw(account, found, found["amount"])
    account.tell("charge.dispute.updated", found)
    return found


def close_dispute(account: Account, dispute_id: str, *, won: bool, gives_back: int | None = None) -> Body:
    """The bank decides. Won, what was taken (or `gives_back` of it) is ours again. Raises Refusal if over."""
    found = _dispute(account, dispute_id)
    inquiry = found["status"].startswith("warning")
    lost = [move["amount"] for move in found["balance_transactions"]]
    found["status"] = "warning_closed" if inquiry else "won" if won else "lost"
    if won and lost:
        back = -sum(lost) if gives_back is None else gives_back
        move = account.move("adjustment", "dispute_reversal", found["id"], back)
        found["balance_transactions"] = [*found["balance_transactions"], move]
        account.tell("charge.dispute.funds_reinstated", found)
    account.tell("charge.dispute.closed", found)
    return found


def _charge_of(account: Account, intent_id: str) -> Body:
    intent = account.get("payment_intent", intent_id)
    if intent["status"] != "succeeded":
        said = f"This PaymentIntent ({intent_id}) does not have a successful charge to refund."
        raise Refusal(400, said, code="payment_intent_unexpected_state")
    return account.objects[intent["latest_charge"]]


def _refund(account: Account, refund_id: str, *statuses: str) -> Body:
    made = account.get("refund", refund_id)
    if made["status"] not in statuses:
        raise Refusal(400, f"This refund is {made['status']}.")
    return made


def _dispute(account: Account, dispute_id: str) -> Body:
    found = account.get("dispute", dispute_id)
    if found["status"] not in OPEN:
        raise Refusal(400, f"This dispute is {found['status']}.")
    return found


def _disputes(account: Account, paid: Body) -> list[Body]:
    return account.of_intent("dispute", paid["payment_intent"])


def _take(account: Account, made: Body) -> None:
    move = account.move("refund", "refund", made["id"], -made["amount"], currency=made["currency"])
    made.update(status="succeeded", balance_transaction=move["id"])


def _count(account: Account, paid: Body) -> None:
    stand = [one for one in account.of_intent("refund", paid["payment_intent"]) if one["status"] not in GONE]
    back = sum(one["amount"] for one in stand)
    paid.update(amount_refunded=back, refunded=back == paid["amount"])


def _withdraw(account: Account, found: Body, pence: int) -> None:
    if pence:
        move = account.move("adjustment", "dispute", found["id"], -pence, fee=DISPUTE_FEE)
        found["balance_transactions"] = [*found["balance_transactions"], move]
        account.tell("charge.dispute.funds_withdrawn", found)

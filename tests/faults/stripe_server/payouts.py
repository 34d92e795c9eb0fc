"""Payouts from the balance to the bank: by themselves or by hand, under way, arrived, failed, canceled."""

from tests.faults.stripe_server.account import DAY, Account, Body, Refusal

DAYS_TO_ARRIVE = 3
UNDER_WAY = frozenset({"pending", "in_transit"})


def pay_out(account: Account, *, currency: str = "gbp", arrives: bool = True) -> Body:
    """All that is available leaves for the bank, by Stripe's own timetable. Raises Refusal if nothing is.

    Until it has arrived Stripe does not say that it knows what the payout is made of.
    """
    made = _left(account, currency, automatic=True)
    if arrives:
        arrive(account, made["id"])
    return made


def withdraw(account: Account, *, currency: str = "gbp", arrives: bool = True) -> Body:
    """The same by hand: of such a payout Stripe never says what it is made of. Raises Refusal."""
    made = _left(account, currency, automatic=False)
    if arrives:
        arrive(account, made["id"])
    return made


def arrive(account: Account, payout_id: str) -> Body:
    """The bank has it. Raises Refusal when it is not under way."""
    found = _under_way(account, payout_id)
    found["status"] = "paid"
    account.tell("payout.paid", found)
    if found["automatic"]:
        found["reconciliation_status"] = "completed"
        account.tell("payout.reconciliation_completed", found)
    return found


def fail(account: Account, payout_id: str) -> Body:
    """Our bank sends a payout back. Raises Refusal when it did before, or it never left."""
    found = account.get("payout", payout_id)
    if found["status"] in {"failed", "canceled"}:
        raise Refusal(400, f"This payout is {found['status']}.")
    _back(account, found, "payout_failure")
    found.update(status="failed", failure_code="account_closed")
    account.tell("payout.failed", found)
    return found


def cancel(account: Account, payout_id: str) -> Body:
    """Somebody stops it before it has left. Raises Refusal when it is not under way."""
    found = _under_way(account, payout_id)
    _back(account, found, "payout_cancel")
    found["status"] = "canceled"
    account.tell("payout.canceled", found)
    return found


def _left(account: Account, currency: str, *, automatic: bool) -> Body:
    account.tick()
    made_of = [move for move in _available(account, currency) if move["id"] not in account.paid_out]
    amount = sum(move["net"] for move in made_of)
    if amount <= 0:
        raise Refusal(400, "There is nothing to pay out.", code="balance_insufficient")
    made = account.make(
        "payout",
        amount=amount,
        currency=currency,
        livemode=False,
        automatic=automatic,
        method="standard",
        type="bank_account",
        source_type="card",
        status="in_transit",
        reconciliation_status="in_progress" if automatic else "not_applicable",
        arrival_date=account.now() + DAYS_TO_ARRIVE * DAY,
        metadata={},
    )
    move = account.move("payout", "payout", made["id"], -amount, currency=currency)
    made["balance_transaction"] = move["id"]
    account.paid_out.update({one["id"]: made["id"] for one in [*made_of, move]})
    account.tell("payout.created", made)
    return made


def _back(account: Account, found: Body, kind: str) -> None:
    move = account.move(kind, "payout_reversal", found["id"], found["amount"], currency=found["currency"])
    found["failure_balance_transaction"] = move["id"]


def _under_way(account: Account, payout_id: str) -> Body:
    found = account.get("payout", payout_id)
    if found["status"] not in UNDER_WAY:
        raise Refusal(400, f"This payout is {found['status']}.")
    return found


def _available(account: Account, currency: str) -> list[Body]:
    moves = account.all("balance_transaction")
    return [move for move in moves if move["status"] == "available" and move["currency"] == currency]

"""Checkout sessions, and what buyers do on the page behind one."""

from typing import Any

from tests.faults.stripe_server.account import DAY, Account, Body, Refusal

LEAST_SECONDS = 1_800
MOST_SECONDS = DAY
LEAST_PENCE = 30
"""Stripe takes no card payment in sterling below it."""
FEE_PENCE = 20
FEE_PER_MILLE = 15
CARD = {
    "brand": "visa",
    "last4": "4242",
    "country": "GB",
    "exp_month": 8,
    "exp_year": 2030,
    "funding": "credit",
    "network": "visa",
    "fingerprint": "c4rd",
    "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
}


def open_session(account: Account, wanted: Body) -> Body:
    """A new payment page. Raises Refusal where the words of the documentation, not its schema, forbid it."""
    now = account.now()
    expires_at = wanted.get("expires_at", now + MOST_SECONDS)
    if not LEAST_SECONDS <= expires_at - now <= MOST_SECONDS:
        said = "`expires_at` must be between 30 minutes and 24 hours from Checkout Session creation."
        raise Refusal(400, said, param="expires_at")
    lines = [_line(account, one) for one in _priced(wanted)]
    total = sum(line["amount_total"] for line in lines)
    if total < LEAST_PENCE:
        raise Refusal(400, "The total must be at least 30p.", code="amount_too_small")
    session = account.make(
        "checkout.session",
        livemode=False,
        mode=wanted["mode"],
        ui_mode=wanted.get("ui_mode", "hosted_page"),
        status="open",
        payment_status="unpaid",
        amount_subtotal=total,
        amount_total=total,
        currency="gbp",
        expires_at=expires_at,
        success_url=wanted.get("success_url"),
        cancel_url=wanted.get("cancel_url"),
        client_reference_id=wanted.get("client_reference_id"),
        customer_email=wanted.get("customer_email"),
        locale=wanted.get("locale"),
        metadata=wanted.get("metadata", {}),
        payment_method_types=["card", "bacs_debit"],
        custom_fields=[],
        shipping_options=[],
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        custom_text={
            "after_submit": None,
            "shipping_address": None,
            "submit": None,
            "terms_of_service_acceptance": None,
        },
        adaptive_pricing={"enabled": wanted.get("adaptive_pricing", {}).get("enabled", True)},
        phone_number_collection={"enabled": False},
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    )
    session["url"] = f"https://checkout.stripe.com/c/pay/{session['id']}"
    account.items[session["id"]] = lines
    account.intended[session["id"]] = wanted.get("payment_intent_data", {}).get("metadata", {})
    return session


def expire(account: Account, session_id: str) -> Body:
    """Close an open page for good. Raises Refusal when it is complete or expired."""
    session = account.get("checkout.session", session_id)
    if session["status"] != "open":
        said = f"Only open Checkout Sessions can be expired. This one is {session['status']}."
        raise Refusal(400, said)
    account.close(session)
    return session


def pay(account: Account, session_id: str) -> Body:
    """The buyer pays by card. Raises Refusal when the page is not open."""
    session = _opened(account, session_id)
    intent = _confirmed(account, session, "card")
    charged(account, intent, "succeeded", "card")
    session.update(status="complete", payment_status="paid", url=None, customer_details=_details(session))
    account.tell("checkout.session.completed", session)
    return session


def decline(account: Account, session_id: str) -> Body:
    """The buyer's bank says no; the page stays open. Raises Refusal when it is not."""
    session = _opened(account, session_id)
    intent = _confirmed(account, session, "card")
    charged(account, intent, "failed", "card")
    return session


def pay_late(account: Account, session_id: str) -> Body:
    """The buyer gives a bank debit: the page is complete, the money days away. Raises Refusal if not open."""
    session = _opened(account, session_id)
    intent = _confirmed(account, session, "bacs_debit")
    intent.update(status="processing")
    session.update(status="complete", url=None, customer_details=_details(session))
    account.tell("payment_intent.processing", intent)
    account.tell("checkout.session.completed", session)
    return session


def late_money(account: Account, session_id: str, *, arrives: bool) -> Body:
    """The bank debit succeeds or fails. Raises Refusal when none is on its way."""
    session = account.get("checkout.session", session_id)
    intent = account.objects.get(session["payment_intent"] or "")
    if session["status"] != "complete" or intent is None or intent["status"] != "processing":
        raise Refusal(400, "No debit is on its way.")
    charged(account, intent, "succeeded" if arrives else "failed", "bacs_debit")
    if arrives:
        session.update(payment_status="paid")
    happened = "async_payment_succeeded" if arrives else "async_payment_failed"
    account.tell(f"checkout.session.{happened}", session)
    return session


def _opened(account: Account, session_id: str) -> Body:
    session = account.get("checkout.session", session_id)
    if session["status"] != "open":
        raise Refusal(400, f"This page is {session['status']}.")
    return session


def _confirmed(account: Account, session: Body, method: str) -> Body:
    """The session's payment intent, made when somebody first tries to pay."""
    if session["payment_intent"] is None:
        intent = made_intent(account, session["amount_total"], account.intended[session["id"]])
        session["payment_intent"] = intent["id"]
        account.tell("payment_intent.created", intent)
    intent = account.objects[session["payment_intent"]]
    intent["payment_method"] = f"pm_1{method}"
    return intent


def made_intent(account: Account, amount: int, metadata: dict[str, str], *, currency: str = "gbp") -> Body:
    """A payment that is wanted, of a page of ours or of anything else that sells on the account."""
    intent = account.make(
        "payment_intent",
        livemode=False,
        amount=amount,
        amount_capturable=0,
        amount_received=0,
        currency=currency,
        status="requires_payment_method",
        capture_method="automatic_async",
        confirmation_method="automatic",
        payment_method_types=["card", "bacs_debit"],
        payment_method_options={},
        amount_details={"tip": {}},
        metadata=metadata,
    )
    intent["client_secret"] = f"{intent['id']}_secret"
    return intent


def charged(account: Account, intent: Body, status: str, method: str) -> None:
    """A try to pay: the charge, and its money if it succeeded."""
    paid = status == "succeeded"
    charge = account.make(
        "charge",
        livemode=False,
        amount=intent["amount"],
        amount_captured=intent["amount"] if paid else 0,
        amount_refunded=0,
        currency=intent["currency"],
        status=status,
        paid=paid,
        captured=paid,
        refunded=False,
        disputed=False,
        payment_intent=intent["id"],
        payment_method=intent["payment_method"],
        payment_method_details={"type": method, method: dict(CARD) if method == "card" else {}},
        metadata=dict(intent["metadata"]),
        billing_details={"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        fraud_details={},
        failure_code=None if paid else "card_declined",
        failure_message=None if paid else "Your card was declined.",
        outcome={"type": "authorized" if paid else "issuer_declined", "network_status": None, "reason": None},
    )
    intent["latest_charge"] = charge["id"]
    if not paid:
        error = {"type": "card_error", "code": "card_declined", "message": "Your card was declined."}
        intent.update(status="requires_payment_method", payment_method=None, last_payment_error=error)
        account.tell("charge.failed", charge)
        account.tell("payment_intent.payment_failed", intent)
        return
    fee = FEE_PENCE + intent["amount"] * FEE_PER_MILLE // 1000
    account.charged(charge, "charge" if method == "card" else "payment", fee)
    intent.update(status="succeeded", amount_received=intent["amount"], last_payment_error=None)
    account.tell("charge.succeeded", charge)
    account.tell("payment_intent.succeeded", intent)


def _priced(wanted: Body) -> list[Body]:
    lines: list[Body] = wanted.get("line_items") or []
    if not lines or len(lines) > 100:
        raise Refusal(400, "A payment page takes 1 to 100 line items.", param="line_items")
    if any("price_data" not in line or line["price_data"].get("unit_amount", -1) < 0 for line in lines):
        raise Refusal(400, "Each line needs a price in `price_data`.", param="line_items")
    if {line["price_data"]["currency"] for line in lines} != {"gbp"}:
        raise Refusal(400, "All lines must be in one currency that the account takes.", param="line_items")
    return lines


def _line(account: Account, wanted: Body) -> Body:
    account.made += 1
    unit, quantity = wanted["price_data"]["unit_amount"], wanted.get("quantity", 1)
    total = unit * quantity
    return {
        "id": f"li_1{account.made:016d}",
        "object": "item",
        "amount_subtotal": total,
        "amount_total": total,
        "amount_discount": 0,
        "amount_tax": 0,
        "currency": "gbp",
        "description": wanted["price_data"].get("product_data", {}).get("name"),
        "quantity": quantity,
        "price": None,
    }


def _details(session: Body) -> dict[str, Any]:
    fields = ("address", "business_name", "individual_name", "name", "phone", "tax_ids")
    return {**dict.fromkeys(fields), "email": session["customer_email"], "tax_exempt": "none"}

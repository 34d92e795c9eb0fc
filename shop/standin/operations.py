"""The operations of Stripe's API that the stand-in knows: for each, what it takes and what it does.

An operation is one line of OPERATIONS. Whatever is not there is answered as Stripe answers an address it does
not know; a parameter that is not named is unknown.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.frozen import frozen
from shop.money import CURRENCY
from shop.standin import after_sales, objects, paying, radar, store
from shop.standin.errors import ApiError, missing, required
from shop.standin.models import StandinEvent
from shop.standin.operation_parameters import (
    BIGGEST,
    EXPAND,
    LEAST_CHARGE,
    LEAST_SECONDS_OPEN,
    MOST_SECONDS_OPEN,
    NEW_REFUND,
    NEW_SESSION,
    PAGE,
    page_of,
)
from shop.standin.parameters import (
    Kind,
    each,
    labels,
    shape,
    text,
)


@frozen(kw_only=True)
class Call:
    """One call of an operation: its parameters, checked, and the id in its address, if there is one."""

    session: Session
    params: Mapping[str, Any]
    path: str
    id: str
    pay_page: str


@frozen
class Operation:
    """What an address takes and does. `{id}` in the address stands for an id."""

    method: str
    address: str
    takes: Kind
    run: Callable[[Call], dict[str, Any]]
    expires_first: bool = True
    """Whether pages whose time is over are closed before; else it meets none, or one that shows it itself."""


def create_session(call: Call) -> dict[str, Any]:
    """Open a payment page."""
    params = dict(call.params)
    lifetime = params.setdefault("expires_at", store.seconds_now() + MOST_SECONDS_OPEN) - store.seconds_now()
    if not LEAST_SECONDS_OPEN <= lifetime <= MOST_SECONDS_OPEN:
        message = (
            "The `expires_at` timestamp must be "
            + ("at least 30 minutes" if lifetime < LEAST_SECONDS_OPEN else "less than 24 hours")
            + " from Checkout Session creation."
        )
        raise ApiError(message, param="expires_at")
    if not params["line_items"]:
        raise required("line_items")
    email = params.pop("customer_email", "a@b.example")
    if "@" not in email.strip("@") or " " in email:
        raise ApiError("Invalid email address.", code="email_invalid", param="customer_email")
    body, items = objects.session(params, pay_page=call.pay_page)
    if not LEAST_CHARGE <= body["amount_total"] <= BIGGEST:
        code = "amount_too_small" if body["amount_total"] < LEAST_CHARGE else "amount_too_large"
        raise ApiError("The Checkout Session's total amount due must add up to at least £0.30 gbp", code=code)
    metadata = params.get("payment_intent_data", {}).get("metadata", {})
    store.put(call.session, body, kept={"items": items, "payment_metadata": metadata})
    return body


def expire_session(call: Call) -> dict[str, Any]:
    """Close a payment page."""
    visit = store.locked(call.session, "checkout.session", call.id, "session")
    paying.expire(call.session, visit)
    return visit.body


def line_items(call: Call) -> dict[str, Any]:
    """The lines of a session."""
    visit = store.find(call.session, "checkout.session", call.id, "session")
    items = visit.kept["items"]
    start = next(
        (at + 1 for at, item in enumerate(items) if item["id"] == call.params.get("starting_after")), 0
    )
    end = start + call.params.get("limit", 10)
    return {"object": "list", "url": call.path, "has_more": end < len(items), "data": items[start:end]}


def create_refund(call: Call) -> dict[str, Any]:
    """Give money back."""
    params = call.params
    if ("payment_intent" in params) == ("charge" in params):
        if "charge" in params:
            raise ApiError("You may only specify one of these parameters: charge, payment_intent.")
        raise ApiError(
            "One of the following params should be provided for this request: payment_intent or charge.",
            code="parameter_missing",
            param="payment_intent",
        )
    intent = params.get("payment_intent") or (
        store.find(call.session, "charge", params["charge"], "charge").payment_intent or ""
    )
    made = after_sales.refund(
        call.session,
        intent,
        params.get("amount"),
        reason=params.get("reason"),
        metadata=params.get("metadata"),
    )
    return made.body


def update_refund(call: Call) -> dict[str, Any]:
    """Change a refund's metadata, the only thing about it that can be changed."""
    row = store.locked(call.session, "refund", call.id, "refund")
    store.change(row, metadata={**row.body["metadata"], **call.params.get("metadata", {})})
    return row.body


def cancel_refund(call: Call) -> dict[str, Any]:
    """Refuse: the stand-in's refunds go through at once."""
    row = store.find(call.session, "refund", call.id, "refund")
    raise ApiError(f"Refund {row.id} cannot be canceled because it has a status of {row.status}.")


def close_dispute(call: Call) -> dict[str, Any]:
    """Accept a dispute: it is lost."""
    store.find(call.session, "dispute", call.id, "dispute")
    return after_sales.close_dispute(call.session, call.id, won=False).body


def approve_review(call: Call) -> dict[str, Any]:
    """Say that a payment in review is good."""
    return radar.close_review(call.session, call.id).body


def balance(call: Call) -> dict[str, Any]:
    """What is in the balance."""
    found = after_sales.balance(call.session)
    return {"object": "balance", "livemode": False} | {
        name: [{"amount": pence, "currency": CURRENCY, "source_types": {"card": pence}}]
        for name, pence in found.items()
    }


def events(call: Call) -> dict[str, Any]:
    """What happened, newest first."""
    query = select(StandinEvent)
    wanted = [*call.params.get("types", []), *([call.params["type"]] if "type" in call.params else [])]
    if wanted:
        query = query.where(StandinEvent.type.in_(wanted))
    for bound, value in call.params.get("created", {}).items():
        query = query.where(store.COMPARED[bound](StandinEvent.created, value))
    return store.paged(call.session, query, StandinEvent, call.params, call.path)


def moves(call: Call) -> dict[str, Any]:
    """What moved. What a payout is made of can be asked for only if Stripe made it by itself."""
    if payout := call.params.get("payout"):
        found = store.find(call.session, "payout", payout, "payout")
        if not found.body["automatic"]:
            raise ApiError(
                "Balance transaction history can only be filtered on automatic transfers, not manual."
            )
    return store.listed(call.session, "balance_transaction", call.params, call.path)


def event(call: Call) -> dict[str, Any]:
    """One thing that happened."""
    row = call.session.scalar(select(StandinEvent).filter_by(id=call.id))
    if row is None:
        raise missing("event", call.id, "id")
    return row.body


def _one(kind: str, param: str = "") -> Callable[[Call], dict[str, Any]]:
    return lambda call: store.find(call.session, kind, call.id, param or kind).body


def _list(kind: str) -> Callable[[Call], dict[str, Any]]:
    return lambda call: store.listed(call.session, kind, call.params, call.path)


SESSIONS: Final = "/v1/checkout/sessions"
WARNINGS: Final = "/v1/radar/early_fraud_warnings"
OPERATIONS: Final = (
    Operation("POST", SESSIONS, NEW_SESSION, create_session, expires_first=False),
    Operation("GET", SESSIONS, page_of("payment_intent", "status"), _list("checkout.session")),
    Operation(
        "GET", SESSIONS + "/{id}", shape(EXPAND), _one("checkout.session", "session"), expires_first=False
    ),
    Operation("POST", SESSIONS + "/{id}/expire", shape(EXPAND), expire_session),
    Operation("GET", SESSIONS + "/{id}/line_items", page_of(), line_items),
    Operation("GET", "/v1/payment_intents", page_of(), _list("payment_intent")),
    Operation("GET", "/v1/payment_intents/{id}", shape(EXPAND), _one("payment_intent", "intent")),
    Operation("GET", "/v1/charges", page_of("payment_intent"), _list("charge")),
    Operation("GET", "/v1/charges/{id}", shape(EXPAND), _one("charge")),
    Operation("POST", "/v1/refunds", NEW_REFUND, create_refund),
    Operation("GET", "/v1/refunds", page_of("payment_intent", "charge"), _list("refund")),
    Operation("GET", "/v1/refunds/{id}", shape(EXPAND), _one("refund")),
    Operation("POST", "/v1/refunds/{id}", shape(EXPAND | {"metadata": labels}), update_refund),
    Operation("POST", "/v1/refunds/{id}/cancel", shape(EXPAND), cancel_refund),
    Operation("GET", "/v1/disputes", page_of("payment_intent", "charge"), _list("dispute")),
    Operation("GET", "/v1/disputes/{id}", shape(EXPAND), _one("dispute")),
    Operation("POST", "/v1/disputes/{id}/close", shape(EXPAND), close_dispute),
    Operation(
        "GET",
        "/v1/balance_transactions",
        page_of("payout", "source", "type", "currency"),
        moves,
    ),
    Operation("GET", "/v1/balance_transactions/{id}", shape(EXPAND), _one("balance_transaction", "id")),
    Operation("GET", "/v1/payouts", page_of("status"), _list("payout")),
    Operation("GET", "/v1/payouts/{id}", shape(EXPAND), _one("payout")),
    Operation("GET", "/v1/events", shape(PAGE | {"type": text(), "types": each(text(), 20)}), events),
    Operation("GET", "/v1/events/{id}", shape(EXPAND), event),
    Operation("GET", "/v1/balance", shape(EXPAND), balance),
    Operation("GET", "/v1/reviews", page_of(), _list("review")),
    Operation("GET", "/v1/reviews/{id}", shape(EXPAND), _one("review")),
    Operation("POST", "/v1/reviews/{id}/approve", shape(EXPAND), approve_review),
    Operation("GET", WARNINGS, page_of("payment_intent", "charge"), _list("radar.early_fraud_warning")),
    Operation(
        "GET", WARNINGS + "/{id}", shape(EXPAND), _one("radar.early_fraud_warning", "early_fraud_warning")
    ),
)

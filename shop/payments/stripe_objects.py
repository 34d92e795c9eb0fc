"""Stripe's objects, as plain dicts, read into the records of `stripe_snapshot`: what the shop acts on."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from shop.money import CURRENCY
from shop.payments.stripe_snapshot import (
    BalanceSeen,
    DisputeSeen,
    EventSeen,
    MoveSeen,
    PaymentSeen,
    PayoutSeen,
    RefundSeen,
    SessionSeen,
    SuspicionSeen,
)

Object = Mapping[str, Any]


def session(found: Object) -> SessionSeen:
    """A checkout.session."""
    return SessionSeen(
        id=found["id"],
        url=found["url"],
        status=found["status"],
        payment_status=found["payment_status"],
        amount_total=found["amount_total"],
        currency=found["currency"],
        livemode=found["livemode"],
        client_reference_id=found["client_reference_id"],
        attempt=(found.get("metadata") or {}).get("attempt"),
        supplement=(found.get("metadata") or {}).get("supplement"),
        payment_intent=identifier(found["payment_intent"]),
        expires_at=moment(found["expires_at"]),
    )


def payment(found: Object) -> PaymentSeen:
    """A payment_intent with its latest_charge expanded."""
    charge = found["latest_charge"]
    paid = charge is not None and charge["status"] == "succeeded"
    return PaymentSeen(
        intent_id=found["id"],
        status=found["status"],
        charge_id=charge["id"] if paid else None,
        amount_received=found["amount_received"],
        currency=found["currency"],
        created=moment(charge["created"] if paid else found["created"]),
    )


def returned(charge: Object | None) -> bool:
    """Whether a charge says that some of it was given back, or that it is disputed."""
    return charge is not None and bool(charge["amount_refunded"] or charge["refunded"] or charge["disputed"])


DISPUTE_ENDS: Final = frozenset({"won", "lost", "warning_closed", "prevented"})


def refund(found: Object, *, failed_at: datetime | None = None) -> RefundSeen:
    """A refund."""
    return RefundSeen(
        id=found["id"],
        status=found["status"],
        amount=found["amount"],
        created=moment(found["created"]),
        payment_intent=identifier(found["payment_intent"]),
        mark=(found.get("metadata") or {}).get("request"),
        failed_at=failed_at,
    )


def dispute(found: Object, *, closed_at: datetime | None = None) -> DisputeSeen:
    """A dispute. In its balance transactions a withdrawal is negative, a reinstatement positive."""
    moves = found["balance_transactions"]
    return DisputeSeen(
        id=found["id"],
        status=found["status"],
        amount=found["amount"],
        withdrawn_pence=-sum(row["amount"] for row in moves),
        created=moment(found["created"]),
        payment_intent=identifier(found["payment_intent"]),
        moved_at=moment(max((row["created"] for row in moves), default=found["created"])),
        closed_at=closed_at,
    )


def warning(found: Object) -> SuspicionSeen:
    """A radar.early_fraud_warning. It can be acted on until the charge is disputed, or refunded in full."""
    return SuspicionSeen(
        id=found["id"],
        kind="warning",
        open=found["actionable"],
        reason=found["fraud_type"],
        created=moment(found["created"]),
    )


def review(found: Object) -> SuspicionSeen:
    """A review."""
    return SuspicionSeen(
        id=found["id"],
        kind="review",
        open=found["open"],
        reason=found["reason"],
        created=moment(found["created"]),
    )


def move(found: Object) -> MoveSeen:
    """A balance_transaction."""
    return MoveSeen(
        id=found["id"],
        type=found["type"],
        reporting_category=found["reporting_category"],
        amount=found["amount"],
        fee=found["fee"],
        net=found["net"],
        currency=found["currency"],
        source=identifier(found["source"]),
        created=moment(found["created"]),
        available_on=moment(found["available_on"]),
        status=found["status"],
    )


def payout(found: Object) -> PayoutSeen:
    """A payout."""
    return PayoutSeen(
        id=found["id"],
        status=found["status"],
        amount=found["amount"],
        currency=found["currency"],
        automatic=found["automatic"],
        balance_transaction=identifier(found["balance_transaction"]),
        failure_code=found.get("failure_code"),
        failure_balance_transaction=identifier(found.get("failure_balance_transaction")),
        trace=(found.get("trace_id") or {}).get("value"),
        reconciliation_status=found["reconciliation_status"],
        arrives=moment(found["arrival_date"]),
        created=moment(found["created"]),
    )


def balance(found: Object) -> BalanceSeen:
    """The balance, of the shop's currency alone."""
    return BalanceSeen(
        available=sum(part["amount"] for part in found["available"] if part["currency"] == CURRENCY),
        pending=sum(part["amount"] for part in found["pending"] if part["currency"] == CURRENCY),
    )


def event(found: Object) -> EventSeen:
    """An event. Raises KeyError, TypeError or ValueError when it is not one."""
    if found["object"] != "event":
        raise ValueError("not an event")
    about = found["data"]["object"]
    kind = about["object"]
    intent = about["id"] if kind == "payment_intent" else identifier(about.get("payment_intent"))
    return EventSeen(
        id=_text(found["id"]),
        type=_text(found["type"]),
        api_version=found.get("api_version"),
        livemode=bool(found["livemode"]),
        created=moment(found["created"]),
        object=dict(about),
        session_id=about["id"] if kind == "checkout.session" else None,
        payment_intent=intent,
        charge=identifier(about.get("charge")),
        order_reference=(about.get("metadata") or {}).get("order"),
    )


def identifier(found: str | Object | None) -> str | None:
    """The id in a field that holds an id, the object itself (when expanded), or nothing."""
    if found is None or isinstance(found, str):
        return found
    expanded: str = found["id"]
    return expanded


def moment(seconds: int) -> datetime:
    """Stripe's seconds since 1970 as an aware UTC datetime."""
    return datetime.fromtimestamp(seconds, UTC)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("text was expected")
    return value

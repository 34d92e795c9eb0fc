"""A visit to the payment page as the tester's dashboard shows it, with what hangs on it."""

from collections.abc import Mapping, Sequence
from typing import Any

from shop.frozen import frozen
from shop.money import pounds_and_pence
from shop.standin.after_sales import OPEN_DISPUTES
from shop.standin.models import StandinObject

Found = Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]
"""Bodies of charges, refunds and disputes, by (payment, kind)."""


@frozen
class DashboardCharge:
    """A charge; a pending one may arrive or not, one that succeeded may be refunded and disputed."""

    id: str
    said: str
    pending: bool
    succeeded: bool
    refundable: bool


@frozen
class DashboardThing:
    """A refund or a dispute: what it is, and whether anything can still happen to it."""

    id: str
    said: str
    open: bool


@frozen
class DashboardVisit:
    """One session of the payment page."""

    id: str
    payment: str
    title: str
    said: str
    open: bool
    items: Sequence[tuple[str, int]]
    """(button, pence) of each item that can be refunded alone."""
    charges: Sequence[DashboardCharge]
    refunds: Sequence[DashboardThing]
    disputes: Sequence[DashboardThing]
    suspicions: Sequence[DashboardThing]
    """Early fraud warnings, which stay, and reviews, which are open until somebody closes them."""


def dashboard_visit(visit: StandinObject, found: Found) -> DashboardVisit:
    """A session with what was `found` of its payment."""
    body, payment = visit.body, visit.payment_intent or ""
    return DashboardVisit(
        id=visit.id,
        payment=payment,
        title=f"{body['client_reference_id'] or 'No reference'}, {pounds_and_pence(body['amount_total'])}",
        said=f"Session {body['status']}, payment {body['payment_status']}.",
        open=visit.status == "open",
        items=[_item(item) for item in visit.kept["items"]],
        charges=[_charge(charge) for charge in found.get((payment, "charge"), ())],
        refunds=[_refund(refund) for refund in found.get((payment, "refund"), ())],
        disputes=[_dispute(dispute) for dispute in found.get((payment, "dispute"), ())],
        suspicions=[
            *(_warning(warning) for warning in found.get((payment, "radar.early_fraud_warning"), ())),
            *(_review(review) for review in found.get((payment, "review"), ())),
        ],
    )


def _item(item: Mapping[str, Any]) -> tuple[str, int]:
    pence = item["price"]["unit_amount"]
    return f"Refund one {item['description']}, {pounds_and_pence(pence)}", pence


def _charge(charge: Mapping[str, Any]) -> DashboardCharge:
    back = charge["amount_refunded"]
    given_back = f", {pounds_and_pence(back)} given back" if back else ""
    return DashboardCharge(
        charge["id"],
        f"Charge of {pounds_and_pence(charge['amount'])}: {charge['status']}{given_back}.",
        pending=charge["status"] == "pending",
        succeeded=charge["status"] == "succeeded",
        refundable=not charge["refunded"],
    )


def _refund(refund: Mapping[str, Any]) -> DashboardThing:
    said = f"Refund of {pounds_and_pence(refund['amount'])}: {refund['status']}."
    return DashboardThing(refund["id"], said, open=refund["status"] == "succeeded")


def _dispute(dispute: Mapping[str, Any]) -> DashboardThing:
    status = dispute["status"]
    said = f"Dispute over {pounds_and_pence(dispute['amount'])}: {status.replace('_', ' ')}."
    return DashboardThing(dispute["id"], said, open=status in OPEN_DISPUTES)


def _warning(warning: Mapping[str, Any]) -> DashboardThing:
    said = f"Early fraud warning: {warning['fraud_type'].replace('_', ' ')}."
    return DashboardThing(warning["id"], said, open=False)


def _review(review: Mapping[str, Any]) -> DashboardThing:
    state = "open" if review["open"] else review["closed_reason"].replace("_", " ")
    return DashboardThing(review["id"], f"Review: {state}.", open=review["open"])

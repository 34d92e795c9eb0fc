"""The tester's dashboard: what is paid, and the things that happen at a bank or in Stripe's dashboard.

It shows a payment's reference and amounts and nothing else: there is nothing else to show.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import web
from shop.standin import after_sales, paying, radar, store
from shop.standin.config import standin
from shop.standin.dashboard_visits import dashboard_visit
from shop.standin.errors import ApiError
from shop.standin.models import StandinDelivery, StandinObject
from shop.standin.pages import Form

blueprint = Blueprint("dashboard", __name__)
blueprint.before_request(web.same_origin)

SHOWN: Final = 50
LARGEST_POUNDS: Final = 999_999


@blueprint.get("/")
def look(said: str | None = None) -> ResponseReturnValue:
    """The newest sessions with their payments, refunds and disputes, and the payouts."""
    paying.expire_overdue(standin().database)
    with standin().database.reading() as session:
        visits = _newest(session, "checkout.session")
        intents = [visit.payment_intent for visit in visits if visit.payment_intent]
        found = _hanging_on(session, intents)
        payouts, balance = _newest(session, "payout"), after_sales.balance(session)
        waiting = len(session.scalars(select(StandinDelivery.id).filter_by(state="due")).all())
    page = render_template(
        "standin/dashboard.html",
        visits=[dashboard_visit(visit, found) for visit in visits],
        payouts=payouts,
        balance=balance,
        waiting=waiting,
        said=said,
        form=Form(),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if said else HTTPStatus.OK


@blueprint.post("/sessions/<session_id>/expiry")
def expire(session_id: str) -> ResponseReturnValue:
    """Expire an open session."""
    return _do(lambda session: paying.expire(session, store.locked(session, "checkout.session", session_id)))


@blueprint.post("/sessions/<session_id>/settlement")
def settle(session_id: str) -> ResponseReturnValue:
    """Let a late payment arrive (`outcome` 'arrives') or come back."""
    arrives = request.form.get("outcome") == "arrives"

    def run(session: Session) -> None:
        visit = store.locked(session, "checkout.session", session_id)
        paying.settle_late(session, visit, succeeds=arrives)

    return _do(run)


@blueprint.post("/payments/<intent_id>/refunds")
def refund(intent_id: str) -> ResponseReturnValue:
    """Refund an amount, as somebody could in Stripe's dashboard; without one, all that is left."""
    return _do(lambda session: after_sales.refund(session, intent_id, _pence()))


@blueprint.post("/refunds/<refund_id>/failure")
def fail_refund(refund_id: str) -> ResponseReturnValue:
    """Let the bank send a refund back."""
    return _do(lambda session: after_sales.fail_refund(session, refund_id))


@blueprint.post("/payments/<intent_id>/disputes")
def dispute(intent_id: str) -> ResponseReturnValue:
    """Open a dispute, an inquiry or a prevented one, by `kind`, for an amount; else for all that was paid."""
    kind = request.form.get("kind")

    def run(session: Session) -> None:
        paid = store.find(session, "payment_intent", intent_id).body["amount"]
        amount = _pence()
        after_sales.open_dispute(
            session,
            intent_id,
            paid if amount is None else amount,
            inquiry=kind == "inquiry",
            prevented=kind == "prevented",
        )

    return _do(run)


@blueprint.post("/disputes/<dispute_id>/outcome")
def close_dispute(dispute_id: str) -> ResponseReturnValue:
    """Decide a dispute: `outcome` 'won', or lost."""
    won = request.form.get("outcome") == "won"
    return _do(lambda session: after_sales.close_dispute(session, dispute_id, won=won))


@blueprint.post("/payments/<intent_id>/suspicions")
def suspect(intent_id: str) -> ResponseReturnValue:
    """The bank warns of fraud, or (`kind` 'review') Radar puts the payment in review."""
    review = request.form.get("kind") == "review"
    return _do(lambda session: (radar.open_review if review else radar.warn)(session, intent_id))


@blueprint.post("/reviews/<review_id>/outcome")
def close_review(review_id: str) -> ResponseReturnValue:
    """Close a review: `outcome` 'approved', or as fraud."""
    why = radar.APPROVED if request.form.get("outcome") == radar.APPROVED else "refunded_as_fraud"
    return _do(lambda session: radar.close_review(session, review_id, why=why))


@blueprint.post("/payouts")
def pay_out() -> ResponseReturnValue:
    """Pay the balance out, or (`kind` 'by hand') as somebody may, to be there in three days."""
    by_hand = request.form.get("kind") == "by hand"
    return _do(lambda session: after_sales.pay_out(session, automatic=not by_hand, days=3 * by_hand))


@blueprint.post("/payouts/<payout_id>/failure")
def fail_payout(payout_id: str) -> ResponseReturnValue:
    """Let the bank send a payout back."""
    return _do(lambda session: after_sales.fail_payout(session, payout_id))


def _do(change: Callable[[Session], Any]) -> ResponseReturnValue:
    """Make a change and show the dashboard again; say why when it cannot be made."""
    if not Form().validate_on_submit():
        return look("This page had been open for a while. Please send it once more.")
    try:
        with standin().database.transaction() as session:
            change(session)
    except ApiError as error:
        return look(error.message)
    return redirect(url_for("dashboard.look"), HTTPStatus.SEE_OTHER)


def _pence() -> int | None:
    """The amount of the form: `pence` as a button sends it, or `amount` in pounds as somebody types it."""
    try:
        if pence := request.form.get("pence"):
            return _sensible(int(pence))
        typed = request.form.get("amount", "").strip().removeprefix("£")
        return _sensible(Decimal(typed) * 100) if typed else None
    except (ValueError, InvalidOperation) as error:
        raise ApiError("Please write the amount in pounds, like 12.50.", param="amount") from error


def _sensible(pence: int | Decimal) -> int:
    if not 0 < pence <= LARGEST_POUNDS * 100 or pence != int(pence):
        raise ValueError(pence)
    return int(pence)


def _newest(session: Session, kind: str) -> list[StandinObject]:
    query = select(StandinObject).filter_by(kind=kind).order_by(StandinObject.number.desc()).limit(SHOWN)
    return list(session.scalars(query))


def _hanging_on(session: Session, intents: list[str]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Refunds, disputes and charges of these payments, by (payment, kind)."""
    rows = session.scalars(
        select(StandinObject)
        .where(StandinObject.payment_intent.in_(intents), StandinObject.kind != "checkout.session")
        .order_by(StandinObject.number)
    )
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row.payment_intent or "", row.kind), []).append(row.body)
    return found

"""Giving money back on the owner's word: whole units and the postage, each once, and goodwill besides."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.mail import outbox
from shop.orders.lifecycle import EventKind, lock, record
from shop.orders.models import Order
from shop.payments.kinds import NEEDS_A_PERSON, OWED_STILL, Goodwill, RefundReason, RefundState
from shop.payments.models import RefundRequest
from shop.payments.refund_parts import split
from shop.payments.refund_sending import withdraw_refund_alerts
from shop.payments.refundable import MoreThanPaid, Refundable, refundable

TOLD_OTHERWISE: Final = frozenset({RefundReason.UNFILLABLE, RefundReason.SURPLUS, RefundReason.NOT_CHANGED})
"""What goes back for these reasons, and why, the buyer has been told with an e-mail of its own."""


class NotWaiting(Exception):
    """The refund does not wait for a person: it was sent, or somebody has decided already."""


def ask(
    session: Session,
    order_id: int,
    *,
    lines: Sequence[int],
    postage: bool,
    goodwill: Goodwill | None = None,
    goodwill_pence: int = 0,
    actor: str,
    agreed_pence: int | None = None,
) -> RefundRequest:
    """Decide a refund. It is sent to Stripe by `sync_order`, and carries the request's key there.

    A line, or the postage, is given back once, whoever gave it back: asking again raises NothingToRefund. One
    that Stripe refused or the bank sent back waits for `send_again` or `close`. `goodwill_pence` go back
    besides, for `goodwill`; no unit and no gift goes with them.
    Raises InDispute, and MoreThanPaid also when the sum is not `agreed_pence`, the one that was shown.
    """
    order = lock(session, order_id)
    now = refundable(session, order)
    besides = goodwill_pence if goodwill else 0
    amount = now.amount(lines, postage=postage, goodwill_pence=besides)
    if now.payment is None or agreed_pence not in {None, amount}:
        raise MoreThanPaid
    chosen = sorted(set(lines) & set(now.free))
    with_postage = postage and now.postage_free
    parts = [*map(str, chosen), *(["postage"] if with_postage else []), *(["goodwill"] if besides else [])]
    return owe(
        session,
        order,
        now,
        amount,
        reason=RefundReason.OWNER,
        named=f"back-{'-'.join(parts)}",
        actor=actor,
        lines=chosen,
        with_postage=with_postage,
        goodwill=goodwill if besides else None,
        goodwill_pence=besides or None,
    )


def owe(
    session: Session,
    order: Order,
    money: Refundable,
    amount_pence: int,
    *,
    reason: RefundReason,
    named: str,
    actor: str,
    lines: Sequence[int] = (),
    with_postage: bool = False,
    goodwill: Goodwill | None = None,
    goodwill_pence: int | None = None,
) -> RefundRequest:
    """Decide that this much goes back; `named` makes its key. Raises MoreThanPaid.

    What no payment has left alone goes back from several; the first of these requests is given.
    """
    parts = split(money.left, amount_pence)
    if money.payment is None or amount_pence > min(money.left_pence, sum(pence for _, pence in parts)):
        raise MoreThanPaid
    key = _free_key(session, f"order-{order.reference}-{named}")
    requests = [
        RefundRequest(
            order_id=order.id,
            key=f"{key}-part-{number}" if number > 1 else key,
            payment_intent=intent,
            amount_pence=pence,
            reason=reason,
            lines=[*lines],
            with_postage=with_postage,
            goodwill=goodwill,
            goodwill_pence=goodwill_pence,
            joined=key if len(parts) > 1 else None,
            joined_pence=amount_pence if len(parts) > 1 else None,
            actor=actor,
            requested_at=clock.now(),
            state=RefundState.OWED,
            next_try_at=clock.now(),
        )
        for number, (intent, pence) in enumerate(parts, start=1)
    ]
    session.add_all(requests)
    session.flush()
    what: dict[str, Any] = {"lines": [*lines], "with_postage": with_postage, "goodwill": goodwill}
    record(session, order, EventKind.REFUND_ASKED, actor=actor, amount_pence=amount_pence, **what)
    return requests[0]


def send_again(session: Session, order_id: int, request_id: int, *, actor: str) -> RefundRequest:
    """Have a refund that was refused or sent back sent anew, or one that waits tried now. NotWaiting."""
    order, waiting = _waiting(session, order_id, request_id, OWED_STILL)
    if waiting.state == RefundState.OWED:
        waiting.next_try_at = clock.now()
        return waiting
    again = RefundRequest(
        order_id=order_id,
        key=_free_key(session, waiting.key.partition("-again-")[0]),
        payment_intent=waiting.payment_intent,
        amount_pence=waiting.amount_pence,
        reason=waiting.reason,
        lines=waiting.lines,
        with_postage=waiting.with_postage,
        goodwill=waiting.goodwill,
        goodwill_pence=waiting.goodwill_pence,
        joined=waiting.joined,
        joined_pence=waiting.joined_pence,
        actor=actor,
        requested_at=clock.now(),
        state=RefundState.OWED,
        next_try_at=clock.now(),
    )
    session.add(again)
    session.flush()
    waiting.state = RefundState.ASKED_AGAIN
    record(session, order, EventKind.REFUND_ASKED_AGAIN, actor=actor, amount_pence=again.amount_pence)
    withdraw_refund_alerts(session, order)
    return again


def close(session: Session, order_id: int, request_id: int, *, returned: bool, note: str, actor: str) -> None:
    """Say that a refund is not to be sent: it was returned by other means, or the owner thought again.

    What is owed for good, and a part of a sum, can only be returned. Raises NotWaiting.
    """
    order, waiting = _waiting(session, order_id, request_id, NEEDS_A_PERSON)
    if not returned and not may_be_withdrawn(waiting):
        raise NotWaiting
    waiting.state = RefundState.RETURNED_ELSEWHERE if returned else RefundState.WITHDRAWN
    kind = EventKind.RETURNED_ELSEWHERE if returned else EventKind.REFUND_WITHDRAWN
    record(session, order, kind, actor=actor, amount_pence=waiting.amount_pence, note=note)
    if returned and waiting.reason not in TOLD_OTHERWISE:
        about = f"{order.reference}:refund:{waiting.key}"
        outbox.put(session, kind="refund", order_id=order.id, dedupe_key=about)
    withdraw_refund_alerts(session, order)


def parts_after(session: Session, request: RefundRequest) -> Sequence[RefundRequest]:
    """Those that were asked for with it, or after it, to give one sum back together."""
    if request.joined is None:
        return []
    later = RefundRequest.id > request.id, RefundRequest.joined == request.joined
    return session.scalars(select(RefundRequest).where(*later).order_by(RefundRequest.id)).all()


def may_be_withdrawn(request: RefundRequest) -> bool:
    """Whether the owner may think again: not of what is owed for good, nor of one part among several."""
    return request.reason == RefundReason.OWNER and request.joined is None


def _waiting(
    session: Session, order_id: int, request_id: int, states: Collection[RefundState]
) -> tuple[Order, RefundRequest]:
    order = lock(session, order_id)
    found = session.get(RefundRequest, request_id, populate_existing=True)
    if found is None or found.order_id != order_id or found.state not in states:
        raise NotWaiting
    return order, found


def _free_key(session: Session, wanted: str) -> str:
    """A key that no request has had: under one it knows, Stripe answers what it answered before."""
    query = select(RefundRequest.key).where(RefundRequest.key.startswith(wanted, autoescape=True))
    taken = set(session.scalars(query))
    names = (f"{wanted}-again-{again}" if again else wanted for again in range(len(taken) + 1))
    return next(name for name in names if name not in taken)

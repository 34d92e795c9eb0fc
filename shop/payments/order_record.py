"""An order with everything written down about it, and the ways to write down more, each thing once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from shop import clock
from shop.frozen import frozen
from shop.mail import outbox
from shop.orders.lifecycle import EventKind, lines_of, record
from shop.orders.models import Order, OrderEvent, OrderLine
from shop.payments.attempts import ATTEMPTS
from shop.payments.kinds import EntryKind, RefundReason, RefundState
from shop.payments.models import CheckoutAttempt, PaymentEntry, RefundRequest, Supplement
from shop.payments.stripe_snapshot import DisputeSeen, PaymentSeen, RefundSeen
from shop.sql import keep_new

STRIPE: Final = "stripe"
"""Who did it, in histories and books, when Stripe told us."""

PRINCIPAL: Final = frozenset({EntryKind.PAYMENT, EntryKind.UNEXPLAINED})
BOUGHT: Final = PRINCIPAL | {EntryKind.SUPPLEMENT}
"""Kinds of payments that something was bought with."""


@frozen
class Written:
    """What is written down about an order's money. Whatever changes any of it moves the order's version."""

    lines: Sequence[OrderLine]
    attempts: Sequence[CheckoutAttempt]
    entries: Sequence[PaymentEntry]
    requests: Sequence[RefundRequest]
    supplements: Sequence[Supplement] = ()


@dataclass
class OrderRecord:
    """An order with what is already written down about it."""

    session: Session
    order: Order
    lines: Sequence[OrderLine]
    attempts: Sequence[CheckoutAttempt]
    entries: dict[str, PaymentEntry]
    requests: list[RefundRequest]
    supplements: Sequence[Supplement] = ()
    recorded: set[EventKind] = field(default_factory=set)
    """The kinds of events recorded this time."""

    @cached_property
    def accepted(self) -> bool:
        """Whether the owner accepted a payment that was not what was asked for."""
        return self.session.scalar(_ACCEPTED, {"order": self.order.id}) is not None

    @property
    def principal(self) -> PaymentEntry | None:
        """The payment that bought the goods; others for the same order are surplus."""
        return next((e for e in self.entries.values() if e.kind in PRINCIPAL), None)

    @property
    def bought(self) -> Mapping[str, int]:
        """The payments that bought what stands, the first before its supplements: pence by intent."""
        return {e.payment_intent: e.amount_pence for e in self.entries.values() if e.kind in BOUGHT}

    @property
    def unfillable(self) -> bool:
        """Whether the buyer paid after the last piece had gone, so that all of it goes back."""
        return any(request.reason == RefundReason.UNFILLABLE for request in self.requests)

    @property
    def unanswered(self) -> bool:
        """Whether a payment page was asked for and may be open although Stripe has not answered yet."""
        return bool(self.attempts) and self.attempts[-1].stripe_id is None

    def post_entry(
        self,
        key: str,
        kind: EntryKind,
        payment: PaymentSeen,
        amount: int,
        *,
        about: RefundSeen | DisputeSeen | None = None,
        at: datetime | None = None,
    ) -> bool:
        """Post money once. Give whether it is new. `at` is when it moved, if not when that began."""
        if key in self.entries or amount == 0:
            return False
        entry = PaymentEntry(
            order_id=self.order.id,
            key=key,
            kind=kind,
            stripe_id=about.id if about else payment.charge_id or payment.intent_id,
            payment_intent=payment.intent_id,
            amount_pence=amount,
            currency=payment.currency,
            event_at=at or (about or payment).created,
            booked_at=clock.now(),
        )
        keep_new(self.session, entry)
        self.entries[key] = entry
        return True

    def record_event(
        self, kind: EventKind, event_at: datetime | None = None, *, actor: str = STRIPE, **data: object
    ) -> None:
        """Add to the order's history."""
        self.recorded.add(kind)
        record(self.session, self.order, kind, actor=actor, event_at=event_at, **data)

    def ask_refund(
        self, intent: str, amount: int, reason: RefundReason, suffix: str, *, actor: str = "shop"
    ) -> RefundRequest:
        """Decide to give money back; `sync_order` sends it after the transaction."""
        now = clock.now()
        request = RefundRequest(
            order_id=self.order.id,
            key=f"order-{self.order.reference}-{suffix}",
            payment_intent=intent,
            amount_pence=amount,
            reason=reason,
            lines=[],
            actor=actor,
            requested_at=now,
            state=RefundState.OWED,
            next_try_at=now,
        )
        self.session.add(request)
        self.requests.append(request)
        return request

    def queue_email(self, kind: str, about: str = "") -> None:
        """Put an e-mail into the outbox, once per kind and what it is about."""
        key = f"{self.order.reference}:{kind}:{about}"
        outbox.put(self.session, kind=kind, order_id=self.order.id, dedupe_key=key)


_ENTRIES: Final = (
    select(PaymentEntry).where(PaymentEntry.order_id == bindparam("order")).order_by(PaymentEntry.id)
)
_REQUESTS: Final = (
    select(RefundRequest).where(RefundRequest.order_id == bindparam("order")).order_by(RefundRequest.id)
)
_SUPPLEMENTS: Final = (
    select(Supplement).where(Supplement.order_id == bindparam("order")).order_by(Supplement.number)
)
_ACCEPTED: Final = select(OrderEvent.id).where(
    OrderEvent.order_id == bindparam("order"), OrderEvent.kind == EventKind.ACCEPTED
)


def written_of(
    session: Session,
    order_id: int,
    attempts: Sequence[CheckoutAttempt] | None = None,
    *,
    paid: bool = True,
    returning: bool = True,
    supplemented: bool = True,
) -> Written:
    """What is written down about an order. What is known to be nothing, or at hand, is not asked for."""
    asked = {"order": order_id}
    return Written(
        lines_of(session, order_id),
        session.scalars(ATTEMPTS, asked).all() if attempts is None else attempts,
        session.scalars(_ENTRIES, asked).all() if paid else (),
        session.scalars(_REQUESTS, asked).all() if returning else (),
        session.scalars(_SUPPLEMENTS, asked).all() if supplemented else (),
    )


def open_record(session: Session, order: Order, written: Written | None = None) -> OrderRecord:
    """What is known of an order that the caller has locked.

    `written` is what was read of it before, while it had the version that it has now.
    """
    if written is None:
        written = written_of(session, order.id)
    else:
        rows = (written.lines, written.attempts, written.entries, written.requests, written.supplements)
        session.add_all([row for table in rows for row in table])
    return OrderRecord(
        session,
        order,
        written.lines,
        written.attempts,
        {entry.key: entry for entry in written.entries},
        list(written.requests),
        written.supplements,
    )

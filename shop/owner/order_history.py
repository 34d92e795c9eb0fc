"""Everything that happened to an order in one list: money, bench, parcels, e-mails, drawings, donation.

No event is left out or put together with another: what somebody looks for here is the one that was forgotten.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from shop.emails.order_emails import named
from shop.fulfilment import finished_looks, parcels, returns, units
from shop.fulfilment.cards_opened import openings_of
from shop.fulfilment.models import UnitStep
from shop.giving.gift_history import gift_steps
from shop.giving.transitions import Kind
from shop.mail import outbox
from shop.mail.models import QueuedEmail
from shop.money import CURRENCY, pounds_and_pence
from shop.orders import hand_drawings
from shop.orders.models import OrderEvent
from shop.orders.states import EventKind
from shop.orders.view import OrderView
from shop.owner.email_rows import why_dropped
from shop.owner.order_talk import Happened, talked
from shop.payment_links.models import PaymentLink
from shop.payments.kinds import EntryKind
from shop.payments.models import PaymentEntry
from shop.web.cells import Cells
from shop.web.dates import minute

IN_DISPUTES: Final = {
    EntryKind.DISPUTE_WITHDRAWN: "the bank took money for the dispute",
    EntryKind.DISPUTE_REINSTATED: "the bank gave money of the dispute back",
}
"""Movements that no event tells of."""

GIFTS: Final = {
    Kind.ACCRUE: "donation set aside",
    Kind.REVERSE: "donation taken back",
    Kind.DISPUTE_OPENED: "donation held, for the payment is disputed",
    Kind.DISPUTE_WON: "donation set aside again",
    Kind.DISPUTE_LOST: "donation taken back, for the dispute was lost",
}
STRIPE: Final = "stripe"


def happened(
    session: Session, order: OrderView, entries: Sequence[PaymentEntry], link: PaymentLink | None = None
) -> list[Cells]:
    """What happened to an order as rows of a table: when, what, amount, who; `link` is what it was made from.

    Stripe counts whole seconds, so within a minute they stand in the order in which we learnt of them.
    """
    found = [
        *map(_event, order.events),
        *_in_disputes(entries),
        *_at_the_bench(session, order.row.id),
        *_pieces(session, order.row.id),
        *_tracking(session, order.row.id),
        *_drawings(session, order.row.id),
        *_looks(session, order.row.id),
        *_cards(session, order.row.id),
        *_link(link),
        *talked(session, order.row.id),
        *_emails(session, order.row.id),
        *_gifts(session, order.row.reference),
    ]
    found.sort(key=lambda one: (one.at.replace(second=0, microsecond=0), one.learnt_at))
    return [[minute(one.at), one.what, one.amount, one.who] for one in found]


def _event(event: OrderEvent) -> Happened:
    return Happened(
        event.event_at, event.booked_at, _told(event), event.actor, _amount(EventKind(event.kind), event.data)
    )


def _told(event: OrderEvent) -> str:
    data = event.data
    about = _about(data)
    said = event.kind if event.kind != EventKind.OTHER else str(data.get("was", event.kind))
    return said + (f": {about}" if about else "") + (f" ({note})" if (note := data.get("note")) else "")


def _amount(kind: EventKind, data: dict[str, object]) -> str:
    name = {EventKind.PLACED: "total_pence", EventKind.AMOUNT_DIFFERS: "received"}.get(kind, "amount_pence")
    pence, currency = data.get(name), str(data.get("currency", CURRENCY))
    if not isinstance(pence, int):
        return ""
    return pounds_and_pence(pence) if currency == CURRENCY else f"{pence} {currency.upper()}"


def _about(data: Mapping[str, Any]) -> str:
    parts = [f"piece {number}" for number in data.get("lines") or ()]
    parts += ["postage"] if data.get("with_postage") else []
    parts += [f"goodwill ({data['goodwill']})"] if data.get("goodwill") else []
    parts += [f"{data['before']}, now {data['now']}"] if "now" in data else []
    parts += [f"{data['before']} to {data['to']}"] if "to" in data else []
    return ", ".join(parts)


def _in_disputes(entries: Sequence[PaymentEntry]) -> Iterator[Happened]:
    for entry in entries:
        if (kind := EntryKind(entry.kind)) in IN_DISPUTES:
            amount = pounds_and_pence(abs(entry.amount_pence))
            yield Happened(entry.event_at, entry.booked_at, IN_DISPUTES[kind], STRIPE, amount)


def _at_the_bench(session: Session, order_id: int) -> Iterator[Happened]:
    for number, steps in units.steps_of(session, order_id).items():
        by_id = {step.id: step for step in steps}
        for step in steps:
            yield Happened(step.at, step.at, f"piece {number}: {_step(step, by_id)}", step.actor)


def _step(step: UnitStep, others: dict[int, UnitStep]) -> str:
    undone = others.get(step.undoes_id or 0)
    about = undone.action if undone else step.reason
    return f"{step.action} ({about})" if about else step.action


def _pieces(session: Session, order_id: int) -> Iterator[Happened]:
    for number, said in returns.history(session, order_id):
        yield Happened(said.at, said.at, f"what becomes of piece {number}: {said.fate}", said.actor)


def _tracking(session: Session, order_id: int) -> Iterator[Happened]:
    for change in parcels.tracking_changes(session, order_id):
        said = f"tracking number {change.tracking}" if change.tracking else "tracking number taken away"
        yield Happened(change.at, change.at, said, change.actor)


def _drawings(session: Session, order_id: int) -> Iterator[Happened]:
    for step in hand_drawings.steps_of(session, order_id):
        yield Happened(step.at, step.at, f"drawing of piece {step.line_number}: {step.kind}", step.actor)


def _cards(session: Session, order_id: int) -> Iterator[Happened]:
    for number, openings in openings_of(session, order_id).items():
        for one in openings:
            yield Happened(one.at, one.at, f"dedication of piece {number} opened for its card", one.actor)


def _looks(session: Session, order_id: int) -> Iterator[Happened]:
    for number, one in finished_looks.looks_of(session, order_id):
        yield Happened(one.at, one.at, f"finished piece {number}: {one.kind}", one.actor)


def _link(link: PaymentLink | None) -> Iterator[Happened]:
    if link is None:
        return
    yield Happened(link.begun_at, link.begun_at, f"put together for who asked by {link.via}", link.actor)
    if link.sent_at:
        yield Happened(link.sent_at, link.sent_at, "payment link sent", link.actor)


def _emails(session: Session, order_id: int) -> Iterator[Happened]:
    for email in outbox.emails_of(session, order_id):
        if email.asked_by:
            said = f"e-mail asked for again: {named(email.kind)}"
            yield Happened(email.created_at, email.created_at, said, email.asked_by)
        yield _email(email)


def _email(email: QueuedEmail) -> Happened:
    name, at = named(email.kind), email.sent_at or email.created_at
    if email.sent_at:
        said = f"e-mail sent: {name}"
    elif email.dropped:
        said = f"e-mail not sent: {name} ({why_dropped(email.dropped)})"
    else:
        said = f"e-mail waits to be sent: {name}"
    return Happened(at, at, said, "shop")


def _gifts(session: Session, reference: str) -> Iterator[Happened]:
    for step in gift_steps(session, reference):
        said = GIFTS[step.kind] + (f": piece {step.unit}" if step.unit else "")
        yield Happened(step.event_at, step.booked_at, said, step.actor, pounds_and_pence(step.amount_pence))

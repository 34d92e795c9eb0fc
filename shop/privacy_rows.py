"""What is kept about an order in one table or another, as plain values for its export.

Amounts in pence, times in ISO 8601.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.engraving import EngravedLine
from shop.giving.models import LedgerEntry, LedgerTxn
from shop.giving.transitions import Account
from shop.mail.models import QueuedEmail
from shop.orders.models import Order, OrderLink
from shop.orders.view import LineView
from shop.payment_links import payment_links
from shop.payments.models import PaymentEntry, RefundRequest

Kept = TypeVar("Kept", PaymentEntry, RefundRequest, QueuedEmail)


def came_by(session: Session, order: Order) -> dict[str, Any]:
    """By which way it came; by telephone or letter, who put it together and when its link was sent."""
    link = payment_links.of_order(session, order.id)
    if link is None:
        return {"way": "the shop's own pages"}
    return {
        "way": link.via,
        "put_together_by": link.actor,
        "begun_at": link.begun_at.isoformat(),
        "link_sent_at": link.sent_at and link.sent_at.isoformat(),
        "link_e_mailed_at": link.emailed_at and link.emailed_at.isoformat(),
    }


def piece(line: LineView, drawings: list[dict[str, Any]]) -> dict[str, Any]:
    """A unit, with the words on it, their proof and its dedication."""
    engraving = line.engraving
    return {
        "piece": line.row.piece_name,
        "metal": line.row.metal_name,
        "chain_inches": line.row.chain_inches,
        "price_pence": line.row.price_pence,
        "donation_pence": line.row.donation_pence,
        "face": engraving.face if engraving else None,
        "engraving": [_line(cut) for cut in engraving.lines] if engraving else [],
        "artwork": [one.written() for one in engraving.artwork] if engraving else [],
        "proof": _proof(line),
        "drawn_by_hand": drawings,
        "dedication": line.dedication,
        "shared_on_the_wall_as": line.shared_as,
        "on_the_wall": line.on_wall,
    }


def _line(cut: EngravedLine) -> dict[str, Any]:
    """A line's words, and its face where that is not the face of the others."""
    said = {"side": cut.side, "line": cut.line, "text": cut.text}
    return {**said, "face": cut.face.slug} if cut.face else said


def _proof(line: LineView) -> dict[str, Any] | None:
    digests = {"digest": line.row.proof_digest, "cut_digest": line.row.cut_digest}
    return {**digests, **line.approved.sealed()} if line.approved else None


def _rows(session: Session, table: type[Kept], order: Order) -> Iterable[Kept]:
    """What is kept of an order in a table, oldest first."""
    return session.scalars(select(table).where(table.order_id == order.id).order_by(table.id))


def payments(session: Session, order: Order) -> list[dict[str, Any]]:
    """What was paid and went back."""
    return [
        {
            "at": row.event_at.isoformat(),
            "what": row.kind,
            "amount_pence": row.amount_pence,
            "stripe_id": row.stripe_id,
        }
        for row in _rows(session, PaymentEntry, order)
    ]


def refunds(session: Session, order: Order) -> list[dict[str, Any]]:
    """What was asked to go back."""
    return [
        {
            "at": row.requested_at.isoformat(),
            "amount_pence": row.amount_pence,
            "pieces": row.lines,
            "goodwill": row.goodwill,
            "refused": row.refused,
        }
        for row in _rows(session, RefundRequest, order)
    ]


def emails(session: Session, order: Order) -> list[dict[str, Any]]:
    """What was decided to be sent, and whether it was."""
    return [
        {
            "what": row.kind,
            "decided_at": row.created_at.isoformat(),
            "sent_at": row.sent_at.isoformat() if row.sent_at else None,
            "not_sent_because": row.dropped,
        }
        for row in _rows(session, QueuedEmail, order)
    ]


def links(session: Session, order: Order) -> list[dict[str, Any]]:
    """When links were made and closed; a link itself is known to the buyer alone."""
    rows = session.scalars(
        select(OrderLink).where(OrderLink.order_id == order.id).order_by(OrderLink.created_at)
    )
    return [
        {
            "made_at": row.created_at.isoformat(),
            "closed_at": row.revoked_at.isoformat() if row.revoked_at else None,
        }
        for row in rows
    ]


def ledger(session: Session, order: Order) -> list[dict[str, Any]]:
    """What it brought the charity."""
    rows = session.execute(
        select(LedgerTxn.seq, LedgerTxn.event_at, LedgerTxn.kind, LedgerTxn.unit, LedgerEntry.amount_pence)
        .join(LedgerEntry, LedgerEntry.txn_seq == LedgerTxn.seq)
        .where(LedgerTxn.order_reference == order.reference, LedgerEntry.account == Account.COST.value)
        .order_by(LedgerTxn.seq)
    )
    return [
        {"number": seq, "at": at.isoformat(), "what": kind, "piece": unit, "amount_pence": pence}
        for seq, at, kind, unit, pence in rows
    ]

"""Supplements: what a unit costs more in another metal or chain length, paid on a page of its own.

A supplement is told from the order's own payment by a mark on its Checkout session, and expects a sum of its
own, so that it is never taken for paying twice. One is open at a time. Its piece is set aside meanwhile;
nothing about the order changes until it is paid: see `supplement_settlement`.
"""

from datetime import timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop import clock, stock
from shop.catalogue.views import Catalogue
from shop.dedications.vault import Vault
from shop.fulfilment.corrections import BUYER, ERASED, ChangedMeanwhile, TooLate
from shop.fulfilment.units import unit_of
from shop.mail import outbox
from shop.orders.lifecycle import EventKind, lock, record
from shop.orders.models import Order
from shop.payments.exchanging import Exchange, NotOffered, Wanted, agreed, refuse_unclear, why_closed
from shop.payments.kinds import SupplementState
from shop.payments.models import Supplement
from shop.payments.refundable import MoreThanPaid, refundable
from shop.payments.services import Services
from shop.payments.session_request import session_request
from shop.payments.unit_exchange import NewVariant

EMAIL: Final = "supplement"
RETURNED_EMAIL: Final = "supplement-returned"
LASTS: Final = timedelta(hours=23)
"""How long it can be paid, and its piece is set aside: Stripe keeps a payment page open for a day at most."""

CHANGED: Final = "It was changed to something else meanwhile."
MOST: Final = 20
"""How many a buyer may ask for of one order: who asks on and on sets pieces aside that others want."""
TOO_OFTEN: Final = "This was asked for many times. Please write to us, and we change it for you."
UNCLEAR: Final = "Some of what was paid has gone back meanwhile."


class AnotherWaits(Exception):
    """A supplement of the order is to be paid, or is being paid, and another can be asked for after it."""


def ask(
    session: Session,
    services: Services,
    order_id: int,
    number: int,
    *,
    catalogue: Catalogue,
    wanted: Wanted,
    actor: str,
    why: str = "",
) -> Supplement:
    """Ask for what a unit costs more in this metal and length. Asking for the same again gives the same.

    Raises TooLate, ChangedMeanwhile, NotOffered, SoldOut, MoreThanPaid as `exchanging.exchange` does, and
    AnotherWaits: then nothing is asked for.
    """
    order = lock(session, order_id)
    standing = unit_of(session, order_id, number)
    open_ = open_of(session, order_id)
    if open_ and _is_same(open_, number, wanted):
        return open_
    if standing[0].variant_id == wanted.variant_id:
        raise ChangedMeanwhile
    found = agreed(session, services.vault, order, standing, catalogue=catalogue, wanted=wanted, actor=actor)
    if open_:
        raise AnotherWaits
    if found.difference_pence <= 0 or not services.owns(order):
        raise NotOffered
    made = _written(session, services, order, found, from_id=standing[0].variant_id, actor=actor)
    if why:
        services.vault.seal(session, order_id, kept_as(made.id), {"why": why})
    said: dict[str, Any] = {"lines": [number], "before": found.before, "to": found.detail}
    said["amount_pence"] = found.difference_pence
    record(session, order, EventKind.SUPPLEMENT_ASKED, actor=actor, **said)
    if actor != BUYER:
        key = f"{order.reference}:{EMAIL}:{made.id}"
        outbox.put(session, kind=EMAIL, order_id=order_id, dedupe_key=key)
    return made


def open_of(session: Session, order_id: int) -> Supplement | None:
    """The supplement of an order that can be paid, or is being paid; None when there is none."""
    query = select(Supplement).where(
        Supplement.order_id == order_id, Supplement.state == SupplementState.ASKED
    )
    return session.scalars(query).one_or_none()


def waiting_of(session: Session, order_id: int) -> Supplement | None:
    """The supplement of an order that waits to be paid and is wanted, or whose payment is on its way."""
    found = open_of(session, order_id)
    return None if found is None or (found.left_by is not None and found.paying_at is None) else found


def leave(session: Session, order_id: int, number: int, *, actor: str) -> Supplement | None:
    """Note that nobody wants a supplement any more; None when the order has none of this number.

    It ends once its page is closed: see `supplement_page.close`. Leaving it twice is fine; one whose payment
    is on its way cannot be left.
    """
    lock(session, order_id)
    found = numbered(session, order_id, number)
    if found and found.state == SupplementState.ASKED and found.left_by is None and found.paying_at is None:
        found.left_by = actor
    return found


def numbered(session: Session, order_id: int, number: int) -> Supplement | None:
    """The order's supplement with this number."""
    query = select(Supplement).where(Supplement.order_id == order_id, Supplement.number == number)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def becomes(supplement: Supplement) -> NewVariant:
    """What its unit becomes once it is paid."""
    return NewVariant(
        supplement.variant_id,
        supplement.sku,
        supplement.metal_slug,
        supplement.metal_name,
        supplement.chain_inches,
        supplement.price_pence,
    )


def why_not(session: Session, vault: Vault, order: Order, supplement: Supplement) -> str:
    """Why its change is not possible any more, in a sentence; empty while it is. The order must be locked."""
    line, unit = unit_of(session, order.id, supplement.line_number)
    if vault.reveal(session, order.id, "contact") is None:
        return ERASED
    if closed := why_closed(session, order, line, unit, actor=supplement.actor):
        return closed
    asked_for = (supplement.from_variant_id, supplement.price_pence - supplement.expected_pence)
    if (line.variant_id, line.price_pence) != asked_for:
        return CHANGED
    try:
        money = refundable(session, order)
        refuse_unclear(money, number=line.number, price_pence=supplement.price_pence)
    except MoreThanPaid:
        return UNCLEAR
    return ""


def why_asked(session: Session, vault: Vault, supplement: Supplement) -> str:
    """Why the owner asked for it; empty when the buyer did, or once it was erased."""
    kept = vault.reveal(session, supplement.order_id, kept_as(supplement.id)) or {}
    return str(kept.get("why", ""))


def kept(session: Session, vault: Vault, order_id: int) -> list[dict[str, Any]]:
    """All that is kept of an order's supplements, oldest first; amounts in pence."""
    rows = session.scalars(
        select(Supplement).where(Supplement.order_id == order_id).order_by(Supplement.number)
    )
    return [_told(row, why_asked(session, vault, row)) for row in rows]


def _told(row: Supplement, why: str) -> dict[str, Any]:
    return {
        "at": row.created_at.isoformat(),
        "piece": row.line_number,
        "before": row.before,
        "to": becomes(row).detail,
        "amount_pence": row.expected_pence,
        "state": row.state,
        "by": row.actor,
        "why": why,
        "went_back_because": row.why_returned,
    }


def kept_as(supplement_id: int) -> str:
    """Under which name it is sealed why it was asked for."""
    return f"supplement:{supplement_id}"


def _is_same(supplement: Supplement, number: int, wanted: Wanted) -> bool:
    asked_for = (supplement.line_number, supplement.variant_id, supplement.expected_pence)
    return asked_for == (number, wanted.variant_id, wanted.difference_pence) and supplement.left_by is None


def _written(
    session: Session,
    services: Services,
    order: Order,
    found: Exchange,
    *,
    from_id: int,
    actor: str,
) -> Supplement:
    before = session.scalar(select(func.max(Supplement.number)).where(Supplement.order_id == order.id))
    number, new = 1 + (before or 0), found.becomes
    if number > MOST and actor == BUYER:
        raise TooLate(TOO_OFTEN)
    hold_id = stock.place_hold(session, {new.variant_id: 1}, LASTS)
    expires_at = services.gateway.now() + LASTS
    made = Supplement(
        order_id=order.id,
        number=number,
        line_number=found.number,
        from_variant_id=from_id,
        before=found.before,
        variant_id=new.variant_id,
        sku=new.sku,
        metal_slug=new.metal_slug,
        metal_name=new.metal_name,
        chain_inches=new.chain_inches,
        price_pence=new.price_pence,
        expected_pence=found.difference_pence,
        key=f"order-{order.reference}-supplement-{number}",
        request=session_request(
            reference=order.reference,
            supplement=number,
            lines=[(f"{found.piece.name}, changed to {found.detail}", found.difference_pence, 1)],
            postage=("", 0),
            success_url=f"{services.site_url}/checkout/supplement?session_id={{CHECKOUT_SESSION_ID}}",
            cancel_url=f"{services.site_url}/checkout/supplement",
            expires_at=int(expires_at.timestamp()),
        ),
        expires_at=expires_at,
        stripe_id=None,
        url=None,
        created_at=clock.now(),
        hold_id=hold_id,
        state=SupplementState.ASKED,
        actor=actor,
    )
    session.add(made)
    session.flush()
    return made

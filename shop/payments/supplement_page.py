"""A supplement's payment page at Stripe: having it made, closing it, and what was left undone about it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import not_, or_, select
from sqlalchemy.orm import Session

from shop import clock, stock
from shop.fulfilment.units import SHOP
from shop.mail.addresses import ascii_address
from shop.orders.lifecycle import EventKind, lock, record
from shop.orders.models import Order
from shop.payments import supplements
from shop.payments.gateway_errors import GatewayRefused
from shop.payments.kinds import SupplementState
from shop.payments.models import Supplement
from shop.payments.payment_page import close_pages, create_page, note_stray
from shop.payments.services import Services
from shop.payments.sync import sync_order
from shop.sql import database_now
from shop.stock.models import Hold

UNANSWERED: Final = timedelta(minutes=2)
"""How long a request to Stripe may stay unanswered before it is made again under the same key."""


class NotToBePaid(Exception):
    """The supplement was paid, or it ended, or its change is not possible any more."""


def open_supplement(services: Services, supplement_id: int) -> str:
    """Have its page made, unless that was done, and give the page's URL. Safe to repeat.

    Raises NotToBePaid; GatewayDown, or GatewayRefused for a reason that may pass: then it stays asked for.
    """
    with services.database.looking() as session:
        one = session.get_one(Supplement, supplement_id)
        contact = services.vault.reveal(session, one.order_id, "contact")
    left = one.left_by is not None and one.stripe_id is not None
    if one.state != SupplementState.ASKED or left:
        raise NotToBePaid
    if one.url is not None:
        return one.url
    email = contact["email"] if contact else None
    request = {**one.request, "customer_email": ascii_address(email)} if email else one.request
    try:
        seen = create_page(services, one, request)
    except GatewayRefused as error:
        if error.may_pass:
            raise
        _refuse(services, one, error.code)
        raise NotToBePaid from error
    with services.database.transaction() as session:
        order = lock(session, one.order_id)
        row = session.get_one(Supplement, one.id, populate_existing=True)
        if row.stripe_id not in {None, seen.id}:
            note_stray(session, order.id, row.stripe_id or "")
        if row.stripe_id != seen.id:
            row.stripe_id, row.url = seen.id, seen.url
        wanted = row.state == SupplementState.ASKED and row.left_by is None
    if not wanted or seen.url is None:
        close_pages(services, [seen.id])
        raise NotToBePaid
    return seen.url


def pay(services: Services, order_id: int, number: int) -> str:
    """Where the order's supplement with this number is paid. Raises as `open_supplement` does.

    One that is past its time, or whose change is not possible any more, is closed instead; and where its page
    was paid on already, perhaps in another tab, that is written down. Both raise NotToBePaid.
    """
    with services.database.transaction() as session:
        order = lock(session, order_id)
        one = supplements.numbered(session, order_id, number)
        if one is None or one.state != SupplementState.ASKED or one.paying_at is not None:
            raise NotToBePaid
        over = one.expires_at <= services.gateway.now()
        if one.left_by is None and (over or supplements.why_not(session, services.vault, order, one)):
            one.left_by = SHOP
        supplement_id, page, wanted = one.id, one.stripe_id, one.left_by is None
    if not wanted:
        close(services, supplement_id)
        raise NotToBePaid
    if page is not None and services.gateway.session(page).status != "open":
        sync_order(services, order_id)
        raise NotToBePaid
    return open_supplement(services, supplement_id)


def close(services: Services, supplement_id: int) -> None:
    """Close its page, then look: it may have been paid just before. Raises as `sync_order` does."""
    with services.database.looking() as session:
        one = session.get_one(Supplement, supplement_id)
    if one.stripe_id is None and one.state == SupplementState.ASKED:
        one = _heard_of(services, one)  # a page may have been made although we never heard back
    if one.stripe_id is not None:
        close_pages(services, [one.stripe_id])
    sync_order(services, one.order_id)


def leave(services: Services, order_id: int, number: int, *, actor: str) -> bool:
    """Nobody wants it any more: close its page. False when the order has none of this number.

    It was noted before Stripe is asked, so the sweep does what fails. Raises as `sync_order` does.
    """
    with services.database.transaction() as session:
        one = supplements.leave(session, order_id, number, actor=actor)
    if one is not None and one.state == SupplementState.ASKED:
        close(services, one.id)
    return one is not None


def bring_on(services: Services, supplement_id: int) -> None:
    """Do what was left undone about one that is asked for: make its page, or close it, and look."""
    with services.database.transaction() as session:
        found = session.get_one(Supplement, supplement_id)
        lock(session, found.order_id)
        one = session.get_one(Supplement, supplement_id, populate_existing=True)
        if one.left_by is None and _is_overdue(session, one):
            one.left_by = SHOP
        closing = one.paying_at is None and one.left_by is not None
    if closing:
        close(services, one.id)
        return
    if one.stripe_id is None:
        with suppress(NotToBePaid):
            open_supplement(services, one.id)
    sync_order(services, one.order_id)


def _is_overdue(session: Session, one: Supplement) -> bool:
    """Whether the time of one that nobody has begun to pay is over."""
    over = select(Hold.id).where(Hold.id == one.hold_id, Hold.expires_at <= database_now(session))
    waits = one.state == SupplementState.ASKED and one.paying_at is None
    return waits and session.scalar(over) is not None


def waiting(services: Services) -> Sequence[int]:
    """Every supplement that something may have been missed for."""
    asked_before = clock.now() - UNANSWERED
    query = (
        select(Supplement.id)
        .join(Order, Order.id == Supplement.order_id)
        .where(
            Supplement.state == SupplementState.ASKED,
            or_(Supplement.stripe_id.is_not(None), Supplement.created_at < asked_before),
            services.own,
        )
        .order_by(Supplement.id)
    )
    with services.database.reading() as session:
        return session.scalars(query).all()


def leave_behind(services: Services) -> None:
    """Supplements of test orders of keys that are used no more set nothing aside."""
    query = (
        select(Supplement.id, Supplement.order_id)
        .join(Order, Order.id == Supplement.order_id)
        .join(Hold, Hold.id == Supplement.hold_id)
        .where(Supplement.state == SupplementState.ASKED, Order.book == "test", not_(services.own))
    )
    with services.database.reading() as session:
        left = session.execute(query.where(Hold.expires_at <= database_now(session))).all()
    for supplement_id, order_id in left:
        _end(services, supplement_id, order_id, actor=SHOP)


def _heard_of(services: Services, one: Supplement) -> Supplement:
    """The supplement with its page, if Stripe has one; where none can be made any more it has ended."""
    with suppress(NotToBePaid):
        open_supplement(services, one.id)
    with services.database.looking() as session:
        return session.get_one(Supplement, one.id)


def _refuse(services: Services, one: Supplement, code: str | None) -> None:
    """Stripe will never make this page, so nobody can pay it."""
    _end(services, one.id, one.order_id, actor="stripe", code=code)


def _end(services: Services, supplement_id: int, order_id: int, *, actor: str, **said: str | None) -> None:
    with services.database.transaction() as session:
        order = lock(session, order_id)
        row = session.get_one(Supplement, supplement_id, populate_existing=True)
        if row.state == SupplementState.ASKED:
            stock.release(session, row.hold_id)
            row.state, row.settled_at = SupplementState.ENDED, clock.now()
            about: dict[str, Any] = {"lines": [row.line_number], **said}
            record(session, order, EventKind.SUPPLEMENT_ENDED, actor=actor, **about)

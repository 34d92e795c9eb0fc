"""`converge(order)`: the one function that settles an order.

Every webhook, the return page, the timer and the owner's button only say "look". This looks at Stripe and
writes down what is missing. It is the one place below routes and commands that opens transactions, because
it must read, then leave the database alone while it talks to Stripe, then write.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import stock
from shop.db import Database
from shop.dedications.vault import Vault
from shop.giving.ledger import Book
from shop.mail.addresses import ascii_address
from shop.orders.lifecycle import State, lock, move_version, record
from shop.orders.models import Order
from shop.orders.settling import settle
from shop.payments.gateway import CannotExpire, Gateway, GatewayRefused
from shop.payments.models import CheckoutAttempt, RefundRequest
from shop.settings import PaymentMode

ROUNDS = 5
"""How often to look again when somebody else settled the order in the meantime."""


class StillMoving(Exception):
    """The order kept changing while we looked; whoever asked should ask again."""


@dataclass(frozen=True)
class Services:
    """What settling needs: the database, Stripe, the vault, and whose money it is."""

    database: Database
    gateway: Gateway
    vault: Vault
    secret_key: str
    site_url: str
    mode: PaymentMode
    book: Book


Witness = Callable[[Session], bool]
"""Runs first inside the writing transaction; False means that this news was acted on before."""


def converge(
    services: Services, order_id: int, *, witness: Witness | None = None, session_id: str | None = None
) -> State:
    """Bring an order to where Stripe says it is, and send the refunds it owes. Give its state.

    `session_id` names a Checkout session that we may not have noted yet. Raises StillMoving, or GatewayDown
    from looking: then nothing was kept, the witness included. GatewayDown from closing a page or sending a
    refund comes after all that was seen has been written; the sweep does the rest.
    """
    for _ in range(ROUNDS):
        version, sessions = _known(services.database, order_id)
        if session_id and session_id not in sessions:
            sessions.append(session_id)
        picture = services.gateway.picture(sessions)
        with services.database.transaction() as session:
            order = lock(session, order_id)
            if order.version != version:
                continue  # an older picture must never be written over a newer one
            if witness is not None:
                if not witness(session):
                    return State(order.state)
                move_version(session, order)  # who looked before this news must look again
            settle(session, order, picture)
            state = State(order.state)
        if state != State.AWAITING:
            _close_pages(services, [seen.id for seen in picture.sessions if seen.status == "open"])
        return _give_back(services, order_id) or state
    raise StillMoving


def _known(database: Database, order_id: int) -> tuple[int, list[str]]:
    with database.reading() as session:
        version = session.scalars(select(Order.version).where(Order.id == order_id)).one()
        ids = session.scalars(
            select(CheckoutAttempt.stripe_id)
            .where(CheckoutAttempt.order_id == order_id, CheckoutAttempt.stripe_id.is_not(None))
            .order_by(CheckoutAttempt.number)
        )
        return version, [found for found in ids if found]


def _give_back(services: Services, order_id: int) -> State | None:
    """Carry out the refunds that settling decided on. Give the new state; None when none was owed."""
    with services.database.reading() as session:
        owed = session.scalars(
            select(RefundRequest).where(
                RefundRequest.order_id == order_id,
                RefundRequest.stripe_id.is_(None),
                RefundRequest.refused.is_(None),
            )
        ).all()
    for request in owed:
        carry_out(services, request)
    return converge(services, order_id) if owed else None


def carry_out(services: Services, request: RefundRequest) -> None:
    """Send one refund to Stripe under its fixed key: sent twice, it is still one refund."""
    stripe_id, refused = None, None
    try:
        stripe_id = services.gateway.refund(request.payment_intent, request.amount_pence, request.key).id
    except GatewayRefused as error:
        refused = error.code or "refused"
    with services.database.transaction() as session:
        order = lock(session, request.order_id)
        row = session.get_one(RefundRequest, request.id)
        if row.stripe_id or row.refused:
            return  # somebody else sent it too, and has noted it
        row.stripe_id, row.refused = stripe_id, refused
        if refused:
            record(
                session,
                order,
                "refund refused",
                actor="shop",
                amount_pence=request.amount_pence,
                code=refused,
            )


def start_payment(services: Services, attempt_id: int) -> str | None:
    """Ask Stripe for the attempt's session, if that has not been done, and give the payment page's URL.

    Safe to repeat: the stored request and its key lead to the same session. Gives None when nobody can pay
    the order now: Stripe refused the request for good (then its stock is free), or the order was given up or
    paid while Stripe was asked (then the page is closed). Raises GatewayDown.
    """
    with services.database.reading() as session:
        attempt = session.get_one(CheckoutAttempt, attempt_id)
        contact = services.vault.reveal(session, attempt.order_id, "contact")
    if attempt.url:
        return attempt.url
    request = (
        {**attempt.request, "customer_email": ascii_address(contact["email"])} if contact else attempt.request
    )
    try:
        seen = services.gateway.create_session(request, attempt.key)
    except GatewayRefused as error:
        _abandon(services, attempt, error.code)
        return None
    with services.database.transaction() as session:
        order = lock(session, attempt.order_id)
        row = session.get_one(CheckoutAttempt, attempt_id)
        row.stripe_id, row.url = seen.id, seen.url
        wanted = order.state == State.AWAITING
    if not wanted:
        _close_pages(services, [seen.id])
    return seen.url if wanted else None


def newest_attempt(session: Session, order_id: int) -> CheckoutAttempt:
    """The attempt to pay that counts. An older one was closed, or refused, before it was made."""
    return session.scalars(
        select(CheckoutAttempt)
        .where(CheckoutAttempt.order_id == order_id)
        .order_by(CheckoutAttempt.number.desc())
        .limit(1)
    ).one()


def withdraw(services: Services, order_id: int) -> State:
    """Close an order's payment page, then look: she may have paid just before. Raises GatewayDown."""
    with services.database.reading() as session:
        attempt = newest_attempt(session, order_id)
    if attempt.stripe_id is None:
        start_payment(services, attempt.id)  # it may exist at Stripe although we never heard back
    _, sessions = _known(services.database, order_id)
    _close_pages(services, sessions)
    return converge(services, order_id)


def _close_pages(services: Services, sessions: Sequence[str]) -> None:
    for stripe_id in sessions:
        with suppress(CannotExpire):  # paid, or expired already: converge says which
            services.gateway.expire_session(stripe_id)


def _abandon(services: Services, attempt: CheckoutAttempt, code: str | None) -> None:
    """Stripe will never make this session, so nobody can pay it: the hold may go."""
    with services.database.transaction() as session:
        order = lock(session, attempt.order_id)
        if order.state == State.AWAITING and newest_attempt(session, order.id).id == attempt.id:
            stock.release(session, order.hold_id)
            order.state = State.EXPIRED
            record(session, order, "payment page refused", actor="stripe", code=code)

"""An order's payment page at Stripe: having it made, once, and closing it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import bindparam, or_, update
from sqlalchemy.orm import Session

from shop import clock
from shop.mail.addresses import ascii_address
from shop.orders.lifecycle import EventKind, State, lock, lock_state, record
from shop.orm import table_of
from shop.payment_links import payment_links
from shop.payments.attempts import newest_attempt
from shop.payments.gateway_errors import CannotExpire, GatewayDown, GatewayRefused, KeyTaken
from shop.payments.models import CheckoutAttempt, Page, StraySession, Supplement, try_key
from shop.payments.services import Services
from shop.payments.stripe_snapshot import SessionSeen

KEYS_AT_ONCE: Final = 3
"""How many keys are tried while a buyer waits."""

LATEST_STRAY: Final = timedelta(days=1)
"""How long after an attempt whose answer was a failure its order's pages are looked for in Stripe's list."""

AROUND: Final = timedelta(hours=1)
"""How far our clock and Stripe's may be apart when that list is asked for a time."""


def start_payment(services: Services, attempt_id: int) -> str | None:
    """The same as `open_page`, for who knows the attempt by its id alone."""
    with services.database.looking() as session:
        attempt = session.get_one(CheckoutAttempt, attempt_id)
        contact = None if attempt.url else services.vault.reveal(session, attempt.order_id, "contact")
    return open_page(services, attempt, contact["email"] if contact else None)


def open_page(services: Services, attempt: CheckoutAttempt, email: str | None) -> str | None:
    """Ask Stripe for the attempt's session, if that has not been done, and give the payment page's URL.

    `email` is the buyer's, which the stored request leaves out; None once it was erased.

    Safe to repeat: the stored request and its key lead to the same session. Gives None when nobody can pay
    the order now: Stripe refused the request for good (then its stock is free), or the order was given up or
    paid while Stripe was asked (then the page is closed). Raises GatewayDown, or GatewayRefused for a reason
    that may pass: then the stock stays held, because a page may have been made before.
    """
    if attempt.url:
        return attempt.url
    request = {**attempt.request, "customer_email": ascii_address(email)} if email else attempt.request
    try:
        seen = create_page(services, attempt, request)
    except GatewayRefused as error:
        if error.may_pass:
            raise
        _abandon(services, attempt, error.code)
        return None
    with services.database.transaction() as session:
        state = lock_state(session, attempt.order_id)
        noted = {"attempt": attempt.id, "made": seen.id, "at": seen.url}
        if session.connection().execute(_MADE, noted).one_or_none() is None:
            row = session.get_one(CheckoutAttempt, attempt.id)
            note_stray(session, row.order_id, row.stripe_id or "")
            row.stripe_id, row.url = seen.id, seen.url
        wanted = state == State.AWAITING
    if not wanted:
        close_pages(services, [seen.id])
    return seen.url if wanted else None


_ATTEMPTS: Final = table_of(CheckoutAttempt)
_MADE: Final = (
    update(_ATTEMPTS)
    .where(
        _ATTEMPTS.c.id == bindparam("attempt"),
        or_(_ATTEMPTS.c.stripe_id.is_(None), _ATTEMPTS.c.stripe_id == bindparam("made")),
    )
    .values(stripe_id=bindparam("made"), url=bindparam("at"))
    .returning(_ATTEMPTS.c.id)
)
"""Note an attempt's page, unless another one is noted with it."""


def create_page(services: Services, page: Page, request: Mapping[str, Any]) -> SessionSeen:
    """Have a page made. When Stripe fails, ask with another key: the buyer need not wait until tomorrow.

    So too when its answer was lost, and the buyer's e-mail is another by now, which makes it another request.
    A page that was made all the same is taken, if it can be seen, but never one of another attempt or
    supplement, which is for another sum; else nobody knows its address, and it is closed when it turns up.
    Raises GatewayDown or GatewayRefused.
    """
    reference, marks = str(request["client_reference_id"]), request["metadata"]
    ours = (marks.get("attempt"), marks.get("supplement"))
    for _ in range(KEYS_AT_ONCE - 1):
        try:
            return services.gateway.create_session(request, try_key(page))
        except GatewayDown as error:
            if not error.failed:
                raise
        except KeyTaken:
            pass
        page = _next_key(services, page)
        made = made_for(services, page, reference)
        opened = [seen for seen in made if seen.status == "open" and (seen.attempt, seen.supplement) == ours]
        if opened:
            return opened[0]
    return services.gateway.create_session(request, try_key(page))


def _next_key(services: Services, failed: Page) -> Page:
    with services.database.transaction() as session:
        lock(session, failed.order_id)
        row = _standing(session, failed)
        if row.tries == failed.tries:
            row.tries += 1
        return row


def _standing(session: Session, page: Page) -> Page:
    if isinstance(page, Supplement):
        return session.get_one(Supplement, page.id)
    return session.get_one(CheckoutAttempt, page.id)


def close_pages(services: Services, sessions: Sequence[str]) -> None:
    """Close payment pages for good. Raises GatewayDown or GatewayRefused."""
    for stripe_id in sessions:
        with suppress(CannotExpire):  # paid, or expired already: sync_order says which
            services.gateway.expire_session(stripe_id)


def made_for(services: Services, page: Page, reference: str) -> list[SessionSeen]:
    """The order's pages that Stripe made since this one was asked for, heard of or not."""
    began = page.created_at
    return services.gateway.sessions_of(reference, since=began - AROUND, until=began + LATEST_STRAY)


def note_stray(session: Session, order_id: int, stripe_id: str) -> None:
    """Note a page of the order that nobody was sent to, once."""
    if session.get(StraySession, stripe_id) is None:
        session.add(StraySession(stripe_id=stripe_id, order_id=order_id, noted_at=clock.now()))


def _abandon(services: Services, attempt: CheckoutAttempt, code: str | None) -> None:
    """Stripe will never make this session, so nobody can pay it: the hold may go."""
    with services.database.transaction() as session:
        order = lock(session, attempt.order_id)
        if order.state == State.AWAITING and newest_attempt(session, order.id).id == attempt.id:
            payment_links.give_back(session, order.id, order.hold_id, again=True)
            order.state = State.EXPIRED
            record(session, order, EventKind.PAYMENT_PAGE_REFUSED, actor="stripe", code=code)

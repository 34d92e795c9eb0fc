"""`sync_order(order)`: the one function that settles an order.

Every webhook, the return page, the timer and the owner's button only say "look". This looks at Stripe and
writes down what is missing. With `payment_page`, `supplement_page` and `refund_sending` it is the one place
below routes and commands that opens transactions, because it must read, leave the database alone while it
talks to Stripe, then write.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import bindparam, exists, select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session, aliased

from shop import clock
from shop.frozen import frozen
from shop.orders.lifecycle import UNPAID, State, lock, move_version
from shop.orders.models import Order
from shop.payments.attempts import newest_attempt
from shop.payments.gateway_errors import GatewayRefused
from shop.payments.kinds import EntryKind, SupplementState
from shop.payments.models import (
    CheckoutAttempt,
    Page,
    PaymentEntry,
    RefundRequest,
    StraySession,
    Supplement,
    Suspicion,
)
from shop.payments.order_record import Written, written_of
from shop.payments.payment_page import LATEST_STRAY, close_pages, made_for, start_payment
from shop.payments.refund_sending import send_owed
from shop.payments.services import Services
from shop.payments.settlement import apply_snapshot
from shop.payments.suspicions import open_reviews

ROUNDS: Final = 5
"""How often to look again when somebody else settled the order in the meantime."""


class StillMoving(Exception):
    """The order kept changing while we looked; whoever asked should ask again."""


Deduplicate = Callable[[Session], bool]
"""Runs first inside the writing transaction; False means that this news was acted on before."""


def sync_order(
    services: Services,
    order_id: int,
    *,
    deduplicate: Deduplicate | None = None,
    session_id: str | None = None,
    about_paying: bool = False,
    seen: Sequence[Any] = (),
) -> State:
    """Bring an order to where Stripe says it is, and send the refunds it owes. Give its state.

    `session_id` names a Checkout session that we may not have noted yet. `about_paying`: whoever asks heard
    nothing of refunds or disputes, so they are asked for only where there is a trace of one. `seen` is what
    `of_page` gave a moment ago.

    Raises StillMoving, GatewayDown or GatewayRefused from looking: then nothing was kept, not what
    `deduplicate` wrote either. An order of other keys (test and live ones share a database) is refused before
    anything is asked. The same from closing a page comes after all that was seen has been written; the sweep
    does the rest. A refund that cannot be sent raises nothing: see `refund_sending`.
    """
    for _ in range(ROUNDS):
        known, seen = _known(services, order_id, seen), ()
        if session_id and session_id not in known.sessions:
            known.sessions.append(session_id)
        nothing_returned = about_paying and known.nothing_returned
        snapshot = services.gateway.snapshot(
            known.sessions, nothing_returned=nothing_returned, reviews=known.reviews
        )
        with services.database.transaction() as session:
            order = lock(session, order_id)
            if order.version != known.version:
                continue  # an older snapshot must never be written over a newer one
            if deduplicate is not None:
                if not deduplicate(session):
                    return State(order.state)
                move_version(session, order)  # who looked before this news must look again
            owes = apply_snapshot(session, order, snapshot, known.written, vault=services.vault)
            session.flush()
            state = State(order.state)
            wanted = _to_be_paid(session, order, known.written.supplements)
        opened = [seen.id for seen in snapshot.sessions if seen.status == "open"]
        close_pages(services, [found for found in opened if found not in wanted])
        return sync_order(services, order_id) if owes and send_owed(services, order_id) else state
    raise StillMoving


def _to_be_paid(session: Session, order: Order, supplements: Sequence[Supplement]) -> set[str | None]:
    """The pages that may stay open: the newest of an order that awaits payment, and a supplement's."""
    wanted = {
        one.stripe_id for one in supplements if one.state == SupplementState.ASKED and one.left_by is None
    }
    if order.state == State.AWAITING:
        wanted.add(newest_attempt(session, order.id).stripe_id)
    return wanted


@frozen
class _Known:
    """What we know of an order before we look."""

    version: int
    sessions: list[str]
    """Every payment page it has, oldest first."""
    nothing_returned: bool
    """Whether nothing but its payment has ever been heard of."""
    reviews: Sequence[str]
    """Those of its payment that were open when they were last seen."""
    written: Written
    """Read after the version: it holds as long as that."""


_page: Final = aliased(CheckoutAttempt)
_SEEN: Final = (
    select(
        Order,
        CheckoutAttempt,
        exists().where(PaymentEntry.order_id == Order.id),
        exists().where(RefundRequest.order_id == Order.id),
        exists().where(StraySession.order_id == Order.id),
        exists().where(Suspicion.order_id == Order.id),
        exists().where(Supplement.order_id == Order.id),
    )
    .outerjoin(CheckoutAttempt, CheckoutAttempt.order_id == Order.id)
    .order_by(CheckoutAttempt.number)
)
_ORDER: Final = _SEEN.where(Order.id == bindparam("order"))
_OF_PAGE: Final = _SEEN.where(
    Order.buyer_hash == bindparam("buyer"),
    Order.id.in_(select(_page.order_id).where(_page.stripe_id == bindparam("page"))),
)
_STRAYS: Final = select(StraySession.stripe_id).where(StraySession.order_id == bindparam("order"))


def of_page(session: Session, stripe_id: str, buyer_hash: str) -> Sequence[Any]:
    """A buyer's order with the payment page of that id, for `sync_order`; nothing when there is none.

    The first column of each row is the order.
    """
    return session.execute(_OF_PAGE, {"page": stripe_id, "buyer": buyer_hash}).all()


def _known(services: Services, order_id: int, rows: Sequence[Any] = ()) -> _Known:
    with services.database.looking() as session:
        rows = rows or session.execute(_ORDER, {"order": order_id}).all()
        if not rows:
            raise NoResultFound
        order, _, paid, returning, strayed, suspected, supplemented = rows[0]
        if not services.owns(order):
            raise GatewayRefused("other_keys", "", HTTPStatus.NOT_FOUND)
        attempts = [row.CheckoutAttempt for row in rows if row.CheckoutAttempt]
        written = written_of(
            session, order_id, attempts, paid=paid, returning=returning, supplemented=supplemented
        )
        reviews = open_reviews(session, order_id) if suspected else ()
        strays = session.scalars(_STRAYS, {"order": order_id}).all() if strayed else ()
    ended = SupplementState.ENDED
    pages: list[Page] = [*attempts, *(one for one in written.supplements if one.state != ended)]
    known = [*(page.stripe_id for page in pages if page.stripe_id), *strays]
    for page in pages:
        if page.tries and clock.now() - page.created_at < LATEST_STRAY:
            found = made_for(services, page, order.reference)
            known += [seen.id for seen in found if seen.id not in known]
    calm = order.state in UNPAID | {State.PAID}
    plain = {EntryKind.PAYMENT, EntryKind.SUPPLEMENT}
    others = returning or any(entry.kind not in plain for entry in written.entries)
    return _Known(
        order.version, known, nothing_returned=calm and not others, reviews=reviews, written=written
    )


def withdraw(services: Services, order_id: int) -> State:
    """Close an order's payment page, then look: the buyer may have paid just before. Raises GatewayDown."""
    with services.database.looking() as session:
        attempt = newest_attempt(session, order_id)
    if attempt.stripe_id is None:
        start_payment(services, attempt.id)  # it may exist at Stripe although we never heard back
    close_pages(services, _known(services, order_id).sessions)
    return sync_order(services, order_id)

"""From basket to payment page, once, however often the button is pressed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from sqlalchemy.orm import Session

from shop.catalogue.postage import SERVICES
from shop.catalogue.views import Catalogue
from shop.checkout import basket_reading, basket_store, basket_words
from shop.checkout.basket_contents import BasketContents
from shop.checkout.forms import contact_of
from shop.checkout.promised_day import wishes_of
from shop.orders.lifecycle import CAN_PAY_AGAIN, State, lock
from shop.orders.order_hold import ANYBODY, Asking
from shop.orders.placing import OrderDraft, Prepared, fingerprint, open_again, place, prepare
from shop.payment_links import payment_links
from shop.payments.attempts import newest_attempt, open_attempt
from shop.payments.models import CheckoutAttempt
from shop.payments.payment_page import open_page
from shop.payments.services import Services
from shop.payments.sync import withdraw
from shop.pricing import Quote, quote
from shop.uploads.order_photographs import take_over

ROUNDS: Final = 4
LEAST_TIME_LEFT: Final = timedelta(minutes=3)
"""A payment page about to close is closed and opened anew, so that nobody is cut off while typing."""

LEAST_TIME_TO_ASK: Final = timedelta(minutes=30, seconds=15)
"""Stripe opens no page that would close in less than half an hour. A request left unanswered for longer than
this leaves is made afresh, once Stripe has said that the first one led to nothing."""


class AlreadyPaid(Exception):
    """The order made from this basket has been paid."""

    def __init__(self, session_id: str) -> None:
        super().__init__("already paid")
        self.session_id = session_id


class Changed(Exception):
    """What would be ordered is not what was shown: a price, a word or the postage is another now."""


class Declined(Exception):
    """Stripe would not open a payment page for this order."""


def open_payment(
    services: Services,
    token: str,
    catalogue: Callable[[], Catalogue],
    basket: BasketContents,
    agreed: str,
    *,
    asking: Asking = ANYBODY,
) -> str:
    """The URL of the one payment page for this basket as it stands.

    `agreed` is the fingerprint of what was shown: never is anything else placed.

    Pressing twice, or coming back, leads to the same page. When the basket has changed since, the old page is
    closed at Stripe first, so that never two of them can be paid. Raises Changed, SoldOut, ShareTaken,
    NoLongerSold, AlreadyPaid, payment_links.NotOpen, GatewayDown or Declined.
    """
    draft = draft_of(basket)
    # What was just read is asked for again only after something that may have kept us waiting.
    now = None if services.gateway.update_time() else basket.quote
    prepared: Prepared | None = None
    for _ in range(ROUNDS):
        now = now or quote(
            catalogue(),
            draft.items,
            SERVICES[draft.postage],
            vat_registered=basket.quote.vat_registered,
        )
        now.refuse_unsold()
        if fingerprint(draft, now) != agreed:
            raise Changed
        if prepared is None and basket.order_id is None:
            prepared = prepare(services, draft, now, agreed)
        with services.database.transaction() as session:
            attempt, outdated = _attempt(
                session,
                services,
                draft,
                now,
                token=token,
                stamp=basket.stamp,
                asking=asking,
                prepared=prepared,
            )
        if attempt is not None:
            url = open_page(services, attempt, draft.contact.email)
            if url is None:
                raise Declined
            return url
        if outdated is not None:
            withdraw(services, outdated)
        now = None
    raise Declined


def draft_of(basket: BasketContents) -> OrderDraft:
    """What pressing the button would order."""
    kept: dict[str, Any] = basket.details or {}
    return OrderDraft(
        items=tuple(line.item for line in basket.lines),
        contact=contact_of(kept),
        postage=kept["postage"],
        gift_message=kept["gift_message"],
        as_gift=kept["as_gift"],
        few_emails=kept.get("few_emails", False),
        wishes=wishes_of(kept),
        promise=basket.promise,
        terms=basket.terms,
    )


def _attempt(
    session: Session,
    services: Services,
    draft: OrderDraft,
    agreed: Quote,
    *,
    token: str,
    stamp: str,
    asking: Asking,
    prepared: Prepared | None,
) -> tuple[CheckoutAttempt | None, int | None]:
    """The attempt to pay, or the id of an older order whose payment page must be closed first.

    `stamp` is the basket's as the draft was read from it: nothing is placed that is no longer in it.
    """
    own = basket_reading.lock_own(session, token)
    if own is None:
        raise Declined
    before = None if own.order_id is None else lock(session, own.order_id)
    if before is not None and not services.owns(before):
        before = None  # made with other keys: it can neither be paid nor closed with these
    if before is not None and before.state not in basket_reading.STILL_TO_PAY:
        raise AlreadyPaid(newest_attempt(session, before.id).stripe_id or "")
    if basket_reading.stamp(session, own) != stamp:
        raise Changed
    same = before is not None and before.fingerprint == services.vault.keyed(
        session, before.id, fingerprint(draft, agreed)
    )
    if before is not None and before.state == State.AWAITING:
        latest = newest_attempt(session, before.id)
        needed = LEAST_TIME_LEFT if latest.stripe_id else LEAST_TIME_TO_ASK
        if same and latest.expires_at - services.gateway.now() > needed:
            basket_store.ordered_as(session, own, before.id)
            return latest, None
        return None, before.id
    again = before is not None and same and before.state in CAN_PAY_AGAIN
    if before is not None and again:
        order = open_again(session, before.id, agreed, asking=asking)
    else:
        order = place(
            session,
            services,
            draft,
            agreed,
            buyer_hash=basket_words.token_hash(token),
            asking=asking,
            prepared=prepared,
        )
    _take_photographs(session, services, order.id, agreed, token)
    basket_store.ordered_as(session, own, order.id)
    if own.payment_link_id is not None:
        payment_links.ordered(session, own.payment_link_id, order.id)
    return open_attempt(session, services, order, agreed, first=not again), None


def _take_photographs(session: Session, services: Services, order_id: int, agreed: Quote, token: str) -> None:
    """The photographs behind an order's artwork are the order's too, for the bench to look at."""
    for number, line in enumerate(agreed.lines, start=1):
        for artwork in line.item.engraving.artwork if line.item.engraving else ():
            take_over(session, services.vault, order_id, number, token, artwork.upload)

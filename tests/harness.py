"""A whole shop below its pages: place orders, pay them on the stand-in, let webhooks come or be lost."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import func, select, text, update

from shop import clock, stock
from shop.catalogue import snapshot
from shop.catalogue.postage import SERVICES
from shop.catalogue.views import Catalogue
from shop.checkout import basket_contents, basket_store
from shop.checkout.basket_contents import BasketContents
from shop.checkout.pay import open_payment
from shop.db import Database
from shop.giving import ledger, verification
from shop.mail.models import QueuedEmail
from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.orders.placing import Contact, OrderDraft, fingerprint, place
from shop.payments.attempts import open_attempt
from shop.payments.gateway import Gateway
from shop.payments.models import CheckoutAttempt, PaymentEntry
from shop.payments.payment_page import start_payment
from shop.payments.services import Services
from shop.payments.sync import sync_order
from shop.pricing import LineItem, Quote, quote
from shop.settings import PaymentMode
from shop.standin import after_sales, paying, radar, store
from shop.standin.application import create_standin
from shop.standin.config import derived_keys
from shop.standin.deliveries import signed
from shop.standin.models import StandinEvent
from shop.webhooks import handlers
from shop.webhooks.models import InboxEvent
from tests.keys import vault_of

CONTACT = Contact(
    email="ada@example.com",
    name="Ada Byron",
    line1="12 Quiet Street",
    line2="",
    town="Bath",
    postcode="BA1 1AA",
)


DETAILS = {"contact": asdict(CONTACT), "postage": "tracked-48", "as_gift": False, "gift_message": None}
DETAILS["contact"].pop("country")  # type: ignore[attr-defined]


def quoted(catalogue: Catalogue, draft: OrderDraft) -> Quote:
    """What an order would come to."""
    return quote(catalogue, draft.items, SERVICES[draft.postage])


@dataclass
class Harness:
    """The shop's workings with shorthand for what tests do all the time."""

    database: Database
    services: Services
    buyers: int = field(default=0)

    def draft(self, *slugs: str, postage: str = "tracked-48") -> OrderDraft:
        """One unengraved unit of the first variant of each named piece."""
        with self.database.reading() as session:
            catalogue = snapshot.load(session)
        lines = tuple(LineItem(catalogue.by_slug[slug].variants[0].id, None, None) for slug in slugs)
        return OrderDraft(items=lines, contact=CONTACT, postage=postage)

    def price_of(self, slug: str) -> int:
        """The price of a piece's first variant, in pence."""
        with self.database.reading() as session:
            return snapshot.load(session).by_slug[slug].variants[0].price_pence

    def basket(self, token: str, *slugs: str) -> BasketContents:
        """The cookie's basket with one unit of each named piece in it and nothing else, and the details."""
        lines = self.draft(*slugs).items
        with self.database.transaction() as session:
            catalogue = snapshot.load(session)
            found = basket_contents.contents(session, catalogue, token).lines
            if tuple(line.item for line in found) != lines:
                for line in found:
                    basket_store.remove(session, token, line.id)
                for item in lines:
                    basket_store.add(session, token, item)
            basket_store.keep_details(session, token, DETAILS)
        with self.database.reading() as session:
            return basket_contents.contents(session, catalogue, token)

    def press_pay(self, token: str, *slugs: str, services: Services | None = None) -> str:
        """The buyer of these pieces presses "Place order and pay". Give the payment page's address."""

        def catalogue() -> snapshot.Catalogue:
            with self.database.reading() as session:
                return snapshot.load(session)

        held, draft = self.basket(token, *slugs), self.draft(*slugs)
        agreed = fingerprint(draft, quoted(catalogue(), draft))
        return open_payment(services or self.services, token, catalogue, held, agreed)

    def place(self, *slugs: str) -> int:
        """Place an order and open its payment page. Give its id."""
        order_id = self.place_unanswered(*slugs)
        start_payment(self.services, self.attempt(order_id).id)
        return order_id

    def place_unanswered(self, *slugs: str) -> int:
        """Place an order whose payment page was not asked for yet."""
        self.buyers += 1
        draft = self.draft(*slugs)
        with self.database.transaction() as session:
            priced = quoted(snapshot.load(session), draft)
            order = place(session, self.services, draft, priced, buyer_hash=f"buyer {self.buyers}")
            open_attempt(session, self.services, order, priced)
            return order.id

    def attempt(self, order_id: int) -> CheckoutAttempt:
        """The order's newest attempt to pay."""
        with self.database.reading() as session:
            query = select(CheckoutAttempt).where(CheckoutAttempt.order_id == order_id)
            return session.scalars(query.order_by(CheckoutAttempt.number.desc())).first()  # type: ignore[return-value]

    def at_stripe(self, do: Callable[..., Any], session_id: str, **how: Any) -> None:
        """Let something happen on a session's payment page."""
        with self.database.transaction() as session:
            do(session, store.locked(session, "checkout.session", session_id), **how)

    def pays(self, order_id: int) -> None:
        """The buyer pays by card."""
        self.at_stripe(paying.pay, self.session_id(order_id))

    def session_id(self, order_id: int) -> str:
        """The Stripe id of the newest session, asked of Stripe's side, so also when we never noted it."""
        with self.database.reading() as session:
            attempt = self.attempt(order_id)
            if attempt.stripe_id:
                return attempt.stripe_id
            reference = session.get_one(Order, order_id).reference
            for seen in session.scalars(select(StandinEvent).order_by(StandinEvent.number.desc())):
                found = seen.body["data"]["object"]
                if found.get("client_reference_id") == reference:
                    return str(found["id"])
        raise LookupError

    def intent(self, order_id: int) -> str:
        """The payment intent of the order's payment."""
        return self.services.gateway.session(self.session_id(order_id)).payment_intent or ""

    def refunds(self, order_id: int, pence: int | None = None) -> str:
        """Somebody refunds from Stripe's dashboard. Give the refund's id."""
        intent = self.intent(order_id)
        with self.database.transaction() as session:
            return str(after_sales.refund(session, intent, pence).id)

    def refund_fails(self, refund_id: str) -> None:
        """The bank sends a refund back."""
        with self.database.transaction() as session:
            after_sales.fail_refund(session, refund_id)

    def warns(self, order_id: int) -> str:
        """The bank that issued the card warns of fraud. Give the warning's id."""
        intent = self.intent(order_id)
        with self.database.transaction() as session:
            return str(radar.warn(session, intent).id)

    def reviews(self, order_id: int) -> str:
        """Radar puts the payment in review. Give the review's id."""
        intent = self.intent(order_id)
        with self.database.transaction() as session:
            return str(radar.open_review(session, intent).id)

    def review_ends(self, review_id: str, why: str = radar.APPROVED) -> None:
        """Somebody at Stripe has looked at the payment."""
        with self.database.transaction() as session:
            radar.close_review(session, review_id, why=why)

    def disputes(self, order_id: int, pence: int | None = None, **how: Any) -> str:
        """The buyer's bank takes the money back for now. Give the dispute's id."""
        intent = self.intent(order_id)
        amount = self.order(order_id).total_pence if pence is None else pence
        with self.database.transaction() as session:
            return str(after_sales.open_dispute(session, intent, amount, **how).id)

    def dispute_ends(self, dispute_id: str, *, won: bool, gives_back: int | None = None) -> None:
        """The bank decides."""
        with self.database.transaction() as session:
            after_sales.close_dispute(session, dispute_id, won=won, gives_back=gives_back)

    def pays_out_and_fails(self) -> None:
        """Stripe pays the balance out, and our bank sends it back."""
        with self.database.transaction() as session:
            made = after_sales.pay_out(session)
            session.flush()
            after_sales.fail_payout(session, made.id)

    def events(self) -> list[Mapping[str, Any]]:
        """Every event that happened at Stripe, oldest first."""
        with self.database.reading() as session:
            return [
                event.body for event in session.scalars(select(StandinEvent).order_by(StandinEvent.number))
            ]

    def signed(self, event: Mapping[str, Any]) -> tuple[bytes, str]:
        """An event as it is sent: raw bytes and signature."""
        body = json.dumps(event).encode()
        return body, signed(body, derived_keys(self.services.secret_key).webhook_secret, clock.now())

    def deliver_webhook(self, *events: Mapping[str, Any]) -> None:
        """The webhook receives these events (without the web around it); the worker follows each."""
        for event in events:
            handlers.receive(self.services, self.services.gateway.read_event(*self.signed(event)))
            works_off_news(self.services)

    def deliver_webhooks(self) -> None:
        """The webhook receives everything that happened, in order."""
        self.deliver_webhook(*self.events())

    def sync(self, order_id: int) -> State:
        """Look at Stripe and write down what is new."""
        return sync_order(self.services, order_id)

    def order(self, order_id: int) -> Order:
        """The order's row."""
        with self.database.reading() as session:
            return session.get_one(Order, order_id)

    def given(self) -> int:
        """Pence for the charity in the test book."""
        with self.database.reading() as session:
            return ledger.totals(session, "test").net_pence

    def held(self) -> int:
        """Pence held in dispute."""
        with self.database.reading() as session:
            return ledger.totals(session, "test").held_pence

    def kept_pence(self, order_id: int) -> int:
        """What our own entries say is left of an order's payments."""
        with self.database.reading() as session:
            total = func.coalesce(func.sum(PaymentEntry.amount_pence), 0)
            return int(session.scalar(select(total).where(PaymentEntry.order_id == order_id)) or 0)

    def emails(self, order_id: int) -> list[str]:
        """The kinds of e-mails written for an order, oldest first."""
        with self.database.reading() as session:
            query = select(QueuedEmail.kind).where(QueuedEmail.order_id == order_id).order_by(QueuedEmail.id)
            return list(session.scalars(query))

    def level(self, slug: str) -> stock.Level:
        """The stock of a piece's first variant."""
        with self.database.reading() as session:
            variant = snapshot.load(session).by_slug[slug].variants[0]
            return stock.levels(session)[variant.id]

    def set_stock(self, slug: str, on_hand: int) -> None:
        """Count a piece's first variant again."""
        with self.database.transaction() as session:
            variant = snapshot.load(session).by_slug[slug].variants[0]
            change = on_hand - stock.levels(session)[variant.id].on_hand
            if change:
                stock.adjust(session, variant.id, change, reason="counted", note="", actor="test")

    def pass_time_for_holds(self) -> None:
        """Let every hold and session run out."""
        with self.database.transaction() as session:
            session.execute(text("UPDATE hold SET expires_at = '2020-01-01 00:00:00+00:00'"))

    def sound(self) -> list[str]:
        """Everything that does not add up, in stock and in the ledger."""
        with self.database.reading() as session:
            return [*map(str, stock.check(session)), *verification.verify(session)]


def open_harness(database: Database, site_url: str = "http://localhost") -> Harness:
    """A furnished database with the stand-in in the same process."""
    return Harness(database, services_of(database, site_url))


def services_of(database: Database, site_url: str = "http://localhost") -> Services:
    """What settling needs, with the stand-in behind the real SDK."""
    secret = "a secret for tests"
    keys = derived_keys(secret)
    standin = create_standin(
        database,
        mode=PaymentMode.STAND_IN,
        secret_key=keys.secret_key,
        webhook_secret=keys.webhook_secret,
        site_url=site_url,
        webhook_url=f"{site_url}/webhooks/stripe",
        prefix="/stand-in",
    )
    return Services(
        database=database,
        gateway=Gateway.in_process(standin, keys.secret_key, keys.webhook_secret),
        vault=vault_of(database.engine.url.render_as_string(hide_password=False)),
        secret_key=secret,
        site_url=site_url,
        mode=PaymentMode.STAND_IN,
        book="test",
    )


def works_off_news(services: Services, *, later: bool = False) -> None:
    """The worker acts on what the webhook has kept; `later`, on what it put off before, too."""
    if later:
        waiting = update(InboxEvent).where(InboxEvent.done_at.is_(None)).values(due_at=clock.now())
        with services.database.transaction() as session:
            session.execute(waiting)
    while handlers.work(services):
        pass

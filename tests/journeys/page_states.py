"""Every page of the shop in every state it can be in, and how to get there.

A page missing here fails tests/journeys/test_page_states.py: add it, with all its states.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from unittest.mock import patch
from urllib.parse import urlsplit

from sqlalchemy import delete, select, update

from shop import bench as bench_profile
from shop import clock
from shop.accounts import charity_people, passkeys, sessions
from shop.accounts.models import OpenedBy, StaffSession
from shop.alerts import AlertKind, raise_alert
from shop.bench import Profile
from shop.bookkeeping.balance_transaction_reading import read_balance_transactions
from shop.catalogue.models import Variant
from shop.engraving import Tool
from shop.engraving.faces import FACES
from shop.engraving.jig import AS_DRAWN
from shop.fulfilment import finished_looks, finished_pictures, late, questions, undelivered, units
from shop.fulfilment.models import Unit
from shop.fulfilment.order_search import make_searchable
from shop.fulfilment.stages import Hold, Stage, Undelivered
from shop.giving import ledger, month_close
from shop.giving.ledger import Fact, Facts, Standing, UnitTarget
from shop.giving.models import LedgerTxn, Policy
from shop.giving.shown_statements import note
from shop.journal import comments
from shop.journal.journal import load
from shop.journal.models import State
from shop.mail.models import QueuedEmail
from shop.mail.outbox import Drop
from shop.orders import email_change
from shop.orders.models import Order
from shop.payments.gateway_errors import GatewayDown
from shop.payments.models import PaymentEntry, RefundRequest
from shop.restock import waiting
from shop.restock.models import StockRequest
from shop.uploads import finished_photographs
from tests.artwork.outlines import sent
from tests.bookkeeping.helpers import pays_out
from tests.checkout.test_uploads import drawn
from tests.claims.conftest import photograph
from tests.fulfilment.conftest import PLAIN, WORDS, Bench
from tests.harness import open_harness
from tests.inspection.finished_pieces import SIDES, photographed
from tests.journeys.visitor import Visitor
from tests.reconciliation.helpers import plant_a_penny
from tests.transparency.entered import enter_all

ARTWORK: Final = "/pieces/<slug>/artwork/<side>/<upload>"
SLUGS: Final = ("heart", "two-rings", "disc", "thread", "petal", "keeping")
ORDER_DELIVERY: Final = "/orders/<token>/delivery"
ORDER_CARD: Final = "/orders/<token>/lines/<number>/dedication"
OWNER_LINE: Final = "/owner/orders/<reference>/lines/<number>"
OWNER_CLAIMS: Final = "/owner/orders/<reference>/claims"
CANCELLATION: Final = "/orders/<token>/cancellation"
TAKE_BACK: Final = "/back-in-stock/<token>"
BACK_IN_STOCK: Final = "/pieces/<slug>/back-in-stock"
EARLY_POSTING: Final = "/owner/orders/<reference>/early-posting"
FINISHED_PIECE: Final = "/owner/bench/units/<number>"
PHOTOGRAPHS: Final = "/pieces/<slug>/artwork/<side>"
ORDER_VARIANT: Final = "/orders/<token>/lines/<number>/variant"
ORDER_WORDS: Final = "/orders/<token>/lines/<number>/words"
PANDAS: Final = "PANDAS Foundation UK"
LONG: Final = "Wrexham and Aberystwyth and Llandudno"


@dataclass(frozen=True)
class PageState:
    """One page in one state. `walk` leads the visitor's page there; `status` is what it answers."""

    name: str
    route: str
    """The rule in the address map, below /stand-in for the stand-in's."""
    walk: Callable[[Visitor], None]
    status: int = 200
    shows: str = ""
    """Words by which the state can be told from the page's others."""

    def enter(self, visitor: Visitor) -> None:
        """Walk there, and wait until the page is: a click ends as soon as the next one has begun."""
        self.walk(visitor)
        visitor.page.wait_for_load_state()


def at(path: str) -> Callable[[Visitor], None]:
    return lambda visitor: visitor.open(path)


def nothing_left(visitor: Visitor) -> None:
    with visitor.shop.database.transaction() as session:
        session.execute(update(Variant).values(price_pence=20_000))
    visitor.open("/pieces?price=under-100")


def unreviewed_support(visitor: Visitor) -> None:
    groups = visitor.shop.app.extensions["shop.support"]
    visitor.shop.app.extensions["shop.support"] = tuple(
        replace(group, entries=tuple(replace(entry, review_by=date(2020, 1, 1)) for entry in group.entries))
        for group in groups
    )
    visitor.open("/support")


def refused_piece(visitor: Visitor) -> None:
    visitor.open("/pieces/disc")
    visitor.puts("Line 1", LONG, within="Front")
    visitor.puts("Line 1", "Ωmega", within="Back")
    visitor.presses("Add to basket")


def places_artwork(visitor: Visitor) -> str:
    """A photograph of this browser's is on the front of a disc. Give the page's path."""
    visitor.page.context.add_cookies([{"name": "basket", "value": "h" * 43, "url": visitor.shop.address}])
    upload = sent(visitor.shop.database, "h" * 43)
    return f"/pieces/disc/artwork/front/{upload}"


def placed_artwork(visitor: Visitor) -> None:
    visitor.open(places_artwork(visitor))
    visitor.page.locator(".artwork-handle").wait_for()


def misplaced_artwork(visitor: Visitor) -> None:
    placed_artwork(visitor)
    visitor.page.get_by_label("Width in mm").fill("9")
    visitor.presses("Add to basket")


def full_basket(visitor: Visitor) -> None:
    visitor.has_in_basket(engraving_front_1="Caoimhe", engraving_back_1="14 May", dedication="For you")
    visitor.has_in_basket(
        "two-rings", "TWO-RINGS-GOLD-18", engraving_large_1="Always both ways", face="marcellus"
    )
    visitor.has_in_basket("petal", "PETAL-SILVER-18")


def filled_basket(visitor: Visitor) -> None:
    full_basket(visitor)
    visitor.open("/basket")


def basket_in_two_letterings(visitor: Visitor) -> None:
    words = {"engraving_back_1": "Caoimhe", "engraving_back_2": "14 May"}
    visitor.has_in_basket(**words, face="marcellus", face_back_1="great-vibes")
    visitor.open("/basket")


def line_in_two_letterings(visitor: Visitor) -> None:
    basket_in_two_letterings(visitor)
    visitor.open(visitor.led("/basket", "Change this piece (Disc"))


def one_more_like_it(visitor: Visitor) -> None:
    filled_basket(visitor)
    visitor.presses(re.compile(r"One more like this ?\(Disc"))


def changed_line(visitor: Visitor) -> None:
    full_basket(visitor)
    visitor.open(visitor.led("/basket", "Change this piece (Disc"))


def sold_out_line(visitor: Visitor) -> None:
    full_basket(visitor)
    visitor.shop.count_stock("DISC-SILVER-18", 0)
    visitor.open("/basket")


def looked_at_closely(visitor: Visitor) -> None:
    visitor.open("/pieces/disc")
    visitor.types("Line 1", "Caoimhe", within="Front")
    visitor.page.locator("[data-words] svg path").first.wait_for()
    visitor.presses("Look closer")
    visitor.page.locator(".closer[open] .closer-picture svg path").first.wait_for()


def in_the_hand(visitor: Visitor) -> None:
    looked_at_closely(visitor)
    visitor.presses("In the hand")


def an_idea_taken(visitor: Visitor) -> None:
    visitor.open("/pieces/disc")
    visitor.page.get_by_text("Not sure what to write?").click()
    visitor.presses("A first day and a last")
    visitor.page.locator("[data-words] svg path").first.wait_for()


def partly_sold_out(visitor: Visitor) -> None:
    visitor.shop.count_stock("HEART-SILVER-18", 0)
    visitor.shop.count_stock("HEART-GOLD-20", 0)
    visitor.open("/pieces/heart")


def sold_out_piece(visitor: Visitor) -> None:
    partly_sold_out(visitor)
    visitor.page.get_by_role("link", name="Tell me when it is back").click()


def left_an_address(visitor: Visitor, email: str = "ada@example.com") -> None:
    sold_out_piece(visitor)
    visitor.page.get_by_text("Sterling silver, 18 in").click()
    visitor.puts("E-mail", email)
    visitor.presses("E-mail me once")


def takes_back(visitor: Visitor) -> None:
    left_an_address(visitor)
    with visitor.shop.database.reading() as session:
        key_id = session.scalars(select(StockRequest.key_id)).one()
    vault = visitor.shop.app.extensions["shop"].services.vault
    visitor.open(f"/back-in-stock/{waiting.token_of(vault, key_id)}")


def somebody_waits(visitor: Visitor) -> None:
    left_an_address(visitor)
    staff_at("owner", "/owner/stock")(visitor)


def left_no_address(visitor: Visitor) -> None:
    left_an_address(visitor, "ada at example")


def left_a_likely_slip(visitor: Visitor) -> None:
    left_an_address(visitor, "ada@gmial.com")


def empty_details(visitor: Visitor) -> None:
    full_basket(visitor)
    visitor.open("/checkout")


def refused_details(visitor: Visitor) -> None:
    empty_details(visitor)
    visitor.puts("E-mail", "ada at example")
    visitor.puts("Postcode", "BT1 1AA")
    visitor.presses("Review your order")


def too_soon(visitor: Visitor) -> None:
    full_basket(visitor)
    visitor.has_given_details()
    visitor.open("/checkout")
    visitor.page.get_by_label("It has to be there by").fill(str(clock.now().date() + timedelta(days=1)))
    visitor.presses("Review your order")


def details_without_basket(visitor: Visitor) -> None:
    empty_details(visitor)
    visitor.page.context.clear_cookies(name="basket")
    visitor.fills_in_details()


def mistyped_details(visitor: Visitor) -> None:
    full_basket(visitor)
    visitor.has_given_details()
    visitor.open("/checkout")
    visitor.page.get_by_label("E-mail").fill("ada@gmial.con")
    visitor.presses("Review your order")


def gift_asked(visitor: Visitor) -> None:
    mistyped_details(visitor)
    visitor.open("/checkout")
    visitor.page.get_by_label("It is a gift for someone else").uncheck()
    visitor.page.get_by_label("Message for the slip").fill("With love from all of us")
    visitor.presses("Review your order")


def last_look(visitor: Visitor) -> None:
    full_basket(visitor)
    visitor.has_given_details(gift_message="With love from all of us", as_gift="y")
    visitor.open("/checkout/payment")


def for_a_caller(visitor: Visitor) -> None:
    """The owner has put an order together for somebody who telephones, and is at the last look."""
    visitor.has_signed_in("owner")
    assert (
        visitor.sends("/owner/payment-links", "/owner/payment-links", {"via": "telephone"}).status_code == 303
    )
    full_basket(visitor)
    visitor.has_given_details(email="")
    visitor.open("/checkout/payment")


def sent_link(visitor: Visitor) -> None:
    for_a_caller(visitor)
    visitor.presses("Send the payment link")


def letter_with_a_link(visitor: Visitor) -> None:
    sent_link(visitor)
    visitor.page.get_by_role("link", name="A letter with it, to print").click()


def basket_link(visitor: Visitor) -> None:
    full_basket(visitor)
    visitor.open("/basket/link")


def made_basket_link(visitor: Visitor) -> None:
    basket_link(visitor)
    visitor.presses("Make a link")


def sent_basket_link(visitor: Visitor, email: str = "ada@example.com") -> None:
    basket_link(visitor)
    visitor.puts("E-mail", email)
    visitor.presses("Send me this basket")


def mistyped_basket_link(visitor: Visitor) -> None:
    sent_basket_link(visitor, "ada@gmial.con")


def opened_basket_link(visitor: Visitor) -> None:
    made_basket_link(visitor)
    path = urlsplit(visitor.page.get_by_label("Address of your basket").input_value()).path
    visitor.forgets()
    visitor.has_in_basket("petal", "PETAL-SILVER-18")
    visitor.open(path)


def opened_link(visitor: Visitor) -> None:
    sent_link(visitor)
    visitor.open(urlsplit(visitor.page.locator("code").inner_text()).path)


def withdrawn_link(visitor: Visitor) -> None:
    opened_link(visitor)
    path = visitor.path
    visitor.open("/owner/payment-links")
    visitor.presses(re.compile("Withdraw the link"))
    visitor.open(path)


def kept_for_a_caller(visitor: Visitor) -> None:
    opened_link(visitor)
    visitor.presses("Review your order")


def unticked_payment(visitor: Visitor) -> None:
    last_look(visitor)
    visitor.presses("Place order and pay")


def sold_out_payment(visitor: Visitor) -> None:
    last_look(visitor)
    visitor.shop.count_stock("DISC-SILVER-18", 0)
    visitor.page.get_by_label("I have checked every letter").check()
    visitor.presses("Place order and pay")


def not_set_aside(visitor: Visitor) -> None:
    visitor.has_ordered()
    visitor.shop.count_stock("DISC-SILVER-18", 2)
    visitor.forgets()
    last_look(visitor)


def listed_staff(visitor: Visitor) -> None:
    visitor.has_signed_in("owner")
    visitor.shop.link_for("finance")
    visitor.open("/owner/staff")


def invited_staff(visitor: Visitor) -> None:
    visitor.has_signed_in("owner")
    visitor.open("/owner/staff")
    visitor.puts("E-mail", "new@example.com")
    visitor.presses("Make a link")


def refused_staff(visitor: Visitor) -> None:
    visitor.has_signed_in("owner")
    visitor.open("/owner/staff")
    visitor.presses("Make a link")


def changed_while_paying(visitor: Visitor) -> None:
    visitor.has_ordered()
    visitor.has_in_basket("heart", "HEART-SILVER-18")
    visitor.open("/basket")


def payment_page_left_open(visitor: Visitor) -> None:
    visitor.has_ordered()
    _left_open(visitor)
    visitor.open("/basket")


def thanked_with_more_in_the_basket(visitor: Visitor) -> None:
    pay_page = visitor.has_ordered()
    _left_open(visitor)
    visitor.open(visitor.has_chosen(pay_page, "pays"))


def _left_open(visitor: Visitor) -> None:
    """A heart was added while Stripe could not be reached to close the page."""
    gateway = visitor.shop.app.extensions["shop"].services.gateway
    reach, gateway.expire_session = gateway.expire_session, _nobody_answers
    visitor.has_in_basket("heart", "HEART-SILVER-18")
    gateway.expire_session = reach


def _nobody_answers(_session_id: str) -> None:
    raise GatewayDown("no answer")


def to(path: Callable[[Visitor], str], *links: str) -> Callable[[Visitor], None]:
    """The page at a path that has to be brought about first, or the one its links lead to."""
    return lambda visitor: visitor.open(visitor.led(path(visitor), *links))


def paid_too_early(visitor: Visitor) -> str:
    """The page of thanks before there is anything to thank for."""
    session_id = visitor.has_ordered().rpartition("/")[2]
    return f"/checkout/thanks?session_id={session_id}"


def paid_late(visitor: Visitor) -> str:
    return visitor.has_chosen(visitor.has_ordered(), "late")


def on_dashboard(path: str, **fields: str) -> Callable[[Visitor], str]:
    """After a payment, a choice on the stand-in's dashboard; gives the page of thanks."""

    def choose(visitor: Visitor) -> str:
        thanks = visitor.has_paid()
        visitor.reads_ahead(thanks)
        on_dashboard_sends(visitor, path, **fields)
        visitor.reads_ahead(thanks)
        return thanks

    return choose


def on_dashboard_sends(visitor: Visitor, ending: str, **fields: str) -> None:
    """Send the form of the newest session on the dashboard whose action ends like this."""
    dashboard = visitor.reads_ahead("/stand-in/")
    action = next(part for part in dashboard.split('"') if part.endswith(ending) and part.startswith("/"))
    assert visitor.sends("/stand-in/", action, fields).status_code == 303


def thanked_expired(visitor: Visitor) -> None:
    session_id = visitor.has_ordered().rpartition("/")[2]
    on_dashboard_sends(visitor, "/expiry")
    visitor.open(f"/checkout/thanks?session_id={session_id}")


def thanked_failed(visitor: Visitor) -> None:
    thanks = paid_late(visitor)
    on_dashboard_sends(visitor, "/settlement", outcome="fails")
    visitor.open(thanks)


def order_page(thanks: Callable[[Visitor], str], *links: str) -> Callable[[Visitor], None]:
    """The order's own page, from the page of thanks in some state; or where its links lead to."""
    return to(thanks, "See your order", *links)


def has_order(visitor: Visitor) -> str:
    """An order is paid for; gives the path of its page."""
    return visitor.led(visitor.has_paid(), "See your order")


another_variant: Final = order_page(Visitor.has_paid, "Change the metal or chain")
own_order: Final = order_page(Visitor.has_paid)
words_of_an_order: Final = order_page(Visitor.has_paid, "Change the words")
cancelling_an_order: Final = order_page(Visitor.has_paid, "Cancel all or part of it")
delivery_of_an_order: Final = order_page(Visitor.has_paid, "Change the address, the message or the day")
card_of_an_order: Final = order_page(Visitor.has_paid, "Change the dedication")
email_of_an_order: Final = order_page(Visitor.has_paid, "Change the e-mail")


def other_words(visitor: Visitor) -> None:
    words_of_an_order(visitor)
    visitor.puts("Line 1", "Wren", within="Front")


def refused_words(visitor: Visitor) -> None:
    words_of_an_order(visitor)
    visitor.puts("Line 1", LONG, within="Front")
    visitor.presses("See them as they will be cut")


def other_words_in_sight(visitor: Visitor) -> None:
    other_words(visitor)
    visitor.presses("See them as they will be cut")


def unticked_words(visitor: Visitor) -> None:
    other_words_in_sight(visitor)
    visitor.presses("Yes, engrave these words")


def words_changed(visitor: Visitor) -> None:
    other_words_in_sight(visitor)
    visitor.page.get_by_label("I have checked every letter").check()
    visitor.presses("Yes, engrave these words")


def words_too_late(visitor: Visitor) -> None:
    other_words_in_sight(visitor)
    Bench(open_harness(visitor.shop.database)).act(1, 1, *WORDS[:2])
    visitor.page.get_by_label("I have checked every letter").check()
    visitor.presses("Yes, engrave these words")


def engraving_begun(visitor: Visitor) -> None:
    mine = has_order(visitor)
    Bench(open_harness(visitor.shop.database)).act(1, 1, *WORDS[:2])
    visitor.open(mine)


def nothing_to_cancel(visitor: Visitor) -> None:
    cancelling_an_order(visitor)
    visitor.presses("See your refund")


def cancelling_in_sight(visitor: Visitor) -> None:
    cancelling_an_order(visitor)
    visitor.page.get_by_label("1. Disc").check()
    visitor.presses("See your refund")


def no_variant_chosen(visitor: Visitor) -> None:
    another_variant(visitor)
    visitor.presses("Preview the change")


def another_chain_in_sight(visitor: Visitor) -> None:
    another_variant(visitor)
    visitor.page.locator(".tile", has=visitor.page.locator("input:enabled")).first.click()
    visitor.presses("Preview the change")


def another_chain(visitor: Visitor) -> None:
    another_chain_in_sight(visitor)
    visitor.presses("Change the piece")


def dearer_metal_in_sight(visitor: Visitor) -> None:
    another_variant(visitor)
    visitor.page.locator(".tile", has=visitor.page.locator("input:enabled")).last.click()
    visitor.presses("Preview the change")


def goes_on_to_pay(visitor: Visitor) -> str:
    """To the page where a dearer metal is paid. Gives where the order's own page is."""
    mine = has_order(visitor)
    visitor.open(f"{mine}/lines/1/variant")
    visitor.page.locator(".tile", has=visitor.page.locator("input:enabled")).last.click()
    visitor.presses("Preview the change")
    visitor.presses(re.compile("Go on to pay"))
    return mine


def dearer_metal_waits(visitor: Visitor) -> None:
    visitor.open(goes_on_to_pay(visitor))


def dearer_metal_being_paid(visitor: Visitor) -> None:
    goes_on_to_pay(visitor)
    visitor.presses("Pay late")


def dearer_metal_asked_for(visitor: Visitor) -> None:
    owner_changes("Change the metal or chain")(visitor)
    visitor.page.locator(".tile", has=visitor.page.locator("input:enabled")).last.click()
    visitor.presses("Preview the change")
    visitor.types("Why, and who asked for it", "The buyer rang: gold.")
    visitor.presses(re.compile("Ask for"))


def variant_too_late(visitor: Visitor) -> None:
    another_chain_in_sight(visitor)
    Bench(open_harness(visitor.shop.database)).act(1, 1, *WORDS[:2])
    visitor.presses("Change the piece")


def owner_variant_in_sight(visitor: Visitor) -> None:
    owner_changes("Change the metal or chain")(visitor)
    visitor.page.locator(".tile", has=visitor.page.locator("input:enabled")).first.click()
    visitor.presses("Preview the change")


def cancelled(visitor: Visitor) -> None:
    cancelling_in_sight(visitor)
    visitor.presses(re.compile("Cancel this, and have"))


def cancelled_too_late(visitor: Visitor) -> None:
    cancelling_in_sight(visitor)
    Bench(open_harness(visitor.shop.database)).act(1, 1, *WORDS[:2])
    visitor.presses(re.compile("Cancel this, and have"))


def refused_delivery(visitor: Visitor) -> None:
    delivery_of_an_order(visitor)
    visitor.page.get_by_label("Postcode").fill("BT1 1AA")
    visitor.presses("Save the delivery details")


def delivery_too_late(visitor: Visitor) -> None:
    delivery_of_an_order(visitor)
    with visitor.shop.database.transaction() as session:
        session.execute(update(Unit).values(stage=Stage.POSTED))
    visitor.presses("Save the delivery details")


def refused_card(visitor: Visitor) -> None:
    card_of_an_order(visitor)
    visitor.page.get_by_label("Dedication").fill("x" * 401)
    visitor.presses("Save the dedication")


def card_too_late(visitor: Visitor) -> None:
    card_of_an_order(visitor)
    visitor.page.get_by_label("Dedication").fill("For you, always and longer")
    with visitor.shop.database.transaction() as session:
        session.execute(update(Unit).values(stage=Stage.PACKED))
    visitor.presses("Save the dedication")


def owner_changes(link: str) -> Callable[[Visitor], None]:
    return to(at_the_owner, link)


def owner_words_in_sight(visitor: Visitor) -> None:
    owner_changes("Change the words")(visitor)
    visitor.puts("Line 1", "Wren", within="Front")
    visitor.presses("See them as they will be cut")


def owner_words_without_a_reason(visitor: Visitor) -> None:
    owner_words_in_sight(visitor)
    visitor.page.get_by_label("Every letter was checked").check()
    visitor.presses("Yes, engrave these words")


def refused_email(visitor: Visitor) -> None:
    email_of_an_order(visitor)
    visitor.puts("E-mail", "ada at example")
    visitor.presses("Use this address")


def mistyped_email(visitor: Visitor) -> None:
    email_of_an_order(visitor)
    visitor.types("E-mail", "ada@gmial.con")
    visitor.presses("Use this address")


def email_asked(visitor: Visitor) -> None:
    email_of_an_order(visitor)
    visitor.puts("E-mail", "ada.byron@example.org")
    visitor.presses("Use this address")
    visitor.page.get_by_role("link", name="Change the e-mail").click()


def email_link(visitor: Visitor) -> None:
    email_asked(visitor)
    with visitor.shop.database.reading() as session:
        key = f"{email_change.CONFIRM}-1"
        services = visitor.shop.app.extensions["shop"].services
        told = email_change.told_by(
            session, services.vault, email_change.CONFIRM, key, secret_key=services.secret_key
        )
    assert told
    visitor.open(told.link)


def email_confirmed(visitor: Visitor) -> None:
    email_link(visitor)
    visitor.presses("Yes, use this address")


def unpaid_order(visitor: Visitor) -> None:
    thanks = paid_late(visitor)
    link = visitor.led(thanks, "See your order")
    on_dashboard_sends(visitor, "/settlement", outcome="fails")
    visitor.reads_ahead(thanks)
    visitor.open(link)


def order_under_review(visitor: Visitor) -> None:
    link = has_order(visitor)
    with visitor.shop.database.transaction() as session:
        session.scalars(select(Order)).one().state = "review"
    visitor.open(link)


def emails_refused(visitor: Visitor) -> None:
    with visitor.shop.database.transaction() as session:
        session.execute(update(QueuedEmail).values(dropped=Drop.REFUSED, sent_at=None))
    visitor.open(visitor.path)


def unread_order(visitor: Visitor) -> None:
    own_order(visitor)
    emails_refused(visitor)


def order_of_an_unread_email(visitor: Visitor) -> None:
    one_order(visitor)
    emails_refused(visitor)
    visitor.page.get_by_text("Send one again").click()


def found_order(visitor: Visitor) -> None:
    visitor.open("/orders")
    visitor.puts("E-mail", "ada@example.com")
    visitor.presses("Send me the link")


def refused_finding(visitor: Visitor) -> None:
    visitor.open("/orders")
    visitor.puts("E-mail", "ada at example")
    visitor.presses("Send me the link")


def refused_sign_in(visitor: Visitor) -> None:
    visitor.open("/sign-in")
    visitor.puts("E-mail", "owner")
    visitor.presses("Sign in")


def fresh_link(visitor: Visitor) -> None:
    visitor.open(visitor.shop.link_for("owner"))


def charity_at(path: str, *, closed: bool = False) -> Callable[[Visitor], None]:
    """A page of the charity's room; something was given and paid over, and perhaps its month is closed."""

    def enter(visitor: Visitor) -> None:
        sold_and_paid_over(visitor)
        at_a_name(visitor)
        month = clock.month(clock.now())
        with visitor.shop.database.transaction() as session:
            if closed:
                month_close.freeze(session, month_close.ending(session, month), actor="finance 1")
            account, _ = charity_people.invite(session, "jo@example.com", PANDAS, by="finance 1", secret="")
            token = sessions.open_session(session, account.id, OpenedBy.PASSKEY)
            seq = session.scalars(select(LedgerTxn.seq).where(LedgerTxn.kind == "remit")).one()
        visitor.forgets()
        visitor.page.context.add_cookies([{"name": "staff", "value": token, "url": visitor.shop.address}])
        visitor.open(path.format(seq=seq, month=month))

    return enter


def charity_ledger_asked(visitor: Visitor) -> None:
    charity_at("/charity/ledger")(visitor)
    visitor.puts("An order’s reference, or an entry’s number here or in the log", "1")
    visitor.presses("Find")


def charity_invited(visitor: Visitor) -> None:
    visitor.has_signed_in("finance")
    at_a_name(visitor)
    visitor.open("/finance/charity")
    visitor.puts("E-mail", "jo@example.com")
    visitor.presses("Invite")


def charity_key_waits(visitor: Visitor) -> None:
    visitor.has_signed_in("finance")
    with visitor.shop.database.transaction() as session:
        account, _ = charity_people.invite(session, "jo@example.com", PANDAS, by="finance 1", secret="")
        passkeys.add(session, account.id, passkeys.NewKey(b"id", b"key", b"key", 0), "First passkey")
    visitor.open("/finance/agreements/1/keys")


def charity_key_refused(visitor: Visitor) -> None:
    charity_key_waits(visitor)
    visitor.puts("Fingerprint", "12 34")
    visitor.presses("Name the key")


def charity_not_invited(visitor: Visitor) -> None:
    visitor.has_signed_in("finance")
    visitor.open("/finance/charity")
    visitor.puts("E-mail", "jo at example")
    visitor.presses("Invite")


def invitation(visitor: Visitor) -> None:
    at_a_name(visitor)
    with visitor.shop.database.transaction() as session:
        _, token = charity_people.invite(session, "jo@example.com", PANDAS, by="finance 1", secret="")
    visitor.open(f"/charity/join/{token}")


def at_a_name(visitor: Visitor) -> None:
    """The shop knows itself by a name, as passkeys need it; the browser is where it was."""
    shop = visitor.shop.app.extensions["shop"]
    named = replace(shop.settings, site_url="http://localhost")
    visitor.shop.app.extensions["shop"] = replace(shop, settings=named)


def has_a_passkey(visitor: Visitor) -> None:
    visitor.has_signed_in("owner")
    at_a_name(visitor)
    with visitor.shop.database.transaction() as session:
        account = session.scalars(select(StaffSession.account_id)).one()
        passkeys.add(session, account, passkeys.NewKey(b"id", b"key", b"key", 0), "My telephone")
        session.execute(update(StaffSession).values(passkey_at=clock.now()))
    visitor.open("/sign-in/passkeys")


def signed_in_long_ago(visitor: Visitor) -> None:
    has_a_passkey(visitor)
    ago = clock.now() - timedelta(hours=2)
    with visitor.shop.database.transaction() as session:
        session.execute(update(StaffSession).values(passkey_at=ago, created_at=ago))
    visitor.open("/sign-in/passkeys")


def passkey_due(visitor: Visitor) -> None:
    has_a_passkey(visitor)
    with visitor.shop.database.transaction() as session:
        session.execute(update(StaffSession).values(passkey_at=None))
    visitor.open("/sign-in/passkey")


def passkey_not_shown(visitor: Visitor) -> None:
    passkey_due(visitor)
    with visitor.page.expect_navigation():
        visitor.page.evaluate("document.querySelector('form[data-passkey]').submit()")


def new_password(visitor: Visitor) -> None:
    visitor.has_signed_in("owner")
    visitor.open("/sign-in/password")


def refused_password(visitor: Visitor) -> None:
    new_password(visitor)
    visitor.page.get_by_label("password", exact=False).first.fill("short")
    visitor.presses("Keep this password")


def staff_at(role: str, path: str, *, sold: bool = False) -> Callable[[Visitor], None]:
    """A page for staff, with or without an order in the shop."""

    def enter(visitor: Visitor) -> None:
        if sold:
            visitor.reads_ahead(visitor.has_paid())
        visitor.has_signed_in(role)
        visitor.open(path)

    return enter


def bench_with_work(visitor: Visitor) -> None:
    """Units at every step, one of them on hold, and a step that can be taken back."""
    work_at_the_bench(visitor)
    visitor.open("/owner/bench")


def work_at_the_bench(visitor: Visitor) -> None:
    """What `bench_with_work` shows; the owner has not looked yet."""
    visitor.reads_ahead(visitor.has_paid())
    visitor.has_signed_in("owner")
    bench = Bench(open_harness(visitor.shop.database))
    for done in range(len(WORDS)):
        bench.act(bench.paid(("disc", "Wren")), 1, *WORDS[:done])
    bench.act(bench.paid(("petal", ""), ("heart", "Ada")), 1, *PLAIN)
    held = bench.paid(("thread", "Siân"))
    with visitor.shop.database.transaction() as session:
        units.hold(session, held, 1, Hold.QUESTION, actor="owner@example.com")


def bench_card(visitor: Visitor) -> None:
    """A unit with words on a page of its own, opened letter by letter."""
    bench_with_work(visitor)
    visitor.page.locator("[aria-labelledby=to-engrave] .queued a").first.click()
    visitor.page.get_by_text("Letter by letter").click()


def finished_piece(visitor: Visitor) -> None:
    """A disc whose photograph shows another letter than was approved, and that must be looked at."""
    visitor.has_signed_in("owner")
    bench = Bench(open_harness(visitor.shop.database))
    order = bench.paid(("disc", "Wren"))
    bench.act(order, 1, *WORDS)
    card = f"/owner/bench/units/{bench.units(order)[1].order_line_id}"
    with visitor.shop.database.transaction() as session:
        machine = Profile(Tool("fibre", 0.05, 0.7), AS_DRAWN, look_first=True)
        bench_profile.save(session, machine, actor="owner@example.com")
    visitor.open(card)
    seen = photographed(5, "disc", SIDES["disc"][0], FACES["great-vibes"], {1: "Wran"})
    file = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": seen}
    visitor.page.get_by_label("Photograph of front").set_input_files(file)
    visitor.presses("Hold it against what was approved")
    visitor.page.get_by_text("something differs").wait_for()
    visitor.open(card)


def finished_too_soon(visitor: Visitor) -> None:
    """The same, before there is a photograph."""
    visitor.has_signed_in("owner")
    bench = Bench(open_harness(visitor.shop.database))
    order = bench.paid(("disc", "Wren"))
    bench.act(order, 1, *WORDS)
    visitor.open(f"/owner/bench/units/{bench.units(order)[1].order_line_id}")
    visitor.presses("It is as approved")


def nothing_photographed(visitor: Visitor) -> None:
    finished_too_soon(visitor)
    visitor.presses("Hold it against what was approved")


def without_a_reason(visitor: Visitor) -> None:
    finished_piece(visitor)
    visitor.page.locator("summary", has_text="Post it without that look").click()
    visitor.presses("Post it without that look")


def bench_card_bare(visitor: Visitor) -> None:
    """A unit without words."""
    bench_with_work(visitor)
    visitor.page.locator("[aria-labelledby=to-post] .queued a").first.click()


def packed_to_post(visitor: Visitor) -> None:
    """Two orders packed, one parcel posted."""
    work_at_the_bench(visitor)
    bench = Bench(open_harness(visitor.shop.database))
    sent = bench.paid(("petal", ""))
    bench.act(sent, 1, *PLAIN)
    bench.post(sent, 1, tracking="AB123456785GB")
    visitor.open("/owner/dispatch")


def scanned_ticket(visitor: Visitor) -> None:
    packed_to_post(visitor)
    reference = visitor.page.locator("[aria-labelledby=packed] li a").first.inner_text()
    visitor.puts("Ticket", f"{reference}-1")
    visitor.presses("Next: its tracking number")


def refused_number(visitor: Visitor) -> None:
    scanned_ticket(visitor)
    visitor.puts("Tracking number", "AB123456789GB")
    visitor.presses("Post it under this number")


def tracking_shown(visitor: Visitor) -> None:
    packed_to_post(visitor)
    reference = visitor.page.locator("[aria-labelledby=packed] li a").first.inner_text()
    visitor.puts(
        "Or its lines, pasted", f"Reference,Tracking number\n{reference},CD987654326GB\nPM-2222-22,x"
    )
    visitor.presses("See what it would change")


def gift_waiting(visitor: Visitor) -> None:
    """What the order of a Disc gives, before it is in the log."""
    visitor.open(f"{has_order(visitor)}/proof")


def gift_entered(visitor: Visitor) -> None:
    """The same once it is."""
    mine = has_order(visitor)
    enter_all(visitor.shop.app)
    visitor.open(f"{mine}/proof")


def gift_checked(visitor: Visitor) -> None:
    """The proof of that gift, and a file that is none, on the page that checks them."""
    gift_entered(visitor)
    where = visitor.page.locator("a[download]").first.get_attribute("href")
    proof = visitor.page.request.get(f"{visitor.shop.address}{where}")
    visitor.open("/giving/check")
    files = {"gift.tlog-proof": proof.body(), "letter.txt": b"Thank you."}
    visitor.page.set_input_files(
        "#files", [{"name": name, "mimeType": "", "buffer": body} for name, body in files.items()]
    )
    visitor.page.locator(".fails [data-said]").wait_for()


def posted_order(visitor: Visitor) -> None:
    """The page of an order that was posted; Ada's own link."""
    visitor.open(has_posted_order(visitor))


def has_posted_order(visitor: Visitor) -> str:
    mine = has_order(visitor)
    bench = Bench(open_harness(visitor.shop.database))
    bench.act(1, 1, *WORDS)
    bench.post(1, 1, tracking="AB123456789GB")
    return mine


def with_its_finished_piece(visitor: Visitor) -> None:
    """The same, and Ada asked to see the photograph of what was made."""
    mine, shop = has_order(visitor), visitor.shop
    harness = open_harness(shop.database)
    vault, bench = harness.services.vault, Bench(harness)
    bench.act(1, 1, *WORDS)
    seen = photographed(5, "disc", SIDES["disc"][0], FACES["great-vibes"], {1: "Wren"})
    said = {"making": 1, "verdict": "as approved", "notes": [], "letters": [], "close_ups": []}
    about = {"actor": "owner@example.com", "wording": 1, "making": 1, "aid": "front: as approved"}
    with shop.database.transaction() as session:
        finished_photographs.keep(session, vault, (1, 1, "front"), seen, said)
        finished_looks.look(session, 1, 1, **about)
        finished_pictures.choose(session, vault, 1, wanted=True)
    visitor.open(mine)
    picture = visitor.page.get_by_role("img", name="as we photographed it")
    picture.scroll_into_view_if_needed()
    picture.wait_for()


def posted_petal(visitor: Visitor) -> None:
    """The page of an order of a Petal that was posted."""
    visitor.open(has_posted_petal(visitor))


def has_posted_petal(visitor: Visitor) -> str:
    mine = shared(visitor)
    bench = Bench(open_harness(visitor.shop.database))
    bench.act(1, 1, *PLAIN)
    bench.post(1, 1)
    return mine


def came_back(visitor: Visitor) -> None:
    mine = has_posted_petal(visitor)
    with visitor.shop.database.transaction() as session:
        undelivered.come_back(session, 1, 1, Undelivered.NOT_COLLECTED, actor="owner@example.com")
    visitor.open(mine)


def posted_at_the_owner(visitor: Visitor) -> None:
    has_posted_petal(visitor)
    visitor.has_signed_in("owner")
    visitor.open(visitor.led("/owner/orders", "PM-"))
    visitor.page.get_by_text("It did not arrive").click()


def wrong_tracking_number(visitor: Visitor) -> None:
    posted_at_the_owner(visitor)
    visitor.page.get_by_label("Tracking number of").fill("AB123456786GB")
    visitor.presses("Save the number")


def lost_parcel(visitor: Visitor) -> None:
    posted_at_the_owner(visitor)
    visitor.page.get_by_role("link", name="It is lost: make it again").click()


def lost_at_what_cost(visitor: Visitor) -> None:
    lost_parcel(visitor)
    visitor.page.get_by_label("What making it again costs").fill("much")
    visitor.presses("It is lost: make it again")


def packed_too_early(visitor: Visitor) -> None:
    """A petal that is packed three days before it may leave."""
    visitor.has_signed_in("owner")
    bench = Bench(open_harness(visitor.shop.database))
    order = bench.paid(("petal", ""))
    bench.act(order, 1, *PLAIN)
    with visitor.shop.database.transaction() as session:
        session.get_one(Order, order).post_from = clock.now().date() + timedelta(days=3)
    visitor.open("/owner/bench")
    visitor.page.get_by_role("link", name="Post it all the same").click()


def posted_without_a_reason(visitor: Visitor) -> None:
    packed_too_early(visitor)
    visitor.presses("Post it all the same")


def sending_back(visitor: Visitor) -> None:
    visitor.open(visitor.led(has_posted_petal(visitor), "Send a piece without words back"))


def nothing_sent_back(visitor: Visitor) -> None:
    sending_back(visitor)
    visitor.page.get_by_label("Petal").uncheck()
    visitor.presses("Send it back")


def none_to_send_back(visitor: Visitor) -> None:
    visitor.open(f"{has_posted_order(visitor)}/send-backs")


def sent_back(visitor: Visitor) -> None:
    sending_back(visitor)
    visitor.presses("Send it back")


def arrived_at_the_owner(visitor: Visitor) -> None:
    sent_back(visitor)
    visitor.has_signed_in("owner")
    visitor.open("/owner/bench")
    visitor.page.get_by_role("link", name="piece 1").last.click()
    visitor.presses(re.compile("It is here, back in the drawer"))
    visitor.open(visitor.path.partition("#")[0])


def claim_for_a_caller(visitor: Visitor) -> None:
    claimed(visitor)
    visitor.has_signed_in("owner")
    visitor.open("/owner/orders")
    visitor.page.locator("main a[href^='/owner/orders/PM-']").first.click()
    visitor.page.get_by_role("link", name=re.compile("Report a problem: record")).click()


def refused_for_a_caller(visitor: Visitor) -> None:
    claim_for_a_caller(visitor)
    visitor.presses("Record it")


def choosing_a_photograph(visitor: Visitor) -> None:
    visitor.open("/pieces/disc/artwork/back")


def refused_photograph(visitor: Visitor) -> None:
    choosing_a_photograph(visitor)
    visitor.presses("Show me the outline")


def sent_photograph(visitor: Visitor, content: bytes) -> None:
    choosing_a_photograph(visitor)
    visitor.page.get_by_text("Handwriting", exact=True).click()
    visitor.page.locator("#photograph").set_input_files(
        {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": content}
    )
    visitor.presses("Show me the outline")
    visitor.page.wait_for_url("**/artwork/*?piece=disc&side=back")


def traced_photograph(visitor: Visitor) -> None:
    sent_photograph(visitor, drawn())


def untraced_photograph(visitor: Visitor) -> None:
    sent_photograph(visitor, photograph())


def refused_corners(visitor: Visitor) -> None:
    untraced_photograph(visitor)
    visitor.page.evaluate("document.querySelector('#corner-1-across').value = '140'")
    with visitor.page.expect_navigation():
        visitor.page.evaluate("document.querySelector('[data-trace]').submit()")


def kept_photographs(visitor: Visitor) -> None:
    traced_photograph(visitor)
    visitor.page.get_by_role("link", name="In their own hand").click()


def claim_before_posting(visitor: Visitor) -> None:
    visitor.open(f"{has_order(visitor)}/claims")


def claiming(visitor: Visitor) -> None:
    visitor.open(visitor.led(has_posted_order(visitor), "Report a problem"))


def refused_claim(visitor: Visitor) -> None:
    claiming(visitor)
    visitor.page.get_by_label("A picture").set_input_files(
        {"name": "note.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    )
    visitor.presses("Send it to us")


def claimed(visitor: Visitor) -> None:
    claiming(visitor)
    visitor.puts("What is not right", "The last letter of her name is missing.\n\nOtherwise it is lovely.")
    visitor.page.get_by_label("Make it again").check()
    visitor.page.get_by_label("A picture").set_input_files(
        {"name": "1.jpg", "mimeType": "image/jpeg", "buffer": photograph((1200, 900))}
    )
    visitor.presses("Send it to us")


def answered_claim(visitor: Visitor) -> None:
    claimed(visitor)
    mine = visitor.path
    opened_at_the_owner(visitor)
    visitor.puts("Your answer", "We are sorry. We make it again, and post it by Thursday.")
    visitor.page.get_by_role("radio", name="Made again").check()
    visitor.page.get_by_label("A slip while engraving").check()
    visitor.puts("what that costs", "12.50")
    visitor.presses("Send it")
    visitor.open(mine)


def claim_at_the_owner(visitor: Visitor) -> None:
    claimed(visitor)
    opened_at_the_owner(visitor)


def opened_at_the_owner(visitor: Visitor) -> None:
    """The owner opens the claim from the bench."""
    visitor.has_signed_in("owner")
    visitor.open("/owner/bench")
    visitor.page.get_by_role("link", name="piece 1").last.click()


def refused_answer(visitor: Visitor) -> None:
    claim_at_the_owner(visitor)
    visitor.page.get_by_label("Refunded").check()
    visitor.presses("Send it")


def chosen_orders(visitor: Visitor) -> None:
    """A choice that was just kept under a name."""
    staff_at("owner", "/owner/orders?stage=to+check&words=yes", sold=True)(visitor)
    visitor.page.locator("summary", has_text="Views").click()
    visitor.puts("Keep this choice as", "To check")
    visitor.presses("Keep it")


def looked_for(asked: str) -> Callable[[Visitor], None]:
    """What somebody on the telephone says."""

    def look(visitor: Visitor) -> None:
        staff_at("owner", "/owner/orders/search", sold=True)(visitor)
        services = open_harness(visitor.shop.database).services
        make_searchable(visitor.shop.database, services.vault)
        visitor.puts("Reference, name", asked)
        visitor.presses("Look")

    return look


def one_order(visitor: Visitor) -> None:
    visitor.open(at_the_owner(visitor))


def at_the_owner(visitor: Visitor) -> str:
    """Somebody paid, and the owner is signed in; gives the path of the order's page in the workshop."""
    visitor.reads_ahead(visitor.has_paid())
    visitor.has_signed_in("owner")
    return visitor.led("/owner/orders", "PM-")


def today_with_work(visitor: Visitor) -> None:
    """Something in most lists."""
    lists_of_today(visitor)
    visitor.open("/owner/")


def lists_of_today(visitor: Visitor) -> None:
    work_at_the_bench(visitor)
    with visitor.shop.database.transaction() as session:
        raise_alert(session, AlertKind.CUT_CHANGED, "PM-7K3Q-2F")
        late = session.scalars(select(Order).order_by(Order.id).limit(2)).all()
        for order in late:
            order.posted_by = (clock.now() - timedelta(days=9)).date()


def late_units(visitor: Visitor) -> None:
    lists_of_today(visitor)
    visitor.open(visitor.led("/owner/", "Late"))


def alerted(visitor: Visitor) -> None:
    with visitor.shop.database.transaction() as session:
        raise_alert(session, AlertKind.CUT_DIFFERS, "Great Vibes, front of a Disc", "0.93 mm² apart.")
        raise_alert(session, AlertKind.CUT_CHANGED, "PM-7K3Q-2F")
    visitor.has_signed_in("owner")
    visitor.open("/owner/alerts")


def seen_to(visitor: Visitor) -> None:
    alerted(visitor)
    visitor.page.get_by_role("button", name="I have seen to it").first.click()


def refund_of_nothing(visitor: Visitor) -> None:
    one_order(visitor)
    visitor.presses("See what would go back")


def refund_shown(visitor: Visitor) -> None:
    one_order(visitor)
    visitor.page.get_by_role("checkbox", name="1. Disc").check()
    visitor.page.get_by_role("checkbox", name="Postage").check()
    visitor.presses("See what would go back")


def refund_of_one(visitor: Visitor) -> None:
    refund_shown(visitor)
    visitor.page.get_by_role("button", name=re.compile("^Send £")).click()


def goodwill_without_a_reason(visitor: Visitor) -> None:
    one_order(visitor)
    visitor.page.get_by_text("An amount for no piece").click()
    visitor.puts("Amount in pounds", "5")
    visitor.presses("See what would go back")


def order_disputed(visitor: Visitor) -> None:
    one_order(visitor)
    with visitor.shop.database.transaction() as session:
        session.execute(update(Order).values(state="disputed"))
        paid = session.scalars(select(PaymentEntry)).one()
        session.add(
            PaymentEntry(
                order_id=paid.order_id,
                key="dis:dp_1:1",
                kind="dispute withdrawn",
                stripe_id="dp_1",
                payment_intent=paid.payment_intent,
                amount_pence=-paid.amount_pence,
                currency=paid.currency,
                event_at=clock.now(),
                booked_at=clock.now(),
            )
        )
    visitor.open(visitor.path)


def refunds_that_wait(visitor: Visitor) -> None:
    """A refund of each kind that has not gone back, and what went back beside the pieces."""
    one_order(visitor)
    with visitor.shop.database.transaction() as session:
        order = session.scalars(select(Order)).one()
        payment = session.scalars(select(PaymentEntry)).one()
        for number, (state, code) in enumerate(
            [("owed", "balance_insufficient"), ("refused", "parameter_invalid"), ("sent back", "failed")]
        ):
            session.add(
                RefundRequest(
                    order_id=order.id,
                    key=f"key {number}",
                    payment_intent=payment.payment_intent,
                    amount_pence=8400 if number == 2 else 100,
                    reason="owner" if number else "surplus",
                    lines=[1] if number == 2 else [],
                    with_postage=number == 1,
                    actor="owner@example.com",
                    requested_at=clock.now(),
                    state=state,
                    refused=code,
                    next_try_at=clock.now() + timedelta(hours=1),
                )
            )
    visitor.open(visitor.path)


def money_that_waits(visitor: Visitor) -> None:
    refunds_that_wait(visitor)
    visitor.open("/owner/orders")


def closing_without_a_word(visitor: Visitor) -> None:
    refunds_that_wait(visitor)
    visitor.page.get_by_text("It is not to be sent from here").first.click()
    visitor.page.get_by_role("button", name="It was returned by other means").first.click()


def order_in_review(visitor: Visitor) -> None:
    one_order(visitor)
    with visitor.shop.database.transaction() as session:
        session.execute(update(Order).values(state="review"))
        session.execute(update(PaymentEntry).values(kind="unexplained", amount_pence=8300))
    visitor.open(visitor.path)


def refused_movement(visitor: Visitor) -> None:
    staff_at("owner", "/owner/stock/DISC-SILVER-18")(visitor)
    visitor.puts("How many", "-1000")
    visitor.presses("Record it")


def named_machine(visitor: Visitor) -> None:
    staff_at("owner", "/owner/machine")(visitor)
    visitor.picks("Machine", "Diamond drag")
    visitor.presses("Save")


def counted_in_a_file(visitor: Visitor) -> None:
    staff_at("owner", "/owner/stock/file")(visitor)
    rows = b"sku;count\nDISC-SILVER-18;3\nPETAL-GOLD-18;five\n"
    visitor.page.locator("#file").set_input_files({"name": "c.csv", "mimeType": "text/csv", "buffer": rows})
    visitor.presses("See what it changes")


def no_count_file(visitor: Visitor) -> None:
    staff_at("owner", "/owner/stock/file")(visitor)
    visitor.presses("See what it changes")


def refused_count(visitor: Visitor) -> None:
    staff_at("owner", "/owner/stock/count")(visitor)
    visitor.page.locator("#count-DISC-SILVER-18").fill("three")
    visitor.presses("Record the counts")


def days_away(visitor: Visitor) -> None:
    staff_at("owner", "/owner/days")(visitor)
    visitor.page.get_by_label("First day away").fill(str(clock.now().date() + timedelta(days=200)))
    visitor.page.get_by_label("Last day away").fill(str(clock.now().date() + timedelta(days=204)))
    visitor.presses("Close these days")


def refused_days(visitor: Visitor) -> None:
    staff_at("owner", "/owner/days")(visitor)
    visitor.puts("Engraved pieces a day", "a few")
    visitor.presses("Save")


def refused_away(visitor: Visitor) -> None:
    staff_at("owner", "/owner/days")(visitor)
    visitor.puts("First day away", "2020-12-24")
    visitor.presses("Close these days")


def late_order(visitor: Visitor) -> None:
    mine = has_order(visitor)
    with visitor.shop.database.transaction() as session:
        session.execute(update(Order).values(posted_by=clock.now().date() - timedelta(days=1)))
    with visitor.shop.database.transaction() as session:
        for found in late.find_late(session, "test"):
            assert late.tell(session, found)
    visitor.open(mine)


def late_at_the_bench(visitor: Visitor) -> None:
    late_order(visitor)
    visitor.has_signed_in("owner")
    visitor.open("/owner/bench")


def sold_elsewhere(visitor: Visitor) -> None:
    staff_at("owner", "/owner/sales")(visitor)
    visitor.puts("Where", "Bath spring fair")
    visitor.presses("Record the sale")


def refused_sale(visitor: Visitor) -> None:
    staff_at("owner", "/owner/sales")(visitor)
    visitor.page.locator("#quantity").fill("99")
    visitor.presses("Record the sale")


def refused_machine(visitor: Visitor) -> None:
    staff_at("owner", "/owner/machine")(visitor)
    visitor.puts("Finest line", "thick")
    visitor.presses("Save")


def moved_stock(visitor: Visitor) -> None:
    staff_at("owner", "/owner/stock/DISC-SILVER-18")(visitor)
    visitor.puts("How many", "4")
    visitor.puts("Note", "Second batch of the month")
    visitor.presses("Record it")


def refunded_stock(visitor: Visitor) -> None:
    on_dashboard("/refunds", pence="8400")(visitor)
    staff_at("owner", "/owner/stock")(visitor)


def refunded_ledger(visitor: Visitor) -> None:
    on_dashboard("/refunds", pence="8400")(visitor)
    staff_at("finance", "/finance/")(visitor)


def agrees(visitor: Visitor, reference: str, **changes: str) -> None:
    """The finance lead writes an agreement down."""
    visitor.open("/finance/agreements/new")
    today = str(clock.today())
    for label, text in {
        "Charity": "PANDAS Foundation UK", "What it is": "a perinatal mental-health charity",
        "Its site": "https://pandasfoundation.org.uk/", "Amount in pounds": "6.00",
        "Reference of the agreement": reference, "Signed on": today, "Begins on": today, **changes,
    }.items():  # fmt: skip
        visitor.page.get_by_label(label, exact=True).fill(text)
    visitor.page.get_by_label("I have the agreement before me").check()
    visitor.presses("Record the agreement")


def one_agreement(visitor: Visitor) -> None:
    visitor.has_signed_in("finance")
    agrees(visitor, "IR-PANDAS-2")


def agreed_upon(visitor: Visitor) -> None:
    one_agreement(visitor)
    visitor.open("/finance/agreements")


def overlapping(visitor: Visitor) -> None:
    one_agreement(visitor)
    agrees(visitor, "IR-PANDAS-3")


def no_agreement(visitor: Visitor) -> None:
    staff_at("finance", "/finance/agreements/new")(visitor)
    visitor.presses("Record the agreement")


def sample_agreement(visitor: Visitor) -> None:
    visitor.has_signed_in("finance")
    with visitor.shop.database.reading() as session:
        sample = session.scalars(select(Policy.id).order_by(Policy.id)).first()
    visitor.open(f"/finance/agreements/{sample}")


CLOSES: Final = re.compile("^Close ")


def booked(visitor: Visitor, order: str, at: datetime) -> None:
    """A piece was sold at some time past."""
    fact = Fact(at, "worker", "evt_1")
    with patch("shop.clock.now", lambda: at), visitor.shop.database.transaction() as session:
        policy = session.scalars(select(Policy)).one()
        target = UnitTarget(
            unit=1,
            sku="DISC-SILVER-18",
            amount_pence=policy.amount_pence,
            policy_id=policy.id,
            standing=Standing.ACCRUED,
            facts=Facts(given=fact, held=fact, restored=fact, ended=fact),
        )
        ledger.bring_to(session, book="test", order_reference=order, units=[target])


def months_over(visitor: Visitor) -> None:
    """Of the last months one is closed, and the next can be."""
    for days in (60, 30):
        booked(visitor, f"PM-D{days}S-AGO", clock.now() - timedelta(days=days))
    staff_at("finance", "/finance/months")(visitor)
    with visitor.shop.database.reading() as session:
        first = month_close.next_to_close(session)
    visitor.open(f"/finance/months/{first}")
    visitor.presses(CLOSES)
    visitor.open("/finance/months")


def quarters(visitor: Visitor) -> None:
    months_over(visitor)
    visitor.open("/finance/periods/quarter")


def one_year(visitor: Visitor) -> None:
    months_over(visitor)
    visitor.open("/finance/periods/financial-year")
    visitor.page.locator("#periods tbody a").first.click()


def month_to_close(visitor: Visitor) -> None:
    months_over(visitor)
    with visitor.shop.database.reading() as session:
        turn = month_close.next_to_close(session)
    visitor.open(f"/finance/months/{turn}")


def closed_month(visitor: Visitor) -> None:
    month_to_close(visitor)
    visitor.presses(CLOSES)


def changed_month(visitor: Visitor) -> None:
    month_to_close(visitor)
    booked(visitor, "PM-MEAN-WH", clock.begins(clock.today().replace(day=1)) - timedelta(minutes=1))
    visitor.presses(CLOSES)


def money_moved(visitor: Visitor, path: str = "/finance/money") -> str:
    """A piece was paid for, some of it given back, and the rest paid out. Give the order's reference."""
    on_dashboard("/refunds", pence="8400")(visitor)
    harness = open_harness(visitor.shop.database)
    payout = pays_out(harness)
    read_balance_transactions(harness.services)
    visitor.has_signed_in("finance")
    with visitor.shop.database.reading() as session:
        reference = session.scalars(select(Order.reference)).one()
    month = clock.month(clock.now())
    visitor.open(path.format(payout=payout, reference=reference, month=month))
    return reference


def money_at(path: str) -> Callable[[Visitor], None]:
    """A page about the whole money."""

    def enter(visitor: Visitor) -> None:
        money_moved(visitor, path)

    return enter


def payout_seen(visitor: Visitor) -> None:
    money_moved(visitor, "/finance/money/payouts/{payout}")
    visitor.puts("Reference", "STRIPE 77")
    visitor.presses("Record that it arrived")


def payout_refused(visitor: Visitor) -> None:
    money_moved(visitor, "/finance/money/payouts/{payout}")
    visitor.presses("Record that it arrived")


def money_differs(visitor: Visitor, path: str = "/finance/reconciliation") -> None:
    """Our entry of a payment says a penny more than Stripe, and a run has found it."""
    visitor.reads_ahead(visitor.has_paid())
    plant_a_penny(open_harness(visitor.shop.database).services)
    visitor.has_signed_in("finance")
    visitor.open(path)


def one_difference(visitor: Visitor) -> None:
    money_differs(visitor, "/finance/reconciliation/1")


def unexplained(visitor: Visitor) -> None:
    one_difference(visitor)
    visitor.presses("Record the explanation")


def explained(visitor: Visitor) -> None:
    one_difference(visitor)
    visitor.puts("Why it is so", "It was typed wrongly into the test database.")
    visitor.presses("Record the explanation")
    visitor.presses("Compare now")


def sold_and_paid_over(visitor: Visitor, pounds: str = "10.00") -> None:
    visitor.reads_ahead(visitor.has_paid())
    visitor.has_signed_in("finance")
    paid_over(visitor, pounds, "2026-11-20")


def paid_over(visitor: Visitor, pounds: str, day: str) -> None:
    """The finance lead writes down what the charity was paid."""
    visitor.open("/finance/remittances")
    visitor.page.get_by_label("Amount in pounds").fill(pounds)
    visitor.page.get_by_label("Day it was paid").fill(day)
    visitor.puts("Bank reference", "POM NOV 26")
    visitor.puts("Receipt", "Letter of thanks, file 3")
    visitor.presses("Record the payment")


def paid_too_much(visitor: Visitor) -> None:
    sold_and_paid_over(visitor, "1000.00")


def reversal(visitor: Visitor) -> None:
    sold_and_paid_over(visitor)
    visitor.page.get_by_role("link", name="Undo").click()


def one_payment(visitor: Visitor) -> None:
    sold_and_paid_over(visitor)
    visitor.page.locator("#payments tbody th a").click()


def receipted(visitor: Visitor) -> None:
    one_payment(visitor)
    visitor.page.get_by_label("A receipt").set_input_files(
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF"}
    )
    visitor.puts("What it is", "Letter of thanks")
    visitor.presses("Add the file")


def answered_day(visitor: Visitor) -> None:
    receipted(visitor)
    note(visitor.shop.database, "test")
    visitor.open(f"/finance/evidence?day={clock.today()}")


def refused_receipt(visitor: Visitor) -> None:
    one_payment(visitor)
    visitor.presses("Add the file")


def one_document(visitor: Visitor) -> None:
    receipted(visitor)
    visitor.page.locator("#documents tbody th a").click()


def correction(visitor: Visitor) -> None:
    one_payment(visitor)
    visitor.page.get_by_role("link", name="Correct this payment").click()


def refused_correction(visitor: Visitor) -> None:
    correction(visitor)
    visitor.presses("Correct the payment")


def refused_reversal(visitor: Visitor) -> None:
    reversal(visitor)
    visitor.presses("Undo this payment")


def undone_payment(visitor: Visitor) -> None:
    reversal(visitor)
    visitor.puts("Why it is undone", "Typed twice")
    visitor.presses("Undo this payment")


def given(visitor: Visitor) -> None:
    sold_and_paid_over(visitor, "5.00")
    visitor.open("/giving")


def promised_nothing(visitor: Visitor) -> None:
    with visitor.shop.database.transaction() as session:
        session.execute(delete(Policy))
    visitor.open("/giving")


def shared(visitor: Visitor, words: str = "For you, always.\nM") -> str:
    """A Petal is paid for, its dedication to be shared; gives the path of the order's page."""
    visitor.has_in_basket(
        "petal", "PETAL-SILVER-18", dedication=words, wall="1", **{"wall-name": "Aoife & Tomás"}
    )
    visitor.has_given_details()
    sent = visitor.sends("/checkout/payment", "/checkout/payment", {})
    return visitor.led(visitor.has_chosen(visitor._path(sent), "pays"), "See your order")


def shared_order(visitor: Visitor) -> None:
    visitor.open(shared(visitor))


def asked_to_the_wall(visitor: Visitor) -> None:
    shared(visitor)
    visitor.has_signed_in("owner")
    visitor.open("/owner/wall")


def put_on_the_wall(visitor: Visitor) -> None:
    asked_to_the_wall(visitor)
    visitor.presses("Put on the wall")


def left_off_the_wall(visitor: Visitor) -> None:
    asked_to_the_wall(visitor)
    visitor.presses("Leave off")


def on_the_wall(visitor: Visitor) -> None:
    shared(visitor, "W" * 300)
    visitor.has_signed_in("owner")
    visitor.open("/owner/wall")
    visitor.presses("Put on the wall")
    put_on_the_wall(visitor)
    visitor.open("/wall")


def order_on_the_wall(visitor: Visitor) -> None:
    order = shared(visitor)
    visitor.has_signed_in("owner")
    visitor.open("/owner/wall")
    visitor.presses("Put on the wall")
    visitor.open(order)


def order_off_the_wall(visitor: Visitor) -> None:
    order_on_the_wall(visitor)
    visitor.presses("Take them off the wall, for good")


def refused_sharing(visitor: Visitor) -> None:
    visitor.open("/pieces/petal")
    visitor.picks("Sterling silver", "18 in")
    visitor.page.get_by_label("Show this dedication").check()
    visitor.presses("Add to basket")


def shared_last_look(visitor: Visitor) -> None:
    visitor.has_in_basket("petal", "PETAL-SILVER-18", dedication="For you", wall="1")
    visitor.has_given_details()
    visitor.open("/checkout/payment")


def pay_page(visitor: Visitor) -> None:
    visitor.open(visitor.has_ordered())


def declined_pay_page(visitor: Visitor) -> None:
    pay_page(visitor)
    visitor.presses("Be declined")


def used_pay_page(visitor: Visitor) -> None:
    page = visitor.has_ordered()
    visitor.has_chosen(page, "pays")
    visitor.open(page)


def closed_pay_page(visitor: Visitor) -> None:
    page = visitor.has_ordered()
    on_dashboard_sends(visitor, "/expiry")
    visitor.open(page)


def bank_page(visitor: Visitor) -> None:
    pay_page(visitor)
    visitor.presses("Be asked by the bank")


def busy_dashboard(visitor: Visitor) -> None:
    visitor.reads_ahead(visitor.has_paid())
    on_dashboard_sends(visitor, "/refunds", pence="8400")
    on_dashboard_sends(visitor, "/disputes", amount="10")
    visitor.has_ordered()
    visitor.open("/stand-in/")


def refused_dashboard(visitor: Visitor) -> None:
    visitor.reads_ahead(visitor.has_paid())
    visitor.open("/stand-in/")
    visitor.page.get_by_label("Amount in pounds").first.fill("many")
    visitor.page.get_by_role("button", name="Refund", exact=True).click()


POST: Final = "/journal/what-studies-found"
SAID: Final = {
    "name": "Ada",
    "email": "ada@example.com",
    "words": "We called her Wren.\n\nShe would be nine.",
}
HARD: Final = {**SAID, "words": "I don't want to be here without him."}


def written(visitor: Visitor, said: dict[str, str] = SAID) -> str:
    """A comment is left beneath a post; gives the path of its writer's own page."""
    return visitor.sends(POST, f"{POST}/comments", said).location or ""


def decided(visitor: Visitor, state: State) -> str:
    """A comment is left, and read by the owner."""
    link = written(visitor)
    vault = visitor.shop.app.extensions["shop"].services.vault
    with visitor.shop.database.transaction() as session:
        comments.decide(session, vault, 1, state, actor="owner@example.com")
    return link


def commented(state: State | None = None, said: dict[str, str] = SAID) -> Callable[[Visitor], None]:
    """The writer's own page for their comment."""

    def enter(visitor: Visitor) -> None:
        visitor.open(decided(visitor, state) if state else written(visitor, said))

    return enter


def post_with_comments(visitor: Visitor) -> None:
    decided(visitor, State.SHOWN)
    visitor.open(POST)


def refused_comment(visitor: Visitor) -> None:
    visitor.open(POST)
    visitor.puts("Name", "Ada")
    visitor.puts("E-mail", "ada at example")
    visitor.presses("Send it to be read")


def report(visitor: Visitor) -> None:
    decided(visitor, State.SHOWN)
    visitor.open(visitor.led(POST, "Report"))


def refused_report(visitor: Visitor) -> None:
    report(visitor)
    visitor.page.get_by_label("What should we know?").fill("a" * 501)
    visitor.presses("Ask us to look")


def reported(visitor: Visitor) -> None:
    report(visitor)
    visitor.presses("Ask us to look")


def comments_to_read(visitor: Visitor) -> None:
    reported(visitor)
    written(visitor, HARD)
    staff_at("owner", "/owner/comments?all=1")(visitor)


def address_seen(visitor: Visitor) -> None:
    written(visitor)
    staff_at("owner", "/owner/comments")(visitor)
    visitor.presses("Look at the e-mail")


def refused_decision(visitor: Visitor) -> None:
    written(visitor)
    staff_at("owner", "/owner/comments")(visitor)
    visitor.page.locator("[name=decision]").first.evaluate("field => { field.value = '' }")
    visitor.presses("Show it")


def asked_about(visitor: Visitor) -> None:
    """An order with a question to its buyer, and the page it is answered on."""
    visitor.open(has_asked_about(visitor))


def has_asked_about(visitor: Visitor) -> str:
    mine = has_order(visitor)
    with visitor.shop.database.transaction() as session:
        vault = visitor.shop.app.extensions["shop"].services.vault
        questions.ask(session, vault, 1, 1, "Is it Wren or Wrén?", actor="owner@example.com")
    return mine


def question_page(visitor: Visitor) -> None:
    visitor.open(visitor.led(has_asked_about(visitor), "Read and answer it"))


def question_refused(visitor: Visitor) -> None:
    question_page(visitor)
    visitor.presses("Send the answer")


PAGE_STATES: Final = (
    PageState("home", "/", at("/")),
    PageState("collection", "/pieces", at("/pieces")),
    *(PageState(f"piece {slug}", "/pieces/<slug>", at(f"/pieces/{slug}")) for slug in SLUGS),
    PageState("piece looked at closely", "/pieces/<slug>", looked_at_closely, shows="True size"),
    PageState("piece in the hand", "/pieces/<slug>", in_the_hand, shows="a penny beside it"),
    PageState("piece with an idea", "/pieces/<slug>", an_idea_taken, shows="You can write over it"),
    PageState("piece sold out", "/pieces/<slug>", partly_sold_out, shows="Tell me when it is back"),
    PageState("piece refused", "/basket/lines", refused_piece, 422, shows="Please look at this again"),
    PageState("piece with artwork", ARTWORK, placed_artwork, shows="Take it off"),
    PageState("piece with artwork refused", "/basket/lines", misplaced_artwork, 422, shows="reaches beyond"),
    PageState("piece unknown", "/pieces/<slug>", at("/pieces/nothing"), 404),
    PageState("collection gold", "/pieces", at("/pieces?metal=gold"), shows="Under £100"),
    PageState("collection none", "/pieces", nothing_left, shows="We have no piece like that"),
    PageState("support", "/support", at("/support"), shows="116 123"),
    PageState("support overdue", "/support", unreviewed_support, shows="not looked at its number lately"),
    *(
        PageState(name, f"/{name}", at(f"/{name}"))
        for name in (
            "delivery",
            "privacy",
            "terms",
            "hallmarking",
            "accessibility",
            "contact",
            "what-to-write",
            "for-somebody-else",
            "paper-and-post",
        )
    ),
    PageState("styles", "/styleguide", at("/styleguide")),
    *(
        PageState(f"error {code}", "/styleguide/errors/<code>", at(f"/styleguide/errors/{code}"), code)
        for code in (400, 401, 403, 405, 409, 410, 413, 422, 429, 500, 503)
    ),
    PageState("basket empty", "/basket", at("/basket"), shows="Your basket is empty"),
    PageState("basket", "/basket", filled_basket),
    PageState("basket sold out", "/basket", sold_out_line, shows="sold out for now"),
    PageState("basket payment page closed", "/basket", changed_while_paying, shows="has been closed"),
    PageState("basket payment page left open", "/basket", payment_page_left_open, shows="could not close it"),
    PageState(
        "thanks more in the basket",
        "/checkout/thanks",
        thanked_with_more_in_the_basket,
        shows="still in your",
    ),
    PageState("basket line", "/basket/lines/<line_id>", changed_line),
    PageState("basket in two letterings", "/basket", basket_in_two_letterings, shows="in Great Vibes"),
    PageState(
        "basket line in two letterings",
        "/basket/lines/<line_id>",
        line_in_two_letterings,
        shows="Another lettering for this line",
    ),
    PageState(
        "basket line once more", "/basket/lines/<line_id>/another", one_more_like_it, shows="no words yet"
    ),
    PageState("details", "/checkout", empty_details),
    PageState("details refused", "/checkout", refused_details, 422),
    PageState("details too soon", "/checkout", too_soon, 422, shows="We cannot promise that"),
    PageState("details, cookie lost", "/checkout", details_without_basket, 409, shows="is not lost"),
    PageState("details mistyped", "/checkout", mistyped_details, shows="Is this e-mail address right?"),
    PageState("details, a gift asked about", "/checkout", gift_asked, shows="Is it a gift?"),
    PageState("payment", "/checkout/payment", last_look),
    PageState("payment unticked", "/checkout/payment", unticked_payment, 422, shows="Please tick this"),
    PageState("payment sold out", "/checkout/payment", sold_out_payment, 422, shows="sold out for now"),
    PageState(
        "payment not set aside", "/checkout/payment", not_set_aside, shows="are not set aside while you pay"
    ),
    PageState("payment for a caller", "/checkout/payment", for_a_caller, shows="Send the payment link"),
    PageState("payment by a link", "/checkout/payment", kept_for_a_caller, shows="Put together for you"),
    PageState("payment link", "/pay/<code>", opened_link, shows="Nothing is ordered before that"),
    PageState("basket link", "/basket/link", basket_link, shows="Make a link"),
    PageState("basket link made", "/basket/link", made_basket_link, shows="End the link"),
    PageState("basket link, mistyped", "/basket/link/emails", mistyped_basket_link, shows="Did you mean"),
    PageState("continue", "/continue/<code>", opened_basket_link, shows="Nothing of it is lost"),
    PageState("continue, ended", "/continue/<code>", at("/continue/nothing"), 410, shows="has ended"),
    PageState("payment link withdrawn", "/pay/<code>", withdrawn_link, 410, shows="not used any more"),
    PageState(
        "payment link letter",
        "/owner/payment-links/<number>/letter",
        letter_with_a_link,
        shows="Thank you for your call",
    ),
    PageState("payment links", "/owner/payment-links", sent_link, shows="waits to be paid for"),
    PageState(
        "payment links none",
        "/owner/payment-links",
        staff_at("owner", "/owner/payment-links"),
        shows="None waits",
    ),
    PageState("thanks", "/checkout/thanks", to(Visitor.has_paid), shows="Your order is with us"),
    PageState("thanks awaiting", "/checkout/thanks", to(paid_too_early), shows="Confirming your payment"),
    PageState("thanks processing", "/checkout/thanks", to(paid_late), shows="Confirming your payment"),
    PageState("thanks expired", "/checkout/thanks", thanked_expired, shows="This order has not been paid"),
    PageState("thanks failed", "/checkout/thanks", thanked_failed, shows="This order has not been paid"),
    PageState(
        "thanks part refunded",
        "/checkout/thanks",
        to(on_dashboard("/refunds", pence="8400")),
        shows="Your order is with us",
    ),
    PageState(
        "thanks refunded",
        "/checkout/thanks",
        to(on_dashboard("/refunds")),
        shows="something we need to tell you",
    ),
    PageState("thanks unknown", "/checkout/thanks", at("/checkout/thanks?session_id=cs_test_nothing"), 404),
    PageState("order", "/orders/<token>", own_order, shows="Paid"),
    PageState(
        "order awaiting", "/orders/<token>", order_page(paid_too_early), shows="Confirming the payment"
    ),
    PageState("order processing", "/orders/<token>", order_page(paid_late), shows="Confirming the payment"),
    PageState("order failed", "/orders/<token>", unpaid_order, shows="The payment did not go through"),
    PageState(
        "order part refunded",
        "/orders/<token>",
        order_page(on_dashboard("/refunds", pence="8400")),
        shows="What was refunded",
    ),
    PageState(
        "order refunded", "/orders/<token>", order_page(on_dashboard("/refunds")), shows="Refunded in full"
    ),
    PageState(
        "order disputed", "/orders/<token>", order_page(on_dashboard("/disputes")), shows="The bank is asking"
    ),
    PageState("order posted", "/orders/<token>", posted_order, shows="Report a problem"),
    PageState("order finished", "/orders/<token>", with_its_finished_piece, shows="Your finished piece"),
    PageState("order came back", "/orders/<token>", came_back, shows="with the right address"),
    PageState(
        "owner order posted",
        "/owner/orders/<reference>",
        posted_at_the_owner,
        shows="It is lost: make it again",
    ),
    PageState(
        "owner order tracking refused",
        "/owner/orders/<reference>/parcels/<number>/tracking",
        wrong_tracking_number,
        422,
        shows="does not add up",
    ),
    PageState(
        "lost parcel", "/owner/orders/<reference>/parcels/<number>/loss", lost_parcel, shows="Is it lost?"
    ),
    PageState(
        "lost parcel refused",
        "/owner/orders/<reference>/parcels/<number>/loss",
        lost_at_what_cost,
        422,
        shows="in pounds",
    ),
    PageState("posting early", EARLY_POSTING, packed_too_early, shows="Post it all the same?"),
    PageState(
        "posting early refused", EARLY_POSTING, posted_without_a_reason, 422, shows="say in a few words"
    ),
    PageState("send back", "/orders/<token>/send-backs", sending_back, shows="within 14 days of telling us"),
    PageState(
        "send back refused", "/orders/<token>/send-backs", nothing_sent_back, 422, shows="choose the piece"
    ),
    PageState("send back none", "/orders/<token>/send-backs", none_to_send_back, shows="There is nothing"),
    PageState("order sent back", "/orders/<token>", sent_back, shows="Keep it after all"),
    PageState(
        "owner order sent back",
        "/owner/orders/<reference>",
        arrived_at_the_owner,
        shows="See what goes back for it",
    ),
    PageState("photograph", PHOTOGRAPHS, choosing_a_photograph, shows="What happens to it"),
    PageState("photograph refused", PHOTOGRAPHS, refused_photograph, 422, shows="Please choose a photograph"),
    PageState("photographs", PHOTOGRAPHS, kept_photographs, shows="Your photographs"),
    PageState("photograph traced", "/artwork/<upload_id>", traced_photograph, shows="Traced: 1 part"),
    PageState("photograph untraced", "/artwork/<upload_id>", untraced_photograph, shows="Nothing is drawn"),
    PageState("corners refused", "/artwork/<upload_id>", refused_corners, 422, shows="run clockwise"),
    PageState("claim", "/orders/<token>/claims", claiming, shows="What would be best for you"),
    PageState("claim refused", "/orders/<token>/claims", refused_claim, 422, shows="could not be read"),
    PageState("claim too early", "/orders/<token>/claims", claim_before_posting, shows="None of this order"),
    PageState("claim opened", "/orders/<token>/claims/<number>", claimed, shows="Thank you for telling us"),
    PageState("claim answered", "/orders/<token>/claims/<number>", answered_claim, shows="It is made again"),
    PageState(
        "owner claim", "/owner/orders/<reference>/claims/<number>", claim_at_the_owner, shows="Your answer"
    ),
    PageState(
        "owner claim refused",
        "/owner/orders/<reference>/claims/<number>/answers",
        refused_answer,
        422,
        shows="Nothing was given back for it yet",
    ),
    PageState("order in review", "/orders/<token>", order_under_review, shows="We are looking at this order"),
    PageState("order unread", "/orders/<token>", unread_order, shows="Our e-mail did not reach you"),
    PageState("back in stock", BACK_IN_STOCK, sold_out_piece, shows="E-mail me once"),
    PageState("back in stock asked", BACK_IN_STOCK, left_an_address, shows="We will write to you"),
    PageState("back in stock taken back", TAKE_BACK, at("/back-in-stock/nothing"), shows="Nothing is kept"),
    PageState("back in stock to take back", TAKE_BACK, takes_back, shows="we erase your address at once"),
    PageState("back in stock refused", BACK_IN_STOCK, left_no_address, 422, shows="like an e-mail"),
    PageState("back in stock mistyped", BACK_IN_STOCK, left_a_likely_slip, shows="Did you mean"),
    PageState(
        "back in stock already", BACK_IN_STOCK, at("/pieces/heart/back-in-stock"), shows="in every metal"
    ),
    PageState("find order", "/orders", at("/orders"), shows="Send me the link"),
    PageState("find order asked", "/orders", found_order, shows="Please look for an e-mail"),
    PageState(
        "find order refused", "/orders/links", refused_finding, 422, shows="does not look like an e-mail"
    ),
    PageState("gift waiting", "/orders/<token>/proof", gift_waiting, shows="It comes into the log together"),
    PageState("gift entered", "/orders/<token>/proof", gift_entered, shows="Its proof, a small file"),
    PageState("gift checked", "/giving/check", gift_checked, shows="This holds"),
    PageState("order being engraved", "/orders/<token>", engraving_begun, shows="The words are fixed since"),
    PageState(
        "order with other words",
        "/orders/<token>",
        words_changed,
        shows="You changed the words of your Disc.",
    ),
    PageState("order words", ORDER_WORDS, words_of_an_order, shows="Until you have approved others"),
    PageState("order words refused", ORDER_WORDS, refused_words, 422, shows="too long"),
    PageState("order words in sight", ORDER_WORDS, other_words_in_sight, shows="Look at every letter"),
    PageState("order words unticked", ORDER_WORDS, unticked_words, 422, shows="Please tick this"),
    PageState("order words too late", ORDER_WORDS, words_too_late, 409, shows="We have begun to engrave it"),
    PageState("order variant", ORDER_VARIANT, another_variant, shows="Change the metal or chain"),
    PageState("order variant refused", ORDER_VARIANT, no_variant_chosen, 422, shows="Please choose one"),
    PageState("order variant in sight", ORDER_VARIANT, another_chain_in_sight, shows="It costs the same"),
    PageState("order variant changed", "/orders/<token>", another_chain, shows="It is changed"),
    PageState("order variant too late", ORDER_VARIANT, variant_too_late, 409, shows="begun to engrave"),
    PageState("order dearer variant", ORDER_VARIANT, dearer_metal_in_sight, shows="To pay"),
    PageState(
        "order supplement", "/orders/<token>", dearer_metal_waits, shows="Your change is waiting for payment"
    ),
    PageState("order supplement paying", "/orders/<token>", dearer_metal_being_paid, shows="is on its way"),
    PageState(
        "supplement elsewhere", "/checkout/supplement", at("/checkout/supplement"), shows="with the link in"
    ),
    PageState(
        "owner supplement", "/owner/orders/<reference>", dearer_metal_asked_for, shows="waits to be paid"
    ),
    PageState("owner variant", f"{OWNER_LINE}/variant", owner_variant_in_sight, shows="Why, and who"),
    PageState("order cancelling", CANCELLATION, cancelling_an_order, shows="What would you like to cancel?"),
    PageState("order cancelling nothing", CANCELLATION, nothing_to_cancel, 422, shows="Please choose"),
    PageState("order cancelling in sight", CANCELLATION, cancelling_in_sight, shows="Goes back to you"),
    PageState(
        "order cancelling too late", CANCELLATION, cancelled_too_late, 409, shows="Nothing was cancelled"
    ),
    PageState("order cancelled in part", "/orders/<token>", cancelled, shows="It is cancelled"),
    PageState("order delivery", ORDER_DELIVERY, delivery_of_an_order, shows="You can change this until"),
    PageState("order delivery refused", ORDER_DELIVERY, refused_delivery, 422, shows="Northern Ireland"),
    PageState("order delivery too late", ORDER_DELIVERY, delivery_too_late, 409, shows="It was posted"),
    PageState("order card", ORDER_CARD, card_of_an_order, shows="On the card in the box now"),
    PageState("order card refused", ORDER_CARD, refused_card, 422, shows="has room for 400"),
    PageState("order card too late", ORDER_CARD, card_too_late, 409, shows="It is packed"),
    PageState(
        "owner claim for a caller", OWNER_CLAIMS, claim_for_a_caller, shows="Record what the buyer says"
    ),
    PageState("owner claim refused", OWNER_CLAIMS, refused_for_a_caller, 422, shows="Please say in a few"),
    PageState(
        "owner changes e-mail",
        "/owner/orders/<reference>/email",
        owner_changes("Change the e-mail"),
        shows="Why, and who",
    ),
    PageState(
        "owner words", f"{OWNER_LINE}/words", owner_changes("Change the words"), shows="Change the words on"
    ),
    PageState("owner words in sight", f"{OWNER_LINE}/words", owner_words_in_sight, shows="Why, and who"),
    PageState(
        "owner words without a reason",
        f"{OWNER_LINE}/words",
        owner_words_without_a_reason,
        422,
        shows="say in a few",
    ),
    PageState(
        "owner card", f"{OWNER_LINE}/dedication", owner_changes("Change the dedication"), shows="Why, and who"
    ),
    PageState(
        "owner delivery",
        "/owner/orders/<reference>/delivery",
        owner_changes("Change the address"),
        shows="Why, and who",
    ),
    PageState("order e-mail", "/orders/<token>/email", email_of_an_order, shows="Your e-mail address"),
    PageState(
        "order e-mail refused", "/orders/<token>/email", refused_email, 422, shows="does not look like"
    ),
    PageState("order e-mail mistyped", "/orders/<token>/email", mistyped_email, shows="Did you mean"),
    PageState("order e-mail asked", "/orders/<token>/email", email_asked, shows="waiting to be confirmed"),
    PageState("e-mail to confirm", "/confirm-email/<key>", email_link, shows="Should our e-mails come here?"),
    PageState("e-mail confirmed", "/confirm-email/<key>", email_confirmed, shows="Thank you"),
    PageState("e-mail link gone", "/confirm-email/<key>", at("/confirm-email/nothing"), 410),
    PageState("order unknown", "/orders/<token>", at("/orders/nothing"), 404),
    PageState("sign-in", "/sign-in", at("/sign-in")),
    PageState("sign-in refused", "/sign-in", refused_sign_in, 422),
    PageState("link", "/sign-in/link/<token>", fresh_link),
    PageState("link spent", "/sign-in/link/<token>", at("/sign-in/link/nothing"), 410),
    PageState("passkeys", "/sign-in/passkeys", has_a_passkey, shows="My telephone"),
    PageState("no passkey at a number", "/sign-in/passkeys", staff_at("owner", "/sign-in/passkeys")),
    PageState("passkeys of yesterday", "/sign-in/passkeys", signed_in_long_ago, shows="once more first"),
    PageState("passkey after the password", "/sign-in/passkey", passkey_due),
    PageState("passkey refused", "/sign-in/passkey", passkey_not_shown, 422),
    PageState("password", "/sign-in/password", new_password),
    PageState("invitation", "/charity/join/<token>", invitation),
    PageState("invitation over", "/charity/join/<token>", at("/charity/join/nothing"), 410),
    PageState("charity room", "/charity/", charity_at("/charity/", closed=True), shows="The statement of"),
    PageState("charity payments", "/charity/payments", charity_at("/charity/payments")),
    PageState("charity payment", "/charity/payments/<seq>", charity_at("/charity/payments/{seq}")),
    PageState("charity months", "/charity/months", charity_at("/charity/months", closed=True)),
    PageState("charity month", "/charity/months/<month>", charity_at("/charity/months/{month}", closed=True)),
    PageState("charity ledger", "/charity/ledger", charity_ledger_asked, shows="Found for 1"),
    PageState("charity people", "/finance/charity", charity_invited, shows="is invited"),
    PageState("charity keys", "/finance/agreements/<number>/keys", charity_key_waits, shows="jo@example.com"),
    PageState("charity keys refused", "/finance/agreements/<number>/keys", charity_key_refused, 422),
    PageState("charity people refused", "/finance/charity", charity_not_invited, 422),
    PageState("password refused", "/sign-in/password", refused_password, 422),
    PageState("staff", "/owner/staff", listed_staff, shows="No password yet"),
    PageState("staff invited", "/owner/staff", invited_staff, shows="It is shown only now"),
    PageState("staff refused", "/owner/staff", refused_staff, 422, shows="Enter the e-mail address"),
    PageState("alerts none", "/owner/alerts", staff_at("owner", "/owner/alerts"), shows="Nothing needs you"),
    PageState("alerts", "/owner/alerts", alerted, shows="0.93 mm² apart"),
    PageState("alerts seen to", "/owner/alerts", seen_to, shows="The alert is put away"),
    PageState("bench none", "/owner/bench", staff_at("owner", "/owner/bench"), shows="Nothing waits"),
    PageState("bench", "/owner/bench", bench_with_work, shows="Being engraved"),
    PageState(
        "posting none", "/owner/dispatch", staff_at("owner", "/owner/dispatch"), shows="Nothing is packed"
    ),
    PageState("posting", "/owner/dispatch", packed_to_post, shows="Manifest of today"),
    PageState("posting scanned", "/owner/dispatch", scanned_ticket, shows="Another ticket"),
    PageState("posting refused", "/owner/dispatch/parcels", refused_number, 422, shows="does not add up"),
    PageState("tracking numbers", "/owner/dispatch/tracking", tracking_shown, shows="Faulty, and left out"),
    PageState("bench card", "/owner/bench/units/<number>", bench_card, shows="capital W"),
    PageState("finished piece", FINISHED_PIECE, finished_piece, shows="What was approved"),
    PageState("look refused", f"{FINISHED_PIECE}/look", finished_too_soon, 422, shows="photograph each side"),
    PageState(
        "finished photograph refused",
        f"{FINISHED_PIECE}/photographs",
        nothing_photographed,
        422,
        shows="choose the photograph",
    ),
    PageState(
        "no reason for no look",
        f"{FINISHED_PIECE}/look/without",
        without_a_reason,
        422,
        shows="in a few words why",
    ),
    PageState("bench card bare", "/owner/bench/units/<number>", bench_card_bare, shows="Not engraved."),
    PageState("orders none", "/owner/orders", staff_at("owner", "/owner/orders"), shows="No orders yet"),
    PageState("orders", "/owner/orders", staff_at("owner", "/owner/orders", sold=True)),
    PageState("today none", "/owner/", staff_at("owner", "/owner/"), shows="Nothing waits to be made"),
    PageState("today", "/owner/", today_with_work, shows="Late"),
    PageState("today list", "/owner/today/<name>", late_units, shows="Late"),
    PageState("order search", "/owner/orders/search", staff_at("owner", "/owner/orders/search")),
    PageState("order search found", "/owner/orders/search", looked_for("caoim"), shows="Found"),
    PageState(
        "order search refused",
        "/owner/orders/search",
        looked_for(" "),
        422,
        shows="type something to look for",
    ),
    PageState("orders chosen", "/owner/orders", chosen_orders, shows="The view “To check” is kept"),
    PageState(
        "orders chosen wrongly",
        "/owner/orders",
        staff_at("owner", "/owner/orders?from=2026-02-01&to=2026-01-01", sold=True),
        422,
        shows="before the first",
    ),
    PageState("owner order", "/owner/orders/<reference>", one_order),
    PageState("owner order refund refused", "/owner/orders/<reference>/refunds", refund_of_nothing, 422),
    PageState(
        "owner order refund shown",
        "/owner/orders/<reference>/refunds",
        refund_shown,
        shows="Goes back to the",
    ),
    PageState(
        "owner order goodwill refused",
        "/owner/orders/<reference>/refunds",
        goodwill_without_a_reason,
        422,
        shows="what the amount is for",
    ),
    PageState(
        "owner order disputed",
        "/owner/orders/<reference>",
        order_disputed,
        shows="until the dispute is decided",
    ),
    PageState(
        "owner order refunds wait", "/owner/orders/<reference>", refunds_that_wait, shows="was not sent"
    ),
    PageState("orders money waits", "/owner/orders", money_that_waits, shows="Money that waits"),
    PageState(
        "owner order closing refused",
        "/owner/orders/<reference>/refunds/<number>/closing",
        closing_without_a_word,
        422,
        shows="Please say in a few words",
    ),
    PageState(
        "owner order in review", "/owner/orders/<reference>", order_in_review, shows="Accept it as paid"
    ),
    PageState(
        "owner order unread",
        "/owner/orders/<reference>",
        order_of_an_unread_email,
        shows="The order confirmation did not arrive",
    ),
    PageState("owner order refunded", "/owner/orders/<reference>", refund_of_one, shows="on its way back"),
    PageState("order with a question", "/orders/<token>", asked_about, shows="We have a question"),
    PageState("question", "/orders/<token>/questions/<number>", question_page, shows="Wren or Wrén"),
    PageState(
        "question refused",
        "/orders/<token>/questions/<number>",
        question_refused,
        422,
        shows="Please write your answer first",
    ),
    PageState("owner emails", "/owner/emails", staff_at("owner", "/owner/emails"), shows="Without words"),
    PageState(
        "owner email",
        "/owner/emails/<email>/<number>",
        staff_at("owner", "/owner/emails/order-confirmation/2"),
        shows="As plain text",
    ),
    PageState(
        "machine none", "/owner/machine", staff_at("owner", "/owner/machine"), shows="No machine is named"
    ),
    PageState("machine", "/owner/machine", named_machine, shows="The machine is saved"),
    PageState("days", "/owner/days", staff_at("owner", "/owner/days"), shows="is promised for"),
    PageState("days away", "/owner/days", days_away, shows="Every day that was promised can still be kept"),
    PageState("days refused", "/owner/days", refused_days, 422, shows="between 1 and 200"),
    PageState("days away refused", "/owner/days/away", refused_away, 422, shows="a day from today on"),
    PageState("order late", "/orders/<token>", late_order, shows="I’ll wait for it"),
    PageState("bench late", "/owner/bench", late_at_the_bench, shows="the buyer was told"),
    PageState("machine refused", "/owner/machine", refused_machine, 422, shows="between 0.01 and 0.30"),
    PageState("stock", "/owner/stock", staff_at("owner", "/owner/stock")),
    PageState("stock refunded", "/owner/stock", refunded_stock, shows="Refunded: what became of the piece?"),
    PageState("sales none", "/owner/sales", staff_at("owner", "/owner/sales"), shows="Nothing yet."),
    PageState("sales", "/owner/sales", sold_elsewhere, shows="Take it back"),
    PageState("sale refused", "/owner/sales", refused_sale, 409, shows="are free"),
    PageState(
        "count file", "/owner/stock/file", staff_at("owner", "/owner/stock/file"), shows="Take the sheet"
    ),
    PageState("count file read", "/owner/stock/file", counted_in_a_file, shows="Nothing is written yet"),
    PageState("count file refused", "/owner/stock/file", no_count_file, 422, shows="choose a file first"),
    PageState("count sheet", "/owner/stock/count", staff_at("owner", "/owner/stock/count")),
    PageState("count refused", "/owner/stock/count", refused_count, 422, shows="whole number from 0"),
    PageState("stock asked for", "/owner/stock", somebody_waits, shows="Asked for while sold out"),
    PageState("stock of one", "/owner/stock/<sku>", moved_stock),
    PageState(
        "stock refused",
        "/owner/stock/<sku>/movements",
        refused_movement,
        422,
        shows="Please look at this again",
    ),
    PageState("finance none", "/finance/", staff_at("finance", "/finance/"), shows="No postings"),
    PageState("finance", "/finance/", refunded_ledger),
    PageState("finance checked", "/finance/", staff_at("finance", "/finance/?check=all", sold=True)),
    PageState(
        "finance refused", "/finance/", staff_at("owner", "/finance/?from=2026-02-01&to=2026-01-01"), 422
    ),
    PageState("agreements", "/finance/agreements", agreed_upon, shows="IR-PANDAS-2"),
    PageState(
        "agreement sample", "/finance/agreements/<number>", sample_agreement, shows="This is no agreement"
    ),
    PageState("agreement new", "/finance/agreements/new", staff_at("finance", "/finance/agreements/new")),
    PageState("agreement refused", "/finance/agreements/new", no_agreement, 422, shows="Please look at this"),
    PageState("agreement beside another", "/finance/agreements/new", overlapping, 422, shows="overlaps with"),
    PageState("agreement", "/finance/agreements/<number>", one_agreement, shows="£6 of the price"),
    PageState("months none", "/finance/months", staff_at("finance", "/finance/months"), shows="Nothing was"),
    PageState("months", "/finance/months", months_over, shows="is over"),
    PageState("quarters", "/finance/periods/<length>", quarters, shows="the sum of its months"),
    PageState(
        "financial year", "/finance/periods/<length>/<first>", one_year, shows="The months it is made of"
    ),
    PageState("month to close", "/finance/months/<month>", month_to_close, shows="This cannot be undone"),
    PageState("month closed", "/finance/months/<month>", closed_month, shows="The statement’s SHA-256"),
    PageState("month changed", "/finance/months/<month>/close", changed_month, 409, shows="look at it again"),
    PageState("story", "/story", at("/story")),
    PageState("journal", "/journal", at("/journal")),
    *(PageState(f"post {slug}", "/journal/<slug>", at(f"/journal/{slug}")) for slug in load().posts),
    PageState("post unknown", "/journal/<slug>", at("/journal/nothing"), 404),
    PageState("post with comments", "/journal/<slug>", post_with_comments, shows="She would be nine"),
    PageState(
        "comment refused", "/journal/<slug>/comments", refused_comment, 422, shows="write something first"
    ),
    PageState("comment held", "/comments/<token>", commented(), shows="Your words are with us"),
    PageState(
        "comment held with help", "/comments/<token>", commented(said=HARD), shows="emergency services"
    ),
    PageState("comment shown", "/comments/<token>", commented(State.SHOWN), shows="Your words are shown"),
    PageState(
        "comment hidden", "/comments/<token>", commented(State.HIDDEN), shows="Your words are not shown"
    ),
    PageState(
        "comment gone", "/comments/<token>", commented(State.REMOVED), 410, shows="It has been taken away"
    ),
    PageState("report", "/journal/<slug>/comments/<number>/report", report),
    PageState("report refused", "/journal/<slug>/comments/<number>/report", refused_report, 422),
    PageState("reported", "/journal/<slug>/comments/<number>/report", reported, shows="Thank you"),
    PageState(
        "comments none", "/owner/comments", staff_at("owner", "/owner/comments"), shows="Nothing waits"
    ),
    PageState("comments", "/owner/comments", comments_to_read, shows="Somebody may not be safe"),
    PageState(
        "comment with its e-mail", "/owner/comments/<number>/address-views", address_seen, shows="ada@"
    ),
    PageState("decision refused", "/owner/comments/<number>/decisions", refused_decision, 422),
    PageState(
        "reconciliation none",
        "/finance/reconciliation",
        staff_at("finance", "/finance/reconciliation"),
        shows="Nothing was compared yet",
    ),
    PageState("reconciliation", "/finance/reconciliation", money_differs, shows="1 thing does not agree"),
    PageState("reconciliation explained", "/finance/reconciliation", explained, shows="Comparing now"),
    PageState("difference", "/finance/reconciliation/<number>", one_difference, shows="Explain it"),
    PageState(
        "difference unexplained",
        "/finance/reconciliation/<number>/explanation",
        unexplained,
        422,
        shows="Please say why it is so",
    ),
    PageState("money", "/finance/money", money_moved, shows="With Stripe"),
    PageState(
        "money month", "/finance/money/<month>", money_at("/finance/money/{month}"), shows="The accounts"
    ),
    PageState(
        "payouts", "/finance/money/payouts", money_at("/finance/money/payouts"), shows="Sent to the bank"
    ),
    PageState("VAT", "/finance/money/vat", staff_at("finance", "/finance/money/vat"), shows="VAT"),
    PageState("payout seen", "/finance/money/payouts/<payout_id>", payout_seen, shows="Seen on"),
    PageState(
        "payout refused",
        "/finance/money/payouts/<payout_id>/arrival",
        payout_refused,
        422,
        shows="the reference",
    ),
    PageState(
        "order trail",
        "/finance/money/orders/<reference>",
        money_at("/finance/money/orders/{reference}"),
        shows="Its gift in the ledger",
    ),
    PageState(
        "order trail refused",
        "/finance/money/orders",
        staff_at("finance", "/finance/money/orders?reference=Wren"),
        422,
        shows="such as PM-7K3Q-2F",
    ),
    PageState("paid over none", "/finance/remittances", staff_at("finance", "/finance/remittances")),
    PageState("paid over", "/finance/remittances", sold_and_paid_over, shows="is recorded as paid over"),
    PageState("paid over refused", "/finance/remittances", paid_too_much, 422, shows="More than is owed"),
    PageState("payment", "/finance/remittances/<seq>", receipted, shows="is kept with the payment"),
    PageState(
        "receipt refused", "/finance/remittances/<seq>/documents", refused_receipt, 422, shows="choose a file"
    ),
    PageState(
        "evidence none", "/finance/evidence", staff_at("finance", "/finance/evidence"), shows="No buyer"
    ),
    PageState("evidence", "/finance/evidence", answered_day, shows="Word for word"),
    PageState(
        "evidence refused",
        "/finance/evidence",
        staff_at("finance", "/finance/evidence?day=2999-06-04"),
        422,
        shows="has not come yet",
    ),
    PageState("document", "/finance/documents/<number>", one_document, shows="It is the wrong file"),
    PageState(
        "correction",
        "/finance/remittances/<seq>/correction",
        correction,
        shows="something was recorded wrongly",
    ),
    PageState("correction refused", "/finance/remittances/<seq>/correction", refused_correction, 422),
    PageState("reversal", "/finance/remittances/<seq>/reversal", reversal),
    PageState("reversal refused", "/finance/remittances/<seq>/reversal", refused_reversal, 422),
    PageState("paid over undone", "/finance/remittances", undone_payment, shows="Both lines stay"),
    PageState("giving none", "/giving", at("/giving"), shows="Nothing has been given yet"),
    PageState("giving", "/giving", given, shows="Receipt on file"),
    PageState("giving without promise", "/giving", promised_nothing, shows="we promise nothing here"),
    PageState("wall none", "/wall", at("/wall"), shows="Nothing is here yet"),
    PageState("wall", "/wall", on_the_wall, shows="Aoife & Tomás"),
    PageState("wall page unknown", "/wall", at("/wall?page=7"), 404),
    PageState("owner wall none", "/owner/wall", staff_at("owner", "/owner/wall"), shows="Nothing waits"),
    PageState("owner wall", "/owner/wall", asked_to_the_wall, shows="Put on the wall"),
    PageState("owner wall shown", "/owner/wall", put_on_the_wall, shows="The words are on the wall"),
    PageState("owner wall left off", "/owner/wall", left_off_the_wall, shows="Left off"),
    PageState("order to be shared", "/orders/<token>", shared_order, shows="They are not there yet"),
    PageState(
        "order on the wall", "/orders/<token>", order_on_the_wall, shows="Take them off the wall, for good"
    ),
    PageState(
        "order off the wall", "/orders/<token>", order_off_the_wall, shows="will not be shown there again"
    ),
    PageState("sharing refused", "/basket/lines", refused_sharing, 422, shows="no dedication to share yet"),
    PageState("payment shared", "/checkout/payment", shared_last_look, shows="without a name"),
    PageState("not for finance", "/owner/orders", staff_at("finance", "/owner/orders"), 403),
    PageState("pay page", "/stand-in/pay/<session_id>", pay_page),
    PageState(
        "pay page declined", "/stand-in/pay/<session_id>", declined_pay_page, shows="The card was declined"
    ),
    PageState("pay page used", "/stand-in/pay/<session_id>", used_pay_page, shows="has been used"),
    PageState("pay page closed", "/stand-in/pay/<session_id>", closed_pay_page, 410, shows="is closed"),
    PageState("pay page unknown", "/stand-in/pay/<session_id>", at("/stand-in/pay/nothing"), 404),
    PageState("bank", "/stand-in/pay/<session_id>/3ds", bank_page),
    PageState("dashboard empty", "/stand-in/", at("/stand-in/"), shows="Nothing has been bought yet"),
    PageState("dashboard", "/stand-in/", busy_dashboard, shows="Dispute over"),
    PageState("dashboard refused", "/stand-in/payments/<intent_id>/refunds", refused_dashboard, 422),
)

NO_PAGE: Final = {
    "/static/<filename>": "a file",
    "/healthz": "text for machines",
    "/readyz": "text for machines",
    "/robots.txt": "text for machines",
    "/journal/feed.xml": "a feed for machines",
    "/sitemap.xml": "for machines",
    "/feeds/google.xml": "for machines",
    "/speculation-rules.json": "for browsers",
    "/favicon.ico": "a picture",
    "/share/<slug>.jpg": "a picture",
    "/.well-known/security.txt": "text for machines",
    "/delivery/cancellation-form.txt": "a text to fill in",
    "/owner/bench/scan": "leads to the unit",
    "/owner/dispatch/manifest.pdf": "a file",
    "/owner/orders.csv": "a file",
    "/owner/stock/counts.csv": "a file",
    "/owner/emails/<email>/<number>/html": "an e-mail alone, in a frame of its page",
    "/owner/": "leads to the alerts or the orders",
    "/finance/ledger.<kind>": "a file",
    "/charity/ledger.<kind>": "a file",
    "/charity/months/<month>/file.<kind>": "a file",
    "/charity/payments/<seq>/confirmation/signed.json": "a file",
    "/charity/payments/<seq>/file.<kind>": "a file",
    "/charity/months/<month>/statement.json": "a file",
    "/charity/payments/<seq>/receipts/<number>": "a file",
    "/finance/documents/<number>/file": "a file",
    "/finance/ledger": "a file",
    "/finance/months/<month>/file": "a file",
    "/finance/remittances/<seq>/file": "a file",
    "/finance/money/<month>/file": "a file",
    "/finance/evidence/pack.zip": "a file",
    "/finance/evidence/paper.pdf": "a file",
    "/finance/months/<month>/statement.json": "a file",
    "/finance/periods/<length>/<first>/statement.json": "a file",
    "/finance/periods/<length>/<first>/file": "a file",
    "/giving/months.csv": "a file",
    "/giving/log/checkpoint": "for machines",
    "/giving/log/tile/<tile>": "for machines",
    "/giving/log/key": "for machines",
    "/giving/check_gift.py": "a program to be read",
    "/orders/<token>/proof/<unit>": "a file",
    "/engravings/preview.svg": "a picture",
    "/engravings/faces.json": "for the script of a piece's page",
    "/owner/orders/<reference>/lines/<number>/<side>.<kind>": "a file",
    "/owner/orders/<reference>/lines/<number>/photographs/<upload>.jpg": "a picture",
    "/owner/orders/<reference>/claims/<number>/pictures/<step>": "a picture",
    "/owner/bench/units/<number>/photographs/<side>.jpg": "a picture",
    "/orders/<token>/finished-pieces/<number>/<side>.jpg": "a picture",
    "/artwork/<upload_id>/photograph.jpg": "a picture",
    "/artwork/<upload_id>/outline.svg": "a picture",
    "/orders/<token>/claims/<number>/messages": "leads to the claim",
}
"""Addresses that show nobody a page, and why."""

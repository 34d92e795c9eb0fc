"""Orders that lead to each kind of e-mail, by the shop's own code; and the e-mails as they arrive."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Final

from flask import Flask, render_template
from sqlalchemy import select

from shop import clock, stock
from shop.catalogue import snapshot
from shop.claims import send_backs, threads
from shop.claims.models import Wish
from shop.claims.threads import Message, Opening
from shop.emails import order_emails
from shop.engraving import HAND, Area, check
from shop.engraving.by_hand import read_drawing
from shop.fulfilment import parcel_corrections, questions, undelivered
from shop.fulfilment.corrections import BUYER, NewWords, TooLate, correct_words
from shop.fulfilment.late import find_late, tell
from shop.fulfilment.stages import Undelivered
from shop.fulfilment.units import units_of
from shop.mail.models import QueuedEmail
from shop.mail.outbox import Claimed, Drop
from shop.orders import email_change, hand_drawings
from shop.orders.approved_engraving import Approved
from shop.orders.lifecycle import lines_of
from shop.orders.models import Order
from shop.orders.placing import Contact, OrderDraft, place
from shop.orders.resend_link import send_links
from shop.payments import cancelling, supplements, unit_exchange
from shop.payments.attempts import open_attempt
from shop.payments.exchanging import Wanted, exchange, exchanges
from shop.payments.models import Supplement
from shop.payments.payment_page import start_payment
from shop.payments.supplement_page import open_supplement
from shop.pricing import LineItem
from shop.standin import paying
from tests.fulfilment.conftest import PLAIN, WORDS, Bench
from tests.harness import CONTACT, Harness, quoted
from tests.payments.helpers import release_early, second_page

SIGN: Final = read_drawing(
    Area("front", "Front", "disc", 16, 16, 2),
    b'<svg xmlns="http://www.w3.org/2000/svg" width="16mm" height="16mm" viewBox="0 0 16 16">'
    b'<path fill="#000" d="M4 4h8v8h-8zM6 6v4h4v-4z"/></svg>',
)
UNSETTABLE: Final = "ᏣᎳᎩ"


@dataclass(frozen=True)
class Unit:
    """A unit to be ordered. `words` by side and line; in `face`, or drawn by hand."""

    slug: str
    words: Mapping[tuple[str, int], str] | None = None
    face: str = "marcellus"
    dedication: str | None = None
    shared_as: str | None = None


ELSEWHERE = "ada@example.org"
DISC: Final = Unit("disc", {("front", 1): "A & B", ("back", 1): "14 May"})
PETAL: Final = Unit("petal")
BY_HAND: Final = Unit("disc", {("front", 1): UNSETTABLE}, HAND)


def ordered(
    harness: Harness,
    *units: Unit,
    contact: Contact = CONTACT,
    as_gift: bool = False,
    message: str | None = None,
    postage: str = "tracked-24",
) -> int:
    """Place an order and open its payment page. Give its id."""
    with harness.database.reading() as session:
        catalogue = snapshot.load(session)
    items = []
    for unit in units:
        piece = catalogue.by_slug[unit.slug]
        engraving = check(piece.sides, unit.face, dict(unit.words)) if unit.words else None
        variant = next(v for v in piece.variants if harness_has(harness, v.id))
        items.append(LineItem(variant.id, engraving, unit.dedication, unit.shared_as))
    draft = OrderDraft(tuple(items), contact, postage, message, as_gift)
    priced = quoted(catalogue, draft)
    with harness.database.transaction() as session:
        order = place(session, harness.services, draft, priced, buyer_hash=f"emails {priced.total_pence}")
        open_attempt(session, harness.services, order, priced)
        order_id = order.id
    start_payment(harness.services, harness.attempt(order_id).id)
    return order_id


def harness_has(harness: Harness, variant: int) -> bool:
    """Whether a piece of that variant is there to be had."""
    with harness.database.reading() as session:
        return stock.levels(session)[variant].available > 0


def paid(harness: Harness, *units: Unit, **how: object) -> int:
    """The same, paid for."""
    order = ordered(harness, *units, **how)  # type: ignore[arg-type]
    harness.pays(order)
    harness.sync(order)
    return order


def emails(app: Flask, harness: Harness, order: int) -> list[tuple[str, EmailMessage | Drop]]:
    """Every e-mail about an order so far, written as things stand now, by its kind."""
    with harness.database.reading() as session:
        query = select(QueuedEmail).where(QueuedEmail.order_id == order).order_by(QueuedEmail.id)
        rows = session.scalars(query).all()
    with app.test_request_context(base_url=harness.services.site_url):
        return [(row.kind, _written(app, harness, row)) for row in rows]


def _written(app: Flask, harness: Harness, row: QueuedEmail) -> EmailMessage | Drop:
    trader = app.extensions["shop"].trader
    claimed = Claimed(row.id, row.kind, row.order_id, row.message_id, 1, row.created_at, row.dedupe_key)
    made = order_emails.write(harness.services, render_template, claimed, trader)
    if isinstance(made, Drop):
        return made
    read = message_from_bytes(made.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def email(app: Flask, harness: Harness, order: int, kind: str) -> EmailMessage:
    """The newest e-mail of a kind about an order."""
    found = [message for each, message in emails(app, harness, order) if each == kind]
    assert found, f"no {kind} was put into the outbox"
    assert isinstance(found[-1], EmailMessage), found[-1]
    return found[-1]


def parts(message: EmailMessage) -> tuple[str, str]:
    """Its text and its HTML."""
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content().replace("\r\n", "\n"), html.get_content()


def made(harness: Harness, order: int, numbers: Sequence[int], *, words: Sequence[int] = ()) -> None:
    """Have these units made and posted, those with words as such."""
    bench = Bench(harness)
    for number in numbers:
        bench.act(order, number, *(WORDS if number in words else PLAIN))
    bench.post(order, *numbers, tracking="AB123456789GB")


def corrected(harness: Harness, order: int, number: int, unit: Unit) -> bool:
    """The buyer puts other words on a unit. Give whether it was not too late."""
    with harness.database.reading() as session:
        wording = units_of(session, order)[number].wording
        sides = snapshot.load(session).by_slug[unit.slug].sides
    words = NewWords.of(Approved.now(check(sides, unit.face, dict(unit.words or {})), sides))
    try:
        with harness.database.transaction() as session:
            vault = harness.services.vault
            return correct_words(session, vault, order, number, words, wording=wording, actor=BUYER)
    except TooLate:
        return False


def _corrected(harness: Harness, contact: Contact) -> int:
    order = paid(harness, replace(DISC, words={("front", 1): "C & D"}), PETAL, contact=contact)
    assert corrected(harness, order, 1, DISC)
    return order


def _drawn(harness: Harness, contact: Contact) -> int:
    order = paid(harness, BY_HAND, contact=contact)
    with harness.database.transaction() as session:
        hand_drawings.send(session, harness.services.vault, order, 1, {"front": SIGN}, actor="owner")
    return order


def _sold_out(harness: Harness, contact: Contact) -> int:
    order = ordered(harness, PETAL, contact=contact)
    release_early(harness, order)
    harness.set_stock("petal", 0)
    harness.pays(order)
    harness.sync(order)
    return order


def _paid_twice(harness: Harness, contact: Contact) -> int:
    order = ordered(harness, DISC, PETAL, contact=contact)
    pages = (harness.session_id(order), second_page(harness, order))
    for page in pages:
        harness.at_stripe(paying.pay, page)
    harness.sync(order)
    return order


def _refunded(harness: Harness, contact: Contact) -> int:
    order = paid(harness, DISC, PETAL, contact=contact)
    harness.refunds(order, 100)
    harness.sync(order)
    return order


def _returned(harness: Harness, contact: Contact) -> int:
    order = paid(harness, DISC, PETAL, contact=contact)
    refund = harness.refunds(order, 100)
    harness.sync(order)
    harness.refund_fails(refund)
    harness.sync(order)
    return order


def _disputed(harness: Harness, contact: Contact) -> int:
    order = paid(harness, DISC, PETAL, contact=contact)
    harness.disputes(order)
    harness.sync(order)
    return order


def _late(harness: Harness, contact: Contact) -> int:
    order = paid(harness, DISC, PETAL, contact=contact)
    with harness.database.transaction() as session:
        session.get_one(Order, order).posted_by = clock.now().date() - timedelta(days=2)
    with harness.database.transaction() as session:
        (found,) = find_late(session, harness.services.book)
        assert tell(session, found)
    return order


def _posted(harness: Harness, contact: Contact) -> int:
    order = paid(harness, DISC, PETAL, contact=contact)
    made(harness, order, [1], words=[1])
    return order


def _claimed(harness: Harness, contact: Contact) -> int:
    order, vault = _posted(harness, contact), harness.services.vault
    with harness.database.transaction() as session:
        opening = Opening([1], Wish.MEND, Message("The clasp does not close."))
        claim = threads.open_claim(session, vault, order, opening)
        threads.answer(session, vault, claim, Message("We are sorry.", actor="owner@example.com"))
    return order


def _sent_back(harness: Harness, contact: Contact) -> int:
    order = paid(harness, DISC, PETAL, contact=contact)
    made(harness, order, [1, 2], words=[1])
    with harness.database.transaction() as session:
        send_backs.give_notice(session, order, [2])
    return order


def _came_back(harness: Harness, contact: Contact) -> int:
    order = _posted(harness, contact)
    with harness.database.transaction() as session:
        undelivered.come_back(session, order, 1, Undelivered.REFUSED, actor="owner@example.com")
    return order


def _lost(harness: Harness, contact: Contact) -> int:
    order = _posted(harness, contact)
    with harness.database.transaction() as session:
        undelivered.lose(session, order, 1, cost_pence=900, actor="owner@example.com")
    return order


def _link(harness: Harness, contact: Contact) -> int:
    order = paid(harness, DISC, PETAL, contact=contact)
    with harness.database.transaction() as session:
        assert send_links(session, harness.services.vault, contact.email)
    return order


def _cancelled(harness: Harness, contact: Contact) -> int:
    order = paid(harness, DISC, PETAL, contact=contact)
    with harness.database.transaction() as session:
        pence = cancelling.what_goes_back(session, harness.order(order), [1]).amount_pence
        cancelling.cancel(session, order, [1], agreed_pence=pence, actor=BUYER)
    return order


def _exchanged(harness: Harness, contact: Contact) -> int:
    order = paid(harness, DISC, PETAL, contact=contact)
    with harness.database.transaction() as session:
        catalogue, row = snapshot.load(session), harness.order(order)
        line = lines_of(session, order)[0]
        same = next(one for one in exchanges(catalogue, row, line) if not one.difference_pence)
        exchange(
            session,
            harness.services.vault,
            order,
            1,
            catalogue=catalogue,
            wanted=Wanted(same.variant.id, 0, 1),
            actor=BUYER,
        )
    return order


def _supplement_asked(harness: Harness, contact: Contact) -> int:
    """The owner asks for what a dearer Disc costs more."""
    order, services = paid(harness, DISC, PETAL, contact=contact), harness.services
    with harness.database.transaction() as session:
        catalogue, line = snapshot.load(session), lines_of(session, order)[0]
        offered = exchanges(catalogue, harness.order(order), line)
        dearer = next(one for one in offered if one.difference_pence > 0)
        wanted = Wanted(dearer.variant.id, dearer.difference_pence, 1)
        owner = "owner@example.com"
        made = supplements.ask(session, services, order, 1, catalogue=catalogue, wanted=wanted, actor=owner)
        supplement = made.id
    open_supplement(services, supplement)
    return order


def _supplement_returned(harness: Harness, contact: Contact) -> int:
    order = _supplement_asked(harness, contact)
    Bench(harness).act(order, 1, *WORDS[:2])
    with harness.database.reading() as session:
        page = session.scalars(select(Supplement.stripe_id)).one()
    harness.at_stripe(paying.pay, page or "")
    harness.sync(order)
    return order


def _redirected(harness: Harness, contact: Contact) -> int:
    order, vault = paid(harness, DISC, PETAL, contact=contact), harness.services.vault
    with harness.database.transaction() as session:
        stamp = parcel_corrections.delivery_stamp(session, vault, order) or ""
        place = {"line1": "1 New Street"}
        assert parcel_corrections.correct_delivery(session, vault, order, place, {}, seen=stamp, actor=BUYER)
    return order


def _other_card(harness: Harness, contact: Contact) -> int:
    order, vault = paid(harness, DISC, PETAL, contact=contact), harness.services.vault
    with harness.database.transaction() as session:
        stamp = parcel_corrections.card_stamp(session, vault, order, 1)
        assert parcel_corrections.correct_dedication(
            session, vault, order, 1, "Other words", seen=stamp, actor=BUYER
        )
    return order


def _asked_elsewhere(harness: Harness, contact: Contact) -> int:
    order, services = paid(harness, DISC, PETAL, contact=contact), harness.services
    with harness.database.transaction() as session:
        email_change.ask(
            session, services.vault, order, ELSEWHERE, secret_key=services.secret_key, actor=BUYER
        )
    return order


def _goes_elsewhere(harness: Harness, contact: Contact) -> int:
    order, services = _asked_elsewhere(harness, contact), harness.services
    key = f"{email_change.CONFIRM}-1"
    with harness.database.transaction() as session:
        told = email_change.told_by(
            session, services.vault, email_change.CONFIRM, key, secret_key=services.secret_key
        )
        assert told
        email_change.confirm(session, services.vault, told.link.rpartition("/")[2])
    return order


def _begun(harness: Harness, contact: Contact) -> int:
    order = paid(harness, DISC, PETAL, contact=contact)
    Bench(harness).act(order, 1, *WORDS[:2])
    return order


def _asked(harness: Harness, contact: Contact) -> int:
    order = paid(harness, DISC, PETAL, contact=contact)
    with harness.database.transaction() as session:
        vault = harness.services.vault
        questions.ask(session, vault, order, 1, "Is it Wren or Wrén?", actor="owner@example.com")
    return order


LIVES: Final[Mapping[str, Callable[[Harness, Contact], int]]] = {
    cancelling.EMAIL: _cancelled,
    unit_exchange.EMAIL: _exchanged,
    supplements.EMAIL: _supplement_asked,
    supplements.RETURNED_EMAIL: _supplement_returned,
    parcel_corrections.DELIVERY_EMAIL: _redirected,
    parcel_corrections.CARD_EMAIL: _other_card,
    email_change.ASKED: _asked_elsewhere,
    email_change.CONFIRM: _asked_elsewhere,
    email_change.CHANGED: _goes_elsewhere,
    "order-confirmation": lambda harness, contact: paid(harness, DISC, PETAL, contact=contact),
    "words-changed": _corrected,
    "question": _asked,
    "engraving-begun": _begun,
    "drawing-ready": _drawn,
    "sold-out": _sold_out,
    "paid-twice": _paid_twice,
    "refund": _refunded,
    "refund-returned": _returned,
    "disputed": _disputed,
    "late": _late,
    "posted": _posted,
    "claim-answered": _claimed,
    "send-back": _sent_back,
    "came-back": _came_back,
    "lost": _lost,
    "order-link": _link,
}
"""By the kind of e-mail: a life in which it is sent."""

"""Which sentences an e-mail must have, and which it may not: derived from what was ordered and what happened.

Nothing here asks the code that writes e-mails. What was ordered and done is the test's own; money, gifts and
stages are read from their tables.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bs4 import BeautifulSoup
from sqlalchemy import select

from shop.engraving import FACES, HAND
from shop.engraving.spelling import letter_by_letter
from shop.fulfilment.models import Unit as UnitRow
from shop.giving import ledger
from shop.giving.ledger import Standing
from shop.giving.reversals import Returned, returned_units
from shop.orders.models import Order, OrderLine
from shop.orders.placing import Contact
from tests.emails.orders import Unit
from tests.harness import Harness

GIFT: Final = 500
"""Pence of each piece."""
OPEN: Final = {"to check", "checked"}
BEGUN: Final = {"engraving", "engraved", "inspected"}
HOW: Final = "change it on your order’s page or reply to this e-mail"


@dataclass
class Life:
    """An order of the test's own, and what was done with it."""

    order: int
    units: Sequence[Unit]
    contact: Contact
    as_gift: bool
    refunds: dict[str, int] = field(default_factory=dict)
    """Pence by Stripe's id, in their order."""
    failed: set[str] = field(default_factory=set)
    named: dict[str, tuple[tuple[int, ...], bool]] = field(default_factory=dict)
    """By a refund's id, the units it was asked for, and whether the postage was."""
    goodwill: dict[str, int] = field(default_factory=dict)
    """By a refund's id, the pence of it that were for neither."""
    drawn: set[int] = field(default_factory=set)
    approved: set[int] = field(default_factory=set)
    parcels: list[tuple[int, ...]] = field(default_factory=list)
    disputed: bool = False
    lost: bool = False


@dataclass
class Facts:
    """An order's tables as they are now."""

    order: Order
    lines: Sequence[OrderLine]
    stages: Mapping[int, str]
    gifts: Mapping[int, Standing]

    @property
    def kept(self) -> list[OrderLine]:
        return [line for line in self.lines if self.stages[line.number] != "refunded"]

    @property
    def given(self) -> int:
        return sum(GIFT for standing in self.gifts.values() if standing is not Standing.NONE)


def facts(harness: Harness, order: int) -> Facts:
    with harness.database.reading() as session:
        row = session.get_one(Order, order)
        lines = session.scalars(
            select(OrderLine).where(OrderLine.order_id == order).order_by(OrderLine.number)
        )
        found = list(lines)
        units = {unit.order_line_id: unit.stage for unit in session.scalars(select(UnitRow))}
        return Facts(
            row,
            found,
            {line.number: units[line.id] for line in found},
            ledger.standings(session, row.reference),
        )


def pounds(pence: int) -> str:
    return f"£{pence // 100}.{pence % 100:02d}"


def sentences(text: str) -> list[str]:
    """Every sentence, and every line that is none."""
    lines = [line.strip().removeprefix("- ") for line in text.splitlines()]
    return [part for line in lines if line for part in re.split(r"(?<!^\d\.)(?<=[.;]) (?=[A-Z£])", line)]


def _title(now: Facts, line: OrderLine) -> str:
    number = f"{line.number}. " if len(now.lines) > 1 else ""
    return f"{number}{line.piece_name}, {line.metal_name}, {line.chain_inches} inch chain"


def greeting(life: Life) -> str:
    own = life.contact.buyer_name or ("" if life.as_gift else life.contact.name)
    return f"Dear {own}," if own else "Hello,"


def expected(kind: str, life: Life, now: Facts, about: str) -> list[str]:
    """The sentences of the e-mail, but for its frame, in their order."""
    said = {
        "order-confirmation": _confirmation,
        "refund": _refund,
        "refund-returned": _refund_returned,
        "disputed": _disputed,
        "engraving-begun": _begun,
        "drawing-ready": _drawing,
        "words-changed": _changed,
        "posted": _posted,
        "order-link": _link,
    }[kind]
    return list(said(life, now, about))


def _confirmation(life: Life, now: Facts, _: str) -> Iterator[str]:
    yield "Thank you."
    yield f"We have your order: {now.order.reference}."
    for unit, line in zip(life.units, now.lines, strict=True):
        yield f"{_title(now, line)}: {pounds(line.price_pence)}"
        yield from _words(life, now, unit, line)
    yield f"{POSTAGE[now.order.postage_service]}: {pounds(now.order.postage_pence)}"
    yield f"Total paid: {pounds(now.order.total_pence)}"
    contact = life.contact
    yield f"{'It is a gift for' if life.as_gift else 'It goes to'} {contact.name}."
    yield "Delivery address:"
    yield from filter(None, (contact.name, contact.line1, contact.line2, contact.town, contact.postcode))
    if life.as_gift:
        yield "It is going to someone else, so the slip in the box shows no price."
    if now.given:
        yield from sentences(now.order.donation_statement or "")
        yield f"From this order: {pounds(now.given)}."
    yield from _of_words(life, now)


def _words(life: Life, now: Facts, unit: Unit, line: OrderLine) -> Iterator[str]:
    """The words of a unit, and by what it is cut."""
    for text in (unit.words or {}).values():
        yield f"<place>: “{text}”"
        yield f"Letter by letter: {letter_by_letter(text)}"
    if unit.words:
        yield f"Lettering: {'Drawn by hand' if unit.face == HAND else FACES[unit.face].name}"
    if now.stages[line.number] == "refunded":
        yield "Refunded"
    elif unit.words and unit.face != HAND:
        yield f"Proof {(line.proof_digest or '')[:12]}"
    elif unit.words and line.number in life.approved:
        yield "Drawn by hand: we cut it from the drawing you approved"
    elif unit.words:
        yield "Drawn by hand: we send you the drawing before we cut anything"
    elif any(each.words for each in life.units):
        yield "Not engraved"


def _changed(life: Life, now: Facts, _: str) -> Iterator[str]:
    yield f"The words of your order {now.order.reference} were changed."
    yield "This is how they are now:"
    for unit, line in zip(life.units, now.lines, strict=True):
        if line in now.kept:
            yield _title(now, line)
            yield from _words(life, now, unit, line)
    yield "If this is not as you want it, or you did not change it, please reply to this e-mail."


def _of_words(life: Life, now: Facts) -> Iterator[str]:
    worded = {line.number for unit, line in zip(life.units, now.lines, strict=True) if unit.words}
    engraved = [line for line in now.kept if line.number in worded]
    worked_on = now.order.state in {"paid", "part refunded"}
    still = [line for line in engraved if worked_on and now.stages[line.number] in OPEN]
    if still and len(still) == len(engraved):
        yield "Please read the engraving above once more, letter by letter."
        yield f"If anything is not as you want it, {HOW}."
        yield "You can until we begin to engrave."
    elif still:
        yield "Engraving has begun, and those words are fixed."
        yield f"If anything else is not as you want it, {HOW}."
    if engraved:
        yield (
            "Once we begin to engrave a piece for you, you cannot send it back, unless something is wrong "
            "with it."
        )
        yield "If something is wrong, we will put it right."
    if len(engraved) < len(now.kept):
        what = "a piece that is not engraved" if engraved else "what you ordered"
        yield f"You can send back {what} within 14 days of getting it, for any reason or none."


def _refund(life: Life, now: Facts, about: str) -> Iterator[str]:
    ids = list(life.refunds)
    upto = ids[: ids.index(about) + 1]
    holds = [each for each in upto if each not in life.failed]
    gone, before = _gone(life, now, upto), _gone(life, now, upto[:-1])
    new = [line for line in now.lines if line.number in gone - before]
    pence, day = life.refunds[about], f"{now.order.placed_at:%-d %B %Y}"
    yield f"We have sent {pounds(pence)} back to you for order {now.order.reference}, on {day}."
    yield from _for(life, now, about, new)
    yield "Banks usually take five to ten days to show it."
    back = sum(life.refunds[each] for each in holds)
    paid = now.order.total_pence
    all_ = "all" if back == paid else pounds(back)
    yield f"In all, {all_} of the {pounds(paid)} you paid has gone back."
    stays = [line for line in now.lines if line.number not in gone]
    if not stays:
        yield "We make and send nothing more of this order."
    elif not (life.disputed or life.lost):
        yield "Still in your order:"
        yield from (_title(now, line) for line in stays)
    if life.disputed or life.lost:
        return
    taken, given = GIFT * len(new), GIFT * len(stays)
    if not new and stays:
        yield f"This order still gives {pounds(given)}."
    elif new and stays:
        yield f"{pounds(taken)} of what this order gave is no longer given;"
        yield f"{pounds(given)} still is."
    elif new:
        yield f"The {pounds(taken)} that this order gave is no longer given."


def _gone(life: Life, now: Facts, ids: Sequence[str]) -> frozenset[int]:
    """The units that count as given back by these refunds: see giving/reversals.py."""
    returned = []
    for each in ids:
        lines, postage = life.named.get(each, ((), False))
        if each not in life.failed:
            for_postage = now.order.postage_pence if postage else 0
            returned.append(Returned(life.refunds[each], lines, for_postage, life.goodwill.get(each, 0)))
    return returned_units({line.number: line.price_pence for line in now.lines}, returned)


def _for(life: Life, now: Facts, about: str, new: Sequence[OrderLine]) -> Iterator[str]:
    goods, goodwill = sum(line.price_pence for line in new), life.goodwill.get(about, 0)
    postage = now.order.postage_pence if life.named.get(about, ((), False))[1] else 0
    if (new or postage) and goods + postage <= life.refunds[about]:
        yield from (f"{_title(now, line)}: {pounds(line.price_pence)}" for line in new)
        if postage:
            yield f"Postage: {pounds(postage)}"
        if rest := life.refunds[about] - goods - postage:
            yield f"{'Goodwill' if rest == goodwill else 'Besides'}: {pounds(rest)}"
        yield f"Sent back: {pounds(life.refunds[about])}"
    elif new:
        yield "Together with what we sent back before, this is the full price of:"
        yield from (_title(now, line) for line in new)
    if goodwill and goodwill == life.refunds[about]:
        yield "This is goodwill from us."
        yield "You do not need to send anything back."
    elif goodwill:
        yield "You do not need to send anything back for the goodwill."


def _refund_returned(life: Life, now: Facts, about: str) -> Iterator[str]:
    day = f"{now.order.placed_at:%-d %B %Y}"
    yield (
        f"The {pounds(life.refunds[about])} that we sent back to you on {day} for order "
        f"{now.order.reference} did not reach you."
    )
    yield "Your bank returned it to us."
    yield "We are looking for another way, and will write to you."
    yield "If you know one, please reply to this e-mail."


def _disputed(_: Life, now: Facts, __: str) -> Iterator[str]:
    yield f"The bank behind your payment has asked us about order {now.order.reference}."
    if any(now.stages[line.number] not in {"posted", "delivered"} for line in now.kept):
        yield "Until that is settled, we stop work on what is still to be made."
    yield "If you did not expect this, please reply to this e-mail."


def _begun(life: Life, now: Facts, _: str) -> Iterator[str]:
    yield f"We have begun to engrave for order {now.order.reference}:"
    yield from (_title(now, line) for line in now.kept if now.stages[line.number] in BEGUN)
    yield "These words can no longer be changed."
    worded = {line.number for unit, line in zip(life.units, now.lines, strict=True) if unit.words}
    if any(now.stages[line.number] in OPEN for line in now.kept if line.number in worded):
        yield "You can still change the words of any other piece."


def _drawing(_: Life, now: Facts, __: str) -> Iterator[str]:
    yield f"We have drawn the words for order {now.order.reference}."
    yield "The drawing is on your order’s page."
    yield "Please look at every letter."
    yield "Then approve it there, or tell us what to change."
    yield "We cut nothing until you approve it."


def _posted(life: Life, now: Facts, about: str) -> Iterator[str]:
    day = f"{now.order.placed_at:%-d %B %Y}"
    service = POSTAGE[now.order.postage_service]
    yield f"This is from order {now.order.reference}."
    yield f"We posted it on {day} with {service}:"
    names = {line.number: line.piece_name for line in now.lines}
    yield from (names[number] for number in life.parcels[int(about)])
    yield "Its tracking number is AB123456789GB."
    yield "Track it with Royal Mail:"
    if given := sum(GIFT for standing in now.gifts.values() if standing is Standing.ACCRUED):
        pieces = "piece" if given == GIFT else "pieces"
        yield (
            f"The £{given // 100} that we give for your {pieces} comes into our log of giving once"
            f" our books for {now.order.placed_at:%B %Y} are closed, or sooner."
        )
        yield "You can see it and check it on your order’s page."
    yield "If it does not arrive, or something is not right, reply to this e-mail and we will put it right."


def _link(_: Life, now: Facts, __: str) -> Iterator[str]:
    yield f"Someone, most likely you, asked us to send the link to order {now.order.reference} again."
    yield "If it was not you, there is nothing to do."
    yield "It was sent to no other address."


POSTAGE: Final = {
    "tracked-48": "Royal Mail Tracked 48",
    "tracked-24": "Royal Mail Tracked 24",
    "special-delivery": "Royal Mail Special Delivery",
}


def letters_and_digits(said: str) -> str:
    return "".join(sign for sign in said if sign.isalnum())


def of_text(text: str) -> str:
    """What a plain text says, without its marks and addresses."""
    return letters_and_digits(re.sub(r"https?://\S+", "", text))


def of_html(html: str) -> str:
    """The same of an HTML part; what stands in its head is nobody's to read."""
    page = BeautifulSoup(html, "html.parser")
    assert page.body is not None
    return letters_and_digits(page.body.get_text())

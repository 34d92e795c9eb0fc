"""Whatever is ordered and whatever becomes of it: each e-mail has the sentences that are so, and no other."""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.message import EmailMessage
from typing import Final

import pytest
from flask import Flask
from sqlalchemy import select

from shop.mail.models import QueuedEmail
from shop.mail.outbox import Drop
from shop.orders import hand_drawings
from shop.orders.resend_link import send_links
from shop.payments.kinds import Goodwill
from shop.payments.models import RefundRequest
from shop.payments.refundable import InDispute, MoreThanPaid, NothingToRefund, refundable
from shop.payments.refunds import ask
from tests.emails.orders import BY_HAND, DISC, PETAL, SIGN, Unit, corrected, emails, made, paid, parts
from tests.emails.truth import BEGUN, Facts, Life, expected, facts, greeting, of_html, of_text, sentences
from tests.fixtures import engine_name, harness
from tests.harness import CONTACT, Harness

__all__ = ["engine_name", "harness"]

TEST: Final = "Test payment: no money has moved, and nothing will be made or posted."
HEART: Final = Unit("heart", {("front", 1): "Wren"}, "great-vibes")
OTHER: Final = replace(DISC, words={("front", 1): "C & D"})
CHOICES: Final = (PETAL, DISC, BY_HAND, replace(DISC, words={("back", 2): "14 May"}), HEART)
CONTACTS: Final = (CONTACT, replace(CONTACT, buyer_name="Zoë Byron"), replace(CONTACT, line2="Flat 2"))


@dataclass
class Living:
    """One order, lived at random."""

    harness: Harness
    chance: random.Random
    life: Life

    def step(self) -> None:
        """Something happens, if it can."""
        self.chance.choice(STEPS)(self)
        self.harness.sync(self.life.order)

    @property
    def now(self) -> Facts:
        return facts(self.harness, self.life.order)

    def part_back(self) -> None:
        left = self.now.order.total_pence - self._back()
        if left > 0 and not self.life.disputed and not self.life.lost:
            price = self.chance.choice(self.now.lines).price_pence
            pence = min(left, self.chance.choice([1, 250, 300, price, price - 1, left]))
            self.life.refunds[self.harness.refunds(self.life.order, pence)] = pence

    def units_back(self) -> None:
        order = self.life.order
        with self.harness.database.transaction() as session:
            free = refundable(session, self.now.order).free
            lines = self.chance.sample(free, self.chance.randint(0, len(free)))
            price = self.chance.choice(self.now.lines).price_pence
            pence = self.chance.choice([0, 0, 0, 500, price])
            besides = {"goodwill": Goodwill.KINDNESS, "goodwill_pence": pence} if pence else {}
            postage = self.chance.random() < 0.4
            try:
                asked = ask(session, order, lines=lines, postage=postage, actor="owner", **besides)
            except (InDispute, MoreThanPaid, NothingToRefund):
                return
            request, named = asked.id, (tuple(asked.lines), asked.with_postage)
        self.harness.sync(order)
        with self.harness.database.reading() as session:
            row = session.get_one(RefundRequest, request)
            if row.stripe_id is not None:
                self.life.refunds[row.stripe_id], self.life.named[row.stripe_id] = row.amount_pence, named
                self.life.goodwill[row.stripe_id] = row.goodwill_pence or 0

    def refund_fails(self) -> None:
        holding = [each for each in self.life.refunds if each not in self.life.failed]
        if holding:
            self.life.failed.add(failing := self.chance.choice(holding))
            self.harness.refund_fails(failing)

    def dispute(self) -> None:
        if self.life.disputed or self.life.lost or self._back():
            return
        dispute = self.harness.disputes(self.life.order)
        self.life.disputed = True
        if self.chance.random() < 0.5:
            self.harness.sync(self.life.order)
            won = self.chance.random() < 0.5
            self.harness.dispute_ends(dispute, won=won)
            self.life.disputed, self.life.lost = False, not won

    def post_one(self) -> None:
        now = self.now
        free = [
            line
            for line in now.kept
            if now.stages[line.number] == "to check"
            and (not line.by_hand or line.number in self.life.approved)
        ]
        if free and now.order.state in {"paid", "part refunded"}:
            line = self.chance.choice(free)
            made(self.harness, self.life.order, [line.number], words=[line.number] if line.engraved else [])
            self.life.parcels.append((line.number,))

    def draw(self) -> None:
        for number, unit in enumerate(self.life.units, start=1):
            if unit is BY_HAND and number not in self.life.drawn:
                with self.harness.database.transaction() as session:
                    vault = self.harness.services.vault
                    hand_drawings.send(
                        session, vault, self.life.order, number, {"front": SIGN}, actor="owner"
                    )
                self.life.drawn.add(number)
                return

    def approve(self) -> None:
        for number in self.life.drawn - self.life.approved:
            with self.harness.database.transaction() as session:
                hand_drawings.approve(session, self.life.order, number, 1)
            self.life.approved.add(number)

    def correct(self) -> None:
        """The buyer puts the words of a unit right."""
        for number, unit in enumerate(self.life.units, start=1):
            if unit is DISC and corrected(self.harness, self.life.order, number, OTHER):
                self.life.units = [*self.life.units[: number - 1], OTHER, *self.life.units[number:]]
                return

    def link(self) -> None:
        with self.harness.database.transaction() as session:
            send_links(session, self.harness.services.vault, self.life.contact.email)

    def _back(self) -> int:
        return sum(pence for each, pence in self.life.refunds.items() if each not in self.life.failed)


STEPS: Final[tuple[Callable[[Living], None], ...]] = (
    Living.part_back, Living.part_back, Living.units_back, Living.units_back, Living.refund_fails,
    Living.dispute, Living.post_one, Living.post_one, Living.draw, Living.approve, Living.link,
    Living.correct, Living.correct,
)  # fmt: skip


def begin(harness: Harness, seed: int) -> Living:
    chance = random.Random(seed)
    units = chance.choices(CHOICES, k=chance.randint(1, 4))
    contact = replace(chance.choice(CONTACTS), email=f"buyer{seed}@example.com")
    as_gift = chance.random() < 0.5
    postage = chance.choice(["tracked-48", "tracked-24", "special-delivery"])
    message = "A quiet word" if chance.random() < 0.3 else None
    order = paid(harness, *units, contact=contact, as_gift=as_gift, postage=postage, message=message)
    return Living(harness, chance, Life(order, units, contact, as_gift))


def is_so(kind: str, life: Life, now: Facts, about: str) -> bool:
    """Whether what the e-mail was decided for still is."""
    of_money = {
        "refund": about not in life.failed,
        "refund-returned": not life.lost,  # else the bank gave the buyer everything
        "disputed": life.disputed,
    }
    if kind in of_money:
        return of_money[kind]
    if kind == "engraving-begun":
        return any(now.stages[line.number] in BEGUN for line in now.kept)
    if kind == "words-changed":
        return any(line.engraved for line in now.kept)
    if kind == "drawing-ready":
        open_ = life.drawn - life.approved
        return any(line.number in open_ for line in now.kept)
    return True


def hold(app: Flask, harness: Harness, life: Life) -> int:
    """Hold every e-mail of a life against what is so. Give how many were written."""
    now = facts(harness, life.order)
    with harness.database.reading() as session:
        rows = session.scalars(
            select(QueuedEmail).where(QueuedEmail.order_id == life.order).order_by(QueuedEmail.id)
        ).all()
    written = 0
    posted = iter(range(len(life.parcels)))
    for row, (kind, message) in zip(rows, emails(app, harness, life.order), strict=True):
        about = str(next(posted)) if kind == "posted" else row.dedupe_key.rpartition(":")[2]
        if not is_so(kind, life, now, about):
            assert message is Drop.NOT_SO, (kind, life)
            continue
        assert isinstance(message, EmailMessage), (kind, message, life)
        written += 1
        text, html = parts(message)
        assert of_text(text) == of_html(html), "text and HTML say the same"
        assert said(kind, text) == [TEST, greeting(life), *expected(kind, life, now, about)], life
        assert str(message["Subject"]).endswith(f"our order {now.order.reference}")
        pictured = "image" in {part.get_content_maintype() for part in message.walk()}
        in_sight = any(
            line.engraved and (not line.by_hand or line.number in life.approved) for line in now.kept
        )
        assert pictured == (kind in {"order-confirmation", "words-changed"} and in_sight), life
    return written


def said(kind: str, text: str) -> list[str]:
    """What an e-mail says between its frame's beginning and its end."""
    body, end, frame = text.partition("\n\nYour order, whenever you want to look:\n")
    assert end, text
    assert "\n\nIn Remembrance\n" in frame
    assert ("notice that I/We* cancel my/our* contract" in frame) == (kind == "order-confirmation")
    body = re.sub(r"https://\S+", "", body)
    return [re.sub(r"^[^:]+: (“.*”)$", r"<place>: \1", each) for each in sentences(body)]


def lived(app: Flask, harness: Harness, seed: int) -> int:
    for slug in ("petal", "disc", "heart"):
        harness.set_stock(slug, 50)
    living = begin(harness, seed)
    written = hold(app, harness, living.life)
    for _ in range(living.chance.randint(0, 5)):
        living.step()
        written += hold(app, harness, living.life)
    return written


@pytest.mark.parametrize("seed", range(12))
def test_every_email_of_an_order_lived_at_random_says_what_is_so_and_nothing_else(
    app: Flask, harness: Harness, seed: int
) -> None:
    assert lived(app, harness, seed)


@pytest.mark.faults_long
@pytest.mark.parametrize("block", range(25))
def test_every_email_of_thousands_of_orders_says_what_is_so_and_nothing_else(
    app: Flask, harness: Harness, block: int, capsys: pytest.CaptureFixture[str]
) -> None:
    orders = range(1000 + 100 * block, 1000 + 100 * (block + 1))
    written = sum(lived(app, harness, seed) for seed in orders)
    with capsys.disabled():
        print(f"\n{len(orders)} orders, {written} e-mails: each sentence is so")  # noqa: T201

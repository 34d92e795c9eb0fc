"""An owner at the telephone, and what the caller does with the link."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask, render_template
from sqlalchemy import select
from werkzeug.test import TestResponse

from shop import clock
from shop.emails import payment_link
from shop.emails.other_emails import Sender
from shop.orders.models import Order
from shop.payment_links.models import PaymentLink
from shop.telephone import upkeep
from shop.worker import Worker
from tests.harness import Harness
from tests.shopper import DETAILS, Shopper, form_on, harness_of, soup

LIST = "/owner/payment-links"
ME = "owner@example.com"


@pytest.fixture
def engine_name() -> str:
    """What an owner writes down is the same on both databases; what is set aside is asked for on both."""
    return "sqlite"


@dataclass
class Post:
    """A mail server: what it took, or what it answers instead."""

    took: list[EmailMessage] = field(default_factory=list)
    fails: BaseException | None = None

    def send(self, message: EmailMessage) -> None:
        if self.fails:
            raise self.fails
        self.took.append(message)


@dataclass
class Telephone:
    """The owner, putting together what a caller says."""

    owner: Shopper
    harness: Harness
    post: Post = field(default_factory=Post)

    def begins(self, via: str = "telephone") -> int:
        token = form_on(self.owner.get(LIST), LIST)[1]["csrf_token"]
        assert self.owner.post(LIST, {"csrf_token": token, "via": via}).status_code == 303
        return self.links()[-1].id

    def looks_over(self, slug: str = "disc", **details: str | None) -> int:
        """Begin, choose a piece, and come to the last look."""
        number = self.begins()
        assert self.owner.add(slug).status_code == 303
        assert self.owner.send("/checkout", "/checkout", {**DETAILS, **details}).status_code == 303
        return number

    def presses_send(self, number: int) -> TestResponse:
        return self.owner.send("/checkout/payment", f"{LIST}/{number}/sending")

    def sends(self, slug: str = "disc", **details: str | None) -> int:
        number = self.looks_over(slug, **details)
        answer = self.presses_send(number)
        assert answer.status_code == 303, answer.text
        return number

    def presses(self, number: int, what: str) -> TestResponse:
        return self.owner.send(LIST, f"{LIST}/{number}/{what}")

    def links(self) -> list[PaymentLink]:
        with self.harness.database.reading() as session:
            return list(session.scalars(select(PaymentLink).order_by(PaymentLink.id)))

    def said(self, number: int) -> str:
        """What the list says of a link; nothing once it is done."""
        found = soup(self.owner.get(LIST)).select_one(f"#link-{number}")
        return " ".join(found.text.split()) if found else ""

    def address(self, number: int) -> str:
        """The path of the link, as the owner reads it out."""
        found = re.search(r"/pay/[0-9A-Z-]+", self.said(number))
        assert found, self.said(number)
        return found[0]

    def round(self) -> None:
        """The worker sends what is due."""
        app, database, vault = self.owner.app, self.harness.database, self.harness.services.vault
        trader = app.extensions["shop"].trader
        sender = Sender(database, vault, self.post, render_template, "https://shop.example", trader)
        with app.test_request_context():
            while payment_link.send_next(sender):
                pass

    def sends_emails(self) -> None:
        """The worker sends what is due about orders."""
        worker = Worker(self.owner.app)
        while worker._send_email():
            pass

    def tidies(self) -> int:
        return upkeep.tidy(self.harness.services)

    def orders(self) -> list[Order]:
        with self.harness.database.reading() as session:
            return list(session.scalars(select(Order).order_by(Order.id)))

    def caller(self, number: int) -> Shopper:
        """The caller, who has opened the link and sees the last look."""
        caller = Shopper(self.owner.app)
        answer = caller.send(self.address(number), None)
        assert (answer.status_code, answer.location) == (303, "/checkout/payment")
        return caller

    def pays(self) -> Order:
        order = self.orders()[-1].id
        self.harness.pays(order)
        self.harness.sync(order)
        return self.orders()[-1]


@pytest.fixture
def telephone(app: Flask) -> Telephone:
    return Telephone(Shopper(app).sign_in("owner"), harness_of(app))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    def go_on(time: timedelta) -> None:
        now = clock.now() + time
        monkeypatch.setattr(clock, "now", lambda: now)

    return go_on

"""An e-mail that is refused: the owner and the buyer's page say so, and nobody is told the address."""

from email.message import EmailMessage

import pytest
from flask import Flask, render_template
from sqlalchemy import update

from shop import clock
from shop.alerts import open_alerts
from shop.emails import order_emails
from shop.mail.models import QueuedEmail
from shop.mail.outbox import Claimed, Drop
from shop.mail.sending import Transport, send_next
from shop.orders.lifecycle import with_link
from shop.orders.resend_link import send_links
from tests.emails.test_order_emails import paid_order
from tests.fixtures import engine_name, harness
from tests.harness import Harness
from tests.mail.test_smtp import Box, server
from tests.shopper import Shopper, soup

__all__ = ["engine_name", "harness"]

UNREAD = "Our e-mail did not reach you"
REFUSED = "The order confirmation did not arrive"


@pytest.fixture
def order(harness: Harness) -> int:
    return paid_order(harness)


def sends(app: Flask, harness: Harness, post: Transport) -> bool:
    def write(claimed: Claimed) -> EmailMessage | Drop:
        return order_emails.write(harness.services, render_template, claimed, app.extensions["shop"].trader)

    with app.test_request_context():
        return send_next(harness.database, post, write, order_emails.tell_refused)


def due_now(harness: Harness) -> None:
    with harness.database.transaction() as session:
        session.execute(update(QueuedEmail).values(due_at=clock.now()))


def pages(app: Flask, harness: Harness, order: int) -> tuple[str, str]:
    """The order's page for the buyer and for the owner."""
    with harness.database.reading() as session:
        token = with_link(session, order, harness.services.secret_key)[1]
    owner = Shopper(app).sign_in("owner").get(f"/owner/orders/{harness.order(order).reference}")
    return soup(Shopper(app).get(f"/orders/{token}")).text, soup(owner).text


def test_the_alert_names_the_order_and_both_pages_say_that_the_email_did_not_arrive(
    app: Flask, harness: Harness, order: int
) -> None:
    assert UNREAD not in pages(app, harness, order)[0]
    with server(Box(rcpt="550 5.1.1 <ada@example.com> is nobody")) as post:
        assert sends(app, harness, post)
    with harness.database.reading() as session:
        (alert,) = open_alerts(session)
    assert (alert.about, alert.detail) == (harness.order(order).reference, "order confirmation: 550 5.1.1")
    buyers, owners = pages(app, harness, order)
    assert UNREAD in buyers
    assert REFUSED in owners
    assert "it is not tried again" in owners


def test_what_is_tried_again_is_the_owners_to_know(app: Flask, harness: Harness, order: int) -> None:
    box = Box(rcpt="450 later")
    with server(box) as post:
        assert sends(app, harness, post)
        assert REFUSED not in pages(app, harness, order)[1], "one try is no news"
        due_now(harness)
        assert sends(app, harness, post)
        buyers, owners = pages(app, harness, order)
        assert UNREAD not in buyers
        assert "It has not gone out so far, and is tried again." in owners
        box.rcpt = "250 known"
        due_now(harness)
        assert sends(app, harness, post)
    assert REFUSED not in pages(app, harness, order)[1]


def test_a_buyer_who_was_reached_since_is_told_nothing(app: Flask, harness: Harness, order: int) -> None:
    with server(Box(rcpt="550 nobody")) as post:
        assert sends(app, harness, post)
    with harness.database.transaction() as session:
        assert send_links(session, harness.services.vault, "ada@example.com") == 1
    with server(Box()) as post:
        assert sends(app, harness, post)
    buyers, owners = pages(app, harness, order)
    assert UNREAD not in buyers
    assert REFUSED in owners, "what stood in it was still not read"

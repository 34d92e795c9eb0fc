"""Fifty buyers for ten Discs, in two processes; and processes that are killed while buyers are paying."""

import json
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from sqlalchemy import select

from shop.checkout import basket_store
from shop.giving import ledger
from shop.giving.ledger import Standing
from shop.mail.models import QueuedEmail
from shop.orders.lifecycle import State
from shop.orders.models import Order
from shop.payments.models import CheckoutAttempt
from shop.payments.sweep import sweep
from shop.standin.models import StandinObject
from shop.stock import Level
from tests.harness import CONTACT, Harness
from tests.processes import all_at_once

pytestmark = pytest.mark.faults

PROGRAM = Path(__file__).with_name("buyers.py")
KILLS = 3


def baskets(harness: Harness, count: int) -> list[str]:
    """The cookies of baskets with one Disc each, ready for the last step."""
    fields = ("email", "name", "line1", "line2", "town", "postcode", "phone")
    details = {
        "contact": {name: getattr(CONTACT, name) for name in fields},
        "postage": "tracked-48",
        "as_gift": False,
        "gift_message": None,
    }
    tokens = [basket_store.new_token() for _ in range(count)]
    item = harness.draft("disc").items[0]
    with harness.database.transaction() as session:
        for token in tokens:
            basket_store.add(session, token, item)
            basket_store.keep_details(session, token, details)
    return tokens


def started(url: str, folder: Path, tokens: list[str], *, forever: bool) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    told = {"url": url, "folder": str(folder), "tokens": tokens, "forever": forever}
    process.stdin.write(json.dumps(told) + "\n")
    process.stdin.flush()
    return process


def states(harness: Harness) -> Counter[str]:
    with harness.database.reading() as session:
        return Counter(session.scalars(select(Order.state)))


def test_of_fifty_buyers_in_two_processes_ten_get_the_ten_discs(
    harness: Harness, database_url: str, tmp_path: Path
) -> None:
    harness.set_stock("disc", 10)
    tokens = baskets(harness, 50)
    processes = [started(database_url, tmp_path, tokens[at::2], forever=False) for at in range(2)]
    answers = [answer for said in all_at_once(processes, seconds=120) for answer in json.loads(said)]
    winners = [answer for answer in answers if answer["status"] == 303]
    others = [answer for answer in answers if answer["status"] != 303]
    assert (len(winners), len(others)) == (10, 40)
    assert {answer["status"] for answer in others} <= {409, 422}
    assert all("sold out for now" in a["page"] or "set aside for somebody else" in a["page"] for a in others)
    assert len({answer["to"] for answer in winners}) == 10
    assert states(harness) == {State.AWAITING: 10}
    assert harness.level("disc") == Level(10, 10)
    assert harness.sound() == []
    with harness.database.reading() as session:
        orders = session.scalars(select(Order.id)).all()
        assert len(session.scalars(select(CheckoutAttempt.id)).all()) == 10
    for order in orders:
        harness.pays(order)
        assert harness.sync(order) is State.PAID
    assert harness.level("disc") == Level(0, 0)
    assert harness.given() == 10 * 500
    with harness.database.reading() as session:
        intents = session.scalars(select(StandinObject).filter_by(kind="payment_intent")).all()
    assert [intent.status for intent in intents] == ["succeeded"] * 10  # nobody else was charged a penny
    assert harness.sound() == []


def test_processes_killed_while_buyers_pay_lose_nothing_they_said_was_done(
    harness: Harness, database_url: str, tmp_path: Path
) -> None:
    harness.set_stock("disc", 1_000)
    said: Counter[str] = Counter()
    visits: dict[str, set[str]] = defaultdict(set)
    for kill in range(KILLS):
        process = started(database_url, tmp_path, baskets(harness, 60), forever=True)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(4 + 2 * kill)]  # so that somebody has paid
        time.sleep(0.02 * kill)
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate(timeout=60)
        lines += rest.splitlines(keepends=True)
        assert process.returncode == -signal.SIGKILL
        for line in filter(lambda line: line.endswith("\n"), lines):
            what, which = line.split()
            said[what] += 1
            visits[what].add(which)
    assert (said["paid"] >= KILLS, said["refused"]) == (True, 0)
    assert harness.sound() == []
    all_there(harness, visits)
    harness.pass_time_for_holds()
    sweep(harness.services)
    nothing_half_done(harness)


def all_there(harness: Harness, visits: dict[str, set[str]]) -> None:
    """Before any repair: whatever a buyer was told is in the books."""
    with harness.database.reading() as session:
        known = set(session.scalars(select(CheckoutAttempt.stripe_id)))
        at_stripe = {
            visit.id
            for visit in session.scalars(select(StandinObject).filter_by(kind="checkout.session"))
            if visit.body["payment_status"] == "paid"
        }
        paid_orders = set(
            session.scalars(
                select(CheckoutAttempt.stripe_id)
                .join(Order, Order.id == CheckoutAttempt.order_id)
                .where(Order.state == State.PAID)
            )
        )
    assert visits["placed"] <= known
    assert visits["paid"] <= at_stripe
    assert visits["thanked"] <= paid_orders


def nothing_half_done(harness: Harness) -> None:
    """After a sweep: who paid has the piece, the e-mail and the gift; nobody else has anything."""
    with harness.database.reading() as session:
        orders = session.scalars(select(Order)).all()
        attempts = {row.order_id: row.stripe_id for row in session.scalars(select(CheckoutAttempt))}
        emails = Counter(session.scalars(select(QueuedEmail.order_id)))
        charged = {
            visit.id
            for visit in session.scalars(select(StandinObject).filter_by(kind="checkout.session"))
            if visit.body["payment_status"] == "paid"
        }
        gifts = {order.id: ledger.standings(session, order.reference) for order in orders}
    paid = {order.id for order in orders if order.state == State.PAID}
    assert {attempts[order] for order in paid} == charged
    assert {order.state for order in orders} <= {State.PAID, State.EXPIRED}
    assert all(emails[order] == 1 and gifts[order] == {1: Standing.ACCRUED} for order in paid)
    assert set(emails) == paid
    assert harness.given() == 500 * len(paid)
    assert harness.level("disc") == Level(1_000 - len(paid), 0)
    assert harness.sound() == []

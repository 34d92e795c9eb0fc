"""Every address of the site against everyone who may come: nobody, the owner, the finance lead."""

import re
from datetime import date
from typing import Final

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from shop import clock
from shop.accounts import staff
from shop.bookkeeping.balance_transaction_reading import read_balance_transactions
from shop.giving import documents, remittances
from shop.giving.documents import About
from shop.payment_links import payment_links
from shop.payment_links.models import Via
from shop.planning import schedule
from tests.bookkeeping.helpers import pays_out
from tests.claims.conftest import Desk, photograph
from tests.fulfilment.conftest import PLAIN
from tests.reconciliation.helpers import plant_a_penny
from tests.shopper import Shopper, form_on, harness_of

EVERYONE: Final = frozenset({"nobody", "owner", "finance", "charity"})
STAFF: Final = frozenset({"owner", "finance"})
CHARITY: Final = frozenset({"charity"})
SIGNED_IN: Final = EVERYONE - {"nobody"}
OWNER: Final = frozenset({"owner"})

CLAIM: Final = "/owner/orders/<reference>/claims/<int(max=2147483647):number>"

PERMISSIONS: Final = {
    "/owner/": OWNER,
    "/owner/today/<name>": OWNER,
    "/owner/alerts": OWNER,
    "/owner/alerts/<int(max=2147483647):number>/acknowledgement": OWNER,
    "/owner/bench": OWNER,
    "/owner/bench/scan": OWNER,
    "/owner/bench/steps": OWNER,
    "/owner/bench/units/<int(max=2147483647):number>": OWNER,
    "/owner/bench/units/<int(max=2147483647):number>/look": OWNER,
    "/owner/bench/units/<int(max=2147483647):number>/look/without": OWNER,
    "/owner/bench/units/<int(max=2147483647):number>/photographs": OWNER,
    "/owner/bench/units/<int(max=2147483647):number>/photographs/<side>.jpg": OWNER,
    "/owner/bench/units/<int(max=2147483647):number>/undo": OWNER,
    "/owner/days": OWNER,
    "/owner/days/away": OWNER,
    "/owner/days/away/<int(max=2147483647):number>/end": OWNER,
    "/owner/emails": OWNER,
    "/owner/emails/times": OWNER,
    "/owner/emails/<email>/<int(max=2147483647):number>": OWNER,
    "/owner/emails/<email>/<int(max=2147483647):number>/html": OWNER,
    "/owner/machine": OWNER,
    "/owner/orders": OWNER,
    "/owner/orders.csv": OWNER,
    "/owner/orders/search": OWNER,
    "/owner/orders/views": OWNER,
    "/owner/orders/views/<int(max=2147483647):number>/removal": OWNER,
    "/owner/orders/<reference>": OWNER,
    "/owner/orders/<reference>/send-backs": OWNER,
    "/owner/orders/<reference>/parcels/<int(max=2147483647):number>/news": OWNER,
    "/owner/orders/<reference>/parcels/<int(max=2147483647):number>/loss": OWNER,
    "/owner/orders/<reference>/early-posting": OWNER,
    "/owner/orders/<reference>/send-backs/<int(max=2147483647):number>/arrival": OWNER,
    "/owner/orders/<reference>/send-backs/<int(max=2147483647):number>/keeping": OWNER,
    "/owner/orders/<reference>/cancellation": OWNER,
    "/owner/orders/<reference>/claims": OWNER,
    "/owner/orders/<reference>/email": OWNER,
    "/owner/orders/<reference>/email/withdrawal": OWNER,
    CLAIM: OWNER,
    f"{CLAIM}/answers": OWNER,
    f"{CLAIM}/pictures/<int(max=2147483647):step>": OWNER,
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/<side>.<kind>": OWNER,
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/drawing": OWNER,
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/artwork": OWNER,
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/photographs/<upload>.jpg": OWNER,
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/hold": OWNER,
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/questions": OWNER,
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/words": OWNER,
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/variant": OWNER,
    "/owner/orders/<reference>/supplements/<int(max=2147483647):number>/withdrawal": OWNER,
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/dedication": OWNER,
    "/owner/orders/<reference>/delivery": OWNER,
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/steps": OWNER,
    "/owner/orders/<reference>/emails/<int(max=2147483647):number>/copies": OWNER,
    "/owner/orders/<reference>/looks": OWNER,
    "/owner/orders/<reference>/notes": OWNER,
    "/owner/orders/<reference>/parcels/<int(max=2147483647):number>/tracking": OWNER,
    "/owner/orders/<reference>/refunds": OWNER,
    "/owner/orders/<reference>/refunds/<int(max=2147483647):number>/sending": OWNER,
    "/owner/orders/<reference>/refunds/<int(max=2147483647):number>/closing": OWNER,
    "/owner/orders/<reference>/acceptance": OWNER,
    "/owner/orders/<reference>/return": OWNER,
    "/owner/dispatch": OWNER,
    "/owner/dispatch/click-and-drop": OWNER,
    "/owner/dispatch/manifest.pdf": OWNER,
    "/owner/dispatch/parcels": OWNER,
    "/owner/dispatch/tracking": OWNER,
    "/owner/dispatch/tracking/changes": OWNER,
    "/owner/papers": OWNER,
    "/owner/payment-links": OWNER,
    "/owner/payment-links/<int(max=2147483647):number>/basket": OWNER,
    "/owner/payment-links/<int(max=2147483647):number>/emails": OWNER,
    "/owner/payment-links/<int(max=2147483647):number>/letter": OWNER,
    "/owner/payment-links/<int(max=2147483647):number>/sending": OWNER,
    "/owner/payment-links/<int(max=2147483647):number>/withdrawal": OWNER,
    "/owner/sales": OWNER,
    "/owner/sales/<int(max=2147483647):number>/reversal": OWNER,
    "/owner/staff": OWNER,
    "/owner/staff/<int(max=2147483647):number>/role": OWNER,
    "/owner/staff/<int(max=2147483647):number>/dismissal": OWNER,
    "/owner/stock": OWNER,
    "/owner/stock/count": OWNER,
    "/owner/stock/counts.csv": OWNER,
    "/owner/stock/file": OWNER,
    "/owner/stock/returns/<int(max=2147483647):number>": OWNER,
    "/owner/stock/<sku>": OWNER,
    "/owner/stock/<sku>/counts": OWNER,
    "/owner/stock/<sku>/threshold": OWNER,
    "/owner/stock/<sku>/movements": OWNER,
    "/owner/comments": OWNER,
    "/owner/comments/<int(max=2147483647):number>/decisions": OWNER,
    "/owner/comments/<int(max=2147483647):number>/address-views": OWNER,
    "/owner/wall": OWNER,
    "/owner/wall/<reference>/<int(max=2147483647):number>/decisions": OWNER,
    "/finance/": STAFF,
    "/finance/ledger": STAFF,
    "/finance/ledger.<kind>": STAFF,
    "/finance/months/<month>/file": STAFF,
    "/finance/remittances/<int(max=2147483647):seq>/file": STAFF,
    "/finance/agreements": STAFF,
    "/finance/agreements/new": STAFF,
    "/finance/agreements/<int(max=2147483647):number>": STAFF,
    "/finance/agreements/<int(max=2147483647):number>/end": STAFF,
    "/finance/agreements/<int(max=2147483647):number>/removal": STAFF,
    "/finance/months": STAFF,
    "/finance/months/<month>": STAFF,
    "/finance/periods/<length>": STAFF,
    "/finance/periods/<length>/<first>": STAFF,
    "/finance/periods/<length>/<first>/statement.json": STAFF,
    "/finance/periods/<length>/<first>/file": STAFF,
    "/finance/months/<month>/close": STAFF,
    "/finance/months/<month>/statement.json": STAFF,
    "/finance/reconciliation": STAFF,
    "/finance/reconciliation/runs": STAFF,
    "/finance/reconciliation/<int(max=2147483647):number>": STAFF,
    "/finance/reconciliation/<int(max=2147483647):number>/explanation": STAFF,
    "/finance/money": STAFF,
    "/finance/money/<month>": STAFF,
    "/finance/money/<month>/file": STAFF,
    "/finance/money/reading": STAFF,
    "/finance/money/payouts": STAFF,
    "/finance/money/payouts/<payout_id>": STAFF,
    "/finance/money/payouts/<payout_id>/arrival": STAFF,
    "/finance/money/payouts/<payout_id>/arrival/removal": STAFF,
    "/finance/money/vat": STAFF,
    "/finance/money/orders": STAFF,
    "/finance/money/orders/<reference>": STAFF,
    "/finance/remittances": STAFF,
    "/finance/remittances/<int(max=2147483647):seq>/reversal": STAFF,
    "/finance/remittances/<int(max=2147483647):seq>": STAFF,
    "/finance/remittances/<int(max=2147483647):seq>/documents": STAFF,
    "/finance/remittances/<int(max=2147483647):seq>/correction": STAFF,
    "/finance/agreements/<int(max=2147483647):number>/documents": STAFF,
    "/finance/documents/<int(max=2147483647):number>": STAFF,
    "/finance/evidence": STAFF,
    "/finance/evidence/pack.zip": STAFF,
    "/finance/evidence/paper.pdf": STAFF,
    "/finance/documents/<int(max=2147483647):number>/file": STAFF,
    "/finance/documents/<int(max=2147483647):number>/removal": STAFF,
    "/sign-in/password": STAFF,
    "/sign-in/passkeys": SIGNED_IN,
    "/sign-in/passkeys/options": SIGNED_IN,
    "/sign-in/passkeys/<int(max=2147483647):number>/removal": SIGNED_IN,
    "/finance/charity": STAFF,
    "/finance/charity/<int(max=2147483647):number>/removal": STAFF,
    "/charity/": CHARITY,
    "/charity/payments": CHARITY,
    "/charity/payments/<int(max=2147483647):seq>": CHARITY,
    "/charity/payments/<int(max=2147483647):seq>/file.<kind>": CHARITY,
    "/charity/payments/<int(max=2147483647):seq>/confirmation": CHARITY,
    "/charity/payments/<int(max=2147483647):seq>/confirmation/options": CHARITY,
    "/charity/payments/<int(max=2147483647):seq>/confirmation/signed.json": CHARITY,
    "/finance/agreements/<int(max=2147483647):number>/keys": STAFF,
    "/charity/months/<month>/file.<kind>": CHARITY,
    "/charity/payments/<int(max=2147483647):seq>/receipts/<int(max=2147483647):number>": CHARITY,
    "/charity/months": CHARITY,
    "/charity/months/<month>": CHARITY,
    "/charity/months/<month>/statement.json": CHARITY,
    "/charity/ledger": CHARITY,
    "/charity/ledger.<kind>": CHARITY,
    "/sign-in/confirm/options": STAFF,
}
"""Who may come in where. Every other address must be one of OPEN."""

OPEN: Final = {
    "/", "/pieces", "/pieces/<slug>", "/engravings/preview.svg", "/engravings/faces.json",
    "/basket", "/basket/lines",
    "/basket/lines/<int(max=2147483647):line_id>/another", "/what-to-write", "/for-somebody-else",
    "/paper-and-post",
    "/basket/lines/<int(max=2147483647):line_id>", "/basket/lines/<int(max=2147483647):line_id>/removal",
    "/pieces/<slug>/artwork/<side>/<upload>", "/artwork/said",
    "/checkout", "/checkout/payment", "/checkout/thanks", "/orders/<token>", "/orders", "/orders/links",
    "/webhooks/stripe", "/pieces/<slug>/back-in-stock", "/back-in-stock/<token>", "/pay/<code>",
    "/pieces/<slug>/artwork/<side>", "/artwork/<upload_id>",
    "/artwork/<upload_id>/removal", "/artwork/<upload_id>/photograph.jpg",
    "/artwork/<upload_id>/outline.svg",
    "/basket/link", "/basket/link/emails", "/basket/link/removal", "/continue/<code>",
    "/sign-in", "/sign-in/passkey", "/sign-in/passkey/options", "/sign-in/link/<token>",
    "/charity/join/<token>", "/charity/join/<token>/options",
    "/sign-out", "/healthz", "/readyz", "/robots.txt",
    "/static/<path:filename>", "/story", "/journal", "/journal/<slug>", "/journal/feed.xml",
    "/journal/<slug>/comments", "/journal/<slug>/comments/<int(max=2147483647):number>/report",
    "/comments/<token>", "/comments/<token>/removal",
    "/sitemap.xml", "/feeds/google.xml", "/speculation-rules.json", "/.well-known/security.txt",
    "/favicon.ico", "/share/<slug>.jpg",
    "/support", "/delivery", "/delivery/cancellation-form.txt", "/privacy", "/terms", "/hallmarking",
    "/accessibility", "/contact", "/styleguide", "/styleguide/errors/<int(max=599):code>",
    "/giving", "/giving/months.csv", "/wall",
    "/giving/check", "/giving/check_gift.py",
    "/orders/<token>/proof", "/orders/<token>/proof/<int(max=2147483647):unit>",
    "/giving/log/checkpoint", "/giving/log/tile/<path:tile>", "/giving/log/key",
    "/orders/<token>/arrival", "/orders/<token>/photographs/removal",
    "/orders/<token>/send-backs", "/orders/<token>/send-backs/<int(max=2147483647):number>/keeping",
    "/orders/<token>/claims", "/orders/<token>/claims/<int(max=2147483647):number>",
    "/orders/<token>/claims/<int(max=2147483647):number>/messages",
    "/orders/<token>/wall/<int(max=2147483647):number>/withdrawal",
    "/orders/<token>/drawings/<int(max=2147483647):number>/approval",
    "/orders/<token>/drawings/<int(max=2147483647):number>/changes",
    "/orders/<token>/lines/<int(max=2147483647):number>/words",
    "/orders/<token>/email", "/orders/<token>/email/withdrawal", "/confirm-email/<key>",
    "/orders/<token>/cancellation", "/orders/<token>/delivery",
    "/orders/<token>/lines/<int(max=2147483647):number>/dedication",
    "/orders/<token>/lines/<int(max=2147483647):number>/variant", "/checkout/supplement",
    "/orders/<token>/supplements/<int(max=2147483647):number>/payment",
    "/orders/<token>/supplements/<int(max=2147483647):number>/withdrawal",
    "/orders/<token>/day", "/orders/<token>/emails", "/orders/<token>/finished-pieces",
    "/orders/<token>/finished-pieces/<int(max=2147483647):number>/<side>.jpg",
    "/orders/<token>/questions/<int(max=2147483647):number>",
}  # fmt: skip


def test_every_address_has_a_place_in_the_table(app: Flask) -> None:
    assert {rule.rule for rule in app.url_map.iter_rules()} == PERMISSIONS.keys() | OPEN


def ask(who: Shopper, method: str, address: str) -> TestResponse:
    if method == "GET":
        return who.get(address)
    token = form_on(who.get("/sign-in"))[1].get("csrf_token") if _outside(who) else _token(who)
    return who.post(address, {"csrf_token": token or ""})


def _claimed(app: Flask) -> None:
    """Something was not right with the first piece, and a picture shows it."""
    desk = Desk(harness_of(app))
    for number in (1, 2):
        desk.act(1, number, *PLAIN)
    desk.post(1, 1, 2)
    desk.opens(1, picture=photograph())


def _outside(who: Shopper) -> bool:
    return who.get("/sign-in").status_code == 200


def _token(who: Shopper) -> str:
    return form_on(who.get("/sign-in/passkeys"))[1]["csrf_token"]


def _paid_over(session: Session) -> str:
    """A payment to the charity with a receipt; gives its number."""
    said = {"bank_reference": "POM", "key": "k", "actor": "owner", "paid_on": clock.today()}
    made = remittances.record_remittance(session, book="test", policy_id=1, amount_pence=100, **said)
    file = {"media_type": "application/pdf", "content": b"%PDF-1.7", "note": "", "actor": "owner"}
    documents.add(session, About(payment_seq=made.seq), **file)
    return str(made.seq)


@pytest.mark.parametrize("role", sorted(EVERYONE))
def test_each_door_opens_to_those_it_should_and_to_no_one_else(app: Flask, paid: str, role: str) -> None:
    said = {"name": "Ada", "words": "We called her Wren."}
    assert Shopper(app).send("/journal/both-ways", "/journal/both-ways/comments", said).status_code == 303
    _claimed(app)
    with app.extensions["shop"].database.transaction() as session:
        payment_links.begin(session, app.extensions["shop"].services.vault, Via.LETTER, actor="owner")
        schedule.close(session, date(2031, 1, 1), date(2031, 1, 2), actor="owner")
        payment = _paid_over(session)
    payout = pays_out(harness_of(app))
    read_balance_transactions(app.extensions["shop"].services)
    plant_a_penny(app.extensions["shop"].services)
    who = Shopper(app)
    if role != "nobody":
        who.sign_in(role)
    values = {"<reference>": paid, "<sku>": who.variant("disc").sku, "<kind>": "csv", "<name>": "to-check",
        "<payout_id>": payout,
        "<month>": clock.month(clock.now()), "<length>": "quarter",
        "<first>": f"{clock.today():%Y}-{(clock.today().month - 1) // 3 * 3 + 1:02d}",
        "<email>": "refund",
        "<int(max=2147483647):number>": "1", "<side>": "front",
        "<int(max=2147483647):seq>": payment, "<int(max=2147483647):step>": "1"}  # fmt: skip
    seen = []
    for rule in app.url_map.iter_rules():
        if rule.rule not in PERMISSIONS:
            continue
        address = rule.rule
        for name, value in values.items():
            address = address.replace(name, value)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = ask(who, method, address)
            seen.append((method, rule.rule))
            if role in PERMISSIONS[rule.rule]:
                nothing_there = "<side>" in rule.rule or rule.rule.endswith(("/drawing", "/artwork", ".jpg"))
                nothing_there |= rule.rule.startswith("/charity/months/")  # none is closed
                expected = {404} if nothing_there else {200, 303, 422}
                if method == "POST" and rule.rule.endswith(
                    ("/words", "/dedication", "/delivery", "/variant", "/close")
                ):
                    expected |= {409}  # by then it may be too late, or too early
                assert answer.status_code in expected, (method, rule.rule)
                assert not (answer.location or "").startswith("/sign-in?"), rule.rule
            elif role != "nobody":
                assert answer.status_code == 403, (method, rule.rule)
            elif method == "GET":
                assert answer.location.startswith("/sign-in?next="), rule.rule
            else:
                assert answer.status_code == 401, rule.rule
            assert b"Ada Byron" not in answer.data or role == "owner"
    assert {rule for _, rule in seen} == PERMISSIONS.keys()


def test_no_form_of_staff_works_without_its_token(app: Flask, owner: Shopper, paid: str) -> None:
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and rule.rule in PERMISSIONS:
            address = rule.rule.replace("<reference>", paid).replace("<sku>", owner.variant("disc").sku)
            address = address.replace("<payout_id>", "po_1")
            address = re.sub(r"<int[^<>]*>", "1", address)
            assert owner.post(address, {}).status_code == 400


def test_a_door_closes_with_the_account(app: Flask, owner: Shopper) -> None:
    with owner.database.transaction() as session:
        assert staff.disable(session, "owner@example.com")
    assert owner.get("/owner/orders").location.startswith("/sign-in?next=")


def test_the_navigation_shows_the_finance_lead_no_workshop(app: Flask) -> None:
    page = Shopper(app).sign_in("finance").get("/finance/").text
    assert "/owner/orders" not in page
    assert "/owner/orders" in Shopper(app).sign_in("owner").get("/finance/").text

"""Every field of every form against everything that may be sent in it.

`TABLE` says what each field takes; all the rest is refused beside the field, with everything typed still
there. A form or field that has no row here fails a test.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Final, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import delete
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from shop.accounts.models import SignInAttempt
from shop.checkout.gift_question import ANSWER, NO
from tests.shopper import (
    DETAILS,
    WORDS,
    Shopper,
    changed,
    form_on,
    harness_of,
    reason_beside,
    soup,
    summary,
    title,
)

SENT: Final[dict[str, str | None]] = {
    "nothing": "",
    "spaces": "   ",
    "left out": None,
    "ten kilobytes": "é" * 10_000,
    "markup": "<i>&\"'",
    "sql": "';--",
    "template": "{{7*7}}",
    "null": "a\0b",
    "line ends": "a\r\nBcc: b",
    "turned round": "\u202eabc",
    "hebrew": "נֹעָה",
    "emoji": "🕊️",
    "number": "-1",
    "huge number": "9" * 5000,
    "ordinary": "Zoë",
}

TEXT: Final = {"markup", "sql", "template", "hebrew", "emoji", "number", "ordinary"}
EMPTY: Final = {"nothing", "spaces", "left out"}
EVERYTHING: Final = frozenset(SENT)


@dataclass(frozen=True)
class Field:
    """Which kinds of SENT a field takes, where the reason for refusing stands, whether typing stays."""

    takes: frozenset[str] = frozenset()
    typed: bool = True
    beside: str | None = None
    """The id of the field that the reason stands beside, when it is another."""


def text(*takes: str) -> Field:
    return Field(frozenset(takes))


def choice(*takes: str, beside: str | None = None) -> Field:
    """A field in which only what is offered can stand."""
    return Field(frozenset(takes), typed=False, beside=beside)


ENGRAVED = text(*EMPTY, "markup", "sql", "template", "number", "ordinary", "emoji")

TABLE: Final[dict[str, dict[str, Field]]] = {
    "piece": {
        "piece": choice("left out", beside="gone"),
        "variant": choice(),
        "engraving-front-1": ENGRAVED,
        "engraving-front-2": ENGRAVED,
        "engraving-back-1": ENGRAVED,
        "engraving-back-2": ENGRAVED,
        "engraving-back-3": ENGRAVED,
        "face-front-1": choice(*EMPTY, beside="engraving-front-1"),
        "face-front-2": choice(*EMPTY, beside="engraving-front-2"),
        "face-back-1": choice(*EMPTY, beside="engraving-back-1"),
        "face-back-2": choice(*SENT),
        "face-back-3": choice(*SENT),
        "sign-line": choice(*SENT),
        "face": choice(),
        "dedication": text(*EMPTY, *TEXT, "line ends"),
        "wall": choice(*SENT),
        "wall-name": Field(frozenset(EMPTY), beside="wall"),
    },
    "details": {
        "email": text(),
        "name": text(*TEXT),
        "line1": text(*TEXT),
        "line2": text(*EMPTY, *TEXT),
        "town": text(*TEXT),
        "postcode": text(),
        "phone": text(*EMPTY),
        "postage": choice(),
        "needed_by": text(*EMPTY),
        "not_before": text(*EMPTY),
        "not_on": text(*EMPTY),
        "few_emails": choice(*SENT),
        "as_gift": choice(*SENT),
        "buyer_name": text(*EMPTY, *TEXT),
        "gift_message": text(*EMPTY, *TEXT, "line ends"),
    },
    "payment": {
        "agreed": choice(beside="pay"),
        "acknowledged": choice(*(set(SENT) - {"nothing", "left out"})),
        "unreserved": choice(*SENT),
    },
    "find": {"email": text()},
    "back in stock": {"variant": choice(), "email": text()},
    "basket link": {"email": text()},
    "refund": {
        "line": choice(beside="line-1"),
        "postage": choice(beside="line-1"),
        "amount": text(),
        "goodwill": choice(beside="line-1"),
    },
    "movement": {
        "quantity": text("number"),
        "reason": choice(),
        "note": text(*EMPTY, *TEXT),
    },
    "machine": {
        "machine": choice(),
        "finest_line": choice(*EMPTY),
        "x_height": choice(*EMPTY),
        "jig_x": text("number"),
        "jig_y": text("number"),
        "angle": text("number"),
        "guide": choice(*SENT),
        "look_first": choice(*SENT),
    },
    "days": {
        "pace": text(),
        **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "saturday", "sunday"), choice(*SENT)),
        "friday": choice(*(set(SENT) - {"nothing", "left out"}), beside="monday"),
        "last_post": text(),
        "nation": choice(),
    },
    "owner emails": {"orders": choice(), "others": choice()},
    "away": {"first": text(), "last": text(*EMPTY)},
    "remittance": {
        "once": choice(*SENT),
        "charity": choice(),
        "amount": text(),
        "paid_on": text(),
        "bank_reference": text(),
        "receipt": text(*EMPTY, *TEXT),
    },
    "reversal": {"reason": text(*TEXT)},
    "period": {"from": text(*EMPTY), "to": text(*EMPTY), "book": choice(*EMPTY), "format": choice(*EMPTY)},
    "orders": {
        "state": choice(*EMPTY),
        "stage": choice(*EMPTY),
        "words": choice(*EMPTY),
        "gift": choice(*EMPTY),
        "via": choice(*EMPTY),
        "book": choice(*EMPTY),
        "from": text(*EMPTY),
        "to": text(*EMPTY),
    },
    "sign-in": {
        "email": text(),
        "password": choice(beside="email or password"),
        "next": choice(beside="email"),
    },
    "password": {
        "password": choice(),
        "repeated": choice(),
        "current": choice(),
    },
}

BUTTONS: Final = {
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/artwork",
    "/artwork/<upload_id>/removal",
    "/finance/agreements/<int(max=2147483647):number>/removal",
    "/finance/months/<month>/close",
    "/finance/money/reading",
    "/finance/reconciliation/runs",
    "/finance/money/payouts/<payout_id>/arrival/removal",
    "/orders/<token>/emails",
    "/orders/<token>/finished-pieces",
    "/back-in-stock/<token>",
    "/orders/<token>/day",
    "/owner/days/away/<int(max=2147483647):number>/end",
    "/owner/staff/<int(max=2147483647):number>/role",
    "/owner/staff/<int(max=2147483647):number>/dismissal",
    "/basket/lines/<int(max=2147483647):line_id>",
    "/basket/lines/<int(max=2147483647):line_id>/removal",
    "/owner/alerts/<int(max=2147483647):number>/acknowledgement",
    "/owner/bench/steps",
    "/owner/bench/units/<int(max=2147483647):number>/undo",
    "/owner/bench/units/<int(max=2147483647):number>/look",
    "/owner/orders/<reference>/acceptance",
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/hold",
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/steps",
    "/orders/<token>/send-backs/<int(max=2147483647):number>/keeping",
    "/orders/<token>/arrival",
    "/orders/<token>/photographs/removal",
    "/owner/orders/<reference>/parcels/<int(max=2147483647):number>/news",
    "/owner/orders/<reference>/send-backs",
    "/owner/orders/<reference>/send-backs/<int(max=2147483647):number>/arrival",
    "/owner/orders/<reference>/send-backs/<int(max=2147483647):number>/keeping",
    "/owner/orders/<reference>/emails/<int(max=2147483647):number>/copies",
    "/owner/orders/<reference>/email/withdrawal",
    "/owner/orders/<reference>/looks",
    "/owner/orders/views",
    "/owner/orders/views/<int(max=2147483647):number>/removal",
    "/owner/orders/<reference>/parcels/<int(max=2147483647):number>/tracking",
    "/owner/orders/<reference>/refunds/<int(max=2147483647):number>/sending",
    "/owner/orders/<reference>/return",
    "/owner/sales/<int(max=2147483647):number>/reversal",
    "/owner/stock/returns/<int(max=2147483647):number>",
    "/owner/dispatch/click-and-drop",
    "/owner/dispatch/parcels",
    "/owner/dispatch/tracking",
    "/owner/dispatch/tracking/changes",
    "/owner/papers",
    "/owner/payment-links",
    "/owner/payment-links/<int(max=2147483647):number>/basket",
    "/owner/payment-links/<int(max=2147483647):number>/emails",
    "/owner/payment-links/<int(max=2147483647):number>/sending",
    "/owner/payment-links/<int(max=2147483647):number>/withdrawal",
    "/pay/<code>",
    "/basket/link",
    "/basket/link/removal",
    "/continue/<code>",
    "/owner/wall/<reference>/<int(max=2147483647):number>/decisions",
    "/orders/<token>/wall/<int(max=2147483647):number>/withdrawal",
    "/comments/<token>/removal",
    "/owner/comments/<int(max=2147483647):number>/decisions",
    "/owner/comments/<int(max=2147483647):number>/address-views",
    "/orders/<token>/supplements/<int(max=2147483647):number>/payment",
    "/orders/<token>/supplements/<int(max=2147483647):number>/withdrawal",
    "/owner/orders/<reference>/supplements/<int(max=2147483647):number>/withdrawal",
    "/orders/<token>/email/withdrawal",
    "/confirm-email/<key>",
    "/sign-out",
    "/sign-in/passkey",
    "/sign-in/passkey/options",
    "/sign-in/passkeys/options",
    "/sign-in/passkeys/<int(max=2147483647):number>/removal",
    "/sign-in/confirm/options",
    "/charity/join/<token>",
    "/charity/join/<token>/options",
    "/finance/charity/<int(max=2147483647):number>/removal",
    "/charity/payments/<int(max=2147483647):seq>/confirmation",
    "/charity/payments/<int(max=2147483647):seq>/confirmation/options",
    "/sign-in/link/<token>",
    "/webhooks/stripe",
}
"""Addresses that take a POST without a form of their own: a button, a form listed above, or no person."""


TRIED_ELSEWHERE: Final = {
    "/sign-in/passkeys",
    "/finance/money/payouts/<payout_id>/arrival",
    "/finance/charity",
    "/finance/agreements/<int(max=2147483647):number>/keys",
    "/finance/reconciliation/<int(max=2147483647):number>/explanation",
    "/finance/agreements/new",
    "/finance/agreements/<int(max=2147483647):number>/end",
    "/finance/agreements/<int(max=2147483647):number>/documents",
    "/finance/remittances/<int(max=2147483647):seq>/documents",
    "/finance/remittances/<int(max=2147483647):seq>/correction",
    "/finance/documents/<int(max=2147483647):number>/removal",
    "/owner/orders/<reference>/cancellation",
    "/owner/orders/<reference>/claims",
    "/owner/orders/<reference>/email",
    "/orders/<token>/questions/<int(max=2147483647):number>",
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/questions",
    "/orders/<token>/claims",
    "/pieces/<slug>/artwork/<side>",
    "/artwork/<upload_id>",
    "/orders/<token>/send-backs",
    "/orders/<token>/claims/<int(max=2147483647):number>/messages",
    "/owner/orders/<reference>/claims/<int(max=2147483647):number>/answers",
    "/orders/<token>/drawings/<int(max=2147483647):number>/approval",
    "/orders/<token>/drawings/<int(max=2147483647):number>/changes",
    "/orders/<token>/lines/<int(max=2147483647):number>/words",
    "/orders/<token>/lines/<int(max=2147483647):number>/variant",
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/variant",
    "/orders/<token>/email",
    "/orders/<token>/cancellation",
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/words",
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/dedication",
    "/owner/orders/<reference>/delivery",
    "/orders/<token>/delivery",
    "/orders/<token>/lines/<int(max=2147483647):number>/dedication",
    "/owner/orders/<reference>/lines/<int(max=2147483647):number>/drawing",
    "/artwork/said",
    "/journal/<slug>/comments",
    "/journal/<slug>/comments/<int(max=2147483647):number>/report",
    "/owner/orders/<reference>/notes",
    "/owner/orders/<reference>/early-posting",
    "/owner/bench/units/<int(max=2147483647):number>/look/without",
    "/owner/bench/units/<int(max=2147483647):number>/photographs",
    "/owner/orders/<reference>/parcels/<int(max=2147483647):number>/loss",
    "/owner/orders/search",
    "/owner/orders/<reference>/refunds/<int(max=2147483647):number>/closing",
    "/owner/staff",
    "/owner/sales",
    "/owner/stock/count",
    "/owner/stock/file",
    "/owner/stock/<sku>/counts",
    "/owner/stock/<sku>/threshold",
}
"""Forms that tests/journal/test_comments.py tries, since only a few a minute are taken, notes, why a parcel
leaves early or is lost, what is said of artwork (test_artwork.py here),
the one for a refund that Stripe refused, those of drawings by hand, the counts of
stock and sales elsewhere, in tests/owner, those that put an order right, in
tests/corrections, for callers, in tests/telephone, the
invitation, in tests/accounts/test_roster.py, and claims, in test_claims.py here and in tests/owner; what
goes back in test_send_backs.py, photographs in test_uploads.py, those of
finished pieces in tests/owner/test_finished.py."""


class Form(NamedTuple):
    """A form reached and ready to be sent: its action, what it would send, whether by GET."""

    action: str
    sent: MultiDict[str, str]
    get: bool = False


def _at(who: Shopper, page: str, action: str, changes: dict[str, str], *, get: bool = False) -> Form:
    _, sent = form_on(who.get(page), action)
    return Form(action, changed(sent, changes), get)


def _piece(who: Shopper) -> Form:
    return _at(who, "/pieces/disc", "/basket/lines", {**WORDS, "variant": str(who.variant("disc").id)})


def _details(who: Shopper) -> Form:
    assert who.add().status_code == 303
    # It has a message for the slip: whether that is a gift was asked before, so that it is not asked here.
    return _at(who, "/checkout", "/checkout", {**DETAILS, ANSWER: NO})


def _payment(who: Shopper) -> Form:
    who.to_payment()
    return _at(who, "/checkout/payment", "/checkout/payment", {"acknowledged": "y"})


def _find(who: Shopper) -> Form:
    return _at(who, "/orders", "/orders/links", {"email": "ada@example.com"})


def _back_in_stock(who: Shopper) -> Form:
    harness_of(who.app).set_stock("heart", 0)
    who.app.extensions["shop.cached_pages"]._known = None
    page = "/pieces/heart/back-in-stock"
    return _at(who, page, page, {"variant": str(who.variant("heart").id), "email": "ada@example.com"})


def _basket_link(who: Shopper) -> Form:
    who.add("petal")
    return _at(who, "/basket/link", "/basket/link/emails", {"email": "ada@example.com"})


def _refund(who: Shopper) -> Form:
    harness = harness_of(who.app)
    order = harness.place("petal")
    harness.pays(order)
    harness.sync(order)
    page = f"/owner/orders/{harness.order(order).reference}"
    return _at(who.sign_in("owner"), page, f"{page}/refunds", {})


def _movement(who: Shopper) -> Form:
    page = f"/owner/stock/{who.variant('disc', 1).sku}"
    changes = {"quantity": "2", "reason": "received", "note": "shelf"}
    return _at(who.sign_in("owner"), page, f"{page}/movements", changes)


def _machine(who: Shopper) -> Form:
    page = "/owner/machine"
    changes = {"machine": "fibre", "finest_line": "0.05", "x_height": "0.5"}
    return _at(who.sign_in("owner"), page, page, changes)


def _days(who: Shopper) -> Form:
    rest = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "saturday", "sunday"))
    form = _at(who.sign_in("owner"), "/owner/days", "/owner/days", {"pace": "12", "friday": "y"})
    return form._replace(sent=changed(form.sent, rest))


def _away(who: Shopper) -> Form:
    changes = {"first": "2030-01-01", "last": "2030-01-02"}
    return _at(who.sign_in("owner"), "/owner/days", "/owner/days/away", changes)


def _owner_emails(who: Shopper) -> Form:
    changes = {"orders": "in the morning", "others": "at once"}
    return _at(who.sign_in("owner"), "/owner/emails", "/owner/emails/times", changes)


def _period(who: Shopper) -> Form:
    changes = {"from": "2026-01-01", "to": "2026-12-31", "book": "test"}
    return _at(who.sign_in("finance"), "/finance/", "/finance/", changes, get=True)


def _orders(who: Shopper) -> Form:
    changes = {"from": "2026-01-01", "to": "2026-12-31", "book": "test"}
    return _at(who.sign_in("owner"), "/owner/orders", "/owner/orders", changes, get=True)


def _remittance(who: Shopper) -> Form:
    page = "/finance/remittances"
    changes = {"amount": "0.01", "paid_on": "2026-11-20", "bank_reference": "POM 11", "more_than_owed": "y"}
    return _at(who.sign_in("finance"), page, page, changes)


def _reversal(who: Shopper) -> Form:
    form = _remittance(who)
    assert who.post(form.action, form.sent).status_code == 303
    page = str(soup(who.get(form.action)).select_one("#payments a[href$=reversal]")["href"])  # type: ignore[index]
    return _at(who, page, page, {"reason": "typed twice"})


def _sign_in(who: Shopper) -> Form:
    with who.database.transaction() as session:
        session.execute(delete(SignInAttempt))
    return _at(who, "/sign-in", "/sign-in", {"email": "nobody@example.com", "password": "no such word"})


def _password(who: Shopper) -> Form:
    _sign_in(who)
    address, good = "/sign-in/password", "seven grey herons by the weir"
    who.sign_in("owner", "new@example.com").send(address, address, {"password": good, "repeated": good})
    return _at(who, address, address, {"password": good + "s", "repeated": good + "s", "current": good})


FORMS: Final[dict[str, Callable[[Shopper], Form]]] = {
    "piece": _piece,
    "details": _details,
    "payment": _payment,
    "find": _find,
    "back in stock": _back_in_stock,
    "basket link": _basket_link,
    "refund": _refund,
    "movement": _movement,
    "machine": _machine,
    "days": _days,
    "owner emails": _owner_emails,
    "away": _away,
    "remittance": _remittance,
    "reversal": _reversal,
    "period": _period,
    "orders": _orders,
    "sign-in": _sign_in,
    "password": _password,
}

EVERY_CASE: Final = [
    (form, field, kind) for form, fields in TABLE.items() for field in fields for kind in SENT
]


Open = Callable[[str], tuple[Shopper, Form]]


@pytest.fixture(scope="module")
def opened(shared_app: Flask) -> Open:
    """Somebody with the named form in front of them; the same one again where a refusal leaves no trace."""
    for slug in ("disc", "petal"):
        harness_of(shared_app).set_stock(slug, 5000)
    lasting: dict[str, tuple[Shopper, Form]] = {}

    def open_form(name: str) -> tuple[Shopper, Form]:
        with shared_app.extensions["shop"].database.transaction() as session:
            session.execute(delete(SignInAttempt))  # these tries are about fields, not about guessing
        if name not in lasting or name in {"piece", "sign-in", "remittance", "reversal"}:
            who = Shopper(shared_app)
            lasting[name] = (who, FORMS[name](who))
        who, form = lasting[name]
        return who, form._replace(sent=MultiDict(form.sent))

    return open_form


def send(who: Shopper, form: Form) -> TestResponse:
    if form.get:
        return who.client.get(form.action, query_string=form.sent)
    return who.post(form.action, form.sent)


@pytest.mark.parametrize(("name", "field", "kind"), EVERY_CASE)
def test_a_field_takes_what_it_should_and_says_why_it_does_not(
    opened: Open, name: str, field: str, kind: str
) -> None:
    who, form = opened(name)
    form = form._replace(sent=changed(form.sent, {field: SENT[kind]}))
    answer = send(who, form)
    row = TABLE[name][field]
    if form.get and kind == "null":
        assert answer.status_code == 400, "no address holds a null"
        return
    if kind in row.takes:
        assert answer.status_code == (200 if form.get else 303), summary(answer)
        if row.typed:
            assert _kept(who, name, field, answer) == _as_kept(SENT[kind])
        return
    assert answer.status_code == 422
    assert title(answer).startswith("Error: ") or row.beside == "gone"
    if row.beside == "gone":
        assert WORDS["engraving-front-1"] in answer.text, "the words are not lost with the piece"
        return
    _has_reason(answer, name, field, kind)
    _is_still_there(answer, form, field)


def _has_reason(answer: TestResponse, name: str, field: str, kind: str) -> None:
    beside = TABLE[name][field].beside or field
    if beside == "email or password":
        beside = "password" if kind in {"nothing", "left out"} else "email"
    if (name, field) == ("password", "password") and kind not in {"nothing", "left out"}:
        beside = "repeated" if f"#{field}" not in summary(answer) else field
    if (name, field) == ("refund", "amount") and kind in EMPTY:
        beside = "line-1"
    said = reason_beside(answer, beside)
    assert summary(answer)[f"#{beside}"] == said
    assert len(said) > 15, "a reason is a sentence"


def _is_still_there(answer: TestResponse, form: Form, field: str) -> None:
    _, shown = form_on(answer, form.action)
    secrets = {"csrf_token", "agreed", "password", "repeated", "current"}
    for other in set(form.sent) - secrets - {field}:
        assert _lines(shown.getlist(other)) == _lines(form.sent.getlist(other)), f"{other} is gone"
    row = next(fields[field] for fields in TABLE.values() if field in fields)
    if row.typed and field in form.sent:
        assert _lines(shown.getlist(field)) == _lines(form.sent.getlist(field)), "what was typed is gone"


def _kept(who: Shopper, name: str, field: str, answer: TestResponse) -> str:
    if name == "piece":
        return _text(form_on(who.get(f"/basket/lines/{who.lines()[-1]}"))[1][field])
    if name == "details":
        return _text(form_on(who.get("/checkout"))[1][field])
    if name == "movement":
        cells = who.get(answer.location.split("localhost")[-1])
        return _newest_movement(cells, field).strip()
    if name in {"away", "machine"}:
        page, action = ("/owner/days", "/owner/days/away") if name == "away" else ("/owner/machine",) * 2
        return _text(form_on(who.get(page), action)[1][field])
    if name in {"remittance", "reversal"}:
        row = soup(who.get("/finance/remittances")).select_one("#payments tbody tr")
        cells = row.select("th, td")  # type: ignore[union-attr]
        cell = cells[{"receipt": 5, "reason": 4}[field]]
        return "" if cell.find("a") else _text(cell.text).strip()  # a link leads to where one can be added
    return _text(form_on(answer)[1][field]).strip()


def _newest_movement(page: TestResponse, field: str) -> str:
    cells = soup(page).select_one("#movements tbody tr").select("th, td")  # type: ignore[union-attr]
    return _text(cells[{"quantity": 1, "note": 3}[field]].text)


def _as_kept(value: str | None) -> str:
    return _text(unicodedata.normalize("NFC", value or "")).strip()


def _text(shown: str) -> str:
    return shown.replace("\r\n", "\n")


def _lines(values: list[str]) -> list[str]:
    return [_text(value) for value in values]


@pytest.mark.parametrize("name", FORMS)
def test_every_field_of_a_form_has_a_row(opened: Open, name: str) -> None:
    who, form = opened(name)
    page = who.get(
        {
            "piece": "/pieces/disc",
            "find": "/orders",
            "basket link": "/basket/link",
            "refund": form.action.removesuffix("/refunds"),
            "movement": form.action.removesuffix("/movements"),
            "away": form.action.removesuffix("/away"),
            "owner emails": "/owner/emails",
        }.get(name, form.action)
    )
    shown, _ = form_on(page, form.action)
    named = {str(tag["name"]) for tag in shown.select("[name]:not(button)")} - {"csrf_token", "username"}
    assert named == set(TABLE[name])


def test_every_address_that_takes_a_form_is_tried(shared_app: Flask) -> None:
    forms = {
        "/basket/lines", "/checkout", "/checkout/payment", "/owner/orders/<reference>/refunds",
        "/owner/stock/<sku>/movements", "/owner/machine", "/owner/days", "/owner/days/away",
        "/owner/emails/times", "/sign-in", "/sign-in/password", "/finance/remittances",
        "/finance/remittances/<int(max=2147483647):seq>/reversal", "/orders/links",
        "/pieces/<slug>/back-in-stock", "/basket/link/emails",
    }  # fmt: skip
    posts = {rule.rule for rule in shared_app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posts == forms | BUTTONS | TRIED_ELSEWHERE


@pytest.mark.parametrize("name", [name for name in FORMS if name not in {"period", "orders"}])
def test_a_file_or_json_in_the_place_of_text_is_no_text(opened: Open, name: str) -> None:
    who, form = opened(name)
    token = form.sent["csrf_token"]
    for field in TABLE[name]:
        fields: dict[str, object] = {key: value for key, value in form.sent.items() if key != field}
        fields[field] = (BytesIO(b"words"), "words.txt")
        assert who.client.post(form.action, data=fields).status_code in {303, 422}
    said = {field: {"a": [1, None]} for field in TABLE[name]}
    answer = who.client.post(form.action, json={**said, "csrf_token": token}, headers={"X-CSRFToken": token})
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(("name", "field"), [(name, field) for name in TABLE for field in TABLE[name]])
def test_a_field_that_comes_twice_is_read_once(opened: Open, name: str, field: str) -> None:
    who, form = opened(name)
    form.sent.setlist(field, [*form.sent.getlist(field), "second"])
    answer = send(who, form)
    assert answer.status_code in {200, 303, 422}
    if (name, field) == ("piece", "engraving-front-1"):
        kept = form_on(who.get(f"/basket/lines/{who.lines()[-1]}"))[1]
        assert kept.getlist(field) == [WORDS[field]], "the first stands, to the letter"


@pytest.mark.parametrize(
    "stray",
    ["engraving-inside-1", "engraving-front-3", "engraving-front-01", "engraving-front-x", "engraving-"],
)
def test_words_for_a_line_the_piece_has_not_are_never_left_out_without_a_word(
    opened: Open, stray: str
) -> None:
    who, form = opened("piece")
    form.sent[stray] = "Ada"
    answer = send(who, form)
    assert answer.status_code == 422
    assert reason_beside(answer, stray) == "This piece has no such line to engrave."
    _, shown = form_on(answer, form.action)
    assert shown[stray] == "Ada"
    shown[stray] = ""
    assert who.post(form.action, shown).status_code == 303, "emptied, the rest goes through"


def test_every_reason_is_given_at_once(opened: Open) -> None:
    who, form = opened("details")
    answer = who.post("/checkout", {"csrf_token": form.sent["csrf_token"]})
    assert list(summary(answer)) == ["#email", "#name", "#line1", "#town", "#postcode", "#postage"]


def test_a_form_of_a_megabyte_is_refused_as_too_large(opened: Open) -> None:
    who, form = opened("details")
    form.sent["gift_message"] = "x" * 1_000_000
    answer = who.post("/checkout", form.sent)
    assert answer.status_code == 413
    assert "more than we can take in" in answer.text


@pytest.mark.parametrize("kind", [kind for kind in SENT if SENT[kind] is not None])
@pytest.mark.parametrize("field", ["piece", "side", "picture", "face", "engraving-front-1"])
@pytest.mark.parametrize("picture", [{}, {"picture": "disc-gold-front"}], ids=["plain", "on the picture"])
def test_a_drawing_can_be_asked_for_with_anything(
    anyone: Shopper, field: str, kind: str, picture: dict[str, str]
) -> None:
    asked = {"piece": "disc", "side": "front", "face": "marcellus", "engraving-front-1": "Zoë", **picture}
    answer = anyone.client.get("/engravings/preview.svg", query_string={**asked, field: SENT[kind]})
    assert answer.status_code in {200, 400, 404}
    if answer.status_code == 200:
        assert ET.fromstring(answer.text).tag.endswith("svg")
        assert "<i>" not in answer.text

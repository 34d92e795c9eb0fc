"""What each page asks of the databases: whoever adds a page, or a statement to one, says so here."""

import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from shop.application import create_app
from shop.settings import Settings
from tests.heard import heard
from tests.journeys.busy_shop import BusyShop
from tests.journeys.test_page_states import plain, route_of
from tests.keys import VAULT_KEY
from tests.own_words import lax, stray, typed_in, untold
from tests.shopper import changed, form_on

SEARCH: Final = "/owner/orders/search"
FACES: Final = "/engravings/faces.json?piece=disc&engraving-front-1=Wren"
PREVIEW: Final = "/engravings/preview.svg?piece=disc&face=marcellus&engraving-front-1=Wren"

ALIKE: Final = (
    "/", "/pieces", "/pieces/disc", "/pieces/disc/back-in-stock", "/basket/lines", PREVIEW,
    FACES,
    "/story", "/journal", "/journal/feed.xml", "/giving", "/giving/months.csv", "/giving/check",
    "/giving/check_gift.py", "/basket/link/emails",
    "/engravings/faces.json?piece=disc", "/what-to-write", "/for-somebody-else",
    "/paper-and-post",
    "/support", "/delivery", "/delivery/cancellation-form.txt", "/privacy", "/terms", "/hallmarking",
    "/accessibility", "/contact", "/styleguide", "/styleguide/errors/500",
    "/robots.txt", "/sitemap.xml", "/feeds/google.xml", "/sign-in", "/orders", "/orders/links",
    "/speculation-rules.json", "/favicon.ico", "/share/disc.jpg", "/.well-known/security.txt",
    "/orders/{open_token}/claims/1/messages", "/healthz",
)  # fmt: skip
"""What is the same for everyone, or leads elsewhere: rendered from memory."""

BUDGETS: Final[Mapping[str, int]] = {
    **dict.fromkeys(ALIKE, 0),
    "/giving/log/checkpoint": 2, "/giving/log/tile/0/000.p/1": 3, "/giving/log/key": 0,
    "/readyz": 7, "/journal/both-ways": 4, "/journal/both-ways/comments/1/report": 4, "/wall": 4,
    "/comments/{comment}": 4, "/sign-in/link/{sign_in}": 2, "/sign-in/password": 4,
    "/sign-in/passkeys": 6, "/sign-in/passkey": 2,
    "/back-in-stock/nothing": 2,
    "/pieces/disc/artwork/back": 2, "/artwork/{upload}": 2, "/artwork/{upload}?piece=disc&side=back": 2,
    "/artwork/{upload}/photograph.jpg": 2, "/artwork/{upload}/outline.svg": 2,
    "/basket/link": 4, "/continue/{continue}": 4,
    "/pieces/disc/artwork/front/{upload}": 6, "/owner/orders/{open}/lines/3/photographs/{upload}.jpg": 16,
    "/basket": 4, "/basket/lines/{line}": 4, "/basket/lines/{line}/another": 4,
    "/checkout": 4, "/checkout/payment": 6,
    "/checkout/thanks?session_id={session}": 28, "/checkout/supplement": 2,
    "/orders/{open_token}": 42, "/orders/{open_token}/cancellation": 6, "/orders/{open_token}/delivery": 20,
    "/orders/{open_token}/email": 10, "/orders/{open_token}/lines/1/dedication": 17,
    "/orders/{open_token}/lines/1/words": 12, "/orders/{open_token}/lines/1/variant": 22,
    "/orders/{open_token}/questions/1": 7, "/orders/{open_token}/proof": 11,
    "/orders/{open_token}/proof/1": 8, "/orders/{open_token}/finished-pieces/1/front.jpg": 5,
    "/orders/{posted_token}": 42, "/orders/{posted_token}/claims": 9, "/orders/{posted_token}/claims/1": 14,
    "/orders/{posted_token}/send-backs": 15, "/confirm-email/{email_key}": 3,
    "/owner/": 18, "/owner/today/to-check": 6, "/owner/today/late": 6, "/owner/today/low-stock": 7,
    "/owner/alerts": 8, "/owner/bench": 17, "/owner/bench/scan?code={open}-1": 7,
    "/owner/bench/units/{finished}": 27, "/owner/bench/units/{finished}/photographs/front.jpg": 10,
    "/owner/bench/units/{finished}/photographs": 2, "/owner/bench/units/{finished}/look": 2,
    "/owner/bench/units/{finished}/look/without": 2,
    "/owner/bench/units/{unit}": 23, "/owner/comments": 7, "/owner/days": 13,
    "/owner/dispatch": 9, "/owner/dispatch/manifest.pdf": 7, "/owner/dispatch/parcels": 4,
    "/owner/machine": 9,
    "/owner/emails": 6, "/owner/emails/refund/1": 7, "/owner/emails/refund/1/html": 5,
    "/owner/orders": 10, "/owner/orders?state=all": 10, "/owner/orders?stage=posted&words=yes": 11,
    "/owner/orders?stage=on+hold": 10, "/owner/orders/search": 4,
    "/owner/orders.csv": 8, "/owner/orders.csv?names=yes": 11,
    "/owner/orders/{open}": 64, "/owner/orders/{open}/delivery": 24,
    "/owner/orders/{open}/lines/1/dedication": 21, "/owner/orders/{open}/lines/1/front.svg": 14,
    "/owner/orders/{open}/lines/1/words": 16, "/owner/orders/{posted}": 56,
    "/owner/orders/{open}/lines/1/variant": 26,
    "/owner/orders/{posted}/claims": 17, "/owner/orders/{posted}/email": 17,
    "/owner/orders/{posted}/claims/1": 20, "/owner/orders/{posted}/claims/1/answers": 2,
    "/owner/orders/{posted}/claims/1/pictures/1": 10,
    "/owner/payment-links": 10, "/owner/payment-links/1/letter": 10, "/pay/{pay}": 5,
    "/owner/orders/{posted}/parcels/{parcel}/loss": 16, "/owner/orders/{early}/early-posting": 14,
    "/owner/sales": 8, "/owner/staff": 6, "/owner/stock": 9, "/owner/stock/{sku}": 10,
    "/owner/stock/count": 8, "/owner/stock/counts.csv": 6, "/owner/stock/file": 4, "/owner/wall": 11,
    "/finance/": 12, "/finance/?check=all": 47, "/finance/ledger.csv": 7, "/finance/ledger.json": 7,
    "/finance/ledger?format=csv": 7, "/finance/months/{month}/file?format=csv": 7,
    "/finance/remittances/{remittance}/file?format=csv": 10,
    "/finance/agreements": 6, "/finance/agreements/new": 5, "/finance/agreements/1": 7,
    "/finance/months": 9, "/finance/months/{month}": 15, "/finance/months/{month}/statement.json": 9,
    "/finance/periods/quarter": 11, "/finance/periods/quarter/{quarter}": 12,
    "/finance/periods/quarter/{quarter}/statement.json": 7,
    "/finance/periods/quarter/{quarter}/file?format=csv": 9,
    "/finance/charity": 11, "/finance/agreements/1/keys": 11,
    "/charity/payments/{remittance}/confirmation/signed.json": 12,
    "/charity/join/{invitation}": 4, "/charity/": 17, "/charity/payments": 8,
    "/charity/payments/{remittance}": 10, "/charity/payments/{remittance}/receipts/{document}": 9,
    "/charity/months": 7, "/charity/months/2000-01": 4, "/charity/months/2000-01/file.csv": 4,
    "/charity/payments/{remittance}/file.csv": 14, "/charity/months/2000-01/statement.json": 4,
    "/charity/ledger": 7, "/charity/ledger?q=1": 10, "/charity/ledger.csv": 9, "/charity/ledger.json": 9,
    "/finance/remittances": 16, "/finance/remittances/{remittance}/reversal": 8,
    "/finance/remittances/{remittance}": 11, "/finance/documents/{document}": 8,
    "/finance/remittances/{remittance}/correction": 8,
    "/finance/documents/{document}/file": 6, "/finance/evidence?day={today}": 22,
    "/finance/evidence/pack.zip?day={today}": 30, "/finance/evidence/paper.pdf?day={today}": 20,
    "/finance/money": 18, "/finance/money/{month}": 24, "/finance/money/orders": 4,
    "/finance/money/vat": 28, "/finance/money/{month}/file": 24,
    "/finance/reconciliation": 18, "/finance/reconciliation/{difference}": 12,
    "/finance/money/orders/{open}": 13, "/finance/money/payouts": 6, "/finance/money/payouts/{payout}": 10,
}  # fmt: skip
"""How many statements an address takes at most, when it is asked for a second time."""

PAYMENT_BY_PAYMENT: Final = {
    "/finance/ledger.csv", "/finance/ledger.json", "/finance/ledger?format=csv",
    "/finance/months/{month}/file?format=csv", "/charity/ledger.csv", "/charity/ledger.json",
}  # fmt: skip
"""Files in which each payment to the charity, a few a year, is written by itself: its cause is JSON."""

SEARCHES: Final[Mapping[str, int]] = {
    "ada byron": 19, "wren": 15, "BA1 1AA": 15, "ada1@example.com": 10, "{open}": 20,
}  # fmt: skip
"""The same of a search."""

OF_STAFF: Final = ("/owner", "/finance", "/charity", "/sign-in")

ANSWERS: Final = {"/styleguide/errors/500": HTTPStatus.INTERNAL_SERVER_ERROR} | dict.fromkeys(
    (
        "/basket/lines", "/basket/link/emails", "/orders/links", "/orders/{open_token}/claims/1/messages",
        "/orders/{open_token}/proof/1",
        "/owner/payment-links/1/letter", "/sign-in/passkey", "/owner/dispatch/parcels",
        "/owner/bench/scan?code={open}-1", "/owner/orders/{posted}/claims/1/answers",
        "/owner/bench/units/{finished}/photographs", "/owner/bench/units/{finished}/look",
        "/owner/bench/units/{finished}/look/without",
    ),
    HTTPStatus.SEE_OTHER,
) | dict.fromkeys(
    (
        "/charity/months/2000-01", "/charity/months/2000-01/file.csv",
        "/charity/months/2000-01/statement.json", "/orders/{open_token}/finished-pieces/1/front.jpg",
    ),
    HTTPStatus.NOT_FOUND,
)  # fmt: skip
"""What is answered by an address that shows no page of its own."""


@pytest.fixture(scope="module")
def app(furnished_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("busy")
    app = create_app(
        Settings(
            database_url=f"sqlite:///{shutil.copy(furnished_sqlite, folder / 'shop.db')}",
            secret_key="a secret for tests",
            vault_key=VAULT_KEY,
            instance_dir=folder,
            site_url="http://localhost",
        )
    )
    app.testing = True
    yield app
    app.extensions["shop"].database.dispose()


@pytest.fixture(scope="module")
def busy(app: Flask) -> BusyShop:
    return BusyShop(app)


@pytest.fixture(scope="module")
def asked(busy: BusyShop) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """How often each page asks after something of everything has happened; and after it happened twice."""
    shop = busy
    with pytest.MonkeyPatch.context() as kept:
        kept.setattr("shop.catalogue.page_cache.FRESH_SECONDS", 3600)
        shop.live_on()
        once = measured(shop, [page for page in BUDGETS if page not in ALIKE])
        shop.live_on()
        return once, measured(shop, BUDGETS)


def measured(shop: BusyShop, pages: Collection[str]) -> dict[str, int]:
    """How many statements these and each search take, when what every page shows was read before."""
    found = {}
    for page in pages:
        look = partial(shop.who(page).get, page.format(**shop.values))
        look()
        found[page] = statements(shop, look, ANSWERS.get(page, HTTPStatus.OK))
    for words in SEARCHES:
        sent = changed(form_on(shop.owner.get(SEARCH), SEARCH)[1], {"q": words.format(**shop.values)})
        found[words] = statements(shop, partial(shop.owner.post, SEARCH, sent))
    return found


def statements(shop: BusyShop, look: Callable[[], TestResponse], expected: int = HTTPStatus.OK) -> int:
    """How many statements an answer takes, at both databases, the last of its body included."""
    engines = (shop.services.database.engine, shop.services.vault.keys.database.engine)
    with ExitStack() as listening:
        sent = [listening.enter_context(heard(engine)) for engine in engines]
        answer = look()
        assert (answer.status_code, bool(answer.data)) == (expected, True), answer.request.path
    return sum(map(len, sent))


class AnyValue(dict[str, str]):
    """Stands in an address for whatever is there."""

    def __missing__(self, _name: str) -> str:
        return "1"


def test_every_page_has_a_number_of_statements(app: Flask) -> None:
    shown = {route_of(app, page.format_map(AnyValue())) for page in BUDGETS}
    routes = {plain(rule.rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert routes - shown == {"/static/<filename>"}


def test_every_page_keeps_to_its_number_of_statements(asked: tuple[Mapping[str, int], ...]) -> None:
    budgets = BUDGETS | SEARCHES
    assert {page: number for page, number in asked[1].items() if number > budgets[page]} == {}


def test_no_page_asks_more_often_because_more_has_happened(asked: tuple[Mapping[str, int], ...]) -> None:
    once, twice = asked
    more = {page for page in once if twice[page] > once[page]}
    assert {page: (once[page], twice[page]) for page in more - PAYMENT_BY_PAYMENT} == {}


@pytest.fixture(scope="module")
def pages(busy: BusyShop, asked: object) -> Mapping[str, str]:
    """Each page that is none of ALIKE, and the one on which most is typed, as it is sent."""
    assert asked
    shown = {page: read(busy, page) for page in (*BUDGETS, "/pieces/disc") if page not in ALIKE[4:]}
    return {page: html for page, html in shown.items() if html}


def read(busy: BusyShop, page: str) -> str:
    """A page to its end; a file is none."""
    answer = busy.who(page).get(page.format(**busy.values))
    return answer.data.decode() if answer.data and answer.mimetype == "text/html" else ""


def test_whatever_people_typed_is_shown_as_theirs_on_every_page(pages: Mapping[str, str]) -> None:
    found = {page: stray(html) for page, html in pages.items()}
    assert {page: strays for page, strays in found.items() if strays} == {}


def test_nothing_corrects_what_people_type_in_any_field_of_theirs(pages: Mapping[str, str]) -> None:
    found = {page: lax(html) for page, html in pages.items() if not page.startswith(OF_STAFF)}
    assert {page: fields for page, fields in found.items() if fields} == {}
    assert sum(len(typed_in(html)) for page, html in pages.items() if not page.startswith(OF_STAFF)) > 40


def test_fields_of_staff_say_what_is_typed_there_and_no_writing_help_reads_their_notes(
    pages: Mapping[str, str],
) -> None:
    found = {page: untold(html) for page, html in pages.items() if page.startswith(OF_STAFF)}
    assert {page: fields for page, fields in found.items() if fields} == {}

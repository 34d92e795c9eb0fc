"""The next page is there before it is asked for, and each is sent as small as its browser can unpack it."""

import gzip
import json
from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from typing import Final

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from shop.pages.seo import KEPT_OUT
from shop.pages.speculation import FORMS, PAGES
from shop.web.assets import SPECULATION_RULES
from tests.devtools import tab
from tests.pages.conftest import PAGES as BELOW

UNPACK: Final[Mapping[str | None, Callable[[bytes], bytes]]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    None: bytes,
}
DELIVERED = "performance.getEntriesByType('navigation')[0].deliveryType"
DRAWN_BEFORE = "performance.getEntriesByType('navigation')[0].activationStart > 0"
FADES = """[...document.styleSheets].flatMap(sheet => [...sheet.cssRules]).some(rule =>
  rule instanceof CSSMediaRule && matchMedia(rule.conditionText).matches
  && [...rule.cssRules].some(fade => fade instanceof CSSViewTransitionRule && fade.navigation === "auto"))"""
WITH_A_MOUSE: dict[str, dict[str, object]] = {}
A_PHONE: dict[str, dict[str, object]] = {
    "Emulation.setDeviceMetricsOverride": {
        "width": 375,
        "height": 812,
        "deviceScaleFactor": 2,
        "mobile": True,
    },
    "Emulation.setTouchEmulationEnabled": {"enabled": True},
}
TYPED = """new Promise(drawn => {
  const field = document.querySelector("[name^='engraving-']");
  const place = document.querySelector(".stage-view:not([hidden]) [data-words]");
  new MutationObserver(() => drawn(true)).observe(place, { childList: true, subtree: true });
  field.value = "Wren"; field.dispatchEvent(new Event("input", { bubbles: true })) })"""


@pytest.mark.parametrize("path", ["/pieces", "/static/site.css"])
@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("brr, gzipped", None),
        (";;q=", None),
        ("", None),
    ],
)
def test_a_page_is_packed_as_its_browser_can_unpack_it(
    client: FlaskClient, path: str, accepted: str, encoding: str | None
) -> None:
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    answer = client.get(path, headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert UNPACK[encoding](answer.data) == plain.data


def test_only_pages_that_are_the_same_for_everyone_are_fetched_before_they_are_asked_for(
    app: Flask, client: FlaskClient
) -> None:
    rules = json.loads(client.get(SPECULATION_RULES).text)
    assert rules["prerender"] == rules["prefetch"]
    (rule,) = rules["prefetch"]
    assert rule["where"] == {"and": [{"href_matches": [*PAGES]}, {"not": {"href_matches": [*FORMS]}}]}

    def fetched(path: str) -> bool:
        return any(fnmatch(path, page) for page in PAGES) and not any(fnmatch(path, form) for form in FORMS)

    paths = {str(rule) for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    asked = {path.replace("<slug>", "disc" if "pieces" in path else "what-studies-found") for path in paths}
    found = {path for path in asked if fetched(path)}
    assert {"/", "/pieces", "/pieces/disc", "/story", "/journal/what-studies-found"} <= found
    for path in found:
        assert not path.startswith(KEPT_OUT), path
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "Set-Cookie" not in answer.headers, path
        assert answer.headers["Cache-Control"] == "no-cache", path
        assert answer.headers["Speculation-Rules"] == f'"{SPECULATION_RULES}"', path
    assert not [path for path in BELOW if fetched(path) and path not in found]
    assert "Speculation-Rules" not in client.get("/basket").headers


@pytest.mark.browser
def test_a_piece_has_come_when_its_link_is_pressed(browser, live_server) -> None:  # type: ignore[no-untyped-def]
    page = browser.new_page()
    try:
        page.goto(f"{live_server}/pieces")
        with page.context.expect_event("response", lambda answer: answer.url.endswith("/pieces/disc")):
            page.get_by_role("link", name="Disc", exact=True).hover()
        page.get_by_role("link", name="Disc", exact=True).click()
        page.wait_for_url("**/pieces/disc")
        assert page.evaluate(DELIVERED) == "navigational-prefetch"
    finally:
        page.close()


@pytest.mark.browser
def test_a_piece_is_drawn_before_its_link_is_pressed_and_can_be_used(live_server) -> None:  # type: ignore[no-untyped-def]
    with tab() as visitor:
        visitor.open(f"{live_server}/pieces")
        visitor.hover("/pieces/disc")
        visitor.press("/pieces/disc")
        visitor.evaluate("1")
        assert visitor.drawn == ["Pending", "Running", "Ready", "Success"]
        assert visitor.evaluate(DRAWN_BEFORE)
        assert visitor.evaluate(TYPED)


@pytest.mark.browser
@pytest.mark.parametrize(
    ("device", "faded"), [(WITH_A_MOUSE, True), (A_PHONE, False)], ids=["mouse", "phone"]
)
def test_pages_fade_where_that_costs_no_wait(live_server, device, faded) -> None:  # type: ignore[no-untyped-def]
    with tab(device) as visitor:
        visitor.open(f"{live_server}/pieces")
        assert visitor.evaluate(FADES) is faded

"""What a first visit by a slow phone comes to: the largest picture's time, bytes, a keystroke, the next page.

Bytes are those of one page, and of everything from the first page to the thanks.

1.6 Mbit/s, 150 ms there and back, a quarter of this processor. Times are the middle of several visits.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, Response

from tests.benchmarks.servers import Running
from tests.benchmarks.table import Row, middle
from tests.browser import chromium
from tests.devtools import WHOLE, tab

VISITS = 5
PATHS = ("/", "/pieces", "/pieces/disc")
MOST_SECONDS = 1.3
MOST_NEXT_MS = 150
MOST_KEYSTROKE_MS = 50
MOST_BYTES = 60_000
"""Of a piece's page without its pictures."""
MOST_BYTES_BOUGHT = 200_000
"""Of a whole journey without pictures: headers too, but not the payment page, which is Stripe's."""
DETAILS = {
    "email": "ada@example.com",
    "name": "Ada Byron",
    "line1": "12 Quiet Street",
    "town": "Bath",
    "postcode": "BA1 1AA",
}

SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 100_000}
PHONE = {
    "Network.emulateNetworkConditions": SLOW,
    "Emulation.setCPUThrottlingRate": {"rate": 4},
    "Emulation.setDeviceMetricsOverride": {
        "width": 375,
        "height": 812,
        "deviceScaleFactor": 2,
        "mobile": True,
    },
    "Emulation.setTouchEmulationEnabled": {"enabled": True},
}
LARGEST = """new Promise(said => new PerformanceObserver(list => {
  const found = list.getEntries().at(-1); said(found.renderTime || found.loadTime) })
  .observe({ type: 'largest-contentful-paint', buffered: true }))"""
PAINTED = """new Promise(said => new PerformanceObserver(list => {
  const page = performance.getEntriesByType('navigation')[0];
  said(Math.max(list.getEntries()[0].startTime - page.activationStart, 0)) })
  .observe({ type: 'paint', buffered: true }))"""
TYPED = """letter => new Promise(drawn => {
  const field = document.querySelector('[name^="engraving-"]');
  const place = document.querySelector('.stage-view:not([hidden]) [data-words]');
  const began = performance.now();
  new MutationObserver(() => requestAnimationFrame(() => drawn(performance.now() - began)))
    .observe(place, { childList: true, subtree: true });
  field.value += letter; field.dispatchEvent(new Event('input', { bubbles: true })) })"""


def measure(shop: Running) -> list[Row]:
    """Rows of one run; nothing is asserted."""
    site = f"http://127.0.0.1:{shop.port}"
    with chromium() as browser:
        rows = [_largest(browser, site, path) for path in PATHS]
        rows += [
            _bytes(browser, f"{site}/pieces/disc"),
            _bought(browser, site),
            _next(site),
            _keystroke(browser, site),
        ]
    return rows


@contextmanager
def _visit(browser: Browser, *, slow: bool = True) -> Iterator[tuple[Page, CDPSession]]:
    """Somebody who was never here, with a phone."""
    context: BrowserContext = browser.new_context(
        viewport={"width": 375, "height": 812}, device_scale_factor=2, is_mobile=True, has_touch=True
    )
    page = context.new_page()
    device = context.new_cdp_session(page)
    device.send("Network.enable")
    if slow:
        device.send("Network.emulateNetworkConditions", SLOW)
        device.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    try:
        yield page, device
    finally:
        context.close()


def _largest(browser: Browser, site: str, path: str) -> Row:
    found = []
    for _ in range(VISITS):
        with _visit(browser) as (page, _device):
            page.goto(site + path, wait_until="networkidle")
            found.append(page.evaluate(LARGEST) / 1000)
    seconds = middle(found)
    return Row(
        f"{path} largest paint, s", f"{seconds:.2f}", f"{MOST_SECONDS}", seconds / MOST_SECONDS, "1 or less"
    )


def _bytes(browser: Browser, address: str) -> Row:
    sent: list[int] = []

    def note(answer: Response) -> None:
        if answer.request.resource_type != "image":
            sent.append(answer.request.sizes()["responseBodySize"])

    with _visit(browser, slow=False) as (page, _device):
        page.on("response", note)
        page.goto(address, wait_until="networkidle")
    total = sum(sent)
    return Row(
        "/pieces/disc without pictures, B", f"{total}", f"{MOST_BYTES}", total / MOST_BYTES, "1 or less"
    )


def _bought(browser: Browser, site: str) -> Row:
    """A disc with a name, from the first page to the thanks; what a browser keeps is fetched once."""
    kinds: dict[str, str] = {}
    sent: Counter[str] = Counter()

    def note(told: dict[str, Any]) -> None:
        address = told["response"]["url"]
        kinds[told["requestId"]] = told["type"] if "/stand-in/" not in address else "Image"

    with _visit(browser, slow=False) as (page, device):
        device.on("Network.responseReceived", note)
        device.on(
            "Network.loadingFinished",
            lambda told: sent.update({kinds.get(told["requestId"], ""): int(told["encodedDataLength"])}),
        )
        _buy(page, site)
    del sent["Image"]
    parts = ", ".join(f"{kind.lower()} {size}" for kind, size in sent.most_common())
    total = sent.total()
    return Row(
        "a whole purchase without pictures, B",
        f"{total}",
        f"{MOST_BYTES_BOUGHT}",
        total / MOST_BYTES_BOUGHT,
        f"1 or less ({parts})",
    )


def _buy(page: Page, site: str) -> None:
    page.goto(f"{site}/", wait_until="networkidle")
    for link in ("/pieces", "/pieces/disc"):
        page.locator(f'main a[href^="{link}"]').first.click()
        page.wait_for_load_state("networkidle")
    page.locator('[name="variant"]').first.check(force=True)
    page.locator('[name^="engraving-"]').first.press_sequentially("Wren", delay=150)
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Add to basket").click()
    page.get_by_role("link", name="Checkout").or_(page.get_by_role("button", name="Checkout")).first.click()
    for name, value in DETAILS.items():
        page.locator(f'main [name="{name}"]').fill(value)
    page.get_by_role("button", name="Review your order").click()
    page.get_by_label("I have checked every letter").check()
    page.get_by_role("button", name="Place order and pay").click()
    page.get_by_role("button", name="Pay", exact=False).first.click()
    page.get_by_role("heading", name="Thank you").wait_for()
    page.wait_for_load_state("networkidle")


def _next(site: str) -> Row:
    """From the press of a link on which the pointer lay, so that its page was drawn, to its first paint."""
    found = []
    for _ in range(VISITS):
        with tab(PHONE) as visitor:
            visitor.open(f"{site}/pieces")
            visitor.hover("/pieces/disc")
            visitor.until(WHOLE)
            visitor.press("/pieces/disc")
            found.append(visitor.evaluate(PAINTED))
    ms = middle(found)
    return Row("next page, drawn before, ms", f"{ms:.0f}", f"{MOST_NEXT_MS}", ms / MOST_NEXT_MS, "1 or less")


def _keystroke(browser: Browser, site: str) -> Row:
    """On this machine's own processor and network: what the drawing itself takes."""
    found = []
    with _visit(browser, slow=False) as (page, _device):
        page.goto(f"{site}/pieces/disc", wait_until="networkidle")
        for letter in "Wrenfield Abigail"[: 4 * VISITS]:
            found.append(page.evaluate(TYPED, letter))
            page.wait_for_timeout(150)
    ms = middle(found)
    return Row(
        "keystroke to picture, ms", f"{ms:.0f}", f"{MOST_KEYSTROKE_MS}", ms / MOST_KEYSTROKE_MS, "1 or less"
    )

"""The browsers that visitors come with: one of their own, or one that is handed on."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from tests.journeys.live_shop import LiveShop
from tests.journeys.soundness import AXE_AT_HAND
from tests.journeys.visitor import Visitor

VIOLATIONS = """document.addEventListener(
  'securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))"""
LEFT = """(stop(), dispatchEvent(new StorageEvent('storage')), localStorage.clear(), sessionStorage.clear(),
  document.documentElement?.remove(), history.replaceState(null, '', '/'))"""
"""Nothing is on its way any more, nothing typed is kept, nothing has to be laid out for the next window, and
no address is left."""
SHOWN_ON_PURPOSE = "/styleguide/errors/"


@contextmanager
def visiting(browser: Browser, shop: LiveShop, **how: object) -> Iterator[Visitor]:
    """Somebody with a browser of their own; at the end nothing may have gone wrong in it."""
    page = new_page(browser, **how)
    try:
        with watched(page, shop) as visitor:
            yield visitor
    finally:
        page.context.close()


def new_page(browser: Browser, **how: object) -> Page:
    """A page in a browser that nobody has used."""
    context = browser.new_context(**({"reduced_motion": "reduce"} | how))  # type: ignore[arg-type]
    context.add_init_script(VIOLATIONS)
    return context.new_page()


@contextmanager
def watched(page: Page, shop: LiveShop) -> Iterator[Visitor]:
    """Somebody at this page; at the end nothing may have gone wrong in it."""
    visitor = Visitor(page, shop)
    try:
        yield visitor
    finally:
        visitor.leaves()
    assert visitor.complaints == [], visitor.complaints
    broken = [path for path, status in visitor.statuses.items() if status >= 500]
    assert [path for path in broken if not path.startswith(SHOWN_ON_PURPOSE)] == []


class Booth:
    """One browser for visitors who come one after the other: cookies go with them.

    What stays are the files whose address names their content. A new browser starts processes of its own, and
    has to load them all.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._page: Page | None = None

    @contextmanager
    def used_at(self, shop: LiveShop) -> Iterator[Visitor]:
        """The next visitor; after one with whom anything went wrong, a new browser."""
        page = self._page or self._new_page()
        self._page = None
        page.context.clear_cookies()
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 320, "height": 800})
        try:
            with watched(page, shop) as visitor:
                yield visitor
                page.evaluate(LEFT)
            self._page = page
        finally:
            if self._page is None:
                page.context.close()

    def _new_page(self) -> Page:
        page = new_page(self._browser)
        page.context.add_init_script(AXE_AT_HAND)
        return page

    def close(self) -> None:
        """The last one has gone."""
        if self._page:
            self._page.context.close()

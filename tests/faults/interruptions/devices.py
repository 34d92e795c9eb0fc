"""A device with a browser, in Chromium or in Firefox: the few things that a journey does with it."""

from typing import Any, Final, Protocol

from playwright.sync_api import Browser, BrowserContext, Page

PATIENCE: Final = 60.0
"""Seconds that a page may take."""
PLAIN: Final = "/robots.txt"
"""An address of the shop where nothing is kept and nothing runs."""
WIPE: Final = "() => { localStorage.clear(); sessionStorage.clear(); }"
QUICK: Final = (
    "--blink-settings=imagesEnabled=false",
    "--disable-remote-fonts",
    "--process-per-site",
    "--renderer-process-limit=1",
    "--disable-site-isolation-trials",
    "--disable-features=IsolateOrigins,site-per-process,SpareRendererForSitePerProcess",
)
"""Nothing here asks how a page looks: no pictures, no fonts, and as few processes as there can be."""


class Device(Protocol):
    """Somebody's browser, with one tab in sight."""

    script: bool
    """Whether it runs the shop's scripts."""

    def goto(self, path: str) -> None:
        """Open an address in the tab."""

    def run(self, function: str, given: object = None) -> Any:
        """What a function in JavaScript says of the page."""

    def submit(self, function: str) -> None:
        """Run what sends a form, and wait for the next page."""

    def reload(self) -> None:
        """Load the page anew."""

    def back(self) -> None:
        """Go back in the tab's history."""

    def new_tab(self) -> None:
        """The tab is closed; another is opened."""

    def kill(self) -> None:
        """The tab dies, and nothing of its page runs any more; another is opened."""

    def offline(self, away: bool) -> None:
        """There is no network, or there is one again."""

    def lose_cookies(self) -> None:
        """All cookies are gone."""

    def another(self) -> "Device":
        """Another device of the same kind."""

    def close(self) -> None:
        """Put it away; all that it kept is gone, and somebody else may take it."""


class Chromium:
    """One in Chromium, driven by Playwright; it keeps no page as it was left.

    `spare` are browsers of devices that were put away: to open one takes longer than to wipe it.
    """

    def __init__(
        self, browser: Browser, address: str, spare: list[BrowserContext], *, script: bool = True
    ) -> None:
        self._browser, self._address, self._spare, self.script = browser, address, spare, script
        self._context = spare.pop() if spare else self._opened()
        self._page: Page = self._context.pages[0]

    def _opened(self) -> BrowserContext:
        context = self._browser.new_context(
            base_url=self._address,
            java_script_enabled=self.script,
            reduced_motion="reduce",
            viewport={"width": 375, "height": 320},
        )
        context.set_default_timeout(PATIENCE * 1000)
        context.new_page()
        return context

    def goto(self, path: str) -> None:
        self._page.goto(path, wait_until="domcontentloaded")

    def run(self, function: str, given: object = None) -> Any:
        return self._page.evaluate(function, given)

    def submit(self, function: str) -> None:
        with self._page.expect_navigation(wait_until="domcontentloaded"):
            self._page.evaluate(
                f"() => {{ setTimeout(() => ({function})(), 0) }}" if self.script else function
            )

    def reload(self) -> None:
        self._page.reload(wait_until="domcontentloaded")

    def back(self) -> None:
        self._page.go_back(wait_until="domcontentloaded")

    def new_tab(self) -> None:
        old, self._page = self._page, self._context.new_page()
        old.close()

    def kill(self) -> None:
        target = self._context.new_cdp_session(self._page).send("Target.getTargetInfo")["targetInfo"]
        talk = self._browser.new_browser_cdp_session()
        tab = talk.send("Target.attachToTarget", {"targetId": target["targetId"], "flatten": False})
        with self._page.expect_event("crash"):  # it will not answer
            talk.send(
                "Target.sendMessageToTarget",
                {"sessionId": tab["sessionId"], "message": '{"id": 1, "method": "Page.crash"}'},
            )
        talk.detach()
        self.new_tab()

    def offline(self, away: bool) -> None:
        self._context.set_offline(away)

    def lose_cookies(self) -> None:
        self._context.clear_cookies()

    def another(self) -> "Chromium":
        return Chromium(self._browser, self._address, self._spare, script=self.script)

    def close(self) -> None:
        self.goto(PLAIN)
        self.run(WIPE)
        self.lose_cookies()
        self.new_tab()
        self._spare.append(self._context)
